"""What of Docker the lab simulates: every command and flag of the recorded help, yes or no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from labsim.docker import help as helps
from labsim.docker.commands import command, is_simulated
from labsim.docker.grammar import is_spoken
from labsim.docker.help.spellings import GROUPS, TOPICS
from labsim.engine.dialect import CLASSIC, CONTAINERD

__all__ = ["Row", "rows"]

_ENGINES = (CLASSIC, CONTAINERD)
_ALL = tuple(map(str, _ENGINES))


class Row(NamedTuple):
    """A command (no flag), or a flag of a simulated command, and the engines that have it.

    On the others it is refused by its name; ``api``: or, where it needs a newer daemon than theirs,
    as the CLI refuses it.
    """

    command: str
    flag: str
    engines: tuple[str, ...]
    summary: str = ""
    api: str = ""

    @property
    def simulated(self) -> bool:
        """Whether any engine has it."""
        return bool(self.engines)


def rows() -> list[Row]:
    """Commands in the order of ``docker --help``, each simulated one followed by its flags."""
    found: list[Row] = []
    for group in ("", *GROUPS):
        for name in helps.commands(group or "docker"):
            found += _command(f"{group} {name}".lstrip())
    return found


def _command(spelled: str) -> Iterator[Row]:
    topic = TOPICS.get(spelled, "")
    simulated = bool(topic) and is_simulated(topic)
    if not simulated:
        yield Row(spelled, "", _ALL if spelled in GROUPS else ())
        return
    found = command(topic)
    yield Row(spelled, "", tuple(map(str, found.engines)), _summary(topic))
    for flag in (*helps.flags(topic).values(), *found.hidden):
        known = flag.name in found.simulated
        engines = tuple(
            str(one)
            for one in _ENGINES
            if one in found.engines and known and is_spoken(flag.api, one.api)
        )
        yield Row(spelled, f"--{flag.name}", engines, api=flag.api)


def _summary(topic: str) -> str:
    """The sentence below the usage line."""
    return helps.text(topic).split("\n\n")[1].partition("\n")[0]
