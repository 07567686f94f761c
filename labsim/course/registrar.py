"""You are the registry: a client pushes, and somebody answers each of its requests by hand.

The client is the real dialogue, one lane after another.  Beside it a true registry is kept, which
takes only what was answered as it would have answered; so it knows the true answer to each
request, and, at the end, what a pull of the image gets.  A wrong answer has its own consequences:
the client believes it.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from labsim.course.grounds import blob_of, ground
from labsim.course.one_by_one import one_by_one
from labsim.course.responses import (
    CLAUSES,
    Choice,
    brief,
    choices,
    made_up,
    purpose,
    shown,
    without_mount,
)
from labsim.errors import LabError
from labsim.figures.figure import Figure, Table, bytes_text, scroll
from labsim.lab import Lab
from labsim.link import answer
from labsim.reference import Reference
from labsim.wire import Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.registry import Registry

__all__ = ["Cost", "Play", "Turn"]

#: Nothing has been pushed there yet, so the client has everything to ask.
NAME = "cantdocpp/mine:v1"
_BILL = ("you said", "a true registry", "bytes sent", "a pull", "what came of it")
_HEADER = ("the client", "asks for", "you said", "a true registry", "spec")


class Turn(NamedTuple):
    """A request, what was answered, and what a true registry would have answered and why.

    ``then`` is what a wrong answer made of it: what the client did next, and what it would have
    done if it had been told the truth.
    """

    request: Request
    said: int
    true: int
    why: str
    then: str = ""

    @property
    def right(self) -> bool:
        """Whether it was answered as a true registry answers."""
        return self.said == self.true


class Cost(NamedTuple):
    """What a wrong answer changes if all that comes after it is true.

    ``sent`` are the bytes more, below 0 where a client takes something for stored or gives up;
    ``there`` is whether the image can be pulled then.
    """

    turn: Turn
    sent: int
    there: bool


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
        self._sizes = _sizes(self.lab, name)
        self._begin()

    def _begin(self) -> None:
        """From the start: a client that has asked nothing, a registry that has heard nothing."""
        self.turns: list[Turn] = []
        self.fault = ""
        self.asked: Request | None = None
        self._done: list[Request] = []
        self._sent = 0
        self._talk = one_by_one(self.lab.fork().seat.engine.push(self.reference))
        self._clean: Registry | None = None
        self._step(None)

    # -- answering ---------------------------------------------------------------------------------

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be said to the request; the true answer is among them."""
        return () if self.asked is None else choices(self.asked, self._true.status)

    def answer(self, number: int) -> Turn:
        """Give the answer of that number, or that status: ``answer(1)`` or ``answer(404)``.

        LabError when nothing is asked, or it is none of the choices.
        """
        if self.asked is None:
            raise LabError("the client asks nothing any more")
        statuses = [one.status for one in self.choices]
        status = statuses[number - 1] if 1 <= number <= len(statuses) else number
        if status not in statuses:
            raise LabError(f"{status} is none of the answers that make sense here")
        turn = self._say(status)
        if not turn.right:
            turn = turn._replace(then=self._contrasted(turn))
        self.turns.append(turn)
        return turn

    def undo(self) -> Turn:
        """Take the last answer back: the client is asked to begin again, up to there."""
        if not self.turns:
            raise LabError("nothing has been answered yet")
        *kept, last = self.turns
        self._begin()
        self._again(kept)
        return last

    @property
    def hint(self) -> str:
        """What a true registry finds when it looks; it names no status."""
        return f"A true registry finds that {self._why}." if self.asked is not None else ""

    def finish(self) -> None:
        """Answer whatever is still asked as a true registry does."""
        while self.asked is not None:
            self.answer(self._true.status)

    def _again(self, turns: list[Turn]) -> None:
        """Give the same answers once more."""
        for turn in turns:
            self._say(turn.said)
        self.turns += turns

    def _say(self, status: int) -> Turn:
        """Tell the client; the turn that this is."""
        assert self.asked is not None
        turn = Turn(self.asked, status, self._true.status, self._why)
        self._step(self._settled() if turn.right else self._untrue(turn.request, status))
        return turn

    def _contrasted(self, turn: Turn) -> str:
        """What the client does now, and what it does in a play in which it is told the truth."""
        other = self._twin(self.turns)
        other._say(turn.true)
        size = self._sizes.get(blob_of(turn.request))
        about = f" of this blob of {bytes_text(size)}" if size else ""
        now, then = self._next(turn), other._next(turn)
        if now == then:
            return f"Told {turn.said} or {turn.true}{about}, the client {now}."
        return f"Told {turn.said}{about}, the client {now}; told {turn.true}, it {then}."

    def _twin(self, turns: list[Turn]) -> Play:
        """Another play of the same push that has come so far by these answers."""
        other = Play.__new__(Play)
        other.lab, other.reference, other._sizes = self.lab, self.reference, self._sizes
        other._begin()
        other._again(turns)
        return other

    def _next(self, turn: Turn) -> str:
        """What the client does after that answer."""
        if self.asked is None:
            return f"gives up: {self.fault}" if self.fault else "is content"
        act = purpose(self.asked)
        if act == "ask" and blob_of(self.asked) != blob_of(turn.request):
            return "asks about the next blob"
        return "makes sure that it is there" if act == "ask" else CLAUSES[act].words

    def _settled(self) -> Response:
        """The true answer: from now on the true registry has had this request."""
        assert self.asked is not None
        self._done.append(self.asked)
        self._clean = self._dirty
        return self._true

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
            self._look(asked)
            if purpose(asked) != "token":
                return
            response = self._settled()

    def _look(self, asked: Request) -> None:
        """Find out what a true registry answers now, and why; nothing is answered by that.

        The registry that was asked has had the request then, which is right only if the learner
        answers the same; otherwise another is made that has not.
        """
        registry = self._clean or self._registry()
        self.asked, self._clean, self._dirty = asked, None, registry
        self._true = registry.handle(asked)
        self._why = ground(asked, registry, self._true)

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
        return self._if_true_from([])._sent

    def _if_true_from(self, turns: list[Turn]) -> Play:
        """How it ends if nothing but the truth comes after these answers."""
        other = self._twin(turns)
        while other.asked is not None:
            other._say(other._true.status)
        return other

    @property
    def costs(self) -> list[Cost]:
        """What each wrong answer cost; the bytes add up to those sent and not needed."""
        found, before = [], self.needed()
        for at, turn in enumerate(self.turns, 1):
            if not turn.right:
                other = self._if_true_from(self.turns[:at])
                found.append(Cost(turn, other._sent - before, not other.pulled()))
                before = other._sent
        return found

    @property
    def bill(self) -> Table:
        """The same as a table, with what came of each."""
        rows = [
            (
                f"{turn.said} to {brief(turn.request)}",
                str(turn.true),
                _signed(count),
                "works" if there else "fails",
                turn.then,
            )
            for turn, count, there in self.costs
        ]
        return Table("What the wrong answers cost, if all after them is true", _BILL, rows)

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
        parts = [self.sentence, *filter(None, (self.lesson, asked))]
        html = scroll(asked.partition("\n\n")[0], "The request", "labsim-wrap") if asked else ""
        if self.asked is None and self.wrong:
            parts.append(self.bill.text)
            html += self.bill.html
        if self.turns:
            parts.append(told.text)
        return Figure(self._lesson_html() + html, "\n\n".join(parts), told.data)

    @property
    def question(self) -> str:
        """The request, and what may be said to it; empty at the end."""
        if self.asked is None:
            return ""
        offered = enumerate(self.choices, 1)
        listed = [f"  {number}.  {one.status}  {one.words}" for number, one in offered]
        return "\n".join([shown(self.asked), "", "You may say", *listed])

    @property
    def lesson(self) -> str:
        """What the spec says about the request that was answered last, the true answer and why.

        Empty before one was answered.
        """
        if not self.turns:
            return ""
        turn = self.turns[-1]
        clause = CLAUSES[purpose(turn.request)]
        true = f"A true registry says {turn.true}: {turn.why}."
        return "\n".join(filter(None, (f"{clause.text} ({clause.place})", true, turn.then)))

    def _lesson_html(self) -> str:
        if not self.turns:
            return ""
        clause = CLAUSES[purpose(self.turns[-1].request)]
        quoted, *rest = map(escape, self.lesson.split("\n"))
        if clause.address:
            place = escape(clause.place)
            quoted = quoted.replace(place, f'<a href="{clause.address}">{place}</a>')
        said = "".join(f"<p>{line}</p>" for line in rest)
        return f"<blockquote><p>{quoted}</p></blockquote>{said}"

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
    return clause.words, brief(turn.request), f"{turn.said}, {mark}", str(turn.true), clause.cited


def _signed(count: int) -> str:
    """A difference in bytes."""
    sign = "−" if count < 0 else "+"
    return f"{sign}{bytes_text(abs(count))}" if count else "as many"
