"""A build context that comes as a tar: ``docker build - < context.tar``, or over the API.

Folders keep their modes and links stay links.  Owners are not kept: no builder looks at them.
"""

from __future__ import annotations

from labsim.archive import unpack
from labsim.archive.reading import (
    DIRECTORY,
    FILE,
    HARDLINK,
    RECORD,
    SYMLINK,
    Entry,
    is_header,
    read_entries,
)
from labsim.archive.unpacking import packing
from labsim.blob import EMPTY, Blob
from labsim.engine.builder import ContextFile
from labsim.errors import Mismatch
from labsim.image.layouts.source import inside

__all__ = ["context_files", "is_archive"]

_KINDS = (FILE, DIRECTORY, SYMLINK)


def is_archive(content: Blob) -> bool:
    """Whether it is a context, and not a Dockerfile."""
    start = bytes(content.slice(0, RECORD))
    return packing(start[:6]) == "gzip" or is_header(start)


def context_files(content: Blob) -> dict[str, ContextFile]:
    """The members of a context, packed or not; :class:`~labsim.errors.Mismatch`: it is none."""
    archive = unpack(content) if bytes(content.slice(0, 2)) == b"\x1f\x8b" else content
    found: dict[str, ContextFile] = {}
    for entry in read_entries(archive.chunks()):
        name = inside(entry.name)
        if name != ".":
            found[name] = _file(entry, archive, found)
    return found


def _file(entry: Entry, archive: Blob, before: dict[str, ContextFile]) -> ContextFile:
    mode = entry.mode & 0o7777
    if entry.kind == HARDLINK:
        first = inside(entry.link)
        if first not in before:
            raise Mismatch(f"the link {entry.name} leads to {entry.link}, which is not before it")
        return before[first]._replace(link=before[first].link or first)
    if entry.kind not in _KINDS:
        raise Mismatch(f"the member {entry.name} is neither a file, a folder nor a link")
    content = archive.slice(entry.at, entry.at + entry.size) if entry.size else EMPTY
    return ContextFile(content, mode, entry.mtime, entry.kind, entry.link)
