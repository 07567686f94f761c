"""A shell's command line, cut into the commands that it would run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from posixpath import basename
from typing import NamedTuple

from labsim.dockerfile import expand
from labsim.errors import InvalidDockerfile

__all__ = ["Command", "commands", "escaped", "line_of"]

_CUT = re.compile(
    r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[12]?>&[12]|&&|\|\||[;|&\n]|>>?|[^\s'"\\;&|>]+|\s+|.""",
    re.S,
)


class Command(NamedTuple):
    """One command of a line: what stands before it, its words, and the file after ``>``.

    ``into`` is ``&2`` for standard error.
    """

    joint: str
    words: list[str]
    into: str
    append: bool


def line_of(words: Sequence[str]) -> str:
    """What a list of words runs: a shell's line where it is a shell that is run."""
    if len(words) == 3 and words[1] == "-c" and basename(words[0]) in ("sh", "bash", "ash", "dash"):
        return words[2]
    return " ".join(words)


def commands(line: str, env: Mapping[str, str]) -> list[Command]:
    """The commands of a line, with the file that each one's output goes to."""
    found: list[Command] = []
    words: list[str] = []
    begun, arrow, into, append, joint = False, False, "", False, ";"
    for piece in [*_CUT.findall(line), ";"]:
        if piece in ("&&", "||", ";", "|", "&", "\n"):
            found += [Command(joint, words, into, append)] if words else []
            joint = piece if words else joint
            words, into, arrow, begun = [], "", False, False
        elif piece in (">&2", "1>&2"):
            into = "&2"
        elif piece[1:] == ">&1" or piece == ">&1":
            begun = False
        elif piece in (">", ">>"):
            if words and words[-1] in ("1", "2") and begun:
                words.pop()
            arrow, append, begun = True, piece == ">>", False
        elif piece.isspace():
            begun = False
        elif arrow:
            into, arrow = _filled(piece, env), False
        elif begun:
            words[-1] += _filled(piece, env)
        else:
            words.append(_filled(piece, env))
            begun = True
    return found


def _filled(word: str, env: Mapping[str, str]) -> str:
    try:
        return expand(word, env)
    except InvalidDockerfile:  # a form that only a shell knows
        return word


def escaped(text: str) -> str:
    """The signs that ``printf`` and ``echo -e`` know."""
    signs = {"n": "\n", "t": "\t", "\\": "\\"}
    return re.sub(r"\\([nt\\])", lambda sign: signs[sign[1]], text)
