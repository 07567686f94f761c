"""What a figure is: a picture, and a text that says the same.

Both are made from the same data by the same function, so neither can know more than the other.  A
notebook is given the picture as inline SVG inside ``text/html``: front ends show ``image/svg+xml``
as an image without alternative text, so a screen reader would meet nothing.

>>> Figure("<svg></svg>", "one layer, 80 MB")
one layer, 80 MB
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

__all__ = ["Figure", "Table", "bytes_text", "columns"]


#: A number with its unit, such as ``1.5 kB`` or ``0.040 s``.
_AMOUNT = re.compile(r"[\d.]+ [A-Za-z]+")


class Figure:
    """A picture (``svg``, one inline element) and its complete twin (``text``)."""

    __slots__ = ("svg", "text")

    def __init__(self, svg: str, text: str) -> None:
        self.svg = svg
        self.text = text

    @property
    def html(self) -> str:
        """What a page shows."""
        return self.svg

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


class Table:
    """Rows under a header, with a caption above and a total below, as text and as HTML.

    Amounts are set flush right, words flush left.
    """

    __slots__ = ("caption", "header", "rows", "total")

    def __init__(
        self,
        caption: str,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        total: str = "",
    ) -> None:
        self.caption = caption
        self.header = tuple(header)
        self.rows = tuple(map(tuple, rows))
        self.total = total

    @property
    def text(self) -> str:
        """The table for a terminal."""
        parts = [self.caption, columns([[word.upper() for word in self.header], *self.rows])]
        return "\n\n".join([*parts, self.total] if self.total else parts)

    @property
    def html(self) -> str:
        """The table for a page: a real ``<table>``, so that a screen reader can walk it."""
        head = "".join(f'<th scope="col"{_align(word)}>{escape(word)}</th>' for word in self.header)
        body = "".join(f"<tr>{self._cells(row)}</tr>" for row in self.rows)
        foot = f"<p><strong>{escape(self.total)}</strong></p>" if self.total else ""
        return (
            f'<table><caption style="text-align:left">{escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{foot}"
        )

    def _cells(self, row: Sequence[str]) -> str:
        first, *rest = map(escape, row)
        cells = (f"<td{_align(cell)}>{cell}</td>" for cell in rest)
        return f'<th scope="row"{_align(first)}>{first}</th>' + "".join(cells)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def _align(words: str) -> str:
    """Front ends set every cell flush right; words had better not be."""
    return "" if _AMOUNT.fullmatch(words) else ' style="text-align:left"'


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned columns, two blanks apart; columns of amounts flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numeric = [all(map(_AMOUNT.fullmatch, column[1:])) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in rows
    )


def bytes_text(count: int) -> str:
    """Bytes in words, decimal as Docker counts them: a megabyte is 10⁶ bytes.

    >>> bytes_text(0), bytes_text(1_557), bytes_text(70_000_000), bytes_text(1_240_000)
    ('0 B', '1.6 kB', '70 MB', '1.2 MB')
    """
    for unit, name in ((1_000_000, "MB"), (1_000, "kB")):
        if count >= unit:
            return f"{count / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{count} B"
