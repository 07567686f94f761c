"""``docker logout``: forget a login; tokens that were given stay valid."""

from __future__ import annotations

from labsim.docker.grammar import Call, Command, Count

__all__ = ["COMMAND"]

HUB = "https://index.docker.io/v1/"


def logout(call: Call) -> int:
    """Erase the stored credentials of a server; silence about whether there were any."""
    server = call.arguments[0] if call.arguments else ""
    host = server.removeprefix("https://").removeprefix("http://").partition("/")[0]
    call.seat.engine.logout(server or HUB)
    call.out(f"Removing login credentials for {host if server else HUB}\n")
    return 0


COMMAND = Command("logout", Count(0, 1), logout)
