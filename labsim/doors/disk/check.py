"""Every byte of a store against its name: what ``labsim fsck`` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from labsim.digest import Digest
from labsim.doors.disk import places
from labsim.doors.disk.files import Files
from labsim.doors.disk.lock import locked
from labsim.doors.disk.opening import Opening
from labsim.errors import LabError

__all__ = ["Checked", "Finding", "check", "repair"]


class Finding(NamedTuple):
    """One thing that is wrong, in a sentence; ``damaged``: the file's bytes are not its name's."""

    path: str
    sentence: str
    damaged: bool = False


class Checked(NamedTuple):
    """What was read, in files and bytes, and what was found."""

    contents: int
    size: int
    findings: tuple[Finding, ...]


def check(folder: str | Path) -> Checked:
    """Read everything; ``LabError`` when the folder is no store, or is open elsewhere."""
    files = Files(Path(folder))
    if not (files.exists(places.LAYOUT) and files.is_folder(places.OURS)):
        raise LabError(
            f"{folder} is no store of labsim: it has no {places.LAYOUT} and {places.OURS}/"
        )
    with locked(files.root / places.LOCK, files.root):
        return _checked(files)


def repair(folder: str | Path, findings: tuple[Finding, ...]) -> list[str]:
    """Move damaged contents aside, so that they can be sent again; returns where each is now."""
    files, moved = Files(Path(folder)), []
    with locked(files.root / places.LOCK, files.root):
        files.make_folder(places.DAMAGED)
        for finding in findings:
            if finding.damaged:
                aside = f"{places.DAMAGED}/{finding.path.replace('/', '-')}"
                files.rename(finding.path, aside)
                moved.append(f"{finding.path} is now {aside}")
        files.sync_folder(places.DAMAGED)
    return moved


def _checked(files: Files) -> Checked:
    opening = Opening(files)
    findings = [Finding("", sentence) for sentence in opening.sentences]
    findings += _unlike(files, opening.there)
    return Checked(len(opening.there), sum(opening.there.values()), tuple(findings))


def _unlike(files: Files, sizes: Mapping[str, int]) -> Iterator[Finding]:
    """The contents that do not hash to their names."""
    for digest, size in sizes.items():
        path, algorithm = places.blob_path(digest), digest.partition(":")[0]
        found = Digest.of(files.chunks(path, 0, size), algorithm)
        if found != digest:
            yield Finding(path, f"{path} has {size} bytes that hash to {found}", damaged=True)
