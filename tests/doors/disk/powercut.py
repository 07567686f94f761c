"""A disk that remembers what was done to it, so that the power can be cut after any of it.

What it knows of lasting is what POSIX promises.  Bytes of a file that were not synced may be there,
be gone, be zeros, or be cut off anywhere.  A name that was made, moved or taken away in a folder
that was not synced since may be as before or as after; each such change is decided for itself, so a
later one may have lasted where an earlier one did not.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from labsim.doors.disk.files import Files

#: Decides for each thing that was not synced how much of it is left: 0.0 nothing, 1.0 all.
Fate = Callable[[], float]


class Done(NamedTuple):
    """One thing that was done to the disk."""

    verb: str
    path: str
    more: Any = None


class QuickFiles(Files):
    """A disk that is not asked to make anything last, where no power is cut."""

    def sync(self, path: str) -> None:
        assert self.exists(path)

    def sync_folder(self, path: str) -> None:
        assert self.is_folder(path)


class RecordingFiles(QuickFiles):
    """A disk that works, and keeps a list; ``skips`` are verbs that it only pretends to do."""

    def __init__(self, root: Path, skips: tuple[str, ...] = ()) -> None:
        super().__init__(root)
        self.done: list[Done] = []
        self.skips = skips

    def _note(self, verb: str, path: str, more: Any = None) -> None:
        if verb not in self.skips:
            self.done.append(Done(verb, path, more))

    def make_folder(self, path: str) -> None:
        new = not self.is_folder(path)
        super().make_folder(path)
        if new:
            self._note("make_folder", path)

    def append(self, path: str, data: bytes) -> None:
        super().append(path, data)
        self._note("append", path, data)

    def sync(self, path: str) -> None:
        super().sync(path)
        self._note("sync", path)

    def truncate(self, path: str, size: int) -> None:
        super().truncate(path, size)
        self._note("truncate", path, size)

    def rename(self, old: str, new: str) -> None:
        super().rename(old, new)
        self._note("rename", old, new)

    def remove(self, path: str) -> None:
        there = self.exists(path)
        super().remove(path)
        if there:
            self._note("remove", path)

    def remove_folder(self, path: str) -> None:
        super().remove_folder(path)
        self._note("remove_folder", path)

    def sync_folder(self, path: str) -> None:
        super().sync_folder(path)
        self._note("sync_folder", path)


class _Inode:
    """A file's bytes: all that were written, and how many of them last."""

    def __init__(self) -> None:
        self.data = b""
        self.lasting = b""


class _Change(NamedTuple):
    """A name that was given (to a file or folder) or taken away (None), and does not last yet."""

    path: str
    what: _Inode | str | None


class Disk:
    """A disk after some of what was done; :meth:`after_power_cut` says what is left of it."""

    def __init__(self, done: list[Done]) -> None:
        self._now: dict[str, _Inode | str] = {}
        self._lasting: dict[str, _Inode | str] = {}
        self._pending: list[_Change] = []
        for one in done:
            getattr(self, f"_{one.verb}")(one.path, one.more)

    def after_power_cut(self, root: Path, fate: Fate) -> None:
        """Write what is left into this folder."""
        names = dict(self._lasting)
        for change in self._pending:
            if fate() < 0.5:
                continue
            if change.what is None:
                names.pop(change.path, None)
            else:
                names[change.path] = change.what
        for path in sorted(names, key=lambda path: path.count("/")):
            self._write(root, path, names, fate)

    def _write(self, root: Path, path: str, names: dict[str, _Inode | str], fate: Fate) -> None:
        above = path.rpartition("/")[0]
        if above and not (root / above).is_dir():
            return  # a name in a folder that was lost is lost with it
        what = names[path]
        if isinstance(what, str):
            (root / path).mkdir()
            return
        more = len(what.data) - len(what.lasting)
        kept = what.data[: len(what.lasting) + round(more * fate())] if more > 0 else what.data
        if more > 0 and fate() < 0.25:  # its length was written down, and its bytes were not
            kept = what.lasting + bytes(len(kept) - len(what.lasting))
        if more < 0:  # it was cut short, and that need not have lasted
            kept = what.data if fate() > 0.5 else what.lasting
        (root / path).write_bytes(kept)

    # --- what was done ---------------------------------------------------------------------------

    def _changed(self, path: str, what: _Inode | str | None) -> None:
        if what is None:
            self._now.pop(path, None)
        else:
            self._now[path] = what
        self._pending.append(_Change(path, what))

    def _make_folder(self, path: str, _: Any) -> None:
        self._changed(path, "folder")

    def _append(self, path: str, data: bytes) -> None:
        inode = self._now.get(path)
        if not isinstance(inode, _Inode):
            inode = _Inode()
            self._changed(path, inode)
        inode.data += data

    def _truncate(self, path: str, size: int) -> None:
        inode = self._now[path]
        assert isinstance(inode, _Inode)
        inode.data = inode.data[:size]

    def _sync(self, path: str, _: Any) -> None:
        inode = self._now[path]
        assert isinstance(inode, _Inode)
        inode.lasting = inode.data

    def _rename(self, old: str, new: str) -> None:
        what = self._now[old]
        self._changed(new, what)
        self._changed(old, None)

    def _remove(self, path: str, _: Any) -> None:
        self._changed(path, None)

    _remove_folder = _remove

    def _sync_folder(self, path: str, _: Any) -> None:
        mine = [c for c in self._pending if (c.path.rpartition("/")[0] or ".") == path]
        for change in mine:
            if change.what is None:
                self._lasting.pop(change.path, None)
            else:
                self._lasting[change.path] = change.what
            self._pending.remove(change)


class FailingFiles(QuickFiles):
    """A disk that refuses a change once it was told to, and then each one until it is mended."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._left: int | None = None
        self._reason = errno.ENOSPC
        self._once = False
        self.failed = False

    def fail(self, after: int, reason: int = errno.ENOSPC, *, once: bool = False) -> None:
        """Let so many changes pass; the next fails, and so do those after it but for ``once``."""
        self._left, self._reason, self._once, self.failed = after, reason, once, False

    def mend(self) -> None:
        """From now on everything works."""
        self._left = None

    def _use(self) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            self.failed = True
            if self._once:
                self.mend()
            raise OSError(self._reason, os.strerror(self._reason))

    def append(self, path: str, data: bytes) -> None:
        self._use()
        super().append(path, data)

    def make_folder(self, path: str) -> None:
        self._use()
        super().make_folder(path)

    def sync(self, path: str) -> None:
        self._use()
        super().sync(path)

    def sync_folder(self, path: str) -> None:
        self._use()
        super().sync_folder(path)

    def rename(self, old: str, new: str) -> None:
        self._use()
        super().rename(old, new)

    def remove(self, path: str) -> None:
        self._use()
        super().remove(path)

    def remove_folder(self, path: str) -> None:
        self._use()
        super().remove_folder(path)

    def truncate(self, path: str, size: int) -> None:
        self._use()
        super().truncate(path, size)
