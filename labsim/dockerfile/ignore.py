"""``.dockerignore``: which files of a folder are no part of the build context.

Source: moby/patternmatcher ``patternmatcher.go`` (``MatchesOrParentMatches``), ``ignorefile``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from posixpath import normpath

from labsim.errors import InvalidDockerfile

__all__ = ["Ignore"]


class Ignore:
    r"""The patterns of a file, the last that fits decides; ``!`` takes one back.

    >>> ignore = Ignore.read("*.md\n!README.md\nnode_modules\n")
    >>> [ignore.excludes(path) for path in ("a.md", "README.md", "node_modules/x/y.js")]
    [True, False, True]
    """

    __slots__ = ("_rules", "patterns")

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self.patterns = tuple(patterns)
        self._rules = [_rule(pattern) for pattern in self.patterns]

    @classmethod
    def read(cls, text: str) -> Ignore:
        """The patterns in a ``.dockerignore``, tidied."""
        rows = (row.strip() for row in text.removeprefix("\ufeff").split("\n") if row[:1] != "#")
        return cls(_tidy(row) for row in rows if row)

    def excludes(self, path: str) -> bool:
        """Whether a file (slashes, relative to the context) stays outside."""
        out = False
        parts = path.split("/")
        paths = ["/".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
        for back, fits in self._rules:
            if back == out and any(fits.fullmatch(one) for one in paths):
                out = not back
        return out

    def reason(self, path: str) -> str:
        """The pattern that decided last; empty where none fits."""
        found = ""
        for depth in range(1, len(self.patterns) + 1):
            if Ignore(self.patterns[:depth]).excludes(path) != Ignore(
                self.patterns[: depth - 1]
            ).excludes(path):
                found = self.patterns[depth - 1]
        return found


def _tidy(row: str) -> str:
    back, pattern = row[0] == "!", row.lstrip("!").strip() if row[0] == "!" else row
    if pattern:
        pattern = normpath(pattern).removeprefix("/" * (1 + pattern.startswith("//")))
        pattern = pattern or "/"
    return f"!{pattern}" if back else pattern


def _rule(pattern: str) -> tuple[bool, re.Pattern[str]]:
    back = pattern[:1] == "!"
    bare = pattern[1:] if back else pattern
    if back and not bare:
        raise InvalidDockerfile('illegal exclusion pattern: "!"')
    try:
        return back, re.compile(_expression(bare))
    except re.error:
        raise InvalidDockerfile(f"syntax error in pattern: {bare}") from None


def _expression(pattern: str) -> str:
    """A pattern as a regular expression: ``*`` and ``?`` stop at a slash, ``**`` does not.

    What stands in square brackets is a class of Go's expressions already: ``[a-z]``, ``[^a]``.
    """
    found = re.finditer(
        r"\*\*/?|\*|\?|\\(.)|\\$|(\[(?:\\.|[^\\\[\]])+\]|[\[\]])|([^*?\\\[\]]+)", pattern
    )
    return "(?s:" + "".join(_piece(one, pattern) for one in found) + ")"


def _piece(one: re.Match[str], pattern: str) -> str:
    text = one[0]
    if text.startswith("**"):
        if one.end() == len(pattern):
            return ".*"
        return "(?:.*/)?" if one.start() or text.endswith("/") else ".*"
    if text == "*":
        return "[^/]*"
    if text == "?":
        return "[^/]"
    if one[2]:
        return text
    return re.escape(one[1] or one[3] or "\\")
