"""You are the registry: a client pushes, and somebody answers each of its requests by hand.

The client is the real dialogue, one lane after another.  Beside it a true registry is kept, which
takes only what was answered as it would have answered; so it knows the true answer to each
request, and, at the end, what a pull of the image gets.  A wrong answer has its own consequences:
the client believes it.
"""

from __future__ import annotations

from collections.abc import Generator
from html import escape
from typing import Any, NamedTuple

from labsim.course.responses import CLAUSES, Choice, choices, made_up, purpose, without_mount
from labsim.errors import LabError
from labsim.figures.figure import Figure, Table, bytes_text, scroll
from labsim.lab import Lab
from labsim.link import answer
from labsim.reference import Reference
from labsim.wire import Dialogue, Gate, Pause, Request, Response, Together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.registry import Registry

__all__ = ["Play", "Turn", "one_by_one"]

#: Nothing has been pushed there yet, so the client has everything to ask.
NAME = "cantdocpp/mine:v1"
_HEADER = ("the client", "asks for", "you said", "a true registry", "spec")


class Turn(NamedTuple):
    """A request, what was answered, and what a true registry would have answered."""

    request: Request
    said: int
    true: int

    @property
    def right(self) -> bool:
        """Whether it was answered as a true registry answers."""
        return self.said == self.true


class Play:
    """A push in which somebody is the registry: :attr:`asked`, :attr:`choices`, :meth:`answer`.

    Without a name the learner's golang is pushed, which can be mounted from ``library/``.  Visits
    to the token server are answered for the learner.  The lab stays as it is.
    """

    def __init__(self, lab: Lab, name: str = "") -> None:
        self.lab = lab.fork()
        if not name:
            name = NAME
            _prepare(self.lab)
        self.reference = Reference(name).with_default_tag()
        self.turns: list[Turn] = []
        self.fault = ""
        self.asked: Request | None = None
        self._done: list[Request] = []
        self._sent = 0
        self._talk = one_by_one(self.lab.seat.engine.push(self.reference))
        self._sizes = _sizes(self.lab, name)
        self._step(None)

    # -- answering ---------------------------------------------------------------------------------

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be said to the request; the true answer is among them."""
        return () if self.asked is None else choices(self.asked, self._true().status)

    def answer(self, status: int) -> Turn:
        """Say this to the client; LabError when nothing is asked, or it is none of the choices."""
        if self.asked is None:
            raise LabError("the client asks nothing any more")
        if status not in [one.status for one in self.choices]:
            raise LabError(f"{status} is none of the answers that make sense here")
        request, true = self.asked, self._true()
        turn = Turn(request, status, true.status)
        self.turns.append(turn)
        self._step(self._settled(request, true) if turn.right else self._untrue(request, status))
        return turn

    def finish(self) -> None:
        """Answer whatever is still asked as a true registry does."""
        while self.asked is not None:
            self.answer(self._true().status)

    def _settled(self, request: Request, true: Response) -> Response:
        """The true answer: from now on the true registry has had this request."""
        self._done.append(request)
        return true

    def _untrue(self, request: Request, status: int) -> Response:
        """What the client is told; the registry has done nothing, or opened a plain session."""
        if status == 202 and (plain := without_mount(request)) is not None:
            answered = self._registry().handle(plain)
            self._done.append(plain)
            return answered
        return made_up(request, status, self._sizes)

    def _step(self, response: Response | None) -> None:
        """On to the next request that is for the learner, or to the end."""
        while True:
            try:
                asked = self._talk.send(response)
            except StopIteration:
                self.asked = None
                return
            except LabError as error:
                self.asked, self.fault = None, str(error).splitlines()[0]
                return
            asked.at_us = asked.done_us = self.lab.now_us
            self._sent += asked.body.size
            self.asked = asked
            if purpose(asked) != "token":
                return
            response = self._settled(asked, self._true())

    def _true(self) -> Response:
        """What the true registry would answer now; asking changes nothing."""
        assert self.asked is not None
        return self._registry().handle(self.asked)

    def _registry(self) -> Registry:
        """A true registry that has had every request that was answered truly."""
        registry = self.lab.fork().registry(self.reference.registry)
        for request in self._done:
            registry.handle(request)
        return registry

    # -- what it comes to --------------------------------------------------------------------------

    @property
    def wrong(self) -> int:
        """How many answers were not a true registry's."""
        return sum(not turn.right for turn in self.turns)

    def pulled(self) -> str:
        """What somebody else gets who pulls the image now: empty if it is all there."""
        registry, other = self._registry(), self.lab.fork()
        talk = other.as_user("alice").engine.pull(self.reference)
        try:
            answer(talk, lambda request: _answered(registry, request, self.lab.now_us))
        except LabError as error:
            return str(error).splitlines()[0]
        return ""

    def needed(self) -> int:
        """The bytes that the client would have sent to a true registry."""
        other = self.lab.fork()
        registry, sent = other.registry(self.reference.registry), [0]

        def network(request: Request) -> Response:
            sent[0] += request.body.size
            return _answered(registry, request, self.lab.now_us)

        answer(other.seat.engine.push(self.reference), network)
        return sent[0]

    @property
    def sentence(self) -> str:
        """What is asked now, or what it came to."""
        if self.asked is not None:
            return f"{_verdict(self.turns)}The client {CLAUSES[purpose(self.asked)].words}."
        return f"{_verdict(self.turns)}{self._ending()}"

    def _ending(self) -> str:
        said = f"the client gave up: {self.fault}" if self.fault else "the client is content"
        pull = self.pulled()
        then = f"a pull of {self.reference.familiar} fails: {pull}" if pull else "a pull works"
        sent, needed = bytes_text(self._sent), bytes_text(self.needed())
        words = f"{self.wrong} of {len(self.turns)} answers were not a true registry's"
        return f"{words}; {said}, {sent} were sent where {needed} suffice, and {then}."

    @property
    def figure(self) -> Figure:
        """The request with its choices; the text has all turns so far as well."""
        told, asked = self.conversation, self.question
        parts = [self.sentence, *filter(None, (self.clause, asked))]
        html = scroll(asked.partition("\n\n")[0], "The request", "labsim-wrap") if asked else ""
        if self.clause:
            html = f"<blockquote>{escape(self.clause)}</blockquote>{html}"
        if self.turns:
            parts.append(told.text)
        return Figure(html, "\n\n".join(parts), told.data)

    @property
    def question(self) -> str:
        """The request, and what may be said to it; empty at the end."""
        if self.asked is None:
            return ""
        listed = [f"  {one.status}  {one.words}" for one in self.choices]
        return "\n".join([_shown(self.asked), "", "You may say", *listed])

    @property
    def clause(self) -> str:
        """What the spec says about the request that was answered last; empty before one was."""
        if not self.turns:
            return ""
        last = CLAUSES[purpose(self.turns[-1].request)]
        return f"{last.text} ({last.cited})"

    @property
    def conversation(self) -> Table:
        """All turns so far."""
        rows = [_row(turn) for turn in reversed(self.turns)]
        return Table("The conversation, the last answer first", _HEADER, rows)


def _prepare(lab: Lab) -> None:
    """The scene: golang here, named for a repository of one's own, and somebody logged in."""
    lab.docker("login -u cantdocpp --password-stdin < token.txt")
    lab.pull("golang")
    lab.tag("golang", NAME)


def _sizes(lab: Lab, name: str) -> dict[str, int]:
    """How long each blob of the image is: what a registry that had it would say."""
    image = lab.image(name)
    blobs = [image.config, *(layer.packed for layer in image.layers)]
    return {str(blob.digest): blob.size for blob in blobs}


def _answered(registry: Registry, request: Request, now_us: int) -> Response:
    request.at_us = request.done_us = now_us
    return registry.handle(request)


def _verdict(turns: list[Turn]) -> str:
    if not turns:
        return ""
    last = turns[-1]
    return f"{last.said} is right. " if last.right else f"{last.said}, where {last.true} is true. "


def _row(turn: Turn) -> tuple[str, ...]:
    clause = CLAUSES[purpose(turn.request)]
    mark = "right" if turn.right else "wrong"
    return clause.words, _brief(turn.request), f"{turn.said}, {mark}", str(turn.true), clause.cited


def _brief(request: Request) -> str:
    """The method and the end of the path; a digest or a session as far as it tells them apart."""
    *_, middle, last = request.path.split("/")
    end = f"{middle}/{last.removeprefix('sha256:')[:12]}" if middle != "v2" else "v2/"
    return f"{request.method} …/{end}{'?mount' * ('mount=' in request.target)}"


def _shown(request: Request) -> str:
    """The request as a registry reads it: its first line, what matters of the rest, its length."""
    lines = [f"{request.method} {request.target}", f"Host: {request.host}"]
    lines += [f"{name}: {value}" for name, value in request.headers if name != "Authorization"]
    if request.body.size:
        lines.append(f"({bytes_text(request.body.size)} of body)")
    return "\n".join(lines)


def one_by_one(talk: Dialogue) -> Generator[Request, Any, Any]:
    """The same conversation with its lanes one after another, and no wait taken.

    It yields requests only and is sent responses; it returns and raises what ``talk`` does.
    """
    reply: Any = None
    error: LabError | None = None
    while True:
        try:
            step = talk.send(reply) if error is None else talk.throw(error)
        except StopIteration as stop:
            return stop.value
        reply = error = None
        if type(step) is Together:
            try:
                reply = yield from _lanes(step)
            except LabError as fault:
                error = fault
        elif type(step) not in (Pause, Gate):
            reply = yield step


def _lanes(together: Together) -> Generator[Request, Any, list[Any]]:
    results = []
    for lane in together.lanes:
        results.append((yield from one_by_one(lane.talk)))  # noqa: PERF401  no comprehension yields
    return results
