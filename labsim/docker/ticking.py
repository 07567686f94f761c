"""The lines of Docker 29's push and pull: every tenth of a second it looks, and says what is new.

A look comes 100 ms after the beginning, then every 100 ms, and a last one at the end; what happened
in between is told in the order of the manifest.  (The real order is that of a Go map: random.)
Without a terminal the daemon repeats "Waiting" at every look; here it is said once.

Source: moby 29 ``daemon/containerd/progress.go``; recordings ``ctrd_docker_*``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from labsim.story import Event, story
from labsim.trace import LaneRecord, Trace

__all__ = ["Looks", "pulled_lines", "pushed_lines"]

_TICK_US = 100_000
_SETTLED = {"found": "Layer already exists", "sent": "Pushed"}


class Looks(NamedTuple):
    """When somebody looks, between a beginning and an end."""

    start_us: int
    end_us: int

    def first_after(self, at_us: int) -> int:
        """The first look at which something that happened then can be seen."""
        ticks = max(1, -(-(at_us - self.start_us) // _TICK_US))
        return min(self.start_us + ticks * _TICK_US, self.end_us)


class _Shown(NamedTuple):
    """A line: when, its place among those of one look, and what it says."""

    at_us: int
    stage: int
    order: int
    text: str


def pushed_lines(trace: Trace, blobs: Sequence[str], first_lane: int, end_us: int) -> str:
    """The lines of one name's blobs, whose lanes begin at ``first_lane``; "" is not shown."""
    lanes = trace.lanes[first_lane : first_lane + len(blobs)]
    if not lanes:
        return ""
    looks = Looks(lanes[0].queued_us, end_us)
    told = _by_lane(story(trace))
    lines: list[_Shown] = []
    for order, (lane, blob) in enumerate(zip(lanes, blobs, strict=False)):
        if blob:
            short = blob.partition(":")[2][:12]
            lines += _pushed(trace, lane, told.get(lane.index, ()), looks, order, short)
    return _in_order(lines)


def _pushed(
    trace: Trace,
    lane: LaneRecord,
    events: Sequence[Event],
    looks: Looks,
    order: int,
    blob: str,
) -> Iterator[_Shown]:
    """Waiting, if anybody looked before its bytes moved or its fate was known; then its fate."""
    last = events[-1] if events else None
    ending = _ending(last) if last is not None else ""
    settled_us = last.at_us if last is not None and ending else None
    moving = [x.at_us for x in trace.exchanges if x.lane == lane.index and x.up]
    begun_us = min([*moving, *([settled_us] if settled_us is not None else [])], default=None)
    first = min(looks.start_us + _TICK_US, looks.end_us)
    if begun_us is None or first < begun_us:
        yield _Shown(first, 0, order, f"{blob}: Waiting")
    if settled_us is not None:
        yield _Shown(looks.first_after(settled_us), 0, order, f"{blob}: {ending}")


def _ending(last: Event) -> str:
    """What became of a blob, by the last that is told of it; empty when nothing good did."""
    return f"Mounted from {last.source}" if last.kind == "mounted" else _SETTLED.get(last.kind, "")


def pulled_lines(trace: Trace, lanes: Sequence[LaneRecord], end_us: int) -> str:
    """The lines of the layers that were fetched in these lanes, bottom first."""
    if not lanes:
        return ""
    looks = Looks(lanes[0].queued_us, end_us)
    told = _by_lane(story(trace))
    lines = [
        _Shown(looks.start_us, 0, order, f"{_short(lane)}: Pulling fs layer")
        for order, lane in enumerate(lanes)
    ]
    unpacked_us: int | None = 0
    for order, lane in enumerate(lanes):
        last = told.get(lane.index, [None])[-1]
        if last is None or last.kind != "fetched":
            unpacked_us = None  # layers are unpacked from the bottom up
            continue
        seen_us = looks.first_after(last.at_us)
        lines.append(_Shown(seen_us, 1, order, f"{_short(lane)}: Download complete"))
        if unpacked_us is not None:
            unpacked_us = max(unpacked_us, last.at_us)
            seen_us = looks.first_after(unpacked_us)
            lines.append(_Shown(seen_us, 2, order, f"{_short(lane)}: Pull complete"))
    return _in_order(lines)


def _by_lane(events: Iterable[Event]) -> dict[int, list[Event]]:
    told: dict[int, list[Event]] = {}
    for event in events:
        told.setdefault(event.lane, []).append(event)
    return told


def _short(lane: LaneRecord) -> str:
    return lane.subject.partition(":")[2][:12]


def _in_order(lines: Iterable[_Shown]) -> str:
    return "".join(f"{line.text}\n" for line in sorted(lines, key=lambda line: line[:3]))
