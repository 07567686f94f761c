"""The one object that touches the disk.

Everything a store does to its folder goes through these few verbs, so that a test can stand in for
the disk: record what was done, cut the power after any of it, fill up, or be slow.  What is made is
for its user alone: 0700 and 0600.

What lasts, when the power fails, is what POSIX promises and no more: bytes of a file last once the
file was synced, and a name (made, moved or removed) lasts once its folder was synced.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

__all__ = ["Files", "open_own"]

_PIECE = 1 << 20
#: A store holds private repositories too: what is made is for the user who runs it (POSIX modes;
#: Windows inherits rights from the folder above).
_FOLDER, _FILE = 0o700, 0o600
_OTHERS = 0o077


class Files:
    """A folder; all paths are relative to it, with forward slashes."""

    __slots__ = ("_open", "root")

    def __init__(self, root: Path) -> None:
        """The folder need not be there yet."""
        self.root = root
        #: Files that bytes are being added to.
        self._open: dict[str, BinaryIO] = {}

    # --- writing ---------------------------------------------------------------------------------

    def make_root(self) -> None:
        """Make the folder itself, and those that it is in, so that their names last."""
        new = [path for path in (self.root, *self.root.parents) if not path.exists()]
        self.root.parent.mkdir(parents=True, exist_ok=True)
        self.root.mkdir(_FOLDER, exist_ok=True)
        for path in reversed(new):
            _sync_names(path.parent)

    def make_folder(self, path: str) -> None:
        """Make one folder, whose parent is there."""
        (self.root / path).mkdir(_FOLDER, exist_ok=True)

    def append(self, path: str, data: bytes) -> None:
        """Add bytes to the end of a file, which is made when it is not there."""
        file = self._open.get(path)
        if file is None:
            file = self._open[path] = open_own(self.root / path)
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]

    def sync(self, path: str) -> None:
        """Make the bytes of a file last."""
        file = self._open.get(path)
        if file is not None:
            _sync(file.fileno())
            return
        with (self.root / path).open("r+b") as again:
            _sync(again.fileno())

    def truncate(self, path: str, size: int) -> None:
        """Cut a file off behind its first ``size`` bytes."""
        self.leave(path)
        os.truncate(self.root / path, size)

    def leave(self, path: str) -> None:
        """Nothing more is added to this file for now."""
        file = self._open.pop(path, None)
        if file is not None:
            file.close()

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, instead of whatever had it."""
        self.leave(old)
        (self.root / old).replace(self.root / new)

    def remove(self, path: str) -> None:
        """Take a file's name away; it may be gone already."""
        self.leave(path)
        (self.root / path).unlink(missing_ok=True)

    def remove_folder(self, path: str) -> None:
        """Take away an empty folder."""
        (self.root / path).rmdir()

    def sync_folder(self, path: str) -> None:
        """Make the names in a folder last."""
        _sync_names(self.root / path)

    def close(self) -> None:
        """Leave every file."""
        for path in list(self._open):
            self.leave(path)

    # --- reading ---------------------------------------------------------------------------------

    def exists(self, path: str) -> bool:
        """Whether there is something of that name."""
        return (self.root / path).exists()

    def size(self, path: str) -> int:
        """How many bytes a file has; 0 when there is none."""
        try:
            return (self.root / path).stat().st_size
        except FileNotFoundError:
            return 0

    def read(self, path: str) -> bytes:
        """A whole file, which is small."""
        return (self.root / path).read_bytes()

    def chunks(self, path: str, start: int, stop: int) -> Iterator[bytes]:
        """Part of a file, in pieces of at most a mebibyte."""
        with (self.root / path).open("rb") as file:
            file.seek(start)
            while start < stop and (piece := file.read(min(_PIECE, stop - start))):
                start += len(piece)
                yield piece

    def names(self, path: str) -> list[str]:
        """What is in a folder, sorted; nothing when there is no such folder."""
        try:
            return sorted(entry.name for entry in (self.root / path).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def is_folder(self, path: str) -> bool:
        """Whether this is a folder."""
        return (self.root / path).is_dir()

    def is_shared(self, path: str) -> bool:
        """Whether other users of the machine may do anything with it; never known of Windows."""
        return sys.platform != "win32" and bool((self.root / path).stat().st_mode & _OTHERS)


def open_own(path: Path) -> BinaryIO:
    """A file to add bytes to, unbuffered; where this makes it, it is its user's alone."""
    opener = partial(os.open, mode=_FILE)
    return open(path, "ab", buffering=0, opener=opener)  # Path.open has no opener


def _sync(handle: int) -> None:
    """Have all that was written to the medium; on a Mac that takes a call of its own (fsync(2))."""
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    else:
        os.fsync(handle)


def _sync_names(folder: Path) -> None:
    """Have the names in a folder on the medium; Windows sees to that without being asked."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _sync(handle)
    finally:
        os.close(handle)
