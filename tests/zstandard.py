"""Packing with zstd, for tests: the standard library's from 3.14 on, else the backport."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 14):
    from compression.zstd import compress, decompress
else:
    from backports.zstd import compress, decompress

__all__ = ["unzstd", "zstd"]


def zstd(data: bytes) -> bytes:
    """One frame."""
    return compress(data)


def unzstd(data: bytes) -> bytes:
    """What is in all frames."""
    return decompress(data)
