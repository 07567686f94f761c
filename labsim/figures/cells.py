"""One word of a table inside a picture: fitted to its room, with the whole of it as a tooltip.

A cell says which column of the text twin it is (``data-cell``), and the group around it which row
(``data-row``).  So a test can read the picture as the table that its text is, and compare them.
"""

from __future__ import annotations

from labsim.figures import svg, theme
from labsim.figures.svg import Markup

__all__ = ["BROAD_EM", "cell", "chip", "lines_of", "shortened"]

#: A broad letter in proportional letters, on average: a cell has no room to be wrong about.
BROAD_EM = 0.58


def shortened(words: str, most: int) -> str:
    """At most so many characters: a longer text loses its middle, where names differ least.

    >>> shortened("localhost:5000/a/very/long/name", 15)
    'localho…ng/name'
    """
    if len(words) <= most:
        return words
    tail = most // 2
    return f"{words[: most - tail - 1]}…{words[-tail:]}"[:most]


def cell(
    x: float,
    y: float,
    words: str,
    column: str,
    *,
    room: float,
    size: float = 12,
    mono: bool = False,
    bold: bool = False,
    fill: str = theme.INK,
    before: str = "",
    **attributes: str | float | None,
) -> Markup:
    """The words of a column in ``room`` pixels; ``before`` is said in front and no part of them."""
    wide = svg.mono_width("m", size) if mono else BROAD_EM * size
    most = max(1, int(room // wide) - len(before))
    shown = shortened(words, most)
    drawn = svg.text(x, y, before + shown, size=size, mono=mono, bold=bold, fill=fill, **attributes)
    tooltip = [] if shown == words and not before else [svg.element("title", words)]
    return svg.group(*tooltip, drawn, data_cell=column)


def chip(
    x: float, y: float, width: float, height: float, **attributes: str | float | None
) -> Markup:
    """A quiet card to stand words on."""
    look: dict[str, str | float | None] = {"rx": 6, "fill": theme.PAPER, "stroke": theme.LINE}
    return svg.rect(x, y, width, height, **{**look, **attributes})


def lines_of(words: str, room: float, size: float = 12) -> list[str]:
    """The words broken into lines that fit."""
    lines: list[str] = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and svg.text_width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
