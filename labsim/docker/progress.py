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
from labsim.digest import DiffID
from labsim.trace import Exchange, LaneRecord, PauseRecord, Trace

__all__ = ["pulled_lines", "pushed_lines"]

_SECOND = 1_000_000
Line = tuple[int, str]


def pushed_lines(trace: Trace, layers: Sequence[DiffID], first_lane: int) -> str:
    """The lines of one image's layers (top first), whose lanes begin at ``first_lane``."""
    lanes = trace.lanes[first_lane : first_lane + len(layers)]
    lines = [(0, f"{diff_id.hex[:12]}: Preparing") for diff_id in layers]
    moving = [lane for lane in lanes if not _noted(trace, lane, "twice")]
    lines += _waiting(moving, UPLOADS)
    for lane in moving:
        lines += _retries(trace, lane)
        if ending := _ending(trace, lane):
            lines.append((lane.ended_us or 0, f"{_short(lane)}: {ending}"))
    return _told(lines)


def _ending(trace: Trace, lane: LaneRecord) -> str:
    """What became of a layer that was pushed; empty for one that never got there."""
    if _noted(trace, lane, "known"):
        return "Layer already exists"
    talk = [exchange for exchange in trace.exchanges if exchange.lane == lane.lane]
    last = talk[-1] if talk else None
    if last is None or last.status != 200:
        return ""
    if last.because == "confirm-mount":
        return f"Mounted from {_source(talk)}"
    return {"confirm": "Pushed", "remembered": "Layer already exists"}.get(last.because, "")


def _source(talk: Sequence[Exchange]) -> str:
    """The repository that the last mount of a lane asked for."""
    mounts = (exchange for exchange in reversed(talk) if exchange.because == "mount")
    return dict(next(mounts).request.query)["from"]


def pulled_lines(trace: Trace, layers_lane: int) -> str:
    """The lines of the layers whose lanes hang on ``layers_lane``, bottom first."""
    lanes = [lane for lane in trace.lanes if lane.parent == layers_lane]
    here = [_noted(trace, lane, "here") for lane in lanes]
    lines = [
        (0, f"{_short(lane)}: {'Already exists' if there else 'Pulling fs layer'}")
        for lane, there in zip(lanes, here, strict=True)
    ]
    missing = [lane for lane, there in zip(lanes, here, strict=True) if not there]
    lines += _waiting(missing, DOWNLOADS)
    unpacked = 0
    for lane in missing:
        lines += _retries(trace, lane)
        if (ended := _arrived(trace, lane)) is None:
            unpacked = -1
            continue
        lines += [
            (ended, f"{_short(lane)}: {state}")
            for state in ("Verifying Checksum", "Download complete")
        ]
        if unpacked >= 0:
            unpacked = max(unpacked, ended)
            lines.append((unpacked, f"{_short(lane)}: Pull complete"))
    return _told(lines)


def _arrived(trace: Trace, lane: LaneRecord) -> int | None:
    """When a layer's blob was complete; ``None`` if it never was."""
    talk = [exchange for exchange in trace.exchanges if exchange.lane == lane.lane]
    complete = bool(talk) and not talk[-1].fault and talk[-1].status in (200, 206)
    return talk[-1].done_us if complete else None


def _waiting(lanes: Iterable[LaneRecord], at_most: int) -> Iterator[Line]:
    for lane in list(lanes)[at_most:]:
        yield 1, f"{_short(lane)}: Waiting"


def _retries(trace: Trace, lane: LaneRecord) -> Iterator[Line]:
    """The countdown of every pause before another try."""
    for pause in _pauses(trace, lane, "retry"):
        for left in range(pause.us // _SECOND, 0, -1):
            at_us = pause.at_us + pause.us - left * _SECOND
            yield at_us, f"{_short(lane)}: Retrying in {left} second{'s' * (left != 1)}"


def _pauses(trace: Trace, lane: LaneRecord, reason: str) -> Iterator[PauseRecord]:
    return (p for p in trace.pauses if p.lane == lane.lane and p.reason == reason)


def _noted(trace: Trace, lane: LaneRecord, reason: str) -> bool:
    return any(_pauses(trace, lane, reason))


def _short(lane: LaneRecord) -> str:
    return lane.subject.partition(":")[2][:12]


def _told(lines: Iterable[Line]) -> str:
    ordered = sorted(lines, key=lambda line: line[0])
    return "".join(f"{text}\n" for _, text in ordered)
