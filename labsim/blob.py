"""Content that knows its name: bytes held, or bytes that can be made again at any time.

Everything a registry stores is a :class:`Blob`: a digest, a size, and a way to stream the bytes.
A small blob holds them.  A catalogue layer of 70 MB is *generated*: its chunks are computed when
somebody reads them, so it costs no memory, while its digest is known beforehand.  Pushing such a
blob in-process moves no bytes and still tells the truth; a client that pulls gets every byte.

>>> hello = Blob(b"hello")
>>> hello.size, hello.digest.short, bytes(hello.slice(1, 3))
(5, '2cf24dba5fb0', b'el')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from labsim.digest import Digest
from labsim.errors import LabError

# As in labsim.digest: for checkers only, because typing would be paid for at every start.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

__all__ = ["EMPTY", "Blob", "size_text"]

CHUNK = 1 << 20


def size_text(count: int) -> str:
    """Bytes in words, decimal as Docker counts them: a megabyte is 10⁶ bytes."""
    for unit, name in ((1_000_000, "MB"), (1_000, "kB")):
        if count >= unit:
            return f"{count / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{count} B"


class Blob:
    """Immutable content: ``digest`` (sha256, memoised), ``size`` in bytes, ``chunks()``."""

    __slots__ = ("_cutter", "_data", "_digest", "_make", "size")

    size: int

    def __init__(self, data: bytes) -> None:
        """Hold these bytes; they are hashed when their name is first asked for."""
        self._data: bytes | None = data
        self._make: Callable[[], Iterator[bytes]] | None = None
        self._cutter: Callable[[int, int], Iterator[bytes]] | None = None
        self._digest: Digest | None = None
        self.size = len(data)

    @classmethod
    def generated(
        cls,
        make: Callable[[], Iterator[bytes]],
        size: int,
        digest: Digest | None = None,
        *,
        cut: Callable[[int, int], Iterator[bytes]] | None = None,
    ) -> Self:
        """Content made anew by each ``make()``: ``size`` bytes, named beforehand where known.

        ``cut(start, stop)`` makes a part, where that costs less than making what stands before it.
        """
        blob = cls.__new__(cls)
        blob._data, blob._make, blob._cutter = None, make, cut
        blob._digest, blob.size = digest, size
        return blob

    @classmethod
    def unread(cls, size: int, digest: Digest | None) -> Self:
        """Content of which nothing is kept but its size, and its name where that is known."""
        return cls.generated(_nothing_kept, size, digest)

    @classmethod
    def joined(cls, parts: Iterable[Blob]) -> Blob:
        """These blobs one after another; a single part is returned as it is."""
        kept = [part for part in parts if part.size]
        if len(kept) == 1:
            return kept[0]
        if all(part._data is not None for part in kept) and sum(p.size for p in kept) <= CHUNK:
            return cls(b"".join(map(bytes, kept)))
        return _Joined.of(tuple(kept))

    @property
    def digest(self) -> Digest:
        """The name of the content; hashed once, because content cannot change."""
        digest = self._digest
        if digest is None:
            digest = Digest.of(self._data if self._data is not None else self.chunks())
            self._digest = digest
        return digest

    @property
    def known(self) -> Digest | None:
        """Its name, if anybody has worked it out already."""
        return self._digest

    @property
    def held(self) -> bool:
        """Whether the bytes are in memory (else each reading makes them anew)."""
        return self._data is not None

    @property
    def weight(self) -> int:
        """How many bytes of memory the content keeps: all where it is held, none where it is made.

        A blob that is joined weighs what its parts weigh.
        """
        return self.size if self._data is not None else 0

    def chunks(self) -> Iterator[bytes]:
        """The content in order, in pieces of at most about a mebibyte."""
        if self._make is not None:
            return self._make()
        data = self._data or b""
        if len(data) <= CHUNK:
            return iter((data,) if data else ())
        return (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))

    def slice(self, start: int, stop: int) -> Blob:
        """The bytes ``start`` to ``stop`` (exclusive) as a blob of their own."""
        if start <= 0 and stop >= self.size:
            return self
        if self._data is not None:
            return Blob(self._data[start:stop])
        stop = max(start, min(stop, self.size))
        if (cutter := self._cutter) is not None:
            return Blob.generated(lambda: cutter(start, stop), stop - start)
        return Blob.generated(lambda: _cut(self.chunks(), start, stop), stop - start)

    def called(self, digest: Digest) -> Blob:
        """The same content under a name that somebody else has worked out; it is believed."""
        if self._digest == digest:
            return self
        blob = Blob.__new__(Blob)
        blob._data, blob._make, blob._cutter = self._data, self._make, self._cutter
        blob._digest, blob.size = digest, self.size
        return blob

    def named(self, algorithm: str) -> Blob:
        """The same content under its name by that algorithm; itself where that is its name."""
        known = self._digest
        if algorithm == "sha256" if known is None else known.startswith(f"{algorithm}:"):
            return self
        return self.called(Digest.of(self.chunks(), algorithm))

    def __bytes__(self) -> bytes:
        return self._data if self._data is not None else b"".join(self.chunks())

    def __len__(self) -> int:
        return self.size

    def __bool__(self) -> bool:
        return self.size > 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Blob):
            return self.size == other.size and self.digest == other.digest
        return isinstance(other, bytes) and bytes(self) == other

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Blob {self.digest.short} {self.size} bytes>"


class _Joined(Blob):
    """Blobs one after another, each where it was before."""

    __slots__ = ("_parts",)

    _parts: tuple[Blob, ...]

    @classmethod
    def of(cls, parts: tuple[Blob, ...], digest: Digest | None = None) -> _Joined:
        blob = cls.generated(
            lambda: (chunk for part in parts for chunk in part.chunks()),
            sum(part.size for part in parts),
            digest,
        )
        blob._parts = parts
        return blob

    @property
    def weight(self) -> int:
        return sum(part.weight for part in self._parts)

    def called(self, digest: Digest) -> Blob:
        return self if self._digest == digest else _Joined.of(self._parts, digest)


def _nothing_kept() -> Iterator[bytes]:
    raise LabError("this body is known by digest and size only: a trace keeps no bytes")


def _cut(chunks: Iterator[bytes], start: int, stop: int) -> Iterator[bytes]:
    at = 0
    for chunk in chunks:
        piece = chunk[max(0, start - at) : max(0, stop - at)]
        at += len(chunk)
        if piece:
            yield piece
        if at >= stop:
            return


EMPTY = Blob(b"")
