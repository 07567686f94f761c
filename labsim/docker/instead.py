"""The nearest thing in the lab to a command that real Docker has and the lab has not."""

from __future__ import annotations

from labsim.docker import help as helps

__all__ = ["INSTEAD", "NO_CONTAINERS", "instead"]

_BUILD = "the lab's own verb build makes an image, lab.build(…) in Python"
_HTTP = "the lab's own verb http asks a registry by hand, lab.http(…) in Python"
#: By the command as it is spelled.
INSTEAD = {
    "build": _BUILD,
    "image build": _BUILD,
    **dict.fromkeys(("manifest create", "manifest push"), _HTTP),
}
NO_CONTAINERS = "there are no containers here"


def instead(what: str) -> str:
    """A few words on the way on, or none; ``what`` is a command line as it is refused.

    >>> instead("docker ps"), instead("docker pull --platform")
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
