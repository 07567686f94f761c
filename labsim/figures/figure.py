"""What a figure is: a picture, and a text that says the same.

Both are made from the same data by the same function, so neither can know more than the other.  A
notebook is given the picture as inline SVG inside ``text/html``: front ends show ``image/svg+xml``
as an image without alternative text, so a screen reader would meet nothing.

>>> Figure("<svg></svg>", "one layer, 80 MB")
one layer, 80 MB
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from labsim.figures.data import Tables, tables_of
from labsim.story.tables import AMOUNT, bytes_text, columns

__all__ = ["Figure", "Table", "bytes_text", "columns", "scroll"]


class Figure:
    """A picture (``svg``, one inline element) and its complete twin (``text``)."""

    __slots__ = ("_data", "svg", "text")

    def __init__(self, svg: str, text: str, data: Tables | None = None) -> None:
        """``data`` are the facts with exact numbers; without them, what the text's tables say."""
        self.svg = svg
        self.text = text
        self._data = data

    @property
    def data(self) -> Tables:
        """The facts as plain rows by the name of their table: for programs, and for export."""
        return tables_of(self.text) if self._data is None else self._data

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

    __slots__ = ("_data", "caption", "header", "rows", "total")

    def __init__(
        self,
        caption: str,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        total: str = "",
        data: Tables | None = None,
    ) -> None:
        self._data = data
        self.caption = caption
        self.header = tuple(header)
        self.rows = tuple(map(tuple, rows))
        self.total = total

    @property
    def data(self) -> Tables:
        """The facts as plain rows: exact numbers where they were given, else the cells."""
        if self._data is not None:
            return self._data
        return {"rows": [dict(zip(self.header, row, strict=True)) for row in self.rows]}

    @property
    def svg(self) -> str:
        """The table as a drawing, for a page that has room for a picture only."""
        from labsim.figures.drawn_table import drawn_table

        return drawn_table(self)

    @property
    def text(self) -> str:
        """The table for a terminal."""
        if not self.rows:
            return self.total
        parts = [self.caption, columns([[word.upper() for word in self.header], *self.rows])]
        return "\n\n".join([*parts, self.total] if self.total else parts)

    @property
    def html(self) -> str:
        """The table for a page: a real ``<table>``, so that a screen reader can walk it."""
        if not self.rows:
            return f"<p>{escape(self.total)}</p>"
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


def scroll(text: str, name: str, look: str = "") -> str:
    """Text as it is, in a box that has a name and scrolls by keyboard too."""
    class_ = f' class="{look}"' if look else ""
    return (
        f'<pre{class_} role="group" aria-label="{escape(name)}" tabindex="0">{escape(text)}</pre>'
    )


def _align(words: str) -> str:
    """Front ends set every cell flush right; words had better not be."""
    return "" if AMOUNT.fullmatch(words) else ' style="text-align:left"'
