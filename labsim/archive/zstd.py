"""Zstandard, where this Python can read it.

The standard library learned it in 3.14 (PEP 784); ``backports.zstd`` is the same module for the
Pythons before.  Both wrap the reference library, whose decoder refuses a frame that asks for a
window above 128 MiB (``ZSTD_WINDOWLOG_LIMIT_DEFAULT``, zstd 1.5 ``zstd.h``): that bounds its memory
however much comes out.  The format: RFC 8878; a layer may consist of several frames, and of frames
to be skipped, in which some tools keep a table of contents.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Protocol

from labsim.blob import CHUNK
from labsim.errors import Mismatch, NotSimulated

__all__ = ["is_zstd", "unzstd"]

_FRAME = b"\x28\xb5\x2f\xfd"
#: The magic of a frame to be skipped begins with a byte from 0x50 to 0x5f (RFC 8878 §3.1.2).
_SKIPPED = b"\x2a\x4d\x18"


class _Frame(Protocol):
    """What both modules call a ZstdDecompressor: it reads one frame."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def is_zstd(start: bytes) -> bool:
    """Whether content that starts with these four bytes is packed with zstd."""
    return start == _FRAME or (start[1:] == _SKIPPED and start[0] & 0xF0 == 0x50)


def unzstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The content of all frames, at most a mebibyte at a time.

    :class:`~labsim.errors.Mismatch` where they are broken or cut off,
    :class:`~labsim.errors.NotSimulated` where this Python lacks the decoder.
    """
    begun, failure = _library()
    frame = None
    for chunk in chunks:
        left = chunk
        while left or frame is not None:
            frame = frame or begun()
            try:
                piece = frame.decompress(left, CHUNK)
            except failure as error:
                raise Mismatch("the zstd data is corrupt, or followed by something else") from error
            if piece:
                yield piece
            left = frame.unused_data if frame.eof else b""
            if frame.eof:
                frame = None
            elif frame.needs_input:
                break
    if frame is not None:
        raise Mismatch("the zstd data is truncated")


def _library() -> tuple[Callable[[], _Frame], type[Exception]]:
    """The decoder of this Python, and what it raises."""
    try:
        if sys.version_info >= (3, 14):
            from compression.zstd import ZstdDecompressor, ZstdError
        else:
            from backports.zstd import ZstdDecompressor, ZstdError
    except ImportError as error:
        raise NotSimulated(
            "it is packed with zstd, which takes Python 3.14, or: pip install backports.zstd"
        ) from error
    return ZstdDecompressor, ZstdError
