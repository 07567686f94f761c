"""A conversation at somebody else's pace: what happens next is heard, and not worked out.

Over a simulated link the runner knows when everything happens.  Over a real connection only the
connection knows, and in a replay only the record.  Both are an :class:`Ear`; the lanes, the pauses
and the trace are those of every other conversation.

The order is the trace's, and it is total: no two things are heard at the same instant, an exchange
is over when its lane goes on, and exchanges are numbered in the order in which lanes sent them.  So
what was heard once leads, heard again, to the same outcome and the same trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from labsim.errors import LabError, Unreachable
from labsim.link.discreet import discreet_request, discreet_response
from labsim.link.runner import Conversation
from labsim.link.values import DIRECT, Misfit, Run
from labsim.secrecy import is_proof
from labsim.trace import Exchange
from labsim.wire import Dialogue, Headers, Request, Response

__all__ = ["Ear", "Heard", "Onward", "Paced", "asked", "retell"]


class Onward(NamedTuple):
    """Where a redirect leads: what is asked next, in the same lane, and of whom."""

    method: str
    host: str
    target: str


class Heard(NamedTuple):
    """One thing that happened, ``us`` after the conversation began.

    Either a pause of ``lane`` is over, or ``exchange`` is: with a ``response``, or with a ``fault``
    (and then the response is what had come by then).  ``final`` tells a fault that is a refusal of
    our own from one of the network.  ``sent_us`` and ``arriving_us`` count from the beginning too;
    ``up`` and ``down`` are bytes of bodies that moved.  ``asked`` is the request, for whoever wants
    to be sure that the answer is an answer to it.
    """

    us: int
    lane: int = -1
    exchange: int = -1
    asked: tuple[str, str, str] = ("", "", "")
    sent_us: int = 0
    arriving_us: int = 0
    up: int = 0
    down: int = 0
    response: Response | None = None
    fault: str = ""
    final: bool = False
    onward: Onward | None = None


class Ear(Protocol):
    """Who knows what happens next; times in µs since the conversation began."""

    def ask(self, exchange: Exchange) -> None:
        """A request sets out."""

    def rest(self, lane: int, until_us: int) -> None:
        """A lane wants to wait."""

    def hear(self) -> Heard:
        """The next thing that happens."""


def asked(request: Request) -> tuple[str, str, str]:
    """A request as a record names it."""
    return request.method, request.host, request.target


class Paced(Conversation):
    """The runner of every conversation, with the clock taken out of its hands."""

    def __init__(self, ear: Ear, at_us: int) -> None:
        super().__init__(_nobody, DIRECT, at_us)
        self.ear = ear
        self.began_us = at_us

    def run(self, talk: Dialogue) -> Run:
        """Step the dialogue, and whatever it starts, as things are heard."""
        main = self._task("", talk)
        self._start(main)
        while main.ended_us is None:
            heard = self.ear.hear()
            self.now = self.began_us + heard.us
            if heard.exchange < 0:
                self._wake(self.tasks[heard.lane])
            else:
                self._over(self.exchanges[heard.exchange], heard)
        return Run(self.outcome, self.error, self._trace(self.began_us), self.now)

    def _ask(self, exchange: Exchange) -> None:
        exchange.request.at_us = exchange.at_us
        self.ear.ask(exchange)

    _send = _ask

    def _later(self, at_us: int, kind: int, what: Any) -> None:
        self.ear.rest(what.lane, at_us - self.began_us)

    def _over(self, exchange: Exchange, heard: Heard) -> None:
        """An exchange has come to its end: note it down without its secrets, and go on."""
        request, task = exchange.request, self.tasks[exchange.lane]
        exchange.sent_us = self.began_us + heard.sent_us
        exchange.arriving_us = self.began_us + heard.arriving_us
        exchange.done_us = request.done_us = self.now
        exchange.up, exchange.down, exchange.fault = heard.up, heard.down, heard.fault
        exchange.request = discreet_request(request)
        if heard.response is not None and not heard.fault:
            exchange.response = discreet_response(request, heard.response)
        if task.cancelled:
            self._close(task)
        elif heard.onward is not None:
            self._follow(exchange, _redirected(request, heard.onward))
        elif heard.fault:
            self._step(task, None, _fault(request, heard))
        else:
            self._step(task, heard.response, None)

    def _follow(self, exchange: Exchange, request: Request) -> None:
        """A redirect: the lane asks on, and its dialogue does not hear of it."""
        following = Exchange(len(self.exchanges), exchange.lane, request, self.now)
        self.exchanges.append(following)
        self._ask(following)


def _nobody(request: Request) -> Response:
    raise Unreachable(request.host, "connection refused")


def _redirected(request: Request, onward: Onward) -> Request:
    """The same wish, elsewhere: who we are is told to nobody but the host that we were asking."""
    headers = request.headers
    if onward.host != request.host:
        headers = Headers(pair for pair in headers if not is_proof(pair[0]))
    body = request.body if onward.method == request.method else b""
    method, host, target = onward
    because, peer = request.because, request.peer
    return Request(method, target, headers, body, host=host, peer=peer, because=because)


def _fault(request: Request, heard: Heard) -> LabError:
    if heard.final:
        error = LabError(heard.fault)
    else:
        part = heard.response
        error = Unreachable(request.host, heard.fault, sent=heard.up, partial=part)
    error.asked = request
    return error


class _Record:
    """An ear for what was heard before."""

    def __init__(self, heard: Sequence[Heard]) -> None:
        self._left = list(reversed(heard))
        self._asked: dict[int, tuple[str, str, str]] = {}
        self._resting: set[int] = set()

    def ask(self, exchange: Exchange) -> None:
        self._asked[exchange.index] = asked(exchange.request)

    def rest(self, lane: int, until_us: int) -> None:
        self._resting.add(lane)

    def hear(self) -> Heard:
        if not self._left:
            waiting = " ".join(next(iter(self._asked.values()), ("nothing",)))
            raise Misfit(f"no answer was recorded to {waiting}")
        heard = self._left.pop()
        if heard.exchange < 0 and heard.lane not in self._resting:
            raise Misfit("a wait was recorded where nobody waits")
        if heard.exchange >= 0:
            now = self._asked.pop(heard.exchange, ("nothing",))
            if now != heard.asked:
                raise Misfit(f"{' '.join(heard.asked)} was answered, and {' '.join(now)} is asked")
        return heard

    def end(self) -> None:
        """All of it must have been heard."""
        if self._left:
            raise Misfit("more was heard than is asked now")


def retell(talk: Dialogue, heard: Sequence[Heard], *, at_us: int = 0) -> Run:
    """Run a dialogue on what was heard when it ran first; :class:`Misfit` if it was another."""
    record = _Record(heard)
    run = Paced(record, at_us).run(talk)
    record.end()
    return run
