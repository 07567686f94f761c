"""``docker help [command]``."""

from __future__ import annotations

from labsim.docker import help as helps
from labsim.docker.commands import is_simulated
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.help.spellings import GROUPS, TOPICS
from labsim.errors import CommandError, NotSimulated

__all__ = ["COMMAND"]


def show(call: Call) -> int:
    """Print the help of a command, of a group, or of docker."""
    spelled = " ".join(call.arguments)
    topic, cli = TOPICS.get(spelled, spelled), call.seat.engine.dialect.cli
    if not spelled:
        call.out(helps.text("docker", cli=cli))
    elif spelled in GROUPS or (spelled in TOPICS and is_simulated(topic)):
        call.out(helps.text(topic, f"docker {spelled}", cli))
    elif spelled in TOPICS:
        raise NotSimulated(f"docker {spelled}")
    else:
        raise CommandError(f"unknown help topic: {spelled.rpartition(' ')[2]}\n")
    return 0


COMMAND = Command("help", Count(0, -1), show, looks=True)
