"""A shelf that outlives its registry, in memory: what it was told is what is there afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.registry.memory import MemoryShelf
from labsim.registry.shelf import Fact

__all__ = ["LastingShelf"]


class LastingShelf(MemoryShelf):
    """Keeps contents and facts as a folder would."""

    __slots__ = ("_contents", "_facts")

    def __init__(self) -> None:
        super().__init__()
        self._contents: dict[str, Blob] = {}
        self._facts: dict[tuple[str, str, str], str] = {}

    def keep(self, blob: Blob) -> Blob:
        return self._contents.setdefault(blob.digest, blob)

    def drop(self, digest: Digest) -> None:
        del self._contents[digest]

    def record(self, repository: str, kind: str, name: str, value: str = "") -> None:
        self._facts[repository, kind, name] = value

    def erase(self, repository: str, kind: str, name: str) -> None:
        del self._facts[repository, kind, name]

    def contents(self) -> Iterable[Blob]:
        return tuple(self._contents.values())

    def facts(self) -> Iterable[Fact]:
        return [Fact(*key, value) for key, value in self._facts.items()]
