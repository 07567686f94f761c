"""A push or a pull read as rows: one for each lane, what it did, and what that came to.

This is what :mod:`labsim.figures.timeline` draws and :mod:`labsim.figures.replay` replays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from labsim.figures import acts, bricks
from labsim.figures.bricks import Brick
from labsim.figures.figure import bytes_text, columns
from labsim.figures.theme import Mark
from labsim.story import Event, Ledger, in_lanes, ledger, story
from labsim.story.events import contents
from labsim.story.shapes import shape
from labsim.trace import Exchange, LaneRecord, Trace

__all__ = ["Lanes", "Row", "Step", "again", "label", "seconds", "spoken", "told"]


def again(start_us: int, end_us: int) -> str:
    """What a lane does that waits before another try."""
    return f"waits {(end_us - start_us) / 1_000_000:g} s to try again"


class Step(NamedTuple):
    """One exchange of a row; times in µs from the start of the conversation."""

    exchange: Exchange
    act: acts.Act
    start_us: int
    end_us: int

    @property
    def moved(self) -> int:
        """Bytes of the body that carried the content."""
        return self.exchange.down if self.act.name == "fetch" else self.exchange.up

    @property
    def carries(self) -> bool:
        """Whether it moves content, and so deserves a thick bar."""
        return self.act.name in ("send", "fetch") or (self.act.name == "seal" and self.moved > 0)


class Row(NamedTuple):
    """One lane: what it is about, its steps, and what they came to.

    ``mark`` is the look of a layer, ``size`` its packed bytes, where the conversation tells them;
    ``retries`` are when the lane waited before it tried again, ``end_us`` is when it was over, both
    in µs from the start.
    """

    title: str
    mark: Mark | None
    size: int | None
    steps: tuple[Step, ...]
    retries: tuple[tuple[int, int], ...]
    end_us: int
    outcome: str
    failed: bool

    @property
    def waits(self) -> tuple[tuple[int, int], ...]:
        """When the lane had begun and asked nothing: for other lanes, or before it tried again."""
        gaps = ((one.end_us, other.start_us) for one, other in pairwise(self.steps))
        return tuple((start, end) for start, end in gaps if start < end)

    @property
    def moved(self) -> int:
        """Bytes of content that the lane moved."""
        return sum(step.moved for step in self.steps if step.carries)


class Lanes(NamedTuple):
    """Everything the picture shows."""

    rows: tuple[Row, ...]
    length_us: int
    summary: str
    trace: Trace

    @classmethod
    def of(cls, trace: Trace, layers: Mapping[str, Brick]) -> Lanes:
        """A conversation read as rows; ``layers`` are bricks by DiffID or digest.

        The rows are those of the blobs, in the order of the manifest: a push lists them from the
        top as Docker does, whichever client pushed and in whatever order, and the config last.
        """
        trace = in_lanes(trace)
        settled = ledger(trace, layers)
        events = story(trace)
        outcomes = _outcomes(trace, events, settled)
        named = _named(trace, events)
        blobs = [named[lane.index] for lane in trace.lanes if ":" in str(lane.subject)]
        marks = bricks.marked(blobs, layers)
        sizes = {event.blob: event.size for event in events if event.blob and event.size}
        rows = tuple(
            Row(
                _title(lane, layers.get(lane.subject)),
                marks.get(named[lane.index]),
                _size(layers.get(named[lane.index]), sizes.get(named[lane.index])),
                steps,
                _retries(trace, lane.index),
                _over(trace, lane),
                *_end(lane, steps, outcomes),
            )
            for lane in sorted(trace.lanes, key=_rank(trace, named))
            if (steps := _steps(trace, lane.index)) or lane.index in outcomes
        )
        length = max(trace.ended_us - trace.started_us, 1)
        return cls(rows, length, _summary(trace, settled, length), trace)


def _steps(trace: Trace, lane: int) -> tuple[Step, ...]:
    zero = trace.started_us
    return tuple(
        Step(one, acts.act(one), one.at_us - zero, one.done_us - zero)
        for one in trace.exchanges
        if one.lane == lane
    )


_SILENCE = "nobody answered"
#: The reasons of a pause that say that something is tried again.
_AGAIN = ("retry", "again")
#: What each lane came to: the last of these that the story tells of it.
_OUTCOMES = {
    "found": "already there",
    "mounted": "mounted from {source}",
    "sent": "sent {moved}",
    "fetched": "fetched {moved}",
    "here": "already here",
    "known": "already handled",
    "complete": "already here",
    "tagged": "published as {source}",
    "refused": "refused",
    "dropped": _SILENCE,
}


def _named(trace: Trace, events: Iterable[Event]) -> dict[int, str]:
    """The blob that each lane is about, by the name that a manifest has for it."""
    named = {lane.index: str(lane.subject) for lane in trace.lanes}
    return named | {event.lane: event.blob for event in events if event.lane and event.blob}


def _rank(trace: Trace, named: Mapping[int, str]) -> Callable[[LaneRecord], tuple[int, int]]:
    """The command, the layers from the top (of a pull, as they were begun), and the config."""
    listing = {
        digest: at
        for one in trace.exchanges
        if shape(one).act == "tag"
        for at, (_, digest, _) in enumerate(contents(one, one.request.body))
    }

    def rank(lane: LaneRecord) -> tuple[int, int]:
        if lane.subject == "config":
            return 2, lane.index
        return bool(lane.index), -listing.get(named[lane.index], -lane.index)

    return rank


def _outcomes(trace: Trace, told_events: Iterable[Event], told: Ledger) -> dict[int, str]:
    events = [event for event in told_events if event.kind in _OUTCOMES]
    outcomes = {event.lane: _outcome(event) for event in events}
    for event in events:
        if event.kind == "dropped" and event.moved and outcomes[event.lane] == _SILENCE:
            outcomes[event.lane] = f"broke off after {bytes_text(event.moved)}"
    if told.refused:
        outcomes[0] = _failure(trace)
    return outcomes


def _outcome(event: Event) -> str:
    return _OUTCOMES[event.kind].format(source=event.source, moved=bytes_text(event.moved))


def _failure(trace: Trace) -> str:
    """What the command as a whole came to when it failed."""
    writes = [one for one in trace.exchanges if one.method not in ("GET", "HEAD")]
    published = any(shape(one).act == "tag" and one.status == 201 for one in writes)
    return "failed: nothing was published" if writes and not published else "failed"


def _title(lane: LaneRecord, brick: Brick | None) -> str:
    if brick:  # by the same name whether a client spoke of the tar or of the blob
        return brick.words or brick.diff_id.short
    return lane.subject.partition(":")[2][:12] or lane.subject or "the command"


def _size(brick: Brick | None, told: int | None) -> int | None:
    return brick.packed if brick else told


def _retries(trace: Trace, lane: int) -> tuple[tuple[int, int], ...]:
    zero = trace.started_us
    waited = (one for one in trace.pauses if one.lane == lane and one.us and one.reason in _AGAIN)
    return tuple((one.at_us - zero, one.at_us + one.us - zero) for one in waited)


def _over(trace: Trace, lane: LaneRecord) -> int:
    """When nothing more came of the lane: its own end or that of its last exchange."""
    done = max((one.done_us for one in trace.exchanges if one.lane == lane.index), default=0)
    return max(lane.ended_us or 0, done, trace.started_us) - trace.started_us


def _end(
    lane: LaneRecord, steps: tuple[Step, ...], outcomes: Mapping[int, str]
) -> tuple[str, bool]:
    """What the lane came to, and whether that is bad."""
    failed = bool(steps) and (bool(steps[-1].exchange.fault) or steps[-1].exchange.status >= 400)
    failed = failed or outcomes.get(lane.index, "").startswith("failed")
    last = acts.answer(steps[-1].exchange) if steps else ""
    return outcomes.get(lane.index, last), failed


def _summary(trace: Trace, told: Ledger, length: int) -> str:
    if not trace.lanes and not trace.exchanges:
        return "Nothing has been said."
    begun = f"{len(trace.exchanges)} exchanges in {seconds(length)}:"
    if told.refused:
        return f"{begun} {bytes_text(told.was)} of layers travelled, then it failed."
    whole, part = bytes_text(told.would_have_been), bytes_text(told.was)
    return f"{begun} layers of {whole}, of which {part} travelled."


def seconds(us: int) -> str:
    """A simulated time in words: ``0.420 s``."""
    return f"{us / 1_000_000:.3f} s"


def told(shown: Lanes) -> str:
    """The text twin: what each row came to, then every exchange in order."""
    if not shown.rows:
        return shown.summary
    rows = [("WHAT", "PACKED", "MOVED", "OUTCOME"), *(_told_row(row) for row in shown.rows)]
    return "\n\n".join((shown.summary, columns(rows), spoken(shown)))


def spoken(shown: Lanes) -> str:
    """Every exchange in order, and every wait before another try, as a table."""
    every = [
        ((step.start_us, step.exchange.index), _told_step(step, row))
        for row in shown.rows
        for step in row.steps
    ]
    every += [
        ((start, -1), (seconds(start), seconds(end), label(row), again(start, end), ""))
        for row in shown.rows
        for start, end in row.retries
    ]
    every.sort(key=lambda pair: pair[0])
    steps = [("FROM", "TO", "WHAT", "DOES", "ANSWER"), *(cells for _, cells in every)]
    return columns(steps)


def label(row: Row) -> str:
    """The row's letter and title."""
    return f"{row.mark.letter} {row.title}" if row.mark else row.title


def _told_row(row: Row) -> Sequence[str]:
    size = "" if row.size is None else bytes_text(row.size)
    return label(row), size, bytes_text(row.moved), row.outcome


def _told_step(step: Step, row: Row) -> tuple[str, ...]:
    does = f"{step.act.words}, {bytes_text(step.moved)}" if step.carries else step.act.words
    answer = acts.answer(step.exchange)
    return seconds(step.start_us), seconds(step.end_us), label(row), does, answer
