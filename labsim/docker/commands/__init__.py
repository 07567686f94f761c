"""The simulated commands: one module each, named after its topic, loaded when it is typed.

A module offers ``COMMAND``, and that is all that makes a command simulated: there is no list to
add it to.  Its spellings, usage and flags come from what the real CLI says of itself, recorded in
``labsim/docker/help/`` (``python -m tools.record_cli``).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from labsim.docker.help.spellings import GROUPS, TOPICS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.grammar import Command

__all__ = ["command", "is_simulated", "only_looks", "simulated", "topic_of"]


@cache
def _found(topic: str) -> Command | None:
    """The command of that topic, its module loaded now; nothing where there is no such module."""
    name = f"{__name__}.{topic}"
    try:
        found: Command = import_module(name).COMMAND
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None
    return found


def command(topic: str) -> Command:
    """The simulated command of that topic."""
    found = _found(topic)
    assert found is not None, topic
    return found


def is_simulated(topic: str) -> bool:
    """Whether a module here does what the command of that topic does."""
    return _found(topic) is not None


def simulated() -> list[str]:
    """The topics that have a module here, sorted; every one of them is loaded now."""
    return sorted({topic for topic in TOPICS.values() if is_simulated(topic)})


def topic_of(words: list[str]) -> str:
    """The topic that the first words of a line name ("image", "ls" → "images"); empty for none."""
    name = ""
    for word in words:
        name = f"{name} {word}".lstrip()
        if name not in GROUPS:
            return TOPICS.get(name, "")
    return ""


def only_looks(line: str) -> bool:
    """Whether a line asks for something to be shown, and changes nothing."""
    words = line.split()
    if words[:1] == ["docker"]:
        del words[0]
    if "--help" in words or not words:
        return True
    topic = topic_of(words)
    return bool(topic) and is_simulated(topic) and command(topic).looks
