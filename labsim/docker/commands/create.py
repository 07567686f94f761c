"""``docker create``: like ``docker run``, it needs the image first; that much is simulated."""

from __future__ import annotations

from labsim.docker.commands.run import NO_CONTAINERS, container_error, find_image, pull_policy
from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.help import flags
from labsim.errors import CommandError

__all__ = ["COMMAND"]


def create(call: Call) -> int:
    """Find or pull IMAGE; a failure is the pull's own, but for a wrong ``--pull``."""
    try:
        pull_policy(call)
    except CommandError as error:
        raise container_error(call, error) from None
    find_image(call)
    call.err(NO_CONTAINERS)
    return 1


COMMAND = Command("create", ANY, create, simulated=frozenset(flags("create")), interspersed=False)
