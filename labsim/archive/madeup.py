"""Layers that nobody built: a real tar of exactly so many bytes, made anew whenever it is read.

A lesson wants a layer of 30 MB packed whose files weigh 80 MB, to the byte, and no 80 MB of memory.
Each file begins with a line that owns up to being made up, goes on with a stream that no gzip can
shorten (SHAKE-256 of the file's seed and the number of the chunk), and ends with zeros, of which
any gzip leaves almost nothing.  How much of which is solved for when the content is first read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from labsim.archive.packing import Packed, lengths, packed_size
from labsim.archive.ustar import Entry, Member, Piece, Tar, directory, file, placed
from labsim.blob import Blob
from labsim.digest import Digest
from labsim.errors import Mismatch

__all__ = ["Known", "MadeUp"]

_STEP = 1 << 16
_RECORD = 512
_END = 1024
#: How far the second largest file may move, in bytes, so that the largest finds its place.
_NUDGES = 256


class Known(NamedTuple):
    """What is known of a made-up layer before its bytes are: they are checked by a slow test."""

    tar_size: int
    tar_digest: Digest
    packed_digest: Digest

    @classmethod
    def of(cls, tar_size: int, tar_hex: str, packed_hex: str) -> Known:
        """From data that was shipped: the hexadecimal digits are not checked again."""
        return cls(tar_size, Digest.from_hex(tar_hex), Digest.from_hex(packed_hex))


class MadeUp(NamedTuple):
    """A recipe: ``files`` (two or more) share ``files_bytes``; both sums come out exactly.

    ``edits`` are names with how often that file was edited: its stream is another one each time.
    ``mtime`` is in seconds since 1970.  Of one that is not ``exact``, the packed size is about so.
    """

    seed: str
    packed_bytes: int
    files_bytes: int
    files: Sequence[tuple[str, int]]
    mtime: int = 0
    edits: Sequence[tuple[str, int]] = ()
    exact: bool = True

    def packed(self, known: Known | None = None) -> Packed:
        """The layer; without ``known`` its bytes are made once to find their names."""
        if known is None:
            entries, size = placed(self._members())
            return Packed(Tar.streamed(self._pieces, size, None, lambda: entries, self.files_bytes))
        tar = Tar.streamed(
            self._pieces, known.tar_size, known.tar_digest, self._entries, self.files_bytes
        )
        return Packed(tar, self.packed_bytes, known.packed_digest)

    def _members(self) -> list[Member]:
        """Every directory and file, in the order of a walk."""
        sizes = _shared(self.files_bytes, [share for _, share in self.files])
        found = {
            name: file(name, Blob.generated(_nothing, size), mode=_mode(name), mtime=self.mtime)
            for (name, _), size in zip(self.files, sizes, strict=True)
        }
        for name in list(found):
            parts = name.split("/")[:-1]
            for depth in range(len(parts)):
                path = "/".join(parts[: depth + 1]) + "/"
                found[path] = directory(path, mtime=self.mtime)
        return [found[name] for name in sorted(found)]

    def _entries(self) -> tuple[Entry, ...]:
        return placed(self._members())[0]

    def _pieces(self) -> Iterator[Piece]:
        members = self._members()
        noises = _solved(members, self.packed_bytes, exact=self.exact)
        edits = dict(self.edits)
        for member, noise in zip(members, noises, strict=True):
            size = member.content.size
            yield member.header
            yield from self._noise(member.name, edits.get(member.name, 0), noise)
            yield size - noise + -size % _RECORD
        yield _END

    def _noise(self, name: str, edits: int, size: int) -> Iterator[bytes]:
        """``size`` bytes that begin and end with something else than a zero."""
        if not size:
            return
        seed = f"{self.seed}/{name}#{edits}".encode()
        confession = f"labsim made this file up: {name}\n".encode()[: size - 1]
        yield confession
        for done in range(0, size - 1 - len(confession), _STEP):
            stream = hashlib.shake_256(seed + (done // _STEP).to_bytes(8, "big"))
            yield stream.digest(min(_STEP, size - 1 - len(confession) - done))
        yield b"\n"


def _nothing() -> Iterator[bytes]:
    return iter(())


def _mode(name: str) -> int:
    return 0o755 if "/bin/" in f"/{name}" or name.endswith(".sh") else 0o644


def _shared(total: int, shares: Sequence[int]) -> list[int]:
    """``total`` in whole numbers by these shares; the largest takes what rounding leaves."""
    parts = [total * share // sum(shares) for share in shares]
    parts[parts.index(max(parts))] += total - sum(parts)
    return parts


def _solved(members: Sequence[Member], packed_bytes: int, *, exact: bool) -> list[int]:
    """How many bytes of each member cannot be packed, so that all together pack to so many.

    A guess by proportion, then the largest file takes the difference; where the length of a run of
    zeros makes that number jump over the target, the second largest moves by a byte first.
    """
    sizes = [member.content.size for member in members]
    heads = [tuple(lengths(member.header)) for member in members]
    spare = packed_bytes - _extent(heads, sizes, [0] * len(sizes))
    noises = [min(size, max(0, size * spare // sum(sizes))) for size in sizes]
    if not exact:
        return noises
    *_, second, first = sorted(range(len(sizes)), key=sizes.__getitem__)
    nudge = 1 if noises[second] + _NUDGES < sizes[second] else -1
    for _ in range(min(_NUDGES, sizes[second])):
        for _ in range(16):
            missing = packed_bytes - _extent(heads, sizes, noises)
            if not missing:
                return noises
            noises[first] = min(sizes[first], max(0, noises[first] + missing))
            if noises[first] in (0, sizes[first]):
                break
        noises[second] = max(0, noises[second] + nudge)
    raise Mismatch(f"files of {sum(sizes)} bytes cannot be packed into exactly {packed_bytes}")


def _extent(heads: Sequence[Sequence[int]], sizes: Sequence[int], noises: Sequence[int]) -> int:
    """The packed size, from lengths alone."""
    runs: list[int] = []
    for head, size, noise in zip(heads, sizes, noises, strict=True):
        runs += head
        runs += (noise, noise - size - -size % _RECORD)
    return packed_size((*runs, -_END))
