"""Gzip that comes out the same on every machine.

Deflate leaves the compressor free, so two zlibs may pack the same tar differently.  Here nothing is
free (RFC 1951, RFC 1952):

* the header is ten fixed bytes: no name, no time, operating system "unknown";
* every run of 64 zeros or more, as long as it goes, is one fixed-Huffman block: a literal zero,
  matches of length 258 at distance 1, one shorter match, end of block; then an empty stored block,
  which brings the next byte to a byte boundary;
* what lies between is stored, in blocks of 65 535 bytes counted from its beginning;
* an empty final block, the CRC-32 and the length.

So the packed bytes depend on the content only, never on how it was cut into chunks.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

from labsim.archive.ustar import Piece, Tar
from labsim.blob import CHUNK, Blob
from labsim.digest import Digest

__all__ = ["Packed", "lengths", "pack", "packed_size"]

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST = b"\x01\x00\x00\xff\xff"
_STORED_MOST = 65_535
_RUN = 64
_RUN_OF_ZEROS = bytes(_RUN)
_ZEROS = bytes(CHUNK)
_zeros = re.compile(rb"\0*").match


class Packed(Blob):
    """A packed layer of our own making: a blob that knows the ``tar`` it was made of."""

    __slots__ = ("tar",)

    def __init__(self, tar: Tar, size: int | None = None, digest: Digest | None = None) -> None:
        """Pack ``tar``; a ``size`` and ``digest`` known beforehand save the first pass."""
        self.tar = tar
        self._digest = digest
        self._make = self._cutter = None
        self._data = None
        if size is None and tar.size <= CHUNK:
            self._data = b"".join(_packed(tar.pieces()))
            size = len(self._data)
        else:
            self._make = lambda: _packed(tar.pieces())
        self.size = self._measured() if size is None else size

    def _measured(self) -> int:
        """Size and name of something large, found in one pass that keeps nothing."""
        size = 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for chunk in self.chunks():
                size += len(chunk)
                yield chunk

        self._digest = Digest.of(counted())
        return size


def pack(tar: Tar) -> Packed:
    """The one gzip of this tar; small ones are kept, large ones made anew at each reading."""
    return Packed(tar)


def _packed(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """Our gzip of these pieces."""
    check = _Check()
    yield _HEADER
    pending = bytearray()
    for run in _runs(check.watch(pieces)):
        if isinstance(run, int):
            yield from _stored(pending, whole=True)
            yield _matched(run)
        else:
            pending += run
            yield from _stored(pending, whole=False)
    yield from _stored(pending, whole=True)
    yield _LAST + check.trailer


class _Check:
    """The two numbers at the end of a gzip, counted while the content passes."""

    __slots__ = ("crc", "size")

    def __init__(self) -> None:
        self.crc = self.size = 0

    def watch(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The same pieces, counted."""
        for piece in pieces:
            if isinstance(piece, int):
                self._count_zeros(piece)
            else:
                self.crc = zlib.crc32(piece, self.crc)
                self.size += len(piece)
            yield piece

    def _count_zeros(self, many: int) -> None:
        self.size += many
        while many > 0:
            self.crc = zlib.crc32(_ZEROS[:many] if many < CHUNK else _ZEROS, self.crc)
            many -= CHUNK

    @property
    def trailer(self) -> bytes:
        return self.crc.to_bytes(4, "little") + (self.size & 0xFFFFFFFF).to_bytes(4, "little")


def _runs(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same content, each maximal run of 64 zeros or more as a number, the rest as bytes."""
    zeros = 0
    for piece in pieces:
        if isinstance(piece, int):
            zeros += piece
            continue
        at = _end_of_zeros(piece, 0)
        zeros += at
        while at < len(piece):
            if zeros:
                yield zeros if zeros >= _RUN else _ZEROS[:zeros]
            stop = piece.find(_RUN_OF_ZEROS, at)
            if stop < 0:
                stop = len(piece) - _zeros_at_the_end(piece)
            yield piece[at:stop]
            at = _end_of_zeros(piece, stop)
            zeros = at - stop
    if zeros:
        yield zeros if zeros >= _RUN else _ZEROS[:zeros]


def _end_of_zeros(piece: bytes, at: int) -> int:
    found = _zeros(piece, at)
    return found.end() if found else at


def _zeros_at_the_end(piece: bytes) -> int:
    """How many zeros a piece ends with, when they are fewer than a run."""
    tail = piece[-_RUN:]
    return len(tail) - len(tail.rstrip(b"\0"))


def _stored(pending: bytearray, *, whole: bool) -> Iterator[bytes]:
    """Stored blocks off the front of ``pending``: the full ones, or all of it."""
    while len(pending) >= _STORED_MOST or (whole and pending):
        size = min(len(pending), _STORED_MOST)
        yield b"\x00%b%b%b" % (
            size.to_bytes(2, "little"),
            (size ^ 0xFFFF).to_bytes(2, "little"),
            bytes(pending[:size]),
        )
        del pending[:size]


# Fixed Huffman codes (RFC 1951 §3.2.6), bit-reversed as they lie in the stream.
_BEGIN, _BEGIN_BITS = 0b010 | 0x0C << 3, 11  # block type 01, not final; then the literal zero
_EIGHT_MATCHES = sum(0xA3 << 13 * n for n in range(8)).to_bytes(13, "little")
_END_BITS = 7 + 3  # end of block, and the head of an empty stored block: all zeros


def _matched(zeros: int) -> bytes:
    """One fixed-Huffman block that says so many zeros, and the empty stored block after it."""
    matches, rest = divmod(zeros - 1, 258)
    tail, tail_bits = _tail(rest)
    middle = int.from_bytes(_EIGHT_MATCHES * (matches // 8 + 1), "little")
    middle &= (1 << 13 * matches) - 1
    bits = _BEGIN | middle << _BEGIN_BITS | tail << (_BEGIN_BITS + 13 * matches)
    return bits.to_bytes(_matched_size(matches, tail_bits), "little") + b"\x00\x00\xff\xff"


def _matched_size(matches: int, tail_bits: int) -> int:
    return (_BEGIN_BITS + 13 * matches + tail_bits + _END_BITS + 7) // 8


def _tail(rest: int) -> tuple[int, int]:
    """The bits for the last ``rest`` zeros (0 to 257): literals up to two, else one match."""
    if rest < 3:
        return (0, 0x0C, 0x0C0C)[rest], 8 * rest
    value = rest - 3
    extra = max(0, value.bit_length() - 3)
    symbol = 257 + 4 * extra + (value >> extra)
    code, bits = (symbol - 256, 7) if symbol < 280 else (symbol - 280 + 0xC0, 8)
    reversed_code = int(f"{code:0{bits}b}"[::-1], 2)
    return reversed_code | (value & ((1 << extra) - 1)) << bits, bits + extra + 5


def packed_size(lengths: Iterable[int]) -> int:
    """How long our gzip is of a content given as lengths: of zeros as negative numbers."""
    size = len(_HEADER) + len(_LAST) + 8
    stored = zeros = 0
    for length in (*lengths, 0):
        if length < 0:
            zeros -= length
            continue
        if zeros >= _RUN:
            size += _stored_size(stored) + _zeros_size(zeros)
            stored = 0
        else:
            stored += zeros
        stored, zeros = stored + length, 0
    return size + _stored_size(stored)


def lengths(data: bytes) -> Iterator[int]:
    """What :func:`packed_size` takes, of these bytes."""
    for run in _runs((data,)):
        yield -run if isinstance(run, int) else len(run)


def _stored_size(size: int) -> int:
    return size + 5 * (-(-size // _STORED_MOST))


def _zeros_size(zeros: int) -> int:
    matches, rest = divmod(zeros - 1, 258)
    return _matched_size(matches, _tail(rest)[1]) + 4
