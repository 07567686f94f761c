"""A verb typed at the prompt: how it is written, what it does in words, and the deed.

A usage is a grammar: ``NAME`` must be there, ``[HOST]`` may, ``WORD...`` is one or more, and
``[host=HOST]`` is written with its name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from labsim.course.predict import Prediction
from labsim.errors import LabError
from labsim.lab.laptop import Ask
from labsim.worlds import Lab

__all__ = ["Desk", "Verb"]


class Desk(NamedTuple):
    """What a verb works on: the lab, the person to ask (if there is one), what was predicted."""

    lab: Lab
    ask: Ask | None
    predictions: dict[str, Prediction]


class Verb(NamedTuple):
    """One row: ``act(desk, *words, **named)`` returns what is shown, None for nothing.

    A ``raw`` verb gets its words as they are: it is an action, and the lab reads those itself.
    """

    name: str
    usage: str
    says: str
    act: Callable[..., object]
    raw: bool = False

    def run(self, desk: Desk, words: Sequence[str]) -> str:
        """Do it; the text to show."""
        plain, named = (list(words), {}) if self.raw else self.read(words)
        value = self.act(desk, *plain, **named)
        return "" if value is None else str(value)

    def read(self, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        """Sort the words by the usage; LabError when they do not fit it."""
        slots = self.usage.split()
        keys = {slot.strip("[]").partition("=")[0] for slot in slots if "=" in slot}
        named = dict(word.split("=", 1) for word in words if _key(word) in keys)
        plain = [word for word in words if _key(word) not in keys]
        places = [slot for slot in slots if "=" not in slot]
        fewest = sum(not slot.startswith("[") for slot in places)
        most = len(plain) if "..." in self.usage else len(places)
        if not fewest <= len(plain) <= most:
            raise LabError(f"usage: {self.name} {self.usage}".rstrip())
        return plain, named


def _key(word: str) -> str:
    key, equals, _ = word.partition("=")
    return key if equals else ""
