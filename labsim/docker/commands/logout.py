"""``docker logout``: forget a login; tokens that were given stay valid.

Source: docker/cli ``cli/command/registry/logout.go``.
"""

from __future__ import annotations

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import HUB, host_of
from labsim.reference import DEFAULT_REGISTRY

__all__ = ["COMMAND"]


def logout(call: Call) -> int:
    """Erase the stored credentials of a server; silence about whether there were any."""
    server = call.arguments[0] if call.arguments else ""
    host = host_of(server)
    if server in ("", HUB):
        call.seat.engine.logout(HUB)
    if host not in ("", DEFAULT_REGISTRY):  # no key is called docker.io: the Hub's is its old URL
        call.seat.engine.logout(host)
    call.out(f"Removing login credentials for {host or HUB}\n")
    return 0


COMMAND = Command("logout", Count(0, 1), logout)
