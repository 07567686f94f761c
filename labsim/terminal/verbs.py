"""What can be typed beside ``docker``: the lab's own verbs, one row each.

A row's usage is its grammar: ``NAME`` must be there, ``[HOST]`` may, ``LAYER...`` is one or more,
``base=IMAGE`` is written with its name.  None of these words looks like Docker's, because Docker
has none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from labsim.errors import LabError
from labsim.worlds import Lab

__all__ = ["VERBS", "Verb"]


class Verb(NamedTuple):
    """One verb: how it is written, what it does in words, and the deed."""

    name: str
    usage: str
    says: str
    act: Callable[..., object]

    def run(self, lab: Lab, words: Sequence[str]) -> object:
        """Do it; what comes back is shown with ``str()``, unless it is None."""
        plain, named = self.read(words)
        return self.act(lab, *plain, **named)

    def read(self, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        """Sort the words by the usage; LabError when they do not fit it."""
        keys = {word.strip("[]").partition("=")[0] for word in self._slots if "=" in word}
        named = dict(word.split("=", 1) for word in words if word.partition("=")[0] in keys)
        plain = [word for word in words if word.partition("=")[0] not in keys]
        slots = [slot for slot in self._slots if "=" not in slot]
        needed = [slot for slot in self._slots if not slot.startswith("[")]
        fewest = sum("=" not in slot for slot in needed)
        too_many = len(plain) > len(slots) and not any("..." in slot for slot in slots)
        missing = {slot.partition("=")[0] for slot in needed if "=" in slot} - set(named)
        if len(plain) < fewest or too_many or missing:
            raise LabError(f"usage: {self.name} {self.usage}".rstrip())
        return plain, named

    @property
    def _slots(self) -> list[str]:
        return self.usage.split()


def _build(lab: Lab, name: str, *layers: str, base: str, edited: str = "") -> object:
    lab.build(name, base=base, layers=list(layers), edited=edited)
    return f"built {name} on {base}: {', '.join(layers)}"


def _http(lab: Lab, method: str, target: str, *, host: str = "docker.io") -> object:
    response = lab.http(method, target, host=host)
    head = [f"{key}: {value}" for key, value in response.headers]
    body = bytes(response.body) if response.body.size < 1 << 16 else b""
    return "\n".join([f"{response.status}", *head, "", body.decode("utf-8", "replace")]).rstrip()


def _script(lab: Lab) -> str:
    return lab.script.rstrip("\n")


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("as", "USER", "sit down at that person's laptop", Lab.as_user),
        Verb("wait", "SPAN", "let time pass: 90s, 5m, 2h, 3d", Lab.wait),
        Verb("undo", "", "take the last action back", Lab.undo),
        Verb("redo", "", "do what was undone", Lab.redo),
        Verb("reset", "", "back to the start", Lab.reset),
        Verb("script", "", "everything done so far, as text that replays", _script),
        Verb("build", "NAME base=IMAGE LAYER... [edited=LAYER]", "make an image", _build),
        Verb("http", "METHOD TARGET [host=HOST]", "ask a registry by hand", _http),
    )
}


def shown(value: Any) -> str:
    """What a verb's answer looks like in a terminal."""
    return "" if value is None else str(value)
