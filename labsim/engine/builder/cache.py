"""What earlier builds have left behind for later ones, and why a step was found there or not.

BuildKit keeps the *results* of steps by what went into them: a graph, in which an older state is
found again.  The legacy builder keeps *images*: a step is found when its parent image has a child
that was made by the same words, for as long as that child is here.

Source: moby 20.10 ``builder/dockerfile/imageprobe.go``, ``image/cache/compare.go``; the Docker
documentation's pages on build cache invalidation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ImageID
    from labsim.engine.engine import Engine
    from labsim.image import Image, Layer

__all__ = ["BuildCache", "Parts", "Record", "hashed"]

#: What goes into a step, each by a name for people, in the order in which they are compared.
Parts = Mapping[str, str]


class Record(NamedTuple):
    """The result of a step: its layer (none: nothing changed), when, what it printed, how long.

    ``code`` is what a command ended with, ``told`` what the cache says that the layer is of.
    """

    layer: Layer | None
    created_us: int
    output: tuple[str, ...]
    us: int
    code: int = 0
    told: str = ""


class BuildCache:
    """The build cache of one laptop."""

    __slots__ = ("_seen", "_shelf", "bases", "images", "records", "sent")

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.images: dict[tuple[str, str], Image] = {}
        #: When BuildKit first saw a base, by its id, and where from.
        self.bases: dict[str, tuple[int, str]] = {}
        self._shelf: Engine | None = None
        self._seen: dict[str, tuple[Parts, Mapping[str, str]]] = {}
        #: Files that BuildKit has been sent already, by path: content and mode.
        self.sent: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"<BuildCache: {len(self.records)} results, {len(self.images)} images on the way>"

    def shelf(self, engine: Engine) -> Engine:
        """Where BuildKit keeps the bases that it has fetched: no name shows them."""
        if self._shelf is None:
            self._shelf = engine.another()
        self._shelf.credentials = engine.credentials
        return self._shelf

    def child(self, parent: str, words: str, is_here: Callable[[ImageID], bool]) -> Image | None:
        """The legacy builder's image for these words on that parent, if it still exists."""
        image = self.images.get((parent, words))
        return image if image is not None and is_here(image.id) else None

    def explain(self, slot: str, parts: Parts, files: Mapping[str, str]) -> str:
        """What is other than last time in this place of the Dockerfile; and remember it."""
        before = self._seen.get(slot)
        self._seen[slot] = parts, files
        if before is None:
            return "nothing was built in this place of the Dockerfile before"
        for name, value in parts.items():
            if before[0].get(name, "") != value:
                if name == "files":
                    return _changed(before[1], files)
                if name == "instruction":
                    return f"the instruction is another: it was {before[0].get(name) or 'none'}"
                return f"{name} changed"
        return "its earlier result is gone"


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Which files are other ones, in words."""
    kinds = {
        "changed": [name for name in now if name in before and before[name] != now[name]],
        "added": [name for name in now if name not in before],
        "removed": [name for name in before if name not in now],
    }
    said = [f"{word}: {_listed(names)}" for word, names in kinds.items() if names]
    return f"files {'; '.join(said)}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def hashed(parts: Parts) -> str:
    """One name for all that goes into a step."""
    text = "\0".join(f"{name}\0{value}" for name, value in parts.items())
    return hashlib.sha256(text.encode()).hexdigest()
