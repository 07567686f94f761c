"""What may stand at the end of a line that is being typed: for the Tab key, wherever there is one.

Only what the lab simulates is offered: a completion that is then refused would be a false promise.
"""

from __future__ import annotations

from collections.abc import Iterable

from labsim.docker import help as helps
from labsim.docker.dispatch import ALIASES, GROUPS, SIMULATED, command
from labsim.docker.seat import Seat

__all__ = ["complete"]

#: Commands whose arguments are images that are here; the others name none, or one to be.
_OF_IMAGES = ("create", "images", "push", "rmi", "run", "tag")


def complete(line: str, seat: Seat) -> list[str]:
    """The words that may take the place of the last one (which may be empty), in order.

    ``line`` is what stands after ``docker``, up to the cursor.
    """
    *before, last = line.split(" ")
    words = [word for word in before if word]
    return sorted({word for word in _offered(words, last, seat) if word.startswith(last)})


def _offered(words: list[str], last: str, seat: Seat) -> Iterable[str]:
    if not words:
        return (*SIMULATED, *GROUPS)
    if words[0] in GROUPS and len(words) == 1:
        return [spelled.split()[1] for spelled in ALIASES if spelled.split()[0] == words[0]]
    topic = ALIASES.get(" ".join(words[:2]), words[0])
    if topic not in SIMULATED:
        return ()
    if last.startswith("-"):
        return _flags(topic)
    if topic == "help":
        return SIMULATED
    return _images(seat) if topic in _OF_IMAGES else ()


def _flags(topic: str) -> list[str]:
    known = {flag.name for flag in command(topic).hidden} | set(helps.flags(topic))
    return [f"--{name}" for name in known & (command(topic).simulated | {"help"})]


def _images(seat: Seat) -> list[str]:
    """Every name on the laptop with its tag and, where that is latest, without it too."""
    names = [tag.familiar for row in seat.engine.images() for tag in row.tags]
    return names + [name.removesuffix(":latest") for name in names]
