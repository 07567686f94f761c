"""The registry of a lab that is kept in a file: every request of a real client is in its journal.

A request is an action like any other: ``http PATCH /v2/… host=localhost:5000 header=… body=…``, and
a replay sends it again.  So it can be undone, shared and graded, and another terminal sees it at
once.  It costs a turn at the file for each request, which a lesson does not notice; a registry for
a class is served from a store.
"""

from __future__ import annotations

from labsim.blob import Blob
from labsim.doors.serve.heads import refusal
from labsim.doors.serve.turns import Turn, Turns
from labsim.errors import Unreachable
from labsim.registry import Registry
from labsim.registry.answers import Refusal
from labsim.registry.memory import SmallDraft
from labsim.registry.shelf import Draft
from labsim.wire import Request, Response
from labsim.worlds import Lab

__all__ = ["LabDesk"]

#: What belongs to one connection, or to the bytes as they were sent, and means nothing in a replay.
_PASSING = ("Connection", "Content-Encoding", "Expect", "Keep-Alive", "Te", "Transfer-Encoding")


class LabDesk:
    """The registry at ``host`` of the lab that ``turn`` opens; bodies of at most ``most`` bytes."""

    __slots__ = ("_host", "_most", "_turns", "registry")

    def __init__(self, turn: Turn, host: str, most: int) -> None:
        self._turns = Turns(turn)
        self._host = host
        self._most = most
        self.registry: Registry = self._turns.take_now(lambda lab: lab.registry(host))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name that the lab's registry has."""
        return (self._host, *self.registry.hosts)

    def host_for(self, request: Request) -> str:
        """The lab's name for it, whatever the client calls it."""
        at_desk = request.target.startswith("/token")
        return (at_desk and self.registry.policy.token_host) or self._host

    async def place(self, head: Request, size: int) -> Draft | Response:
        """In memory; refused before it is read where the registry would refuse it."""
        return await self._turns.take(self._place, head, size)

    def _place(self, lab: Lab, head: Request, size: int) -> Draft | Response:
        head.at_us = lab.now_us
        if lab.registry(self._host).admit(head) is not None:
            return self._done(lab, head)
        full = Refusal("UNAVAILABLE", message="too much for a lab in a file", status=507)
        return full.answer if size > self._most else SmallDraft(self._most, full)

    def write(self, draft: Draft, chunk: bytes) -> None:
        """The next bytes of a body."""
        draft.write(chunk)

    async def seal(self, draft: Draft, size: int) -> Blob:
        """The body, which is in memory."""
        return draft.seal()

    def discard(self, draft: Draft) -> None:
        """A body that broke off has not happened."""
        draft.discard()

    def tend(self) -> None:
        """Nothing is put off."""

    async def answer(self, request: Request) -> Response:
        """One action of the lab."""
        return await self._turns.take(self._done, request)

    def _done(self, lab: Lab, request: Request) -> Response:
        action = ["http", request.method, request.target, f"host={request.host}"]
        action += [f"header={name}: {value}" for name, value in _kept(request)]
        body = request.body
        action += [f"body={body.digest}"] if body.size else []
        try:
            response: Response = lab.do(action, files={body.digest: body} if body.size else {})
        except Unreachable as silence:
            return refusal("UNAVAILABLE", f"nobody answers in the lab: {silence}", 503)
        return response

    def close(self) -> None:
        """Let the last turn end."""
        self._turns.close()


def _kept(request: Request) -> list[tuple[str, str]]:
    """The headers that mean something to a registry."""
    token = "/token" in request.path
    return [
        (name, value)
        for name, value in request.headers
        if name not in _PASSING and not (token and name == "Content-Length")
    ]
