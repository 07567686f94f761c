"""A typed line, cut into words as a shell would cut it; what only a shell can do is refused.

>>> split("docker pull 'my app' # first try").words
('docker', 'pull', 'my app')
>>> split("login -u alice --password-stdin < token.txt").stdin_file
'token.txt'
"""

from __future__ import annotations

import re
from typing import NamedTuple

from labsim.errors import CommandError

__all__ = ["Line", "split"]

#: What a shell would act on, and what to do instead.
_SHELL_ONLY = {
    "$": "the lab has no variables: write the value itself",
    "`": "the lab runs no command inside a command: write the value itself",
    "|": "the lab has no pipes: to feed a command, write  < file",
    ">": "the lab writes no output into files: in Python, look at .stdout of lab.docker(…)",
    ";": "one command a line, please",
    "&": "one command a line, please",
}
_SPECIAL = frozenset("'\"\\#<") | _SHELL_ONLY.keys()
_PIECE = (
    r"(?s)(?P<blank>\s+)|(?P<in><)|'(?P<single>[^']*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\""
    r"|\\(?P<escaped>.)|(?P<shell>[$`|>;&])|(?P<open>['\"\\])|(?P<plain>[^\s'\"\\<$`|>;&]+)"
)


class Line(NamedTuple):
    """The words of a line, and the file after ``<`` (empty when there is none)."""

    words: tuple[str, ...]
    stdin_file: str = ""


def split(line: str) -> Line:
    """Cut a line into words: quotes, backslashes, a ``# comment`` and one ``< file``."""
    if _SPECIAL.isdisjoint(line):
        return Line(tuple(line.split()))
    words: list[str] = []
    files: list[str] = []
    target, word = words, None
    for piece in re.finditer(_PIECE, line + " "):
        kind = piece.lastgroup or ""
        if kind not in ("blank", "in"):
            if kind == "plain" and word is None and piece[0].startswith("#"):
                break
            word = (word or "") + _literal(kind, piece[kind])
            continue
        if word is not None:
            target.append(word)
            target, word = words, None
        if kind == "in":
            if target is files:
                raise _refused("the lab has no text after <<: to feed a command, write  < file")
            target = files
    if target is files or len(files) > 1:
        raise _refused("one file name must follow  <")
    return Line(tuple(words), "".join(files))


def _literal(kind: str, text: str) -> str:
    """What one piece of a word stands for."""
    if kind == "shell":
        raise _refused(f"{_SHELL_ONLY[text]} (or put the {text} in single quotes)")
    if kind == "open":
        raise _refused("nothing follows the \\" if text == "\\" else f"the {text} is never closed")
    if kind == "double":
        if live := re.search(r"(?<!\\)[$`]", text):
            raise _refused(f"{_SHELL_ONLY[live[0]]} (or use single quotes)")
        return re.sub(r"\\([\"\\$`\n])", lambda match: match[1].strip("\n"), text)
    return "" if kind == "escaped" and text == "\n" else text


def _refused(sentence: str) -> CommandError:
    """The lab's own words; 2 is what a shell returns for a syntax error."""
    return CommandError(f"labsim: {sentence}\n", 2)
