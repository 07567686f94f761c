"""What ``--help`` prints: one module a topic, recorded from the real CLI, loaded when asked for.

The texts are also the grammar's source: which commands and flags are real, and which flag takes a
value.  ``python -m tools.record_help`` writes them anew.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import NamedTuple

__all__ = ["Flag", "commands", "flags", "text", "usage"]

_COMMAND = re.compile(r"^  ([a-z]+) {2,}\S", re.MULTILINE)
_FLAG = re.compile(r"^  (?:-(\w), |    )--([a-z0-9-]+)(?: ([a-z0-9-]+))?(?: {2,}|$)", re.MULTILINE)


class Flag(NamedTuple):
    """A flag as the CLI knows it: ``kind`` is the word after the name, ``bool`` where there is none.

    ``api`` is the API version that the flag needs, where the lab's daemon is too old for it.
    """

    name: str
    short: str = ""
    kind: str = "bool"
    api: str = ""

    @property
    def shown(self) -> str:
        """As error messages name it."""
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


def text(topic: str, path: str = "") -> str:
    """The help of a topic ("pull"), spelled for the path it was asked by ("docker image pull")."""
    recorded: str = import_module(f"labsim.docker.help.{topic}").TEXT
    spelled = f"docker {topic}" if topic != "docker" else "docker"
    return recorded.replace(f"Usage:  {spelled}", f"Usage:  {path or spelled}", 1)


def usage(topic: str, path: str) -> str:
    """The usage line as errors show it."""
    return text(topic, path).partition("\n")[0]


def commands(topic: str) -> list[str]:
    """The names a command group lists ("docker", "image", "container")."""
    return _COMMAND.findall(text(topic).partition("\nGlobal Options:")[0])


def flags(topic: str) -> dict[str, Flag]:
    """The flags a topic lists, by name, in its order."""
    found = (Flag(m[2], m[1] or "", m[3] or "bool") for m in _FLAG.finditer(text(topic)))
    return {flag.name: flag for flag in found}
