"""A layer read once, from its first byte to its last: what it is called, weighs and contains."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from labsim.archive.reading import FILE, Entry, Room, read_entries
from labsim.archive.unpacking import packing, plain
from labsim.digest import DiffID, Digest
from labsim.errors import Mismatch

__all__ = ["Measured", "measure"]


class Measured(NamedTuple):
    """What one pass over a layer finds; nothing of its content is kept but the list of members.

    ``size`` counts the bytes as they lay there, ``tar_size`` those of the unpacked tar, and
    ``files_size`` those of its regular files.
    """

    digest: Digest
    size: int
    packing: str
    diff_id: DiffID
    tar_size: int
    entries: tuple[Entry, ...]

    @property
    def files_size(self) -> int:
        """The sum of the sizes of the regular files: what Docker adds up as SIZE."""
        return sum(entry.size for entry in self.entries if entry.kind == FILE)


def measure(
    chunks: Iterator[bytes],
    *,
    limit: int,
    room: Room | None = None,
    algorithm: str = "sha256",
) -> Measured:
    """Read a layer through: plain, gzip or zstd, as its first bytes say.

    No more than ``limit`` bytes of tar are made of it, and ``room`` bounds what its list of members
    takes in memory.  :class:`~labsim.errors.Mismatch` where it is broken or too large.
    """
    packed = _Passing(chunks, algorithm)
    first = next(packed, b"")
    how = packing(first[:4])
    content = _Passing(plain(chain((first,), packed), how), "sha256", limit)
    entries = read_entries(content, room)
    return Measured(
        Digest.from_hex(packed.hex, algorithm),
        packed.size,
        how,
        DiffID.from_hex(content.hex),
        content.size,
        entries,
    )


class _Passing:
    """Chunks that are hashed and counted while they pass."""

    __slots__ = ("_chunks", "_hash", "_limit", "size")

    def __init__(self, chunks: Iterator[bytes], algorithm: str, limit: int | None = None) -> None:
        self._chunks = chunks
        self._hash = hashlib.new(algorithm)
        self._limit = limit
        self.size = 0

    def __iter__(self) -> _Passing:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self.size += len(chunk)
        if self._limit is not None and self.size > self._limit:
            raise Mismatch(f"it unpacks to more than the {self._limit} bytes allowed")
        self._hash.update(chunk)
        return chunk

    @property
    def hex(self) -> str:
        """The digits of the hash of all that has passed."""
        return self._hash.hexdigest()
