"""The nearest thing in the lab to a command that real Docker has and the lab has not."""

from __future__ import annotations

from labsim.docker import help as helps

__all__ = ["INSTEAD", "NO_CONTAINERS", "instead"]

_LAYERS = "the lab's own verb layers shows what the images here are made of"
_LOAD = "the lab's own verb load takes in an archive, load(path, into=lab) in Python"
_SAVE = "the lab's own verb save writes an OCI layout, save(lab, name, path) in Python"
#: By the command as it is spelled.
INSTEAD = {
    "load": _LOAD,
    "image load": _LOAD,
    "save": _SAVE,
    "image save": _SAVE,
    "history": _LAYERS,
    "inspect": _LAYERS,
    "image history": _LAYERS,
    "image inspect": _LAYERS,
    "manifest": "the lab's own verb http asks a registry by hand, lab.http(…) in Python",
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
