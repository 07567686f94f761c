"""A real directory, read once: its files become files of a lab's laptop.

What is read is written into the journal (``write`` actions), so the lab never looks again: a replay
needs no directory.  ``.dockerignore`` is honoured here already: what is ignored need not travel.
"""

from __future__ import annotations

import os
from pathlib import Path

from labsim.dockerfile import Ignore
from labsim.errors import LabError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.lab import Lab

__all__ = ["read_folder"]

#: Beyond this a folder is more likely a mistake (a home directory) than a build context.
_MOST_FILES, _MOST_BYTES = 2_000, 50_000_000


def read_folder(lab: Lab, folder: str | os.PathLike[str], into: str = "") -> list[str]:
    """Write the files of a directory into a lab, below ``into``; the names that they have there."""
    root = Path(folder)
    if not root.is_dir():
        raise LabError(f"there is no folder {str(root)!r}")
    found = _files(root)
    size = sum(path.stat().st_size for path in found.values())
    if len(found) > _MOST_FILES or size > _MOST_BYTES:
        raise LabError(
            f"{str(root)!r} has {len(found)} files of {size} bytes together: a lab takes"
            f" {_MOST_FILES} files and {_MOST_BYTES} bytes; name what to leave in .dockerignore"
        )
    prefix = f"{into.strip('/')}/" if into.strip("/") else ""
    for name, path in found.items():
        mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
        lab.write(f"{prefix}{name}", path.read_bytes(), mode=mode)
    return [f"{prefix}{name}" for name in found]


def _files(root: Path) -> dict[str, Path]:
    """Every regular file by its name from the root, in order; links are not followed."""
    rules = root / ".dockerignore"
    ignore = Ignore.read(rules.read_text(encoding="utf-8") if rules.is_file() else "")
    found: dict[str, Path] = {}
    for place, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = Path(place, name)
            relative = path.relative_to(root).as_posix()
            kept = name in ("Dockerfile", ".dockerignore") or not ignore.excludes(relative)
            if kept and path.is_file() and not path.is_symlink():
                found[relative] = path
    return found
