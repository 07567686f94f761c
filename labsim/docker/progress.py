"""The lines of a push or a pull without a terminal, told from the trace after the fact.

A line appears for each change of a layer's state, in the order in which simulated time makes the
changes; layers that change at the same instant keep their order.  A push names layers by DiffID,
top first; a pull names blobs, bottom first.  Source: moby 20.10 ``distribution/xfer/upload.go`` and
``download.go``; recordings ``docker_push_*``, ``docker_pull_*``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from labsim.client.pull import LANES as DOWNLOADS
from labsim.client.push import LANES as UPLOADS
from labsim.story import Event, story
from labsim.trace import LaneRecord, Trace

__all__ = ["Progress"]

_SECOND = 1_000_000
Line = tuple[int, str]
_SETTLED = {"found": "Layer already exists", "known": "Layer already exists", "sent": "Pushed"}


class Progress:
    """A trace, asked what was printed about the layers of one image after another."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.events = story(trace)
        self._told: dict[int, list[Event]] = {}
        for event in self.events:
            self._told.setdefault(event.lane, []).append(event)

    def pushed(self, layers: Sequence[str], first_lane: int) -> str:
        """The lines of one image's layers (top first), whose lanes begin at ``first_lane``."""
        return _text(self.pushed_lines(layers, first_lane))

    def pushed_lines(self, layers: Sequence[str], first_lane: int) -> list[Line]:
        """The same lines, each with its instant."""
        lanes = self.trace.lanes[first_lane : first_lane + len(layers)]
        lines = [(0, f"{name.partition(':')[2][:12]}: Preparing") for name in layers]
        moving = [lane for lane in lanes if not self._is_twin(lane)]
        lines += _waiting(moving[UPLOADS:])
        for lane in moving:
            lines += self._retries(lane)
            last = self._last(lane)
            if last is not None and (ending := _ending(last)):
                lines.append((lane.ended_us or 0, f"{_short(lane)}: {ending}"))
        return _in_order(lines)

    def pulled(self, layers_lane: int) -> str:
        """The lines of the layers whose lanes hang on ``layers_lane``, bottom first."""
        return _text(self.pulled_lines(layers_lane))

    def pulled_lines(self, layers_lane: int) -> list[Line]:
        """The same lines, each with its instant."""
        lanes = [lane for lane in self.trace.lanes if lane.parent == layers_lane]
        here = {lane.index for lane in lanes if self._was(lane, "here")}
        lines: list[Line] = []
        for lane in lanes:
            first = "Already exists" if lane.index in here else "Pulling fs layer"
            lines.append((0, f"{_short(lane)}: {first}"))
        missing = [lane for lane in lanes if lane.index not in here]
        lines += _waiting(missing[DOWNLOADS:])
        for lane in missing:
            lines += self._retries(lane)
        lines += self._arrivals(missing)
        return _in_order(lines)

    def _arrivals(self, lanes: Iterable[LaneRecord]) -> Iterator[Line]:
        """Downloads as they end; a layer is unpacked when it and all below it are there."""
        unpacked: int | None = 0
        for lane in lanes:
            if not self._was(lane, "fetched"):
                unpacked = None
                continue
            at_us = self._told[lane.index][-1].at_us
            yield at_us, f"{_short(lane)}: Verifying Checksum"
            yield at_us, f"{_short(lane)}: Download complete"
            if unpacked is not None:
                unpacked = max(unpacked, at_us)
                yield unpacked, f"{_short(lane)}: Pull complete"

    def _retries(self, lane: LaneRecord) -> Iterator[Line]:
        """The countdown of every pause before another try."""
        for event in self._told.get(lane.index, ()):
            if event.kind == "retried":
                for left in range(event.size // _SECOND, 0, -1):
                    at_us = event.at_us + event.size - left * _SECOND
                    yield at_us, f"{_short(lane)}: Retrying in {left} second{'s' * (left != 1)}"

    def _is_twin(self, lane: LaneRecord) -> bool:
        """Whether the image has that layer twice, and another lane stands for both."""
        return any(p.lane == lane.index and p.reason == "twice" for p in self.trace.pauses)

    def _last(self, lane: LaneRecord) -> Event | None:
        return self._told.get(lane.index, [None])[-1]

    def _was(self, lane: LaneRecord, kind: str) -> bool:
        last = self._last(lane)
        return last is not None and last.kind == kind


def _ending(last: Event) -> str:
    """What became of a layer, by the last that is told of it; empty when nothing good did."""
    return f"Mounted from {last.source}" if last.kind == "mounted" else _SETTLED.get(last.kind, "")


def _waiting(lanes: Iterable[LaneRecord]) -> Iterator[Line]:
    return ((1, f"{_short(lane)}: Waiting") for lane in lanes)


def _short(lane: LaneRecord) -> str:
    return lane.subject.partition(":")[2][:12]


def _in_order(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: line[0])


def _text(lines: Iterable[Line]) -> str:
    return "".join(f"{text}\n" for _, text in lines)
