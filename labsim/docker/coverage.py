"""What of Docker the lab simulates: every command and flag of the recorded help, yes or no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from labsim.docker import help as helps
from labsim.docker.commands import ALIASES, GROUPS, SIMULATED, command

__all__ = ["Row", "rows"]


class Row(NamedTuple):
    """A command (no flag), or a flag of a simulated command.

    ``refused``: the flag needs a newer daemon than the lab's, and is refused as the CLI does.
    """

    command: str
    flag: str
    simulated: bool
    summary: str = ""
    refused: bool = False


def rows() -> list[Row]:
    """Commands in the order of ``docker --help``, each simulated one followed by its flags."""
    found = [row for name in helps.commands("docker") for row in _command(name, name)]
    for group in GROUPS:
        for name in helps.commands(group):
            found += _command(f"{group} {name}", ALIASES.get(f"{group} {name}", ""))
    return found


def _command(spelled: str, topic: str) -> Iterator[Row]:
    simulated = topic in SIMULATED
    yield Row(spelled, "", simulated or topic in GROUPS, _summary(topic) if simulated else "")
    if simulated:
        found = command(topic)
        for flag in helps.flags(topic).values():
            yield Row(spelled, f"--{flag.name}", flag.name in found.simulated)
        for flag in found.hidden:
            known = bool(flag.api) or flag.name in found.simulated
            yield Row(spelled, f"--{flag.name}", known, refused=bool(flag.api))


def _summary(topic: str) -> str:
    """The sentence below the usage line."""
    return helps.text(topic).split("\n\n")[1].partition("\n")[0]
