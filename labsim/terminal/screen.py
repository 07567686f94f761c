"""A terminal's screen: lines of four kinds, told apart by a gutter in front and not by colour."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["SCROLLBACK", "Row", "Screen"]

#: So many lines are kept; a terminal forgets too.
SCROLLBACK = 1000
#: The gutter in front of what was written to standard error, and of an exit code that is not 0.
GUTTERS = {"err": "err| ", "exit": "exit| "}


class Row(NamedTuple):
    """One line of the screen; ``kind`` is typed, out, err or exit."""

    kind: str
    text: str

    @property
    def gutter(self) -> str:
        """What tells the kind, for those that are neither typed nor standard output."""
        return GUTTERS.get(self.kind, "")


class Screen:
    """The rows, oldest first."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._open = ""  # the kind of a last row that no line ending has ended

    def add(self, kind: str, text: str) -> None:
        """Write whole lines."""
        self.write(kind, f"{text}\n")

    def write(self, kind: str, text: str) -> None:
        """Write some text; a line that was begun goes on where the kind is the same."""
        *whole, rest = text.split("\n")
        lines = [*whole, rest] if rest else whole
        if lines and self._open == kind:
            self.rows[-1] = Row(kind, self.rows[-1].text + lines.pop(0))
        self.rows += [Row(kind, line) for line in lines]
        if text:
            self._open = kind if rest else ""
        del self.rows[:-SCROLLBACK]

    def extend(self, rows: Iterable[Row]) -> None:
        """Put finished rows below."""
        for row in rows:
            self.add(*row)

    def clear(self) -> None:
        """Empty it."""
        self.rows, self._open = [], ""

    @property
    def text(self) -> str:
        """The rows with their gutters."""
        return "\n".join(row.gutter + row.text for row in self.rows)

    def stream(self, kind: str) -> io.StringIO:
        """A stream whose text comes onto this screen."""
        return _Stream(self, kind)


class _Stream(io.StringIO):
    """One of a program's two streams; both write on one screen, in the order of writing."""

    def __init__(self, screen: Screen, kind: str) -> None:
        super().__init__()
        self._screen = screen
        self._kind = kind

    def write(self, text: str) -> int:
        """Onto the screen."""
        self._screen.write(self._kind, text)
        return len(text)
