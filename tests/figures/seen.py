"""A drawing as a reader sees it: where each text stands, what is behind it, and in which ink.

Boxes are reckoned from the widths that figures reckon with, so they are those of the widest font
that a figure was laid out for, and need no browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import NamedTuple
from xml.etree.ElementTree import Element, fromstring

from labsim.figures import svg as writer
from labsim.figures.theme import INK, MONO, PAPER, contrast

SVG = "{http://www.w3.org/2000/svg}"
#: Of a line's height, in ems: what stands above the baseline and what hangs below it.
ABOVE, BELOW = 0.75, 0.22
#: Boxes are reckoned, and drawn to a hundredth: so much is no overlap.
SLACK = 0.6
READABLE = 4.5


class Box(NamedTuple):
    """Left, top, right and bottom, in pixels of the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether they share more than an edge."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        tall = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > SLACK and tall > SLACK

    def holds(self, other: Box) -> bool:
        """Whether the other lies inside."""
        return (
            self.left <= other.left + SLACK
            and self.top <= other.top + SLACK
            and self.right >= other.right - SLACK
            and self.bottom >= other.bottom - SLACK
        )


class Text(NamedTuple):
    """One line of words: what it says, where, in which ink, and on what."""

    words: str
    box: Box
    ink: str
    behind: tuple[str, ...]


class _Paint(NamedTuple):
    box: Box
    fill: str


def texts(svg: str) -> list[Text]:
    """Every text of a drawing, in the order of drawing."""
    found: list[Text] = []
    painted: list[_Paint] = []
    for element, dx, dy, fill in _walked(fromstring(svg), 0.0, 0.0, INK):
        if element.tag == f"{SVG}rect" and fill != "none":
            painted.append(_Paint(_rect(element, dx, dy), _blended(element, fill, painted, dx, dy)))
        elif element.tag == f"{SVG}text" and (element.text or "").strip():
            box = _text_box(element, dx, dy)
            found.append(Text(element.text or "", box, fill, _behind(box, painted)))
    return found


def drawing(svg: str) -> Box:
    """The edges of the whole drawing."""
    left, top, wide, tall = map(float, fromstring(svg).get("viewBox", "").split())
    return Box(left, top, left + wide, top + tall)


def faults(svg: str) -> list[str]:
    """All that a reader would stumble over; the empty list for a drawing that is in order."""
    edge, seen = drawing(svg), texts(svg)
    found = [f"{text.words!r} is cut off" for text in seen if not edge.holds(text.box)]
    found += [
        f"{one.words!r} and {other.words!r} overlap"
        for one, other in combinations(seen, 2)
        if one.box.overlaps(other.box)
    ]
    found += [
        f"{text.words!r} in {text.ink} on {fill} cannot be read"
        for text in seen
        for fill in text.behind
        if not fill.startswith("#") or contrast(text.ink, fill) < READABLE
    ]
    return found


def words(svg: str) -> list[str]:
    """What is written, in the order of drawing."""
    return [text.words for text in texts(svg)]


def titles(svg: str) -> list[str]:
    """Every tooltip, and the drawing's own title and description."""
    root = fromstring(svg)
    return [one.text or "" for tag in ("title", "desc") for one in root.iter(f"{SVG}{tag}")]


def parts(svg: str) -> list[Element]:
    """The parts that can be chosen."""
    return [one for one in fromstring(svg).iter() if one.get("data-key")]


def grey(svg: str) -> str:
    """The drawing as a printer without colours makes it."""
    return re.sub(r"#[0-9a-f]{6}\b", lambda found: _grey(found[0]), svg)


@cache
def _grey(colour: str) -> str:
    """A grey of the same light, as WCAG measures it."""
    greys = [f"#{level:02x}{level:02x}{level:02x}" for level in range(256)]
    light = contrast(colour, "#000000")
    return min(greys, key=lambda one: abs(contrast(one, "#000000") - light))


def swatches(svg: str) -> list[tuple[str, str]]:
    """(letter, pattern) of each block that has room for a letter."""
    found = []
    for group in fromstring(svg).iter(f"{SVG}g"):
        if group.get("class") == "swatch" and (text := group.find(f"{SVG}text")) is not None:
            fills = [rect.get("fill", "") for rect in group.iter(f"{SVG}rect")]
            pattern = next((fill for fill in fills if fill.startswith("url(")), "plain")
            found.append(
                ((text.text or "").split()[0], pattern.removesuffix(")").split("-")[-2:][0])
            )
    return found


# --- how a drawing is read -----------------------------------------------------------------------


def _walked(
    element: Element, dx: float, dy: float, ink: str
) -> Iterator[tuple[Element, float, float, str]]:
    """Every element with where its group was moved to, and the fill that it has or inherits."""
    if element.tag in (f"{SVG}defs", f"{SVG}clipPath") or element.get("clip-path"):
        return  # nothing of itself; or a veil, which lies on what has not happened yet
    if moved := re.fullmatch(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", element.get("transform", "")):
        dx, dy = dx + float(moved[1]), dy + float(moved[2])
    ink = element.get("fill", ink)
    yield element, dx, dy, ink
    for child in element:
        yield from _walked(child, dx, dy, ink)


def _rect(element: Element, dx: float, dy: float) -> Box:
    x, y, wide, tall = (float(element.get(name, 0)) for name in ("x", "y", "width", "height"))
    return Box(x + dx, y + dy, x + dx + wide, y + dy + tall)


def _text_box(element: Element, dx: float, dy: float) -> Box:
    x, y = float(element.get("x", 0)) + dx, float(element.get("y", 0)) + dy
    size = float(element.get("font-size", 13))
    words = element.text or ""
    if element.get("font-family") == MONO:
        wide = writer.mono_width(words, size)
    else:
        wide = writer.text_width(words, size, bold=element.get("font-weight") == "600")
    shift = {"middle": wide / 2, "end": wide}.get(element.get("text-anchor", ""), 0.0)
    return Box(x - shift, y - ABOVE * size, x - shift + wide, y + BELOW * size)


def _blended(element: Element, fill: str, painted: list[_Paint], dx: float, dy: float) -> str:
    """The fill, mixed with what shows through it."""
    opacity = float(element.get("fill-opacity", 1))
    if opacity == 1 or not fill.startswith("#"):
        return fill
    below = _behind(_rect(element, dx, dy), painted)[-1]
    pairs = [(int(fill[at : at + 2], 16), int(below[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a * opacity + b * (1 - opacity)):02x}" for a, b in pairs)


def _behind(box: Box, painted: list[_Paint]) -> tuple[str, ...]:
    """Each fill that shows behind a box, from the topmost down to the one that is behind all."""
    found: list[str] = []
    for paint in reversed(painted):
        if paint.box.overlaps(box):
            found.append(paint.fill)
            if paint.box.holds(box):
                return tuple(found)
    return (*found, PAPER)
