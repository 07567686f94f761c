"""Where a daemon's door asks: a lab, one turn for each request.

It is a :class:`~labsim.doors.serve.desk.Desk`, so the same application and the same server carry
it as carry a registry.
"""

from __future__ import annotations

from labsim.docker.api import answer
from labsim.docker.api.answers import message
from labsim.doors.daemon.machine import LabMachine, Past
from labsim.doors.serve.turns import Turn, Turns
from labsim.errors import LabError
from labsim.registry.answers import Refusal
from labsim.registry.memory import SmallDraft
from labsim.registry.shelf import Draft
from labsim.wire import Request, Response
from labsim.worlds import Lab

__all__ = ["DaemonDesk"]


class _TooLarge(Refusal):
    """A body that is too large, in the daemon's form of a refusal."""

    def __init__(self, most: int) -> None:
        super().__init__("SIZE_INVALID", status=413)
        self._most = most

    @property
    def answer(self) -> Response:
        """The refusal."""
        return message(413, f"labsim: a body may have {self._most} bytes: see --max-body")


class DaemonDesk:
    """The laptop of whoever sits in the lab of a turn; bodies have at most ``most`` bytes."""

    __slots__ = ("_most", "_past", "_turns")

    #: A daemon has no name of its own: no answer of its holds an address.
    hosts: tuple[str, ...] = ()

    def __init__(self, turn: Turn, most: int) -> None:
        self._turns = Turns(turn)
        self._most = most
        self._past = Past()

    def host_for(self, request: Request) -> str:
        """What the client calls it."""
        return request.host

    async def place(self, head: Request, size: int) -> Draft | Response:
        """In memory: an archive becomes a file of the lab."""
        full = _TooLarge(self._most)
        return full.answer if size > self._most else SmallDraft(self._most, full)

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
        """One turn."""
        if body is not None:
            request.body = body.seal()
        return await self._turns.take(self._answer, request)

    def ask(self, request: Request) -> Response:
        """The same without a loop."""
        return self._turns.take_now(self._answer, request)

    def _answer(self, lab: Lab, request: Request) -> Response:
        machine = LabMachine(lab, self._past, self._turns.take_now)
        try:
            return answer(request, machine)
        except LabError as error:
            return message(500, f"labsim: {error}")
        except Exception as fault:
            return message(500, f"labsim: the daemon failed: {_place_of(fault)}")

    def close(self) -> None:
        """Let the last turn end."""
        self._turns.close()


def _place_of(fault: Exception) -> str:
    """Where it failed, with nothing of the request."""
    at = fault.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at else "nowhere"
    return f"{type(fault).__name__} at {place}: please report it"
