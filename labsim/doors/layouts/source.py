"""A place that holds files by name, a folder or a tar, and nothing outside of it."""

from __future__ import annotations

import posixpath
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from labsim.archive import Entry
from labsim.archive.reading import FILE, HARDLINK, RECORD, SYMLINK, is_header, read_entries
from labsim.archive.unpacking import inflated
from labsim.blob import CHUNK, Blob
from labsim.errors import LabError, Mismatch

__all__ = ["NEITHER", "Source", "opened"]

NEITHER = "this is neither a docker save archive nor an OCI layout, the two forms that are read"

_GZIP = b"\x1f\x8b"
#: Links that lead from link to link; a circle is longer than any honest chain.
_MOST_LINKS = 8


class Source(Protocol):
    """Files by name."""

    def __contains__(self, name: str) -> bool: ...

    def get(self, name: str) -> Blob:
        """The bytes of a file; :class:`~labsim.errors.Mismatch` if there is none."""


@contextmanager
def opened(path: Path, limit: int) -> Iterator[Source]:
    """The folder or archive at ``path``; no more than ``limit`` bytes are read of one file."""
    try:
        if path.is_dir():
            yield _Folder(path, limit)
        else:
            with path.open("rb") as file, _unzipped(file, limit) as plain:
                yield _Archive(plain, limit)
    except OSError as error:
        if isinstance(error, LabError):
            raise
        raise LabError(f"it cannot be read: {error.strerror}") from error


class _Folder:
    """A directory; a link that leads out of it is not followed."""

    def __init__(self, root: Path, limit: int) -> None:
        self._root = root.resolve()
        self._limit = limit

    def __contains__(self, name: str) -> bool:
        return (self._root / name).is_file()

    def get(self, name: str) -> Blob:
        """Read one file into memory."""
        path = (self._root / _inside(name)).resolve()
        if not path.is_relative_to(self._root):
            raise Mismatch(f"{name} leads out of the folder")
        if not path.is_file():
            raise Mismatch(f"{name} is missing")
        if path.stat().st_size > self._limit:
            raise Mismatch(f"{name} is larger than the {self._limit} bytes allowed")
        return Blob(path.read_bytes())


class _Archive:
    """A tar file: its members are listed first, then read one by one from where they stand."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = file
        self._limit = limit
        _check_begins(file)
        self._members = {
            _inside(entry.name): entry for entry in read_entries(_chunks_of(file)) if entry.name
        }
        for name, entry in self._members.items():
            if entry.kind in (SYMLINK, HARDLINK):
                _target(name, entry)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def get(self, name: str) -> Blob:
        """Read one member, through the links that ``docker save`` writes for a repeated layer."""
        entry = self._members.get(_inside(name))
        for _ in range(_MOST_LINKS):
            if entry is None or entry.kind not in (SYMLINK, HARDLINK):
                break
            entry = self._members.get(_target(_inside(entry.name), entry))
        if entry is None or entry.kind != FILE:
            raise Mismatch(f"{name} is missing")
        if entry.size > self._limit:
            raise Mismatch(f"{name} is larger than the {self._limit} bytes allowed")
        self._file.seek(entry.at)
        return Blob(self._file.read(entry.size))


def _check_begins(file: BinaryIO) -> None:
    """Refuse what is no tar from its first record on; one of zeros only is an empty tar."""
    file.seek(0)
    record = file.read(RECORD)
    if not is_header(record) and record != bytes(RECORD):
        raise Mismatch(f"{NEITHER}: it is no tar")


def _inside(name: str) -> str:
    """A member's name in its plainest form; refused if it leads anywhere else."""
    plain = posixpath.normpath(name)
    if plain.startswith(("/", "../")) or plain == "..":
        raise Mismatch(f"the member {name!r} leads out of the archive")
    return plain


def _target(name: str, entry: Entry) -> str:
    """What a link stands for: relative to its own place (soft) or to the archive (hard)."""
    base = posixpath.dirname(name) if entry.kind == SYMLINK else ""
    if entry.link.startswith("/"):
        raise Mismatch(f"the link {name!r} leads out of the archive")
    try:
        return _inside(posixpath.join(base, entry.link))
    except Mismatch as error:
        raise Mismatch(f"the link {name!r} leads out of the archive") from error


def _chunks_of(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


@contextmanager
def _unzipped(file: BinaryIO, limit: int) -> Iterator[BinaryIO]:
    """The file itself; or, of one that was packed as a whole, an unpacked copy without a name."""
    if file.read(2) != _GZIP:
        yield file
        return
    with tempfile.TemporaryFile() as plain:
        for chunk in inflated(_chunks_of(file), limit):
            plain.write(chunk)
        yield plain
