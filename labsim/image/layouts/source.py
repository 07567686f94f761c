"""A place that holds files by name, and nothing outside of it: a protocol, and a tar in a blob."""

from __future__ import annotations

import posixpath
from typing import Protocol

from labsim.archive import Entry, Tar
from labsim.archive.reading import FILE, HARDLINK, RECORD, SYMLINK, Room, is_header, read_entries
from labsim.blob import Blob
from labsim.errors import Mismatch

__all__ = ["NEITHER", "Members", "Source", "TarSource", "allowed", "check_begins", "inside"]

NEITHER = "this is neither a docker save archive nor an OCI layout, the two forms that are read"

#: Links that lead from link to link; a circle is longer than any honest chain.
_MOST_LINKS = 8


class Source(Protocol):
    """Files by name."""

    def __contains__(self, name: str) -> bool: ...

    def stream(self, name: str) -> Blob:
        """A file that is read from where it lies, whenever its bytes are asked for.

        :class:`~labsim.errors.Mismatch` if there is none, or if it is too large.
        """


class Members:
    """The members of a tar by name, and which of them a name leads to in the end."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._entries = {inside(entry.name): entry for entry in entries if entry.name}
        for name, entry in self._entries.items():
            if entry.kind in (SYMLINK, HARDLINK):
                _target(name, entry)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def file(self, name: str) -> Entry:
        """A member with content, through the links that ``docker save`` writes for a layer."""
        entry = self._entries.get(inside(name))
        for _ in range(_MOST_LINKS):
            if entry is None or entry.kind not in (SYMLINK, HARDLINK):
                break
            entry = self._entries.get(_target(inside(entry.name), entry))
        if entry is None or entry.kind != FILE:
            raise Mismatch(f"{name} is missing")
        return entry


class TarSource:
    """An archive whose bytes are a blob; one that the lab wrote still knows its members."""

    def __init__(self, archive: Blob, limit: int) -> None:
        """:class:`~labsim.errors.Mismatch` for what is no tar."""
        check_begins(bytes(archive.slice(0, RECORD)))
        self._archive = archive
        self._limit = limit
        known = archive.entries if isinstance(archive, Tar) else None
        self._members = Members(known or read_entries(archive.chunks(), Room()))

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def stream(self, name: str) -> Blob:
        """One member."""
        entry = self._members.file(name)
        size = allowed(name, entry.size, self._limit)
        if isinstance(self._archive, Tar) and (held := self._archive.contents.get(entry.name)):
            return held
        return self._archive.slice(entry.at, entry.at + size)


def allowed(name: str, size: int, limit: int) -> int:
    """The size, if it is not too much."""
    if size > limit:
        raise Mismatch(f"{name} is larger than the {limit} bytes allowed")
    return size


def check_begins(record: bytes) -> None:
    """Refuse what is no tar from its first record on; one of zeros only is an empty tar."""
    if not is_header(record) and record != bytes(RECORD):
        raise Mismatch(f"{NEITHER}: it is no tar")


def inside(name: str) -> str:
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
        return inside(posixpath.join(base, entry.link))
    except Mismatch as error:
        raise Mismatch(f"the link {name!r} leads out of the archive") from error
