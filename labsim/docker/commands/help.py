"""``docker help [command]``."""

from __future__ import annotations

from labsim.docker import help as helps
from labsim.docker.commands import ALIASES, GROUPS, SIMULATED
from labsim.docker.grammar import Call, Command, Count
from labsim.errors import CommandError, NotSimulated

__all__ = ["COMMAND"]


def show(call: Call) -> int:
    """Print the help of a command, of a group, or of docker."""
    spelled = " ".join(call.arguments)
    topic = ALIASES.get(spelled, spelled)
    if not spelled:
        call.out(helps.text("docker"))
    elif topic in SIMULATED or topic in GROUPS:
        call.out(helps.text(topic, f"docker {spelled}"))
    elif _is_real(call.arguments):
        raise NotSimulated(f"docker {spelled}")
    else:
        raise CommandError(f"unknown help topic: {spelled.rpartition(' ')[2]}\n")
    return 0


def _is_real(words: list[str]) -> bool:
    if words[0] in GROUPS:
        return len(words) == 2 and words[1] in helps.commands(words[0])
    return len(words) == 1 and words[0] in helps.commands("docker")


COMMAND = Command("help", Count(0, -1), show)
