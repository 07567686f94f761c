"""Changes to a folder that last once they were made, and have not happened if they fail.

A change is a file that is written and synced under a name that nobody reads, then renamed, then
its folder synced.  What fails before the renaming has changed nothing.  What fails after it may
last and may not, so it is taken back: what the registry believes and what the disk shows stay the
same.  Where even that fails, nobody can say how things are, and the folder takes no more changes
until it is opened, and read, again.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from labsim.doors.disk import places
from labsim.doors.disk.files import Files
from labsim.registry.answers import Refusal

__all__ = ["Lasting", "refusal"]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_AGAIN = "the registry's disk failed in the middle of a change: it has to be started again"


class Lasting:
    """The changes that a store makes; ``in_order`` until one of them had to be taken back.

    ``lost`` once that failed too: then there are no more.
    """

    __slots__ = ("_count", "_files", "_folders", "in_order", "lost")

    def __init__(self, files: Files) -> None:
        """Nothing is changed yet."""
        self._files = files
        self._folders: set[str] = set()
        self._count = 0
        self.lost = False
        self.in_order = True

    def make_folder(self, path: str) -> None:
        """Make a folder, and those that it is in."""
        if path in self._folders:
            return
        above = path.rpartition("/")[0]
        if above:
            self.make_folder(above)
        if not self._files.is_folder(path):
            self._files.make_folder(path)
            self._files.sync_folder(above or ".")
        self._folders.add(path)

    def look_again(self) -> None:
        """Folders may not be there any more."""
        self._folders.clear()

    def new(self) -> str:
        """A name that nothing has."""
        self._count += 1
        return f"{places.NEW}/{self._count}"

    def put(self, path: str, chunks: Iterable[bytes], before: bytes | None = None) -> None:
        """A file with these bytes and this name; ``before``: what it held, where it is replaced."""
        new = self._written(chunks)
        with self._or_removed(new):
            self._files.rename(new, path)
        with self._or_back(lambda: self._restore(path, before)):
            self._files.sync_folder(_folder(path))

    def derive(self, path: str, chunks: Iterable[bytes]) -> None:
        """A file that can be made again from others: nothing depends on it, so none is taken back.

        Where it fails, the old one is there, or the new one already.
        """
        new = self._written(chunks)
        with self._or_removed(new):
            self._files.rename(new, path)
        self._files.sync_folder(_folder(path))

    def move(self, old: str, path: str) -> None:
        """Give a file that lasts another name."""
        self._files.rename(old, path)
        with self._or_back(lambda: self._files.rename(path, old)):
            self._files.sync_folder(_folder(path))

    def remove(self, path: str) -> None:
        """Take a small file away."""
        before = self._files.read(path)
        self._files.remove(path)
        with self._or_back(lambda: self._restore(path, before)):
            self._files.sync_folder(_folder(path))

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """What the disk refuses, the registry refuses: 507 when it is full."""
        if self.lost:
            raise Refusal("UNAVAILABLE", message=_AGAIN)
        try:
            yield
        except OSError as fault:
            raise refusal(fault) from None

    # --- what fails ------------------------------------------------------------------------------

    def _written(self, chunks: Iterable[bytes]) -> str:
        new = self.new()
        with self._or_removed(new):
            self._files.append(new, b"")
            for chunk in chunks:
                self._files.append(new, chunk)
            self._files.sync(new)
        return new

    @contextmanager
    def _or_removed(self, path: str) -> Iterator[None]:
        try:
            yield
        except OSError:
            with suppress(OSError):
                self._files.remove(path)
            raise

    @contextmanager
    def _or_back(self, back: Callable[[], None]) -> Iterator[None]:
        try:
            yield
        except OSError:
            self.in_order = False
            try:
                back()
            except OSError:
                self.lost = True
            raise

    def _restore(self, path: str, before: bytes | None) -> None:
        if before is None:
            self._files.remove(path)
        else:
            self._files.rename(self._written((before,)), path)


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "."


def refusal(fault: OSError) -> Refusal:
    """What a client is told of what the system says."""
    if fault.errno in _FULL:
        return Refusal("UNAVAILABLE", message="the registry's disk is full", status=507)
    if fault.errno in _CLOSED:
        return Refusal("UNAVAILABLE", message="the registry's disk takes no changes")
    return Refusal("UNKNOWN", message=f"the registry's disk failed: {fault.strerror}")
