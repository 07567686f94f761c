"""A careful unpacker: bounded, streamed, and believed only after it was read to the end."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from labsim.archive.packing import Packed
from labsim.archive.ustar import Tar
from labsim.archive.zstd import is_zstd, unzstd
from labsim.blob import CHUNK, Blob
from labsim.digest import Digest
from labsim.errors import Mismatch

__all__ = ["LIMIT", "Zipped", "checked", "inflated", "packing", "plain", "unpack"]

#: The most bytes that :func:`unpack` is ready to make of one blob, unless told otherwise.
LIMIT = 4_000_000_000

_GZIP = b"\x1f\x8b"
_GZIP_ONLY = 31  # zlib's wbits: the largest window, and a gzip header and trailer around it


class Zipped(Blob):
    """Somebody else's gzip or zstd, read to its end and found whole; knows its ``tar``."""

    __slots__ = ("packing", "tar")

    def __init__(self, blob: Blob, limit: int = LIMIT) -> None:
        """Unpack ``blob`` once, keeping nothing; :class:`~labsim.errors.Mismatch` if broken."""
        self._data, self._make = (bytes(blob), None) if blob.held else (None, blob.chunks)
        self._cutter = None
        self._digest, self.size = blob.digest, blob.size
        self.packing = packing(bytes(blob.slice(0, 4)))
        self.tar = _unzipped(self, limit)


def packing(start: bytes) -> str:
    """How content is packed that starts with these four bytes: ``gzip``, ``zstd`` or ``plain``."""
    if start[:2] == _GZIP:
        return "gzip"
    return "zstd" if is_zstd(start) else "plain"


def unpack(blob: Blob, *, limit: int = LIMIT) -> Tar:
    """The tar in a layer blob: free when it is known, else read, checked and bounded.

    Accepts gzip (of several members, too), zstd and plain tar.  Raises
    :class:`~labsim.errors.Mismatch` for bytes that are broken, cut off, followed by others, or
    that unpack to more than ``limit`` bytes; :class:`~labsim.errors.NotSimulated` for zstd where
    this Python has no decoder for it.
    """
    found = checked(blob, limit=limit)
    return found if isinstance(found, Tar) else found.tar


def checked(blob: Blob, *, limit: int = LIMIT) -> Packed | Zipped | Tar:
    """The same blob, as one that need not be checked again: see :func:`unpack`."""
    if isinstance(blob, (Packed, Zipped, Tar)):
        return blob
    if packing(bytes(blob.slice(0, 4))) == "plain":
        return Tar.read(blob)
    return Zipped(blob, limit)


def _unzipped(blob: Zipped, limit: int) -> Tar:
    """Read it through, once: its tar, with digest, size and members already known."""
    if blob.size <= CHUNK:
        data = bytearray()
        for piece in inflated(blob.chunks(), blob.packing, limit):
            data += piece
            if len(data) > CHUNK:
                break
        else:
            return Tar.read(Blob(bytes(data)))
    content = _Inflated(blob, limit)
    return Tar.read(Blob.generated(content.chunks, content.size, content.digest))


class _Inflated:
    """The content of a packed blob, measured."""

    __slots__ = ("_blob", "digest", "limit", "size")

    def __init__(self, blob: Zipped, limit: int) -> None:
        self._blob, self.limit, self.size = blob, limit, 0
        self.digest = Digest.of(self._counted())

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes, once more."""
        return inflated(self._blob.chunks(), self._blob.packing, self.limit)

    def _counted(self) -> Iterator[bytes]:
        for chunk in self.chunks():
            self.size += len(chunk)
            yield chunk


def inflated(chunks: Iterator[bytes], packing: str, limit: int) -> Iterator[bytes]:
    """The content, in bounded steps, as long as it comes to no more than ``limit`` bytes."""
    for piece in plain(chunks, packing):
        limit -= len(piece)
        if limit < 0:
            raise Mismatch(f"the {packing} data unpacks to more bytes than allowed")
        yield piece


def plain(chunks: Iterator[bytes], packing: str) -> Iterator[bytes]:
    """The content of packed chunks, in pieces of at most a mebibyte, with no bound on their sum."""
    if packing == "gzip":
        return _gunzipped(chunks)
    return unzstd(chunks) if packing == "zstd" else chunks


def _gunzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Several members in a row are one content."""
    inflater = None
    for chunk in chunks:
        left = chunk
        while left:
            inflater = inflater or zlib.decompressobj(_GZIP_ONLY)
            piece, left = _step(inflater, left)
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
