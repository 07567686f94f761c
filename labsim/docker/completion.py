"""What may stand at the end of a line that somebody is typing: for Tab, in notebook and shell."""

from __future__ import annotations

from collections.abc import Iterable

from labsim.docker import help as helps
from labsim.docker.commands import command, is_simulated, topic_of
from labsim.docker.help.spellings import GROUPS, TOPICS
from labsim.docker.seat import Seat

__all__ = ["complete"]

_OF_IMAGES = (
    "create", "history", "image_inspect", "images", "inspect", "pull", "push", "rmi", "run", "save",
    "tag",
)  # fmt: skip


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
    before = " ".join(words)
    if not words or before in GROUPS:
        if partial.startswith("-") and not words:
            return ["--help", "--version"]
        return _commands(before) if words else [*_commands(""), "docker"]
    topic = topic_of(words)
    if not topic or not is_simulated(topic):
        return []
    if partial.startswith("-"):
        known = command(topic).simulated
        return ["--help", *(f"--{name}" for name in helps.flags(topic) if name in known)]
    return _commands("") if topic == "help" else _names(topic, seat)


def _commands(group: str) -> list[str]:
    """The simulated commands in a group, under all their names, and the groups that hold any."""
    start = f"{group} " if group else ""
    known = [name for name, topic in TOPICS.items() if is_simulated(topic)]
    return [name.removeprefix(start).split()[0] for name in known if name.startswith(start)]


def _names(topic: str, seat: Seat) -> Iterable[str]:
    """Local images, or registries somebody is logged in to."""
    if topic in ("login", "logout"):
        return seat.engine.credentials.servers
    if topic not in _OF_IMAGES:
        return []
    return [tag.familiar for image in seat.engine.images() for tag in image.tags]
