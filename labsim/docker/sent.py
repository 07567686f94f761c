"""A name on its way to the daemon: the CLI puts it into a path, and the path is tidied.

So the daemon is asked about ``docker/app`` where ``docker//app`` was typed, and ``../app`` leads
out of the images altogether.  Source: the client's ``getAPIPath`` (Go's ``path.Join``), 20.10 to
28; judged by both CLIs.
"""

from __future__ import annotations

import posixpath

from labsim.docker.phrases import daemon_error
from labsim.errors import CommandError

__all__ = ["Astray", "leads_to_the_list", "sent"]

_IMAGES = "/images"


class Astray(CommandError):
    """A path at which the daemon has nothing: it says 404, as for an image that it has not."""

    def __init__(self) -> None:
        super().__init__(daemon_error("page not found").stderr)


def leads_to_the_list(name: str) -> bool:
    """Whether a name vanishes in the path of one object, and the list of all is asked for."""
    return bool(name) and posixpath.normpath(name) == "."


def sent(name: str, *after: str) -> str:
    """The name that the daemon hears; ``after`` is what stands behind it in the path.

    >>> sent("docker//app", "json"), sent("./app/")
    ('docker/app', 'app')
    """
    tail = "".join(f"/{word}" for word in after)
    path = posixpath.normpath(f"{_IMAGES}/{name}{tail}")
    heard = path.removeprefix(f"{_IMAGES}/").removesuffix(tail)
    if path != f"{_IMAGES}/{heard}{tail}":
        raise Astray
    return heard
