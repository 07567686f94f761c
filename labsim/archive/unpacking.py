"""A careful gunzip: bounded, streamed, and believed only after it was read to the end."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from labsim.archive.packing import Packed
from labsim.archive.ustar import Tar
from labsim.blob import CHUNK, Blob
from labsim.digest import Digest
from labsim.errors import Mismatch, NotSimulated

__all__ = ["LIMIT", "Zipped", "checked", "inflated", "unpack"]

#: The most bytes that :func:`unpack` is ready to make of one blob, unless told otherwise.
LIMIT = 4_000_000_000

_ZSTD = b"\x28\xb5\x2f\xfd"
_GZIP = b"\x1f\x8b"
_GZIP_ONLY = 31  # zlib's wbits: the largest window, and a gzip header and trailer around it


class Zipped(Blob):
    """Somebody else's gzip, read to its end and found whole; knows its ``tar``."""

    __slots__ = ("tar",)

    def __init__(self, blob: Blob, limit: int = LIMIT) -> None:
        """Unpack ``blob`` once, keeping nothing; :class:`~labsim.errors.Mismatch` if broken."""
        self._data, self._make = (bytes(blob), None) if blob.held else (None, blob.chunks)
        self._digest, self.size = blob.digest, blob.size
        self.tar = _unzipped(self, limit)


def unpack(blob: Blob, *, limit: int = LIMIT) -> Tar:
    """The tar in a layer blob: free when it is known, else read, checked and bounded.

    Accepts gzip (of several members, too) and plain tar.  Raises
    :class:`~labsim.errors.Mismatch` for bytes that are broken, cut off, followed by others, or
    that unpack to more than ``limit`` bytes; :class:`~labsim.errors.NotSimulated` for zstd.
    """
    found = checked(blob, limit=limit)
    return found if isinstance(found, Tar) else found.tar


def checked(blob: Blob, *, limit: int = LIMIT) -> Packed | Zipped | Tar:
    """The same blob, as one that need not be checked again: see :func:`unpack`."""
    if isinstance(blob, (Packed, Zipped, Tar)):
        return blob
    start = bytes(blob.slice(0, 4))
    if start == _ZSTD:
        raise NotSimulated("a layer packed with zstd cannot be read here: repack it with gzip")
    return Zipped(blob, limit) if start[:2] == _GZIP else Tar.read(blob)


def _unzipped(blob: Blob, limit: int) -> Tar:
    """Read a gzip through, once: its tar, with digest, size and members already known."""
    if blob.size <= CHUNK:
        data = b"".join(inflated(blob.chunks(), limit))
        if len(data) <= CHUNK:
            return Tar.read(Blob(data))
    content = _Inflated(blob, limit)
    return Tar.read(Blob.generated(content.chunks, content.size, content.digest))


class _Inflated:
    """The content of a gzip, measured."""

    __slots__ = ("_blob", "digest", "limit", "size")

    def __init__(self, blob: Blob, limit: int) -> None:
        self._blob, self.limit, self.size = blob, limit, 0
        self.digest = Digest.of(self._counted())

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes, once more."""
        return inflated(self._blob.chunks(), self.limit)

    def _counted(self) -> Iterator[bytes]:
        for chunk in self.chunks():
            self.size += len(chunk)
            yield chunk


def inflated(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Gunzip in bounded steps; several members in a row are one content."""
    inflater = None
    for chunk in chunks:
        left = chunk
        while left:
            inflater = inflater or zlib.decompressobj(_GZIP_ONLY)
            piece, left = _step(inflater, left)
            limit -= len(piece)
            if limit < 0:
                raise Mismatch("the gzip data unpacks to more bytes than allowed")
            if piece:
                yield piece
            if inflater.eof:
                inflater = None
    if inflater is not None:
        raise Mismatch("the gzip data is truncated")


def _step(inflater: zlib._Decompress, data: bytes) -> tuple[bytes, bytes]:
    """At most a mebibyte of content, and what of ``data`` is still to be read."""
    try:
        piece = inflater.decompress(data, CHUNK)
    except zlib.error as error:
        raise Mismatch("the gzip data is corrupt, or followed by something else") from error
    return piece, inflater.unused_data or inflater.unconsumed_tail
