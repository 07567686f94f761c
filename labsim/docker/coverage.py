"""What of Docker the lab simulates: every command and flag of the recorded help, yes or no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from labsim.docker import help as helps
from labsim.docker.commands import command, is_simulated
from labsim.docker.help.spellings import GROUPS, TOPICS

__all__ = ["Row", "rows"]


class Row(NamedTuple):
    """A command (no flag), or a flag of a simulated command, and the engines that it is for.

    ``refused``: the flag needs a newer daemon than the lab's, and is refused as the CLI does.
    """

    command: str
    flag: str
    simulated: bool
    summary: str = ""
    refused: bool = False
    engines: tuple[str, ...] = ()


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
        yield Row(spelled, "", spelled in GROUPS)
    else:
        found = command(topic)
        yield Row(spelled, "", True, _summary(topic), engines=found.engines)
        for flag in helps.flags(topic).values():
            yield Row(spelled, f"--{flag.name}", flag.name in found.simulated)
        for flag in found.hidden:
            known = bool(flag.api) or flag.name in found.simulated
            yield Row(spelled, f"--{flag.name}", known, refused=bool(flag.api))


def _summary(topic: str) -> str:
    """The sentence below the usage line."""
    return helps.text(topic).split("\n\n")[1].partition("\n")[0]
