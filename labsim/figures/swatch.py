"""A layer's block: colour, pattern, and its letter on a plain plate where it can be read."""

from __future__ import annotations

from collections.abc import Iterable

from labsim.figures import svg
from labsim.figures.theme import PATTERNS, Mark

__all__ = ["patterns", "swatch"]

_TILE = 8


def patterns(marks: Iterable[Mark]) -> svg.Markup:
    """The definitions that the swatches of these marks refer to: once in each drawing."""
    needed = sorted({(m.pattern, m.ink) for m in marks if PATTERNS[m.pattern]})
    return svg.element("defs", *(_pattern(name, ink) for name, ink in needed))


def _pattern(name: str, ink: str) -> svg.Markup:
    stroke = svg.path(
        PATTERNS[name], stroke=ink, stroke_width=1.5, stroke_linecap="round", stroke_opacity=0.4
    )
    return svg.element(
        "pattern",
        stroke,
        id=svg.local(_name(name, ink)),
        width=_TILE,
        height=_TILE,
        patternUnits="userSpaceOnUse",
    )


def swatch(
    mark: Mark,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    words: str = "",
    size: float = 12,
) -> svg.Markup:
    """A block with the mark's letter, and a word more where there is room, centred on a plate."""
    # Written out, because large pictures have a thousand of these and little else.
    box = _box(x, y, width, height)
    parts = f'<rect {box} rx="3" fill="{mark.fill}"/>'
    if PATTERNS[mark.pattern]:
        parts += f'<rect {box} rx="3" fill="{svg.url(_name(mark.pattern, mark.ink))}"/>'
    label = f"{mark.letter} {words}".rstrip()
    wide = svg.mono_width(label, size)
    if wide + 8 > width:
        label, wide = mark.letter, svg.mono_width(mark.letter, size)
    if wide + 6 <= width and size <= height:
        parts += _plate(mark, label, wide, x + width / 2, y + height / 2, size)
    return svg.Markup(f'<g class="swatch">{parts}</g>')


def _plate(mark: Mark, label: str, wide: float, x: float, y: float, size: float) -> str:
    box = _box(x - wide / 2 - 3, y - size * 0.65, wide + 6, size * 1.3)
    words = svg.text(
        x,
        y + size * 0.35,
        label,
        size=size,
        mono=True,
        bold=True,
        fill=mark.ink,
        text_anchor="middle",
    )
    return f'<rect {box} rx="2" fill="{mark.fill}"/>{words}'


def _box(x: float, y: float, width: float, height: float) -> str:
    x, y, width, height = round(x, 2), round(y, 2), round(width, 2), round(height, 2)
    return f'x="{x:.10g}" y="{y:.10g}" width="{width:.10g}" height="{height:.10g}"'


def _name(pattern: str, ink: str) -> str:
    return f"{pattern}-{ink.lstrip('#')}"
