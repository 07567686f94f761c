"""What ``--help`` prints: one module a topic, recorded from the real CLI, loaded when asked for.

The texts are also the grammar's source: which commands and flags are real, and which flag takes a
value.  ``python -m tools.record_cli`` writes them anew.  They are those of CLI 28.2.2; what CLI 29
words otherwise is in :mod:`labsim.docker.help.cli29` (``python -m tools.record_cli_29``).
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import NamedTuple

__all__ = ["Flag", "commands", "flags", "listed", "text", "usage"]


class Flag(NamedTuple):
    """A flag as the CLI knows it.

    ``kind`` is the word after its name in the help, ``bool`` where there is none.  ``api`` is the
    API version that the flag needs, where the lab's daemon is too old for it.
    """

    name: str
    short: str = ""
    kind: str = "bool"
    api: str = ""

    @property
    def shown(self) -> str:
        """As error messages name it."""
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


def text(topic: str, path: str = "", cli: str = "") -> str:
    """The help of a topic ("pull"), spelled for the path it was asked by ("docker image pull").

    ``cli`` is the version of the CLI ("29.7.2") that is asked; CLI 28.2.2 if none is given.
    """
    name = topic.replace(" ", "_")
    place = "labsim.docker.help"
    if cli.startswith("29.") and name in import_module(f"{place}.cli29").TOPICS:
        place += ".cli29"
    recorded: str = import_module(f"{place}.{name}").TEXT
    spelled = f"docker {name.replace('_', ' ')}" if topic != "docker" else "docker"
    return recorded.replace(f"Usage:  {spelled}", f"Usage:  {path or spelled}", 1)


def usage(topic: str, path: str) -> str:
    """The usage line as errors show it."""
    return text(topic, path).partition("\n")[0]


def commands(topic: str) -> list[str]:
    """The names a command group lists ("docker", "image", "container")."""
    return listed(text(topic))


def listed(help_text: str) -> list[str]:
    """The names below the titles that end with ``Commands:``."""
    names: list[str] = []
    inside = False
    for line in help_text.split("\n"):
        if line[:1] != " " and line:
            inside = line.endswith("Commands:")
        elif inside and line[:2] == "  " and line[2:3].isalpha():
            names.append(line.split()[0])
    return names


def flags(topic: str, cli: str = "") -> dict[str, Flag]:
    """The flags a topic lists, by name, in its order; ``cli`` as for :func:`text`.

    CLI 29 still takes what it does not list any more (``--disable-content-trust``).
    """
    older = flags(topic) if cli.startswith("29.") else {}
    return older | {flag.name: flag for flag in _flags(topic, cli)}


@lru_cache(maxsize=256)
def _flags(topic: str, cli: str) -> tuple[Flag, ...]:
    """Read once: the recorded texts do not change."""
    lines = text(topic, cli=cli).split("\n")
    return tuple(_flag(line) for line in lines if line.startswith(("  -", "      --")))


def _flag(line: str) -> Flag:
    """A line like ``-f, --filter filter   Filter output …``."""
    words = line.strip().partition("   ")[0].replace(",", "").split()
    name, *kind = (word for word in words if word[:1] != "-" or word[:2] == "--")
    short = words[0][1:] if words[0][:2] != "--" else ""
    return Flag(name[2:], short, *kind)
