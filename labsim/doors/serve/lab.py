"""The registry of a lab that is kept in a file: every request of a real client is in its journal.

A request is an action like any other: ``http PATCH /v2/… host=localhost:5000 header=… body=…``, and
a replay sends it again.  So it can be undone, shared and graded, and another terminal sees it at
once.  It costs a turn at the file for each request, which a lesson does not notice; a registry for
a class is served from a store.

What is in memory is counted as in a store there, in one :class:`~labsim.registry.memory.Room`: the
bodies that are arriving, those of the requests under way, and what the lab has brought along so far
and holds.  An undo gives nothing back, since a redo may want it.
"""

from __future__ import annotations

import binascii
import re
from urllib.parse import urlencode

from labsim.blob import Blob
from labsim.doors.serve.discretion import kept_headers, kept_target
from labsim.doors.serve.heads import refusal
from labsim.doors.serve.turns import Turn, Turns
from labsim.errors import Unreachable
from labsim.registry import Registry
from labsim.registry.answers import Refusal
from labsim.registry.memory import Room, SmallDraft
from labsim.registry.shelf import Draft
from labsim.secrecy import credentials
from labsim.wire import Request, Response, parameters
from labsim.worlds import Lab

__all__ = ["LabDesk"]

#: How a lab's journal writes a token that it gave; nobody else may write it so.
_NUMBERED = re.compile(r"token-\d+")
_NO_TOKEN = "token-0"
_VERDICTS = ("right", "wrong")
_LONGEST_FORM = 64 * 1024
_TOO_MUCH = Refusal("UNAVAILABLE", message="too much for a lab in a file", status=507)


class LabDesk:
    """The registry at ``host`` of the lab that ``turn`` opens; ``most`` bytes are in memory."""

    __slots__ = ("_held", "_host", "_most", "_room", "_turns", "registry")

    def __init__(self, turn: Turn, host: str, most: int) -> None:
        self._turns = Turns(turn)
        self._host = host
        self._most = most
        #: Counted in the loop's thread alone.
        self._room = Room(most)
        self._held = 0  # of it, by the lab itself, after the last turn
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
        """In memory, where there is room; refused before it is read where the registry refuses."""
        refused, held = await self._turns.take(self._refused, head)
        self._recount(held)
        if refused is not None:
            return refused
        try:
            self._room.check(size)
        except Refusal as full:
            return full.answer
        return SmallDraft(self._most, _TOO_MUCH, self._room)

    def _refused(self, lab: Lab, head: Request) -> tuple[Response | None, int]:
        head.at_us = lab.now_us
        admitted = lab.registry(self._host).admit(head) is None
        return None if admitted else self._done(lab, head), _held(lab)

    def write(self, draft: Draft, chunk: bytes) -> None:
        """The next bytes of a body."""
        draft.write(chunk)

    async def settle(self, draft: Draft) -> None:
        """A body is in memory."""

    def discard(self, draft: Draft) -> None:
        """A body that broke off has not happened."""
        draft.discard()

    def tend(self) -> None:
        """Nothing is put off."""

    async def answer(self, request: Request, body: Draft | None = None) -> Response:
        """One action of the lab, which holds the body from then on."""
        if body is not None:
            request.body = body.seal()
        try:
            response, held = await self._turns.take(self._answered, request)
            self._recount(held)
        finally:
            self._room.leave(request.body)
        return response

    def _answered(self, lab: Lab, request: Request) -> tuple[Response, int]:
        return self._done(lab, request), _held(lab)

    def _recount(self, held: int) -> None:
        """What the lab holds is counted anew: in another terminal, too, things are done to it."""
        self._room.count(held - self._held)
        self._held = held

    def _done(self, lab: Lab, request: Request) -> Response:
        body = _as_typed(request.body) if _is_form(request) else request.body
        action = ["http", request.method, kept_target(request.target), f"host={request.host}"]
        action += [f"header={name}: {value}" for name, value in _kept(request)]
        action += [f"body={body.digest}"] if body.size else []
        try:
            response: Response = lab.do(action, files={body.digest: body} if body.size else {})
        except Unreachable as silence:
            return refusal("UNAVAILABLE", f"nobody answers in the lab: {silence}", 503)
        return response

    def close(self) -> None:
        """Let the last turn end."""
        self._turns.close()


def _held(lab: Lab) -> int:
    """How many bytes the lab has brought along and keeps in memory; those in files weigh none."""
    return sum(blob.weight for blob in lab.attachments.values())


def _kept(request: Request) -> list[tuple[str, str]]:
    """The headers that mean something to a registry, and no proof that the lab cannot veil."""
    form = _is_form(request)
    return [
        (name, _proof(value) if name == "Authorization" else value)
        for name, value in kept_headers(request.headers)
        if not (form and name == "Content-Length")  # a veiled form has another length
    ]


def _proof(value: str) -> str:
    """Credentials that the lab writes down as a verdict or a number; others are none here."""
    scheme, _, secret = value.partition(" ")
    if scheme.lower() == "bearer" and secret and not secret[0].isspace():
        return f"{scheme} {_NO_TOKEN}" if _NUMBERED.fullmatch(secret) else value
    if scheme.lower() == "basic" and _is_pair(secret):
        return value
    return credentials(value)


def _is_pair(packed: str) -> bool:
    try:
        return ":" in binascii.a2b_base64(packed, strict_mode=True).decode()
    except ValueError:
        return False


def _is_form(request: Request) -> bool:
    return request.path.endswith("/token")


def _as_typed(form: Blob) -> Blob:
    """A form that says nothing in the journal's own words, in which ``right`` is any password."""
    if form.size > _LONGEST_FORM:
        return form
    pairs = parameters(bytes(form).decode(errors="replace"))
    typed = [(name, _not_ours(name, value)) for name, value in pairs]
    return form if typed == pairs else Blob(urlencode(typed).encode())


def _not_ours(name: str, value: str) -> str:
    if name == "password" and value in _VERDICTS:
        return "wrong"
    if name == "refresh_token" and _NUMBERED.fullmatch(value):
        return _NO_TOKEN
    return value
