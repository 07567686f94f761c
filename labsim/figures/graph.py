"""The layer graph: which layer stands on which, with the names of images pinned to it.

Time goes from left to right and a name hangs at the end of its line, as in a log of commits.  A
layer that several images stand on is one block from which lines branch off; a picture of a graph
in which lines merge, such as the stages of a build, is drawn by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from labsim.errors import LabError
from labsim.figures import svg, theme
from labsim.figures.dag import Place, laid
from labsim.figures.figure import Figure, bytes_text, columns
from labsim.figures.svg import Markup
from labsim.figures.swatch import patterns, swatch
from labsim.figures.vertices import Vertex, of_graph, of_images

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import DiffID

__all__ = ["graph"]

MARGIN = 24
TOP = 56
CHIP = 104
TALL = 24
GAP = 40
STEP = CHIP + GAP
#: A row with what made its layers below their blocks; with many nodes there is no room for that.
ROW, TIGHT = 52, 34
MANY = 90
NAME = 18
#: How much of a name is drawn, in characters; all of it is in the text.
LONGEST = 44
BEND = 8


def graph(images: Any, titles: Mapping[DiffID, str] | None = None) -> Figure:
    """The layers of some images as a graph, with its text twin.

    ``images`` are images by name, or a ``networkx.DiGraph`` such as ``lab.graph()``, whose edges
    lead from a node to what it stands on; ``titles`` name layers.  LabError for anything else, for
    a graph with a circle, and for one of more than 2000 nodes.

    >>> print(graph({}))
    No image is here: there is no layer to draw.
    """
    if hasattr(images, "successors") and hasattr(images, "nodes"):
        shown = _Graph.of(of_graph(images))
    elif isinstance(images, Mapping):
        shown = _Graph.of(of_images(images, titles))
    else:
        raise LabError(
            "a layer graph is drawn of images by name, or of a networkx.DiGraph such as"
            f" lab.graph(), not of {images!r:.60}"
        )
    return Figure(_drawn(shown), _told(shown))


class _Graph(NamedTuple):
    """The nodes, each with its number and place, and which stand on which."""

    vertices: Mapping[str, Vertex]
    places: Mapping[str, Place]
    above: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, vertices: Iterable[Vertex]) -> _Graph:
        """The graph of these nodes."""
        found = {one.key: one for one in vertices}
        places = laid({key: one.below for key, one in found.items()})
        above: dict[str, list[str]] = {key: [] for key in found}
        for key, one in found.items():
            for foot in one.below:
                above[foot].append(key)
        return cls(found, places, above)

    @property
    def pins(self) -> list[Vertex]:
        """The images."""
        return [one for one in self.vertices.values() if one.kind == "image"]

    @property
    def blocks(self) -> list[Vertex]:
        """All that is no image."""
        return [one for one in self.vertices.values() if one.kind != "image"]


# --- words ---------------------------------------------------------------------------------------


def _summary(shown: _Graph) -> str:
    if not shown.vertices:
        return "No image is here: there is no layer to draw."
    names = sum(len(pin.names) for pin in shown.pins)
    branches = sum(len(above) > 1 for above in shown.above.values())
    merges = sum(len(one.below) > 1 for one in shown.vertices.values())
    said = [_count(names, "name"), _count(len(shown.pins), "image")] if shown.pins else []
    kind = "layer" if all(one.mark for one in shown.blocks) else "node"
    said.append(_count(len(shown.blocks), kind))
    ways = [f"branch at {branches} of them"] if branches else []
    ways += [f"merge at {merges}"] if merges else []
    return f"{', '.join(said)}" + (f"; lines {' and '.join(ways)}." if ways else ".")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _told(shown: _Graph) -> str:
    """The summary, the graph as a tree, and what each block is."""
    if not shown.vertices:
        return _summary(shown)
    header = ("LAYER", "DIFF ID", "FILES", "STANDS ON", "MADE BY", "IS THE TOP OF")
    rows = [_row(shown, one) for one in shown.blocks]
    roots = [key for key, one in shown.vertices.items() if not one.below]
    tree = "\n".join(line for key in roots for line in _branch(shown, key, "", ""))
    parts = [_summary(shown), tree, *([columns([header, *rows])] if rows else [])]
    return "\n\n".join(parts)


def _row(shown: _Graph, one: Vertex) -> tuple[str, ...]:
    feet = ", ".join(_sign(shown.vertices[foot]) for foot in one.below) or "nothing"
    pins = [shown.vertices[key] for key in shown.above[one.key]]
    tops = ", ".join(name for pin in pins if pin.kind == "image" for name in pin.names)
    size = "" if one.size is None else bytes_text(one.size)
    return _sign(one), one.short, size, feet, one.words if one.mark else "", tops


def _sign(one: Vertex) -> str:
    return one.mark.letter if one.mark else one.words


def _branch(shown: _Graph, key: str, first: str, then: str) -> Iterator[str]:
    """A node and all that stands on it, a line each; a node that merges is told once."""
    one = shown.vertices[key]
    yield f"{first}{_line(shown, one)}"
    above = [upper for upper in shown.above[key] if shown.vertices[upper].below[0] == key]
    for at, upper in enumerate(above):
        last = at == len(above) - 1
        joint, rail = ("└─ ", "   ") if last else ("├─ ", "│  ")
        yield from _branch(shown, upper, then + joint, then + rail)


def _line(shown: _Graph, one: Vertex) -> str:
    if one.kind == "image":
        size = "" if one.size is None else f", {bytes_text(one.size)}"
        return f"{', '.join(one.names)} ({one.short}{size})"
    size = "" if one.size is None else bytes_text(one.size)
    said = " ".join(filter(None, (_sign(one), one.words if one.mark else "", one.short, size)))
    others = [_sign(shown.vertices[foot]) for foot in one.below[1:]]
    return f"{said} (also on {', '.join(others)})" if others else said


def _about(shown: _Graph, one: Vertex) -> str:
    if one.kind == "image":
        said = f"Image {one.short}: {', '.join(one.names)}"
        return f"{said}, {bytes_text(one.size)} of files." if one.size is not None else f"{said}."
    feet = ", ".join(_sign(shown.vertices[foot]) for foot in one.below)
    what = f"Layer {_sign(one)}" if one.mark else f"Node {one.words}"
    words = f" ({one.words or one.short})" if one.mark else ""
    size = f", {bytes_text(one.size)} of files" if one.size is not None else ""
    on = f", on {feet}" if feet else ", on nothing"
    return f"{what}{words}{size}{on}, below {_count(len(shown.above[one.key]), 'other')}."


# --- picture -------------------------------------------------------------------------------------


class _Spot(NamedTuple):
    """Where a node is drawn: its left edge, the middle of its line, and its right edge."""

    x: float
    y: float
    right: float
    #: Where its row begins: a line that merges runs along there.
    top: float


def _drawn(shown: _Graph) -> Markup:
    summary = _summary(shown)
    spots, bottom = _spots(shown)
    wide = max((spot.right for spot in spots.values()), default=0) + MARGIN
    width = max(theme.NARROWEST, wide, svg.text_width(summary, bold=True) + 2 * MARGIN)
    numbers = {key: f"n{at}" for at, key in enumerate(shown.vertices)}
    below = _all_below(shown, numbers)
    above = _all_above(shown, numbers)
    return svg.document(
        width,
        bottom + MARGIN + 12,
        patterns(one.mark for one in shown.blocks if one.mark),
        svg.text(MARGIN, 30, summary, bold=True),
        *_legend(shown, bottom),
        *(
            _edge(shown, spots, foot, key, above[key])
            for key, one in shown.vertices.items()
            for foot in one.below
        ),
        *(
            _node(shown, one, spots[key], numbers[key], f"{above[key]} {below[key]}".strip())
            for key, one in shown.vertices.items()
        ),
        title="The layer graph: each layer to the right of the one that it stands on",
        description=summary,
    )


def _legend(shown: _Graph, bottom: float) -> Iterator[Markup]:
    if shown.pins and shown.blocks:
        words = (
            "A block is a layer, with the bytes of its files; a label is an image, by its names."
        )
        yield svg.text(MARGIN, bottom + 14, words, size=11, fill=theme.QUIET)


def _spots(shown: _Graph) -> tuple[dict[str, _Spot], float]:
    """Where each node is drawn, and where the last row ends."""
    row = TIGHT if len(shown.vertices) > MANY else ROW
    tall: dict[int, float] = {}
    for key, place in shown.places.items():
        names = len(shown.vertices[key].names)
        tall[place.row] = max(tall.get(place.row, row), names * NAME + 14)
    tops, y = {}, float(TOP)
    for number in sorted(tall):
        tops[number], y = y, y + tall[number]
    spots = {}
    for key, (column, number) in shown.places.items():
        x = MARGIN + column * STEP
        one = shown.vertices[key]
        right = x + (_pin_width(one) if one.kind == "image" else CHIP)
        spots[key] = _Spot(x, tops[number] + TALL / 2 + 4, right, tops[number] - 4)
    return spots, y


def _all_above(shown: _Graph, numbers: Mapping[str, str]) -> dict[str, str]:
    """For each node the numbers of itself and of all that stands on it: who lights it up."""
    found: dict[str, dict[str, None]] = {}
    for key in sorted(shown.vertices, key=lambda key: -shown.places[key].column):
        found[key] = {numbers[key]: None}
        for upper in shown.above[key]:
            found[key] |= found[upper]
    return {key: " ".join(several) for key, several in found.items()}


def _all_below(shown: _Graph, numbers: Mapping[str, str]) -> dict[str, str]:
    """For each image the numbers of its layers: choosing one lights up the names that have it."""
    found: dict[str, dict[str, None]] = {}
    for key in sorted(shown.vertices, key=lambda key: shown.places[key].column):
        found[key] = {}
        for foot in shown.vertices[key].below:
            found[key] |= found[foot] | {numbers[foot]: None}
    pins = {pin.key for pin in shown.pins}
    return {key: " ".join(several) if key in pins else "" for key, several in found.items()}


def _edge(shown: _Graph, spots: Mapping[str, _Spot], foot: str, key: str, lit_by: str) -> Markup:
    start, end = spots[foot], spots[key]
    merged = shown.vertices[key].below[0] != foot
    return svg.path(
        _merging(start, end) if merged else _branching(start, end),
        stroke=theme.QUIET,
        stroke_width=1.5,
        stroke_dasharray="5 3" if merged else None,
        fill="none",
        class_="part",
        data_with=lit_by,
    )


def _branching(start: _Spot, end: _Spot) -> str:
    """Down in the gap behind the lower node, then along the upper one's row, which is free."""
    if start.y == end.y:
        return f"M{start.right:g},{start.y:g} H{end.x:g}"
    turn = start.right + GAP / 2
    return _rounded((start.right, start.y), [(turn, start.y), (turn, end.y)], (end.x, end.y))


def _merging(start: _Spot, end: _Spot) -> str:
    """Along the edge between two rows, where nothing stands, to the upper node."""
    turn, back, rail = start.right + GAP / 2 - 8, end.x - GAP / 2 + 8, end.top
    corners = [(turn, start.y), (turn, rail), (back, rail), (back, end.y)]
    return _rounded((start.right, start.y), corners, (end.x, end.y))


def _rounded(
    start: tuple[float, float], corners: Sequence[tuple[float, float]], end: tuple[float, float]
) -> str:
    """A line around right-angled corners, each a little round."""
    stops = [start, *corners, end]
    drawn = f"M{start[0]:g},{start[1]:g}"
    for (x0, y0), (x, y), (x1, y1) in zip(stops, stops[1:], stops[2:], strict=False):
        room = min(abs(x - x0) + abs(y - y0), abs(x1 - x) + abs(y1 - y)) / 2
        bend = min(BEND, room)
        before = (x - bend * _way(x - x0), y - bend * _way(y - y0))
        after = (x + bend * _way(x1 - x), y + bend * _way(y1 - y))
        drawn += f" L{before[0]:g},{before[1]:g} Q{x:g},{y:g} {after[0]:g},{after[1]:g}"
    return f"{drawn} L{end[0]:g},{end[1]:g}"


def _way(distance: float) -> int:
    return (distance > 0) - (distance < 0)


def _node(shown: _Graph, one: Vertex, spot: _Spot, number: str, lit_by: str) -> Markup:
    about = svg.escape(_about(shown, one))
    draw = _pin if one.kind == "image" else _chip
    return svg.group(
        svg.element("title", about),
        *draw(one, spot, len(shown.vertices) <= MANY),
        class_="part",
        data_key=number,
        data_with=lit_by,
        data_about=about,
        aria_label=about,
    )


def _chip(one: Vertex, spot: _Spot, roomy: bool) -> Iterator[Markup]:
    size = "" if one.size is None else bytes_text(one.size)
    top = spot.y - TALL / 2
    if one.mark is None:
        yield svg.rect(spot.x, top, CHIP, TALL, rx=3, fill=theme.PAPER, stroke=theme.QUIET)
        words = svg.fitted(one.words, CHIP - 8, 12, mono=True)
        yield svg.text(
            spot.x + CHIP / 2, spot.y + 4, words, size=12, mono=True, text_anchor="middle"
        )
        return
    yield svg.rect(spot.x, top, CHIP, TALL, rx=3, fill=theme.PAPER)
    yield swatch(one.mark, spot.x, top, CHIP, TALL, words=size)
    if roomy:
        words = svg.fitted(one.words or one.short, CHIP + GAP / 2 - 6, 11)
        yield svg.text(spot.x, spot.y + TALL / 2 + 13, words, size=11, fill=theme.QUIET)


def _pin_width(one: Vertex) -> float:
    longest = max(len(theme.cut(name, LONGEST)) for name in one.names)
    return svg.mono_width("m" * longest, 12) + 26


def _pin(one: Vertex, spot: _Spot, roomy: bool) -> Iterator[Markup]:
    """A label with a hole at its left end, one line for each name."""
    top, tall = spot.y - TALL / 2, len(one.names) * NAME + 6
    yield svg.path(
        f"M{spot.x + 10:g},{top:g} H{spot.right:g} V{top + tall:g} H{spot.x + 10:g}"
        f" L{spot.x:g},{top + tall - 8:g} V{top + 8:g} Z",
        fill=theme.PAPER,
        stroke=theme.INK,
        stroke_linejoin="round",
    )
    yield svg.element("circle", cx=spot.x + 9, cy=spot.y, r=2.5, fill=theme.INK)
    for at, name in enumerate(one.names):
        words = theme.cut(name, LONGEST)
        yield svg.text(spot.x + 18, spot.y + 4 + NAME * at, words, size=12, mono=True)
