"""The simulated commands: one module each, named after the command, loaded when it is typed.

A module offers ``COMMAND``.  Its usage and its flags come from its help text, recorded in
``labsim/docker/help/`` (``python -m tools.record_cli``).
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.grammar import Command

__all__ = ["ALIASES", "GROUPS", "SIMULATED", "command", "only_looks"]

#: The commands that have a module here.
SIMULATED = (
    "build", "create", "help", "images", "login", "logout", "pull", "push", "rmi", "run", "tag",
    "version",
)  # fmt: skip
#: Those that change nothing, neither on the laptop nor at a registry.
_LOOKS = ("help", "images", "version")
GROUPS = ("image", "container")
#: The long spellings, and the command each is another name of.
ALIASES = {
    "builder build": "build",
    "buildx build": "build",
    "image build": "build",
    "image list": "images",
    "image ls": "images",
    "image pull": "pull",
    "image push": "push",
    "image remove": "rmi",
    "image rm": "rmi",
    "image tag": "tag",
    "container create": "create",
    "container run": "run",
}


def command(topic: str) -> Command:
    """The command of that name; its module is loaded now."""
    found: Command = import_module(f"labsim.docker.commands.{topic}").COMMAND
    return found


def only_looks(line: str) -> bool:
    """Whether a line asks for something to be shown, and changes nothing."""
    words = line.split()
    if words[:1] == ["docker"]:
        del words[0]
    if "--help" in words or not words:
        return True
    return (ALIASES.get(" ".join(words[:2])) or words[0]) in _LOOKS
