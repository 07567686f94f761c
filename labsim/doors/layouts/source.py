"""A place that holds files by name, a folder or a tar, and nothing outside of it."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from labsim.archive.reading import RECORD, Room, read_entries
from labsim.archive.unpacking import inflated, packing
from labsim.blob import CHUNK, Blob
from labsim.errors import LabError, Mismatch
from labsim.image.layouts.source import Members, Source, allowed, check_begins, inside

__all__ = ["opened"]


@contextmanager
def opened(path: Path, limit: int) -> Iterator[Source]:
    """The folder or archive at ``path``; no more than ``limit`` bytes are read of one file."""
    try:
        if path.is_dir():
            yield _Folder(path, limit)
        else:
            with path.open("rb") as file, _plain(file, limit) as plain:
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

    def stream(self, name: str) -> Blob:
        """One file, opened anew for each reading."""
        plain = inside(name)
        try:
            path = (self._root / plain).resolve()
        except ValueError as error:  # a NUL, or half a character
            raise Mismatch(f"{name!r} cannot be the name of a file") from error
        if not path.is_relative_to(self._root):
            raise Mismatch(f"{name} leads out of the folder")
        if not path.is_file():
            raise Mismatch(f"{name} is missing")
        size = allowed(name, path.stat().st_size, self._limit)
        return _streamed(name, partial(_chunks_at, path), size)


class _Archive:
    """A tar file: its members are listed first, then read one by one from where they stand."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = file
        self._limit = limit
        file.seek(0)
        check_begins(file.read(RECORD))
        self._members = Members(read_entries(_chunks_of(file), Room()))

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def stream(self, name: str) -> Blob:
        """One member."""
        entry = self._members.file(name)
        size = allowed(name, entry.size, self._limit)
        return _streamed(name, partial(_chunks_of, self._file, entry.at), size)


def _streamed(name: str, read: Callable[[], Iterator[bytes]], size: int) -> Blob:
    """So many bytes of what is read; one sentence if there are fewer by now."""

    def chunks() -> Iterator[bytes]:
        left = size
        for chunk in read():
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return
        if left:
            raise Mismatch(f"{name} was cut off while it was read")

    return Blob.generated(chunks, size)


def _chunks_at(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _chunks_of(file)


def _chunks_of(file: BinaryIO, at: int = 0) -> Iterator[bytes]:
    """What follows that place; several readings may go on at once."""
    file.seek(at)
    while chunk := file.read(CHUNK):
        yield chunk
        at += len(chunk)
        file.seek(at)


@contextmanager
def _plain(file: BinaryIO, limit: int) -> Iterator[BinaryIO]:
    """A file to seek in: this one, or a copy without a name of one that was packed as a whole."""
    with _seekable(file, limit) as whole:
        how = packing(whole.read(4))
        if how == "plain":
            yield whole
            return
        with _copied(inflated(_chunks_of(whole), how, limit)) as copy:
            yield copy


@contextmanager
def _seekable(file: BinaryIO, limit: int) -> Iterator[BinaryIO]:
    """The file, or a copy of what comes through a pipe."""
    mode = os.fstat(file.fileno()).st_mode
    if stat.S_ISREG(mode):
        yield file
    elif stat.S_ISFIFO(mode):
        with _copied(inflated(iter(partial(file.read, CHUNK), b""), "plain", limit)) as copy:
            yield copy
    else:
        raise LabError("it is neither a file nor a folder")


@contextmanager
def _copied(chunks: Iterator[bytes]) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as copy:
        for chunk in chunks:
            copy.write(chunk)
        copy.seek(0)
        yield copy
