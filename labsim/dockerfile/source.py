"""The text of a Dockerfile as logical lines.

A line that ends with the escape character goes on below; comments and empty lines in between do not
end it.  What ``<<EOF`` opens is read to its end and kept beside the line.

Source: moby/buildkit ``frontend/dockerfile/parser/parser.go``, ``directives.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from labsim.dockerfile.words import Unfinished, split_words, unquoted_words
from labsim.errors import InvalidDockerfile

__all__ = ["HERE", "Heredoc", "Line", "Source", "heredoc_named"]

#: Instructions that may open a here-document.
HERE = ("ADD", "COPY", "RUN")
_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$")
_DIRECTIVES = ("syntax", "escape", "check")
_HEREDOC = re.compile(r"(\d*)<<(-?)\s*([^<]*)")
_SPACES = "\t\v\f\r "


class Heredoc(NamedTuple):
    """Text given in place: its ``name``, and whether variables in it are filled in."""

    name: str
    content: str = ""
    expand: bool = True
    chomp: bool = False

    @property
    def text(self) -> str:
        """The content; with ``<<-`` without the tabs that its lines begin with."""
        return re.sub(r"(?m)^\t+", "", self.content) if self.chomp else self.content


class Line(NamedTuple):
    """One instruction as it was written: where, its name, and the rest."""

    number: int
    last: int
    text: str
    name: str
    rest: str
    heredocs: tuple[Heredoc, ...] = ()


class Source:
    """A Dockerfile's lines; ``escape`` and ``directives`` are known when all have been read."""

    __slots__ = ("_at", "_heredocs", "_rows", "directives", "escape", "warnings")

    def __init__(self, text: str, *, heredocs: bool = True) -> None:
        self._rows = text.removeprefix("\ufeff").split("\n")
        if self._rows[-1] == "":
            del self._rows[-1]
        self._heredocs = heredocs
        self._at = 0
        self.escape = "\\"
        self.directives: dict[str, str] = {}
        #: Logical lines with an empty line inside, which Docker warns about.
        self.warnings: list[str] = []

    def lines(self) -> Iterator[Line]:
        """Every instruction, in order."""
        self._read_directives()
        while self._at < len(self._rows):
            row = self._next().strip()
            if not row or row.startswith("#"):
                continue
            number = self._at
            text = self._joined(row)
            if text.strip():
                yield self._line(number, text)

    def _next(self) -> str:
        self._at += 1
        return self._rows[self._at - 1].rstrip("\r")

    def _read_directives(self) -> None:
        """``# escape=``, ``# syntax=`` and ``# check=``: only above everything else."""
        for at, row in enumerate(self._rows):
            found = _DIRECTIVE.match(row.strip())
            key = found[1].lower() if found else ""
            if not found or key not in _DIRECTIVES:
                return
            if key in self.directives:
                raise InvalidDockerfile(f"only one {key} parser directive can be used", at + 1)
            self.directives[key] = found[2]
            if key == "escape":
                self._set_escape(found[2], at + 1)

    def _set_escape(self, value: str, number: int) -> None:
        if value not in ("`", "\\"):
            raise InvalidDockerfile(
                f"invalid escape token '{value}' does not match ` or \\", number
            )
        self.escape = value

    def _continued(self, row: str) -> str | None:
        """The line without the escape character that ends it; ``None`` where none does."""
        bare = row.rstrip(" \t")
        if not bare.endswith(self.escape) or bare[-2:-1] == self.escape:
            return None
        return bare[:-1]

    def _joined(self, first: str) -> str:
        """A line with all that continues it."""
        parts: list[str] = []
        empty = False
        more = self._continued(first)
        parts.append(first if more is None else more)
        while more is not None and self._at < len(self._rows):
            row = self._next()
            bare = row.strip()
            if bare.startswith("#") or not bare:
                empty = empty or not bare
                continue
            more = self._continued(row)
            parts.append(row if more is None else more)
        text = "".join(parts)
        if empty:
            self.warnings.append(text)
        return text

    def _line(self, number: int, text: str) -> Line:
        name, rest = _named(text)
        heredocs: tuple[Heredoc, ...] = ()
        if self._heredocs and "<<" in rest and _may_open(name, rest):
            heredocs = tuple(self._closed(one, number) for one in _opened(rest, number))
        return Line(number, self._at, text.strip(), name, rest, heredocs)

    def _closed(self, one: Heredoc, number: int) -> Heredoc:
        """A here-document with its content, read up to the line that is its name."""
        content: list[str] = []
        while self._at < len(self._rows):
            row = self._rows[self._at]
            self._at += 1
            bare = row.rstrip("\r")
            if (bare.lstrip("\t") if one.chomp else bare) == one.name:
                return one._replace(content="".join(content))
            content.append(row + "\n")
        raise InvalidDockerfile("unterminated heredoc", number)


def _named(text: str) -> tuple[str, str]:
    """The first word of a line, and the rest."""
    found = re.match(r"[^\t\v\f\r ]+", text := text.strip())
    name = found[0] if found else ""
    return name, text[len(name) :].strip(_SPACES)


def _may_open(name: str, rest: str) -> bool:
    if name.upper() == "ONBUILD":
        name, rest = _named(rest)
    return name.upper() in HERE and not rest.startswith("[")


def _opened(rest: str, number: int) -> Iterator[Heredoc]:
    try:
        words = split_words(rest)
    except Unfinished:
        return
    for word in words:
        found = heredoc_named(word)
        if found is not None:
            yield found


def heredoc_named(word: str) -> Heredoc | None:
    """The here-document that a word opens, without its content; quotes mean: as it stands."""
    found = _HEREDOC.fullmatch(word)
    if not found or not found[3]:
        return None
    try:
        names = unquoted_words(found[3])
    except Unfinished:
        return None
    if len(names) != 1:
        return None
    plain = not any(quote in found[3] for quote in "'\"")
    return Heredoc(names[0], expand=plain, chomp=bool(found[2]))
