"""Tar archives: written as plain ustar records, read with suspicion.

Layout of a record: POSIX.1-1988 "ustar" (512 bytes, octal numbers); names that do not fit take a
pax header (POSIX.1-2001).  The end is two records of zeros and nothing more.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from labsim.archive.reading import (
    DIRECTORY,
    FILE,
    HARDLINK,
    PAX,
    RECORD,
    SYMLINK,
    Entry,
    read_entries,
)
from labsim.blob import CHUNK, EMPTY, Blob
from labsim.digest import DiffID, Digest
from labsim.errors import Mismatch

__all__ = ["Entry", "Member", "Tar", "directory", "file", "hardlink", "placed", "symlink", "tar"]

#: Part of an archive's content: bytes, or so many zeros.
Piece = bytes | int

_HEADER = struct.Struct("100s8s8s8s12s12s8s1s100s8s32s32s8s8s155s12x")
_LARGEST = 8**11 - 1
_END = bytes(2 * RECORD)
_ZEROS = bytes(1 << 16)


class Member(NamedTuple):
    """One thing to be written into an archive.

    ``owner`` is user and group, as numbers; ``owner_name`` is what both are called, if anything.
    """

    name: str
    kind: str
    content: Blob = EMPTY
    mode: int = 0o644
    mtime: int = 0
    link: str = ""
    owner: tuple[int, int] = (0, 0)
    owner_name: str = ""

    @property
    def header(self) -> bytes:
        """The record (with a pax record before it where a name is too long) for this member."""
        return _header(self)


def file(name: str, content: bytes | Blob = EMPTY, *, mode: int = 0o644, mtime: int = 0) -> Member:
    """A regular file; ``mtime`` in seconds since 1970."""
    blob = content if isinstance(content, Blob) else Blob(content)
    return Member(name, FILE, blob, mode, mtime)


def directory(name: str, *, mode: int = 0o755, mtime: int = 0) -> Member:
    """A directory; its name is written with a slash at the end."""
    return Member(name.rstrip("/") + "/", DIRECTORY, EMPTY, mode, mtime)


def symlink(name: str, target: str, *, mtime: int = 0) -> Member:
    """A symbolic link to ``target``."""
    return Member(name, SYMLINK, EMPTY, 0o777, mtime, target)


def hardlink(name: str, target: str, *, mtime: int = 0) -> Member:
    """A second name for the member ``target``; counts no bytes."""
    return Member(name, HARDLINK, EMPTY, 0o644, mtime, target)


class Tar(Blob):
    """An archive: a blob that knows its members and what their files weigh."""

    __slots__ = ("_entries", "_files_size", "_list", "_pieces", "contents")

    #: The members' contents as they were given; only a tar that this lab wrote knows them.
    contents: dict[str, Blob]

    def __init__(self, data: bytes) -> None:
        """Hold the bytes of an archive; they are read when the members are first asked for."""
        super().__init__(data)
        self.contents = {}
        self._entries: tuple[Entry, ...] | None = None
        self._files_size: int | None = None
        self._list: Callable[[], tuple[Entry, ...]] | None = None
        self._pieces: Callable[[], Iterator[Piece]] | None = None

    @classmethod
    def streamed(
        cls,
        pieces: Callable[[], Iterator[Piece]],
        size: int,
        digest: Digest | None = None,
        entries: Callable[[], tuple[Entry, ...]] | None = None,
        files_size: int | None = None,
    ) -> Tar:
        """An archive made anew at each reading from bytes and numbers of zeros."""
        made = cls.generated(lambda: _expand(pieces()), size, digest)
        made._entries, made._list, made._pieces = None, entries, pieces
        made._files_size = files_size
        made.contents = {}
        return made

    @classmethod
    def read(cls, blob: Blob) -> Tar:
        """The archive that these bytes are; :class:`~labsim.errors.Mismatch` if they are none."""
        if isinstance(blob, Tar):
            return blob
        if blob.held:
            made = cls(bytes(blob))
            made._digest = blob.digest
        else:
            made = cls.streamed(blob.chunks, blob.size, blob.digest)
        made._entries = read_entries(made.chunks())
        return made

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The members in order; parsed once."""
        if self._entries is None:
            self._entries = self._list() if self._list else read_entries(self.chunks())
        return self._entries

    @property
    def files_size(self) -> int:
        """The sum of the sizes of the regular files: what Docker adds up as SIZE."""
        if self._files_size is None:
            self._files_size = sum(entry.size for entry in self.entries if entry.kind == FILE)
        return self._files_size

    @property
    def diff_id(self) -> DiffID:
        """The name of these unpacked bytes, as a config lists it."""
        return DiffID.from_hex(self.digest.hex)

    def pieces(self) -> Iterator[Piece]:
        """The content in order; where a long run of zeros is known, its length instead."""
        return self._pieces() if self._pieces is not None else self.chunks()

    def content(self, name: str) -> Blob:
        """The bytes of the file of that name (the last one, if several)."""
        for entry in reversed(self.entries):
            if entry.name == name and entry.kind == FILE:
                return self.slice(entry.at, entry.at + entry.size)
        raise KeyError(name)


def tar(members: Iterable[Member]) -> Tar:
    """Write an archive: the members in the order given, every byte decided by the arguments.

    >>> tar([]).size
    1024
    """
    kept = tuple(members)
    entries, size = placed(kept)
    if size <= CHUNK and all(member.content.held for member in kept):
        made = Tar(b"".join(_expand(_written(kept))))
    else:
        made = Tar.streamed(lambda: _written(kept), size)
    made._entries = entries
    made.contents = {member.name: member.content for member in kept if member.kind == FILE}
    return made


def placed(members: Iterable[Member]) -> tuple[tuple[Entry, ...], int]:
    """The entries a reader will find, and the size of the archive."""
    entries: list[Entry] = []
    at = 0
    for member in members:
        at += len(member.header)
        size = member.content.size
        name, kind, _, mode, mtime, link, *_ = member
        entries.append(Entry(name, kind, size, mode, mtime, link, at))
        at += size + -size % RECORD
    return tuple(entries), at + len(_END)


def _written(members: Iterable[Member]) -> Iterator[Piece]:
    for member in members:
        yield member.header
        yield from member.content.chunks()
        yield -member.content.size % RECORD
    yield len(_END)


def _expand(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """The same content with every number written out as zeros."""
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
            continue
        for done in range(0, piece, len(_ZEROS)):
            yield _ZEROS[: piece - done]


def _header(member: Member) -> bytes:
    name, link = member.name.encode(), member.link.encode()
    prefix, base = _split(name)
    long: dict[str, bytes] = {}
    if len(base) > 100:
        prefix, base, long["path"] = b"", name[:100], name
    if len(link) > 100:
        link, long["linkpath"] = link[:100], link
    record = _record(member, base, prefix, link)
    return _pax(long) + record if long else record


def _split(name: bytes) -> tuple[bytes, bytes]:
    """A name as ustar's prefix (at most 155 bytes) and name (100), at a slash; else unsplit."""
    if len(name) <= 100:
        return b"", name
    at = name.rfind(b"/", 0, min(156, len(name) - 1))
    if at > 0 and len(name) - at - 1 <= 100:
        return name[:at], name[at + 1 :]
    return b"", name


def _record(member: Member, name: bytes, prefix: bytes, link: bytes) -> bytes:
    if b"\0" in name or b"\0" in link:
        raise Mismatch(f"{member.name!r} cannot be the name of a file: it contains a NUL")
    if member.content.size > _LARGEST:
        raise Mismatch(f"{member.name!r} is larger than the 8 GiB that a tar header can say")
    owner = member.owner_name.encode()
    device = b"0000000" if owner else b""  # so Go writes it
    raw = _HEADER.pack(
        name,
        b"%07o" % member.mode,
        b"%07o" % member.owner[0],
        b"%07o" % member.owner[1],
        b"%011o" % member.content.size,
        b"%011o" % member.mtime,
        b" " * 8,
        member.kind.encode(),
        link,
        b"ustar\00000",
        owner,
        owner,
        device,
        device,
        prefix,
    )
    return raw[:148] + b"%06o\0 " % sum(raw) + raw[156:]


def _pax(values: dict[str, bytes]) -> bytes:
    """A pax header that says the names in full: records of ``length key=value`` and a newline."""
    text = b"".join(_pax_record(key.encode(), value) for key, value in values.items())
    head = _record(
        Member("PaxHeaders/long-name", PAX, Blob(text)), b"PaxHeaders/long-name", b"", b""
    )
    return head + text + bytes(-len(text) % RECORD)


def _pax_record(key: bytes, value: bytes) -> bytes:
    """The length at the front counts itself, so it is found by trying."""
    rest = len(key) + len(value) + 3
    length = rest + len(str(rest))
    length = rest + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)
