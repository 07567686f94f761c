"""A login line without its password, for whoever keeps lines.

>>> redact("docker login -u alice -p 'my secret' ghcr.io")
'docker login -u alice -p ******** ghcr.io'
"""

from __future__ import annotations

import re

from labsim.docker.shell import split
from labsim.errors import CommandError

__all__ = ["MASK", "redact"]

MASK = "********"


def redact(line: str) -> str:
    """The line with what follows ``-p`` or ``--password`` replaced by asterisks."""
    if "login" not in line or "-p" not in line:
        return line
    try:
        words, stdin_file = split(line)
    except CommandError:
        # No shell would read it either; whatever was meant as the password goes no further.
        return re.sub(r"(?s)(\s(?:-p|--password)).*", rf"\1 {MASK}", line)
    shown = _without_password(words)
    if shown == list(words):
        return line
    tail = ["<", _quoted(stdin_file)] if stdin_file else []
    return " ".join([*map(_quoted, shown), *tail])


def _without_password(words: tuple[str, ...]) -> list[str]:
    shown = list(words)
    if "login" not in shown:
        return shown
    for at in range(shown.index("login") + 1, len(shown)):
        word = shown[at]
        if word.startswith("--password="):
            shown[at] = f"--password={MASK}"
        elif word in ("-p", "--password") and at + 1 < len(shown):
            shown[at + 1] = MASK
        elif word.startswith("-p") and shown[at - 1] not in ("-p", "--password"):
            shown[at] = f"-p={MASK}" if word[2:3] == "=" else f"-p{MASK}" if word[2:] else word
    return shown


def _quoted(word: str) -> str:
    """A word as a shell has to be told it."""
    if re.fullmatch(r"[\w@%+=:,./*?~^!{}\[\]-]+", word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"
