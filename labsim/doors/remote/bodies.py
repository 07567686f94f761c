"""A body while it arrives: hashed on the way, in memory while it is small, then in a file.

The file has no name: it is gone when nobody has the blob any more, or the process ends.
"""

from __future__ import annotations

import hashlib
import tempfile
import weakref
from collections.abc import Iterator
from functools import partial
from threading import Lock
from typing import IO

from labsim.blob import CHUNK, Blob
from labsim.digest import Digest

__all__ = ["Body"]


class Body:
    """Bytes so far; ``size`` of them."""

    __slots__ = ("_file", "_hash", "_parts", "size")

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._parts: list[bytes] = []
        self._file: _File | None = None
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """The next bytes."""
        self._hash.update(chunk)
        self.size += len(chunk)
        if self._file is None and self.size > CHUNK:
            self._file = _File()
            self._file.write(b"".join(self._parts))
            self._parts.clear()
        if self._file is None:
            self._parts.append(chunk)
        else:
            self._file.write(chunk)

    def blob(self) -> Blob:
        """All of them, with the name that they were found to have."""
        digest = Digest.from_hex(self._hash.hexdigest())
        if self._file is None:
            return Blob(b"".join(self._parts)).called(digest)
        whole = partial(self._file.part, 0, self.size)
        return Blob.generated(whole, self.size, digest, cut=self._file.part)


class _File:
    """A temporary file that several may read at once; closed when the last of them is gone."""

    __slots__ = ("__weakref__", "_file", "_lock")

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as its blob
        self._lock = Lock()
        weakref.finalize(self, self._file.close)

    def write(self, chunk: bytes) -> None:
        """More at the end; nobody reads yet."""
        self._file.write(chunk)

    def part(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from start to stop, in chunks."""
        while start < stop:
            with self._lock:
                self._file.seek(start)
                chunk = self._file.read(min(CHUNK, stop - start))
            if not chunk:
                return
            start += len(chunk)
            yield chunk
