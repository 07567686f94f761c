"""``docker create``: like ``docker run``, it needs the image first; that much is simulated."""

from __future__ import annotations

from labsim.docker.commands.run import check_pull, find_image
from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.help import flags
from labsim.errors import CommandError

__all__ = ["COMMAND"]


def create(call: Call) -> int:
    """Find or pull IMAGE."""
    try:
        check_pull(call.value("pull") or "missing")
    except CommandError as error:
        tail = f"Run '{call.path} --help' for more information\n"
        raise CommandError(f"docker: {error.stderr}\n{tail}", 125) from None
    find_image(call)
    return 0


COMMAND = Command("create", ANY, create, simulated=frozenset(flags("create")), interspersed=False)
