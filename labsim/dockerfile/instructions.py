"""One value for each instruction, checked as far as the text alone can tell.

Source: moby/buildkit ``frontend/dockerfile/instructions/parse.go``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from labsim.dockerfile.arguments import Arguments, Pair
from labsim.dockerfile.durations import duration_ns
from labsim.dockerfile.flags import read_flags
from labsim.dockerfile.mounts import check_run
from labsim.dockerfile.source import Heredoc, Line, heredoc_named
from labsim.errors import InvalidDockerfile

__all__ = ["NAMES", "Instruction", "Pair", "instruction"]

_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")
#: A number of 32 bits.
_MOST_RETRIES = 1 << 31


class Instruction(NamedTuple):
    """One line of a Dockerfile.

    ``words`` are what follows the name: sources and destination, a command, ports; ``pairs`` what
    ``ENV``, ``LABEL`` and ``ARG`` set.  ``text`` is the line as written, continuations joined.
    """

    name: str
    line: int
    text: str
    words: tuple[str, ...] = ()
    json: bool = False
    flags: tuple[tuple[str, str], ...] = ()
    pairs: tuple[Pair, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()

    def flag(self, name: str) -> str:
        """The value of a flag; empty where it was not given."""
        return dict(self.flags).get(name, "")

    @property
    def command(self) -> tuple[str, ...]:
        """The words of ``HEALTHCHECK`` after its kind."""
        return self.words[1:]


def instruction(line: Line, given: Arguments, *, buildkit: bool) -> Instruction:
    """The instruction that a line is; :class:`InvalidDockerfile` where it is none."""
    name = line.name.upper()
    check = _CHECKS.get(name)
    if check is None:
        raise InvalidDockerfile(f"unknown instruction: {name}", line.number, numbered=True)
    fault = check(name, given)
    if fault and not _flags_first(name):
        raise InvalidDockerfile(fault, line.number, numbered=True)
    flags = read_flags(name, _heeded(name, given), line.number, buildkit=buildkit)
    fault = fault or (_health_fault(flags) if name == "HEALTHCHECK" else "")
    if fault:
        raise InvalidDockerfile(fault, line.number, numbered=True)
    if name == "RUN":
        check_run(flags, line.number)
    words, json, pairs = given.words, given.json, given.pairs
    if name == "EXPOSE":
        words = tuple(sorted(words))
    return Instruction(name, line.number, line.text, words, json, flags, pairs, line.heredocs)


def _heeded(name: str, given: Arguments) -> tuple[str, ...]:
    """The flags that are looked at: whoever has no check says nothing of how it goes."""
    unchecked = name == "HEALTHCHECK" and given.words[:1] and given.words[0].upper() == "NONE"
    return () if unchecked else given.flags


def _flags_first(name: str) -> bool:
    """Whether a wrong flag is noticed before what is wrong with the words."""
    return name in ("ENV", "LABEL", "SHELL", "HEALTHCHECK")


def _some(name: str, given: Arguments) -> str:
    return "" if given.words or given.pairs else f"{name} requires at least one argument"


def _one(name: str, given: Arguments) -> str:
    return "" if len(given.words) == 1 else f"{name} requires exactly one argument"


def _any(name: str, given: Arguments) -> str:
    return ""


def _pairs(name: str, given: Arguments) -> str:
    if given.pairs and not all(pair.name for pair in given.pairs):
        return f"{name} names can not be blank"
    return _some(name, given)


def _files(name: str, given: Arguments) -> str:
    if len(given.words) < 2:
        return (
            f"{name} requires at least two arguments, but only one was provided. "
            "Destination could not be determined"
        )
    if heredoc_named(given.words[-1]):
        return f"{name} cannot accept a heredoc as a destination"
    return ""


def _from(name: str, given: Arguments) -> str:
    words = given.words
    if len(words) == 3 and words[1].lower() == "as":
        if not _STAGE_NAME.fullmatch(words[2].lower()):
            quoted = words[2].replace("\\", "\\\\").replace('"', '\\"')
            return (
                f'invalid name for build stage: "{quoted}", '
                "name can't start with a number or contain symbols"
            )
        return ""
    return "" if len(words) == 1 else "FROM requires either one or three arguments"


def _onbuild(name: str, given: Arguments) -> str:
    trigger = given.words[0].upper() if given.words else ""
    if trigger == "ONBUILD":
        return "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
    if trigger in ("MAINTAINER", "FROM"):
        return f"{trigger} isn't allowed as an ONBUILD trigger"
    return _some(name, given)


def _shell(name: str, given: Arguments) -> str:
    if given.words and not given.json:
        return "SHELL requires the arguments to be in JSON form"
    return _some(name, given)


def _volume(name: str, given: Arguments) -> str:
    if not all(word.strip() for word in given.words):
        return "VOLUME specified can not be an empty string"
    return _some(name, given)


def _health(name: str, given: Arguments) -> str:
    kind = given.words[0].upper() if given.words else ""
    if kind == "NONE":
        return "HEALTHCHECK NONE takes no arguments" if given.words[1:] else ""
    if kind == "CMD":
        return "" if given.words[1:] else "Missing command after HEALTHCHECK CMD"
    return f'Unknown type "{kind}" in HEALTHCHECK (try CMD)' if kind else _some(name, given)


def _health_fault(flags: tuple[tuple[str, str], ...]) -> str:
    for name, value in flags:
        if name == "retries":
            if not re.fullmatch(r"[+-]?\d+", value):
                return f'strconv.ParseInt: parsing "{value}": invalid syntax'
            if not -_MOST_RETRIES <= int(value) < _MOST_RETRIES:
                return f'strconv.ParseInt: parsing "{value}": value out of range'
            if int(value) < 1:
                return f"--retries must be at least 1 (not {int(value)})"
            continue
        ns, fault = duration_ns(value)
        if fault:
            return fault
        if 0 != ns < 1_000_000:
            return f'Interval "{name}" cannot be less than 1ms'
    return ""


_CHECKS: dict[str, Callable[[str, Arguments], str]] = {
    "ADD": _files,
    "ARG": _pairs,
    "CMD": _any,
    "COPY": _files,
    "ENTRYPOINT": _any,
    "ENV": _pairs,
    "EXPOSE": _some,
    "FROM": _from,
    "HEALTHCHECK": _health,
    "LABEL": _pairs,
    "MAINTAINER": _one,
    "ONBUILD": _onbuild,
    "RUN": _any,
    "SHELL": _shell,
    "STOPSIGNAL": _one,
    "USER": _one,
    "VOLUME": _volume,
    "WORKDIR": _one,
}
#: Every instruction there is.
NAMES = tuple(_CHECKS)
