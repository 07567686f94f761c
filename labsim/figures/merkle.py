"""An image as a tree of digests, and which of them change when one byte does.

From left to right each part names the next by the hash of its bytes.  So a change runs to the left,
up to the name by which everything is asked for, and whatever it does not reach keeps its name: that
is why a registry has it already, and why a digest says more than a tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from labsim.errors import LabError
from labsim.figures import svg, theme
from labsim.figures.figure import Figure, bytes_text, columns
from labsim.figures.parts import Part, Parts, flipped, parts
from labsim.figures.svg import Markup
from labsim.figures.swatch import patterns, swatch
from labsim.image import Image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.figures.bricks import Brick

__all__ = ["merkle"]

MARGIN, TOP = 24, 84
WIDE, TALL, GAP, RISE = 196, 64, 44, 82
STEP = WIDE + GAP
_COLUMNS = {"index": 0, "manifest": 1, "config": 2, "layer": 2, "files": 3}
_HEADS = ("for every platform", "for one platform", "what a push sends", "what a layer unpacks to")
SAME, CHANGED, NEW, GONE = "same", "changed", "only after", "only before"


def merkle(
    image: Image,
    flip: str | Image = "",
    *,
    kind: str = "docker",
    layers: Mapping[str, Brick] | None = None,
) -> Figure:
    """The parts of an image and their digests, with the text twin; and what a change does to them.

    ``flip`` names the part in which a byte is changed (index, manifest, config, "layer 2"), or is
    another image to lay beside this one; ``kind`` is the manifest's (docker, oci); ``layers`` are
    bricks by DiffID.  LabError for what is no image and for a part that is not there.

    >>> from labsim.catalogue import image
    >>> print(str(merkle(image("alpine"), "index")).splitlines()[0])
    Turning over one bit of byte 431 of the index changes 1 of 5 digests.
    """
    if not isinstance(image, Image):
        raise LabError(
            "a tree of digests is drawn of an image, such as lab.image('golang'), not of"
            f" {image!r:.60}"
        )
    before = parts(image, kind, layers)
    if isinstance(flip, Image):
        shown = _Tree.of(before, parts(flip, kind, layers), "")
    elif flip:
        shown = _Tree.of(before, *flipped(image, flip, kind, layers))
    else:
        shown = _Tree.of(before, None, "")
    return Figure(_drawn(shown), _told(shown))


class _Node(NamedTuple):
    """A part before and after; one of the two may be missing."""

    key: str
    before: Part | None
    after: Part | None

    @property
    def part(self) -> Part:
        """What to draw."""
        found = self.before or self.after
        assert found is not None  # one of the two had this key
        return found

    @property
    def state(self) -> str:
        """What became of it."""
        if self.before is None or self.after is None:
            return GONE if self.after is None else NEW
        return SAME if self.before.digest == self.after.digest else CHANGED

    @property
    def lists(self) -> tuple[str, ...]:
        """The parts that it names, before or after."""
        both = [one.lists for one in (self.before, self.after) if one is not None]
        return tuple(dict.fromkeys(key for lists in both for key in lists))

    @property
    def digests(self) -> tuple[str, ...]:
        """The first digits of its name, and of its other name if it has one."""
        both = [one.digest for one in (self.before, self.after) if one is not None]
        return tuple(dict.fromkeys(name.partition(":")[2][:12] for name in both))


class _Tree(NamedTuple):
    nodes: Mapping[str, _Node]
    done: str
    compared: bool

    @classmethod
    def of(cls, before: Parts, after: Parts | None, done: str) -> _Tree:
        """The parts before and after; with no after, as they are."""
        then = before if after is None else after
        keys = sorted(before.keys() | then.keys(), key=_place)
        nodes = {key: _Node(key, before.get(key), then.get(key)) for key in keys}
        return cls(nodes, done, after is not None)


def _place(key: str) -> tuple[int, int]:
    """Column, and number within it: the config stands above the layers."""
    word, _, number = key.partition(" ")
    return _COLUMNS[word], int(number or 0)


# --- words ---------------------------------------------------------------------------------------


def _summary(shown: _Tree) -> str:
    count = len(shown.nodes)
    if not shown.compared:
        layers = sum(key.startswith("layer") for key in shown.nodes)
        return (
            f"{count} digests: an index, a manifest, a config, and two for each of {layers} layers."
        )
    changed = sum(node.state != SAME for node in shown.nodes.values())
    if not shown.done:
        of = f"{changed or 'none'} of {count} digests"
        return f"The two images differ in {of}." if changed else "The two images are the same."
    return f"Turning over one bit of {shown.done} changes {changed} of {count} digests."


def _told(shown: _Tree) -> str:
    header = ("PART", "SIZE", "DIGEST", "AFTER", "STATE", "LISTS")
    rows = [header, *(_told_row(node) for node in shown.nodes.values())]
    if not shown.compared:
        rows = [(*row[:3], row[5]) for row in rows]
    return f"{_summary(shown)}\n\n{columns(rows)}"


def _told_row(node: _Node) -> tuple[str, ...]:
    before, after = (
        one.digest.partition(":")[2][:12] if one else "" for one in (node.before, node.after)
    )
    lists = ", ".join(node.lists) or "nothing"
    return _label(node), bytes_text(node.part.size), before, after, node.state, lists


def _label(node: _Node) -> str:
    part = node.part
    return f"{node.key} {part.mark.letter} {part.words}".rstrip() if part.mark else node.key


def _about(shown: _Tree, node: _Node) -> str:
    named = [one.key for one in shown.nodes.values() if node.key in one.lists]
    by = f"named by {' and '.join(named)}" if named else "asked for by its name"
    state = f"; {node.state}: {' → '.join(node.digests)}" if shown.compared else ""
    return f"{_label(node)}, {bytes_text(node.part.size)}, {by}{state}."


# --- picture -------------------------------------------------------------------------------------


def _drawn(shown: _Tree) -> Markup:
    summary = _summary(shown)
    spots = _spots(shown)
    width = max(2 * MARGIN + 4 * STEP - GAP, svg.text_width(summary, bold=True) + 2 * MARGIN)
    bottom = max((y for _, y in spots.values()), default=TOP) + TALL
    reached = {key: _reached(shown, key) for key in shown.nodes}
    return svg.document(
        width,
        bottom + 44,
        patterns(node.part.mark for node in shown.nodes.values() if node.part.mark),
        svg.text(MARGIN, 30, summary, bold=True),
        *(
            svg.text(MARGIN + at * STEP, 64, words, size=11, fill=theme.QUIET)
            for at, words in enumerate(_HEADS)
        ),
        *_edges(shown, spots, reached),
        *(_node(shown, node, *spots[key], reached[key]) for key, node in shown.nodes.items()),
        svg.text(
            MARGIN,
            bottom + 26,
            "A line leads from a part to one that it names by digest"
            + ("; a heavy one carries the change." if shown.compared else "."),
            size=11,
            fill=theme.QUIET,
        ),
        title="An image as a tree of digests",
        description=summary,
    )


def _spots(shown: _Tree) -> dict[str, tuple[float, float]]:
    """The files of a layer stand beside it; what names them stands at the top."""
    return {
        key: (MARGIN + column * STEP, TOP + number * RISE)
        for key in shown.nodes
        for column, number in (_place(key),)
    }


def _reached(shown: _Tree, key: str) -> str:
    """The keys by which a part is lit: its own, and those of all parts whose change reaches it."""
    found, ahead = dict.fromkeys([key]), list(shown.nodes[key].lists)
    for one in ahead:
        if one in shown.nodes and one not in found:
            found[one] = None
            ahead += shown.nodes[one].lists
    return " ".join(name.replace(" ", "-") for name in found)


def _edges(
    shown: _Tree, spots: Mapping[str, tuple[float, float]], reached: Mapping[str, str]
) -> Iterator[Markup]:
    for key, node in shown.nodes.items():
        for listed in node.lists:
            if listed in shown.nodes:
                hot = shown.nodes[listed].state != SAME and node.state != SAME
                yield svg.path(
                    _line(spots[key], spots[listed]),
                    stroke=theme.INK if hot else theme.LINE,
                    stroke_width=3 if hot else 1.2,
                    stroke_dasharray="5 3" if key == "config" else None,
                    fill="none",
                    class_="part",
                    data_with=reached[listed],
                )


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    """From the right edge to the left edge, around two corners."""
    x0, y0 = start[0] + WIDE, start[1] + TALL / 2
    x1, y1 = end[0], end[1] + TALL / 2
    turn = x0 + GAP / 2
    if y0 == y1:
        return f"M{x0:g},{y0:g} H{x1:g}"
    bend = min(8.0, abs(y1 - y0) / 2)
    way = bend if y1 > y0 else -bend
    return (
        f"M{x0:g},{y0:g} H{turn - bend:g} q{bend:g},0 {bend:g},{way:g} V{y1 - way:g}"
        f" q0,{way:g} {bend:g},{way:g} H{x1:g}"
    )


def _node(shown: _Tree, node: _Node, x: float, y: float, reached: str) -> Markup:
    """A box: what it is, how long, its digest; and where that has changed, both."""
    about, same = _about(shown, node), node.state == SAME
    broken = "5 3" if node.state in (NEW, GONE) else None
    size = bytes_text(node.part.size)
    return svg.group(
        svg.element("title", about),
        svg.rect(
            x,
            y,
            WIDE,
            TALL,
            rx=5,
            fill=theme.PAPER,
            stroke=theme.LINE if same else theme.INK,
            stroke_width=1 if same else 2.5,
            stroke_dasharray=broken,
        ),
        *_head(node, x, y),
        svg.text(x + WIDE - 10, y + 19, size, size=11, fill=theme.QUIET, text_anchor="end"),
        *_names(shown, node, x, y),
        class_="part",
        data_key=node.key.replace(" ", "-"),
        data_with=reached,
        data_about=about,
        aria_label=about,
    )


def _head(node: _Node, x: float, y: float) -> Iterator[Markup]:
    if (mark := node.part.mark) is None:
        yield svg.text(x + 10, y + 19, node.key, size=12, bold=True)
        return
    yield swatch(mark, x + 8, y + 7, 26, 17, size=10)
    yield svg.text(
        x + 40,
        y + 19,
        svg.fitted(node.part.words or node.key, 96, 12, bold=True),
        size=12,
        bold=True,
    )


def _names(shown: _Tree, node: _Node, x: float, y: float) -> Iterator[Markup]:
    first, *rest = node.digests
    if not rest:
        said = "" if node.state == SAME or not shown.compared else node.state
        yield svg.text(x + 10, y + 39, first, size=12, mono=True)
        if said:
            yield svg.text(x + 10, y + 56, said, size=11, bold=True)
        return
    wide = svg.mono_width(first, 12)
    yield svg.text(x + 10, y + 39, first, size=12, mono=True, fill=theme.QUIET)
    yield svg.line(x + 10, y + 35, x + 10 + wide, y + 35, stroke=theme.QUIET)
    yield svg.text(x + 10, y + 56, rest[0], size=12, mono=True, bold=True)
    yield svg.text(x + 20 + wide, y + 56, "changed", size=11, bold=True)
