"""What the daemon says of itself: which API it speaks, and ``GET /version``."""

from __future__ import annotations

from typing import Any

from labsim.docker.api.manners import manners_of
from labsim.docker.voices import voice_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine

__all__ = ["api_range", "ping_headers", "signature", "versions"]

_ENGINE = ("ApiVersion", "MinAPIVersion", "GitCommit", "GoVersion", "Os", "Arch", "KernelVersion")
#: What ``docker version`` knows by other names.
_KNOWN_AS = {"ApiVersion": "APIVersion"}


def api_range(engine: Engine) -> tuple[str, str]:
    """The oldest and the newest version of the API that this daemon speaks."""
    server = voice_of(engine).versions().server
    return server["MinAPIVersion"], server["APIVersion"]


def signature(engine: Engine) -> tuple[tuple[str, str], ...]:
    """What every answer of a known endpoint begins with."""
    server = voice_of(engine).versions().server
    return (
        ("Api-Version", server["APIVersion"]),
        ("Docker-Experimental", "false"),
        ("Ostype", "linux"),
        ("Server", f"Docker/{server['Version']} (linux)"),
    )


def ping_headers(engine: Engine) -> tuple[tuple[str, str], ...]:
    """What else ``/_ping`` carries."""
    return (
        *manners_of(engine).builder,
        ("Cache-Control", "no-cache, no-store, must-revalidate"),
        ("Pragma", "no-cache"),
        ("Content-Type", "text/plain; charset=utf-8"),
    )


def versions(engine: Engine) -> dict[str, Any]:
    """``GET /version``: the daemon and what it is made of."""
    found = voice_of(engine).versions()
    server = {key: found.server[_KNOWN_AS.get(key, key)] for key in _ENGINE}
    built = found.server["BuildTime"]
    details = {**server, "BuildTime": built, "Experimental": "false"}
    number = found.server["Version"]
    parts = [("Engine", number, dict(sorted(details.items())))]
    parts += [(part.name, part.version, {"GitCommit": part.commit}) for part in found.parts]
    return {
        "Platform": {"Name": found.platform},
        "Components": [
            {"Name": name, "Version": version, "Details": more} for name, version, more in parts
        ],
        "Version": number,
        **server,
        "BuildTime": built,
    }
