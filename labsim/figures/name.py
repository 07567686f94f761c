"""A name cut into its parts: what was written in ink, what was filled in in grey, and why.

A name that cannot be read is shown as it was written, with the caret where it goes wrong.
"""

from __future__ import annotations

from typing import NamedTuple

from labsim.errors import InvalidReference
from labsim.figures import svg
from labsim.figures.figure import Figure
from labsim.figures.theme import FAULT, INK, LINE, NARROWEST, QUIET
from labsim.reference import Reference
from labsim.reference.explanation import Explanation, Part

__all__ = ["name_figure"]

MARGIN = 20
LABEL = 12
NAME = 22
ROW = 22
#: How much of a very long wrong name is drawn around its fault, in characters.
WINDOW = 84

_BEFORE = {"namespace": "/", "repository": "/", "tag": ":", "digest": "@"}


def name_figure(text: str) -> Figure:
    """The picture of any text as an image name; its twin is the explanation, or the error."""
    try:
        explanation = Reference(text).explain()
    except InvalidReference as error:
        return Figure(_fault(error), str(error))
    return Figure(_anatomy(explanation), str(explanation))


class _Box(NamedTuple):
    """A part of the name and its place on the line."""

    part: Part
    x: float
    width: float
    #: The sign between this part and the one before it.
    sign: str


def _anatomy(explanation: Explanation) -> svg.Markup:
    boxes = _boxes(explanation.parts)
    reasons = (svg.text_width(part.rule) + 170 + 2 * MARGIN for part in explanation.parts)
    width = max(NARROWEST, boxes[-1].x + boxes[-1].width + MARGIN, *reasons)
    rows = [_row(part, 124 + ROW * number) for number, part in enumerate(explanation.parts)]
    return svg.document(
        width,
        124 + ROW * len(rows),
        *(shape for box in boxes for shape in _drawn(box)),
        svg.line(MARGIN, 100, width - MARGIN, 100, stroke=LINE, stroke_width=0.5),
        *rows,
        title=f"{explanation.source} means {explanation.meaning}",
        description=" ".join(
            f"{part.label.capitalize()} {part.shown}, {part.origin}: {part.rule}."
            for part in explanation.parts
        ),
    )


def _boxes(parts: tuple[Part, ...]) -> list[_Box]:
    """The parts that there are, side by side, each as wide as its text and its label need."""
    boxes: list[_Box] = []
    x: float = MARGIN
    for part in parts:
        if part.text:
            sign = _BEFORE.get(part.label, "") if boxes else ""
            x += svg.mono_width(sign, NAME) + 8 * bool(sign)
            wide = max(svg.mono_width(part.shown, NAME), svg.text_width(part.label, LABEL)) + 8
            boxes.append(_Box(part, x, wide, sign))
            x += wide
    return boxes


def _drawn(box: _Box) -> list[svg.Markup]:
    part, middle = box.part, box.x + box.width / 2
    given = part.origin == "written"
    ink = INK if given else QUIET
    shapes = [
        svg.text(
            middle, 48, part.shown, size=NAME, mono=True, bold=given, fill=ink, text_anchor="middle"
        ),
        svg.path(
            f"M{box.x:g},58 v5 h{box.width:g} v-5",
            stroke=ink,
            fill="none",
            stroke_width=2 if given else 1,
            stroke_dasharray=None if given else "3 3",
        ),
        svg.text(middle, 80, part.label, size=LABEL, fill=ink, text_anchor="middle"),
    ]
    if box.sign:
        x = box.x - svg.mono_width(box.sign, NAME) - 4
        shapes.append(svg.text(x, 48, box.sign, size=NAME, mono=True, fill=ink))
    return shapes


def _row(part: Part, y: float) -> svg.Markup:
    ink = INK if part.origin == "written" else QUIET
    return svg.group(
        svg.text(MARGIN, y, part.label, bold=True),
        svg.text(MARGIN + 100, y, part.origin, fill=ink),
        svg.text(MARGIN + 170, y, part.rule, fill=ink),
    )


def _fault(error: InvalidReference) -> svg.Markup:
    shown, start, stop = _window(error.source, *error.span)
    caret = "^" + "~" * max(0, stop - start - 1)
    advance = svg.mono_width(" ", NAME)
    bold = svg.text_width(error.fault, 15)
    words = max((len(shown) + 1) * advance, bold, svg.text_width(error.hint))
    width = max(NARROWEST, words + 2 * MARGIN)
    x = MARGIN + start * advance
    return svg.document(
        width,
        132,
        svg.rect(x, 26, max(stop - start, 1) * advance, 30, rx=3, fill=FAULT, fill_opacity=0.15),
        svg.text(MARGIN, 48, shown, size=NAME, mono=True),
        svg.text(x, 72, caret, size=NAME, mono=True, bold=True, fill=FAULT),
        svg.text(MARGIN, 98, error.fault, bold=True, fill=FAULT),
        svg.text(MARGIN, 118, error.hint),
        title=f"{error.source} is no image name",
        description=f"{error.fault}, at character {error.span[0] + 1}: {error.hint}.",
    )


def _window(source: str, start: int, stop: int) -> tuple[str, int, int]:
    """The text around a span, and the span in it; an ellipsis where something is left out."""
    if len(source) <= WINDOW:
        return source, start, stop
    first = max(0, start - WINDOW // 2)
    last = min(len(source), first + WINDOW)
    before, after = "…" * bool(first), "…" * (last < len(source))
    shift = len(before) - first
    return before + source[first:last] + after, start + shift, min(stop, last) + shift
