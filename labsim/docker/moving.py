"""What a terminal shows while a push or a pull goes on: lines that are written over and over.

Nothing of it is recorded: it is told from the trace, with the lab's clock beside each change, for
whoever wants to play it.  A layer that moves is shown anew every tenth of a second.

Source: CLI 28.2.2's vendored ``jsonmessage`` (cursor moves, columns, bars) and moby 20.10
``pkg/progress`` (how often); recordings ``docker_tty_*``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from labsim.digest import DiffID
from labsim.docker.progress import Progress
from labsim.docker.units import human_size
from labsim.trace import Exchange, LaneRecord, Trace

__all__ = ["Frame", "LayerSize", "Screen", "bar", "of_pull", "of_push", "pages"]

#: How often the daemon tells: first when a hundredth has moved (or so much), then at most so often.
_TICK_US = 100_000
_FIRST = 512_000
#: How much it unpacks at a time.
_UNPACKED_AT_ONCE = 327_680
#: Below this width of the terminal there is room for the numbers only.
_ROOM_FOR_BAR = 110


class Frame(NamedTuple):
    """Text for the terminal at an instant of the lab's clock (µs since 1970)."""

    at_us: int
    text: str


class LayerSize(NamedTuple):
    """A layer of a push: its name, the bytes of its tar, and of its files."""

    diff_id: DiffID
    tar_size: int
    files_size: int


class Change(NamedTuple):
    """One layer's line from now on; ``progress`` stands behind the words."""

    at_us: int
    name: str
    words: str
    progress: str = ""


class Screen:
    r"""The lines of one block of layers, as ``jsonmessage`` keeps them apart.

    >>> screen = Screen()
    >>> screen.show("c850650d2c9c", "Preparing")
    '\n\x1b[1A\x1b[2K\rc850650d2c9c: Preparing \r\x1b[1B'
    """

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def show(self, name: str, words: str, progress: str = "") -> str:
        """Go up to the line, write it anew, come back; a new name gets a new line."""
        new = name not in self._lines
        at = self._lines.setdefault(name, len(self._lines))
        up = len(self._lines) - at
        moved = f"\x1b[{up}A\x1b[2K\r{name}: {words} {progress}\r\x1b[{up}B"
        return f"\n{moved}" if new else moved


def bar(current: int, total: int, width: int) -> str:
    """How far it is: a bar where there is room, and the numbers; no total once it is passed.

    >>> bar(328_200, 31_460_000, 100)
    ' 328.2kB/31.46MB'
    >>> bar(15_730_000, 31_460_000, 120)
    '[=========================>                         ]  15.73MB/31.46MB'
    """
    drawn = min(50, current * 100 // total // 2) if total else 0
    box = f"[{'=' * drawn}>{' ' * (50 - drawn)}] " if width > _ROOM_FOR_BAR else ""
    now, whole = human_size(current, digits=4), human_size(total, digits=4)
    return f"{box}{now:>8}" + (f"/{whole}" if current <= total else "")


def pages(frames: Iterable[Frame]) -> Iterator[Frame]:
    r"""What stands on the screen after each frame, for a place that has no cursor to move.

    >>> moved = [Frame(0, "x: Pulling\n"), Frame(1, Screen().show("a1b2", "Waiting"))]
    >>> [page.text for page in pages(moved)]
    ['x: Pulling\n', 'x: Pulling\na1b2: Waiting\n']
    """
    lines: list[str] = []
    painted = 0
    for at_us, text in frames:
        found = _MOVE.fullmatch(text)
        if (repaint := _REPAINT.search(text)) is not None:
            rows = [row.rstrip() for row in _COLOUR.sub("", repaint["rows"]).splitlines()]
            lines[len(lines) - painted :] = rows
            painted = len(rows)
        elif found is None:
            lines += text.splitlines()
        else:
            lines += [""] * len(found["new"])
            lines[-int(found["up"])] = found["line"].rstrip()
        yield Frame(at_us, "".join(f"{line}\n" for line in lines))


#: A list that is written over as a whole, and the colours in it.
_REPAINT = re.compile(r"\x1b\[0G\x1b\[\?25l(?P<rows>.*)\x1b\[\?25h$", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[\d*[A-Za-z]")
_MOVE = re.compile(r"(?P<new>\n?)\x1b\[(?P<up>\d+)A\x1b\[2K\r(?P<line>[^\r]*)\r\x1b\[\d+B")

# -- push ------------------------------------------------------------------------------------------


def of_push(
    trace: Trace, layers: Sequence[LayerSize], first_lane: int, width: int
) -> Iterator[Frame]:
    """One image's layers (top first), whose lanes begin at ``first_lane``."""
    lanes = trace.lanes[first_lane : first_lane + len(layers)]
    names = [layer.diff_id for layer in layers]
    changes = list(_lines(trace, Progress(trace).pushed_lines(names, first_lane)))
    for size, lane in zip(layers, lanes, strict=False):
        changes += _pushing(trace, lane, size, width)
    return _drawn(changes)


def _pushing(trace: Trace, lane: LaneRecord, size: LayerSize, width: int) -> Iterator[Change]:
    """The daemon counts what it packs, so the numbers are those of the unpacked layer."""
    for exchange in _carrying(trace, lane, up=True):
        for at_us in _ticks(exchange.at_us, exchange.sent_us):
            moved = max(trace.moved(exchange, at_us).up, _first(exchange.up))
            current = size.tar_size * moved // exchange.up
            yield Change(at_us, _short(lane), "Pushing", bar(current, size.files_size, width))


# -- pull ------------------------------------------------------------------------------------------


def of_pull(trace: Trace, layers_lane: int, width: int) -> Iterator[Frame]:
    """The layers whose lanes hang on ``layers_lane``, bottom first."""
    lanes = [lane for lane in trace.lanes if lane.parent == layers_lane]
    sizes = {_short(lane): _size(trace, lane) for lane in lanes}
    changes: list[Change] = []
    for change in _lines(trace, Progress(trace).pulled_lines(layers_lane)):
        if change.words == "Pull complete":
            changes += _extracting(change, sizes[change.name], width)
        changes.append(change)
    for lane in lanes:
        changes += _downloading(trace, lane, sizes[_short(lane)], width)
    return _drawn(changes)


def _size(trace: Trace, lane: LaneRecord) -> int:
    return sum(exchange.down for exchange in _carrying(trace, lane, up=False))


def _downloading(trace: Trace, lane: LaneRecord, total: int, width: int) -> Iterator[Change]:
    before = 0
    for exchange in _carrying(trace, lane, up=False):
        for at_us in _ticks(exchange.arriving_us, exchange.done_us):
            current = before + max(trace.moved(exchange, at_us).down, _first(exchange.down))
            if current < total:
                yield Change(at_us, _short(lane), "Downloading", bar(current, total, width))
        before += exchange.down


def _extracting(ready: Change, total: int, width: int) -> Iterator[Change]:
    """Unpacking takes no time in the lab, so its first and its last step are shown."""
    for current in dict.fromkeys((min(_UNPACKED_AT_ONCE, total), total)):
        yield Change(ready.at_us, ready.name, "Extracting", bar(current, total, width))


# -- both ------------------------------------------------------------------------------------------


def _lines(trace: Trace, lines: Iterable[tuple[int, str]]) -> Iterator[Change]:
    """The lines that are printed without a terminal, too."""
    for at_us, text in lines:
        name, _, words = text.partition(": ")
        yield Change(max(at_us, trace.started_us), name, words)


def _drawn(changes: Iterable[Change]) -> Iterator[Frame]:
    screen = Screen()
    for at_us, name, words, progress in sorted(changes, key=lambda change: change.at_us):
        yield Frame(at_us, screen.show(name, words, progress))


def _carrying(trace: Trace, lane: LaneRecord, *, up: bool) -> list[Exchange]:
    """The exchanges of a lane that carry a layer's bytes."""
    mine = (exchange for exchange in trace.exchanges if exchange.lane == lane.index)
    if up:
        return [x for x in mine if x.method in ("PATCH", "PUT") and x.up]
    return [x for x in mine if x.method == "GET" and "/blobs/" in x.target and x.down]


def _ticks(start_us: int, end_us: int) -> Iterator[int]:
    """The beginning, every tenth of a second while bytes move, and the end."""
    yield from range(start_us, end_us, _TICK_US)
    yield end_us


def _first(size: int) -> int:
    """What has moved when something is shown for the first time."""
    return min(size // 100 + 1, _FIRST)


def _short(lane: LaneRecord) -> str:
    return lane.subject.partition(":")[2][:12]
