"""What follows an instruction's name, cut as that instruction cuts it.

Source: moby/buildkit ``frontend/dockerfile/parser/line_parsers.go``, ``split_command.go``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from labsim.dockerfile.source import Line
from labsim.dockerfile.words import quoted_words
from labsim.errors import InvalidDockerfile

__all__ = ["Arguments", "Pair", "arguments"]

_WHITE = re.compile(r"[\t\v\f\r ]+")


class Pair(NamedTuple):
    """``NAME=value`` as written; ``value`` is ``None`` where an ``ARG`` gives none."""

    name: str
    value: str | None = None
    equals: bool = True


class Arguments(NamedTuple):
    """A line's flags and words; ``json`` where the words were a JSON list."""

    flags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    json: bool = False
    pairs: tuple[Pair, ...] = ()


_Cut = Callable[[Line, str, str], Arguments]


def arguments(line: Line, escape: str) -> Arguments:
    """The flags in front and what follows them; an unknown instruction has no arguments."""
    rest, flags = _flags(line.rest, escape)
    cut = _CUTS.get(line.name.upper())
    found = cut(line, rest.strip(), escape) if cut else Arguments()
    return found._replace(flags=tuple(flags))


def _flags(rest: str, escape: str) -> tuple[str, list[str]]:
    """The words that begin with ``--``; a lone ``--`` ends them."""
    flags: list[str] = []
    mark = re.escape(escape)
    flag = re.compile(rf"\s*--(?:'[^']*'|\"[^\"]*\"|{mark}.|[^\s'\"])*")
    while (found := flag.match(rest)) is not None:
        rest, word = rest[found.end() :], found[0].strip()
        if word == "--":
            break
        flags.append(re.sub(rf"['\"]|{mark}(.)", r"\1", word))
    return rest, flags


def _white(line: Line, rest: str, escape: str) -> Arguments:
    return Arguments(words=tuple(_WHITE.split(rest)) if rest else ())


def _whole(line: Line, rest: str, escape: str) -> Arguments:
    return Arguments(words=(rest,) if rest else ())


def _json(line: Line, rest: str) -> Arguments | None:
    """The words of a JSON list; ``None`` where it is none, and then it is words for a shell."""
    if not rest.startswith("["):
        return None
    try:
        words = json.loads(rest)
    except ValueError:
        return None
    if not isinstance(words, list):
        return None
    if not all(isinstance(word, str) for word in words):
        raise InvalidDockerfile(
            "when using JSON array syntax, arrays must be comprised of strings only", line.number
        )
    return Arguments(words=tuple(words), json=True)


def _json_or_whole(line: Line, rest: str, escape: str) -> Arguments:
    return _json(line, rest) or _whole(line, rest, escape)


def _json_or_white(line: Line, rest: str, escape: str) -> Arguments:
    return _json(line, rest) or _white(line, rest, escape)


def _health(line: Line, rest: str, escape: str) -> Arguments:
    """The kind of check, then its command."""
    kind, _, command = (rest.replace("\t", " ", 1) if "\t" in rest[:9] else rest).partition(" ")
    if not kind:
        return Arguments()
    found = _json_or_whole(line, command.lstrip(), escape)
    return found._replace(words=(kind, *found.words))


def _pairs(line: Line, rest: str, escape: str) -> Arguments:
    """``NAME=value …``, or the old form ``NAME value``."""
    words = quoted_words(rest, escape)
    if not words:
        return Arguments()
    if "=" not in words[0]:
        return Arguments(pairs=(_old_pair(line, rest),))
    for word in words:
        if "=" not in word:
            raise InvalidDockerfile(
                f'Syntax error - can\'t find = in "{word}". Must be of the form: name=value',
                line.number,
            )
    return Arguments(pairs=tuple(map(_named, words)))


def _old_pair(line: Line, rest: str) -> Pair:
    parts = _WHITE.split(rest, maxsplit=1)
    if len(parts) < 2:
        raise InvalidDockerfile(f"{line.name.upper()} must have two arguments", line.number)
    return Pair(parts[0], parts[1], equals=False)


def _names(line: Line, rest: str, escape: str) -> Arguments:
    """``NAME`` or ``NAME=value``, one or more."""
    words = quoted_words(rest, escape)
    return Arguments(pairs=tuple(_named(word) for word in words))


def _named(word: str) -> Pair:
    name, equals, value = word.partition("=")
    return Pair(name, value) if equals else Pair(name)


def _inner(line: Line, rest: str, escape: str) -> Arguments:
    """``ONBUILD`` is followed by another instruction, whose words are cut too."""
    if not rest:
        return Arguments()
    parts: Sequence[str] = _WHITE.split(rest, maxsplit=1)
    inner = line._replace(name=parts[0], rest=parts[1] if len(parts) > 1 else "")
    return Arguments(words=(parts[0], *arguments(inner, escape).words))


_CUTS: dict[str, _Cut] = {
    "ADD": _json_or_white,
    "ARG": _names,
    "CMD": _json_or_whole,
    "COPY": _json_or_white,
    "ENTRYPOINT": _json_or_whole,
    "ENV": _pairs,
    "EXPOSE": _white,
    "FROM": _white,
    "HEALTHCHECK": _health,
    "LABEL": _pairs,
    "MAINTAINER": _whole,
    "ONBUILD": _inner,
    "RUN": _json_or_whole,
    "SHELL": _json_or_whole,
    "STOPSIGNAL": _whole,
    "USER": _whole,
    "VOLUME": _json_or_white,
    "WORKDIR": _whole,
}
