"""``docker logout``: forget a login; tokens that were given stay valid."""

from __future__ import annotations

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import HUB, host_of

__all__ = ["COMMAND"]


def logout(call: Call) -> int:
    """Erase the stored credentials of a server; silence about whether there were any."""
    server = call.arguments[0] if call.arguments else ""
    call.seat.engine.logout(server or HUB)
    call.out(f"Removing login credentials for {host_of(server) or HUB}\n")
    return 0


COMMAND = Command("logout", Count(0, 1), logout)
