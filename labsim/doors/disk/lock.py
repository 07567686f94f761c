"""One process at a time: a lock on a file, which the system lets go when the process ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from labsim.doors.disk.files import open_own
from labsim.errors import LabError

__all__ = ["locked"]


def locked(path: Path, folder: Path) -> BinaryIO:
    """The open lock file; closing it lets go.  A ``LabError`` when another process has it."""
    file = open_own(path)
    try:
        _lock(file)
    except OSError:
        file.close()
        raise LabError(
            f"the store {folder} is open in another process: end that one, or take another folder"
        ) from None
    return file


def _lock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
