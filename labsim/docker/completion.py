"""What may stand at the end of a line that somebody is typing: for Tab, in notebook and shell."""

from __future__ import annotations

from collections.abc import Iterable

from labsim.docker import help as helps
from labsim.docker.commands import ALIASES, GROUPS, SIMULATED, command
from labsim.docker.seat import Seat

__all__ = ["complete"]

_OF_IMAGES = ("create", "images", "pull", "push", "rmi", "run", "tag")


def complete(line: str, seat: Seat) -> list[str]:
    """The words that could finish a line like ``docker image ta``, sorted.

    Commands, commands of a group, flags after a dash, and local names where an image is expected.
    """
    words = line.split()
    partial = "" if not words or line[-1].isspace() else words.pop()
    if words[:1] == ["docker"]:
        words = words[1:]
    return sorted(
        word for word in set(_candidates(words, partial, seat)) if word.startswith(partial)
    )


def _candidates(words: list[str], partial: str, seat: Seat) -> Iterable[str]:
    if not words:
        return (
            ["--help", "--version"] if partial.startswith("-") else [*SIMULATED, *GROUPS, "docker"]
        )
    topic = words[0]
    if topic in GROUPS:
        if len(words) == 1:
            return [spelled.split()[1] for spelled in ALIASES if spelled.startswith(f"{topic} ")]
        topic = ALIASES.get(" ".join(words[:2]), "")
    if topic not in SIMULATED:
        return []
    if partial.startswith("-"):
        simulated = command(topic).simulated
        return ["--help", *(f"--{name}" for name in helps.flags(topic) if name in simulated)]
    if topic == "help":
        return [*SIMULATED, *GROUPS]
    return _names(topic, seat)


def _names(topic: str, seat: Seat) -> Iterable[str]:
    """Local images, or registries somebody is logged in to."""
    if topic in ("login", "logout"):
        return seat.engine.credentials.servers
    if topic not in _OF_IMAGES:
        return []
    return [tag.familiar for image in seat.engine.images() for tag in image.tags]
