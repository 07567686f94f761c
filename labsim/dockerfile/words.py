"""Words, as the shell lexer of the Dockerfile frontend cuts them; nothing is filled in.

Source: moby/buildkit ``frontend/dockerfile/shell/lex.go``, ``parser/line_parsers.go``.
"""

from __future__ import annotations

import re

__all__ = ["Unfinished", "quoted_words", "split_words", "unquoted_words"]

_RAW = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|<<[\t\r ]*|(['\"])|\\$|[^\s'\"\\<]+|<")
_BARE = re.compile(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)|(['\"])|([^'\"\\]+)|\\$")


class Unfinished(ValueError):
    """A quote that is never closed."""


def split_words(text: str) -> list[str]:
    """Words with their quotes and escapes left in; blanks after ``<<`` belong to the word."""
    words: list[str] = []
    end = -1
    for found in _RAW.finditer(text):
        if found[1]:
            raise Unfinished(found[1])
        if found.start() == end:
            words[-1] += found[0]
        else:
            words.append(found[0])
        end = found.end()
    return words


def unquoted_words(text: str) -> list[str]:
    """Words without their quotes."""
    return [_bare(word) for word in split_words(text)]


def _bare(word: str) -> str:
    parts: list[str] = []
    for found in _BARE.finditer(word):
        single, double, escaped, unclosed, plain = found.groups()
        if unclosed:
            raise Unfinished(unclosed)
        if double is not None:
            double = re.sub(r"\\([\"$\\])", r"\1", double)
        parts.append(single or double or escaped or plain or "")
    return "".join(parts)


def quoted_words(text: str, escape: str) -> list[str]:
    """The words of ``ENV``, ``LABEL`` and ``ARG``: quotes stay, and may hold blanks.

    A quote that is never closed goes to the end of the line; the expansion complains about it.
    """
    mark = re.escape(escape)
    piece = (
        rf"(?s)(?P<blank>\s+)|'[^']*(?:'|$)|\"(?:[^\"{mark}]|{mark}.)*(?:\"|{mark}?$)"
        rf"|{mark}.|(?P<last>{mark}$)|[^\s'\"{mark}]+"
    )
    words: list[str] = []
    begun = False
    for found in re.finditer(piece, text):
        if found["blank"]:
            begun = False
        elif found["last"]:
            break
        elif begun:
            words[-1] += found[0]
        else:
            words.append(found[0])
            begun = True
    return words
