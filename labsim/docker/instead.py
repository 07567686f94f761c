"""The nearest thing in the lab to a command that real Docker has and the lab has not."""

from __future__ import annotations

from labsim.docker import help as helps

__all__ = ["INSTEAD", "NO_CONTAINERS", "instead"]

_HTTP = "the lab's own verb http asks a registry by hand, lab.http(…) in Python"
_EVENTS = "the lab's own verb script shows what was done, lab.journal in Python"
_IMPORT = "docker load takes in an archive that docker save has written"
#: By the command as it is spelled.
INSTEAD = {
    **dict.fromkeys(("manifest create", "manifest push"), _HTTP),
    **dict.fromkeys(("events", "system events"), _EVENTS),
    **dict.fromkeys(("import", "image import"), _IMPORT),
    "system prune": "docker image prune removes images, and there is nothing else here to remove",
}
NO_CONTAINERS = "there are no containers here"


def instead(what: str) -> str:
    """A few words on the way on, or none; ``what`` is a command line as it is refused.

    >>> instead("docker ps"), instead("docker push --disable-content-trust")
    ('there are no containers here', '')
    """
    docker, _, spelled = what.partition(" ")
    if docker != "docker":
        return ""
    if spelled in INSTEAD:
        return INSTEAD[spelled]
    first = spelled.partition(" ")[0]
    lone = ("ps", "compose", *helps.commands("container"))
    return NO_CONTAINERS if first == "container" or spelled in lone else ""
