"""What holds at any instant of a push or a pull, in words: the frames that a slider moves through.

Nothing is stored while a push runs.  A moment is computed from the trace, bytes in flight included,
so a replay can stop anywhere and the text form can name every stop.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from labsim.figures import acts, lanes
from labsim.figures.bricks import Brick
from labsim.figures.figure import Figure, bytes_text, columns
from labsim.figures.lanes import Lanes, Row, Step
from labsim.figures.timeline import drawn
from labsim.trace import Trace

__all__ = ["Moment", "Replay", "replay"]

#: How many stops a transfer gets between its ends, so that its bytes can be seen to grow.
STOPS = 12


class Moment(NamedTuple):
    """What holds from an instant on: a sentence, and (state, words) for each lane and for the sum.

    States are ``waiting``, ``busy``, ``done`` and ``failed``.
    """

    at_us: int
    sentence: str
    lanes: tuple[tuple[str, str], ...]


class Replay:
    """A conversation that can be moved: ``figure``, ``moments``, and ``at(us)``."""

    __slots__ = ("_instants", "figure", "moments", "shown")

    def __init__(self, shown: Lanes) -> None:
        self.shown = shown
        self.figure = Figure(drawn(shown), lanes.told(shown))
        self.moments = tuple(_moment(shown, instant) for instant in _instants(shown))
        self._instants = [moment.at_us for moment in self.moments]

    @property
    def length_us(self) -> int:
        """How long the conversation took, in µs of simulated time."""
        return self.shown.length_us

    @property
    def movable(self) -> Figure:
        """The figure with a playhead, and with the marks by which a front end moves it."""
        return Figure(drawn(self.shown, head_us=self.length_us), self.figure.text)

    def at(self, us: int) -> Moment:
        """The moment that holds at that instant."""
        return self.moments[max(0, bisect_right(self._instants, us) - 1)]

    def exactly(self, us: int) -> Moment:
        """What holds at that very instant, with the bytes that are in flight."""
        return _moment(self.shown, max(0, min(us, self.length_us)))

    def still(self, us: int) -> Figure:
        """The picture at an instant (µs from the start), with what holds then as its text."""
        us = max(0, min(us, self.length_us))
        moment = self.exactly(us)
        words = [words for _, words in moment.lanes]
        rows = [
            (lanes.label(row), "" if row.size is None else bytes_text(row.size), state, said)
            for row, (state, said) in zip(self.shown.rows, moment.lanes, strict=False)
        ]
        table = columns([("WHAT", "PACKED", "STATE", "NOW"), *rows])
        text = "\n\n".join(
            (
                f"At {lanes.seconds(us)}: {words[-1]}",
                table,
                moment.sentence,
                lanes.spoken(self.shown),
            )
        )
        return Figure(drawn(self.shown, head_us=us, words=words), text)

    def __str__(self) -> str:
        return self.figure.text


def replay(trace: Trace, layers: Mapping[str, Brick] | None = None) -> Replay:
    """A conversation to move through; ``layers`` are bricks by DiffID or digest."""
    return Replay(Lanes.of(trace, layers or {}))


def _instants(shown: Lanes) -> list[int]:
    """The instants worth a stop: every beginning, every end, and some on the way of a transfer."""
    found = {0, shown.length_us}
    for step in _steps(shown):
        found |= {step.start_us, step.end_us}
        if step.carries:
            wide = step.end_us - step.start_us
            found |= {step.start_us + wide * stop // STOPS for stop in range(STOPS)}
    return sorted(found)


def _steps(shown: Lanes) -> Iterator[Step]:
    return (step for row in shown.rows for step in row.steps)


def _moment(shown: Lanes, at_us: int) -> Moment:
    states = [_state(shown, row, at_us) for row in shown.rows]
    so_far = sum(moved for *_, moved in states)
    total = ("busy" if at_us < shown.length_us else "done", f"{bytes_text(so_far)} moved so far.")
    if at_us >= shown.length_us:
        total = ("done", shown.summary)
    lines = (*((state, words) for state, words, _ in states), total)
    return Moment(at_us, _sentence(shown, at_us), lines)


def _state(shown: Lanes, row: Row, at_us: int) -> tuple[str, str, int]:
    """A lane at an instant: state, words, bytes of content moved."""
    begun = [step for step in row.steps if step.start_us <= at_us]
    moved = sum(_moved(shown, step, at_us) for step in begun if step.carries)
    if not begun:
        return ("waiting", "waiting", 0) if row.steps else ("done", row.outcome, 0)
    last = begun[-1]
    if at_us < last.end_us:
        return "busy", _doing(shown, last, at_us), moved
    if last is row.steps[-1] and at_us >= row.end_us:
        return ("failed" if row.failed else "done"), row.outcome, moved
    again = (lanes.again(*pair) for pair in row.retries if pair[0] <= at_us < pair[1])
    return "busy", next(again, "waits"), moved


def _doing(shown: Lanes, step: Step, at_us: int) -> str:
    if not step.carries:
        return step.act.words
    return f"{bytes_text(_moved(shown, step, at_us))} of {bytes_text(step.moved)}"


def _moved(shown: Lanes, step: Step, at_us: int) -> int:
    moving = shown.trace.moved(step.exchange, shown.trace.started_us + at_us)
    return moving.down if step.act.name == "fetch" else moving.up


def _sentence(shown: Lanes, at_us: int) -> str:
    """The latest thing that began or ended, for the live region."""
    latest, words = -1, "Nothing has been said yet."
    for row in shown.rows:
        for step in row.steps:
            does = f"{lanes.label(row)} {step.act.words}"
            for instant, say in (
                (step.start_us, f"{does}."),
                (step.end_us, f"{does}: {acts.answer(step.exchange)}."),
            ):
                if latest < instant <= at_us:
                    latest, words = instant, say
    return f"{lanes.seconds(max(latest, 0))}: {words}"
