"""A line without its passwords, for whoever keeps lines.

Slips count too: a password that follows a misspelt ``login``, or a flag that no command has.

>>> redact("docker login -u alice -p 'my secret' ghcr.io")
'docker login -u alice -p ******** ghcr.io'
>>> redact("docker run -p 80:80 nginx")
'docker run -p 80:80 nginx'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from labsim.docker.commands import is_simulated
from labsim.docker.help.spellings import TOPICS
from labsim.docker.shell import split
from labsim.errors import CommandError

__all__ = ["MASK", "is_login", "redact", "refilled"]

MASK = "********"

#: What a line must contain to be looked at more closely.
_SUSPECT = re.compile(r"-p|login|<<", re.IGNORECASE)
#: A flag that may mean a password: its name, and what stands in the same word.
_LIKE_PASSWORD = re.compile(r"(?P<name>--p[^=]*|-p)(?P<value>.*)", re.IGNORECASE | re.DOTALL)


def redact(line: str) -> str:
    """The line with every password in it replaced by asterisks."""
    return refilled(line, lambda _: MASK)


def refilled(line: str, fill: Callable[[str], str]) -> str:
    """The line with what ``fill`` makes of each password in its place; an empty one is none."""
    if not _SUSPECT.search(line):
        return line
    try:
        words, stdin_file = split(line)
    except CommandError:
        # No shell would read it either; whatever was meant as the password goes no further.
        return re.sub(r"(?is)(\s(?:--password|-p)|<<).*", lambda m: f"{m[1]} {fill('')}", line)
    shown = list(words)
    for at, start in _places(words):
        if secret := words[at][start:]:
            shown[at] = words[at][:start] + fill(secret)
    if shown == list(words):
        return line
    tail = ["<", _quoted(stdin_file)] if stdin_file else []
    return " ".join([*map(_quoted, shown), *tail])


def is_login(word: str) -> bool:
    """Whether somebody who typed this command meant ``login``."""
    return word.casefold() == "login"


def _places(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where passwords stand: the number of the word, and where in it the password begins."""
    command, operands, before, follows = "", 0, "", False
    for at, word in enumerate(words):
        flag = _LIKE_PASSWORD.fullmatch(word)
        if follows:
            yield at, 0
            follows = False
        elif flag and _may_be_password(flag["name"], command):
            follows = not flag["value"]
            yield at, flag.end("name") + flag["value"].startswith("=")
        elif not command:
            command = _command(before, word)
        elif is_login(command) and word[:1] != "-" and before not in ("-u", "--username"):
            operands += 1
            if operands > 1:
                yield at, 0
        before = word


def _command(before: str, word: str) -> str:
    """The command that a word names; empty where it names none."""
    if is_login(word):
        return word
    topic = TOPICS.get(word) or TOPICS.get(f"{before} {word}", "")
    return topic if topic and is_simulated(topic) else ""


def _may_be_password(name: str, command: str) -> bool:
    """Whether nothing else is meant by this flag of that command."""
    if is_login(command) or not command:
        return name != "--password-stdin"
    from labsim.docker.help import flags  # only a suspicious line needs the recorded help

    known = flags(command).values()
    return name not in {form for flag in known for form in (f"-{flag.short}", f"--{flag.name}")}


def _quoted(word: str) -> str:
    """A word as a shell has to be told it."""
    if re.fullmatch(r"[\w@%+=:,./*?~^!{}\[\]-]+", word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"
