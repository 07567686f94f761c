"""What is in a tar, and whether it is one: a reader that streams and believes nothing.

Reads ustar, the pax headers that rename (``path``, ``linkpath``, ``size``) and GNU's long names
and large numbers, which is what ``docker build``, ``docker save``, buildah and ``tar`` write.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from labsim.errors import Mismatch

__all__ = [
    "DIRECTORY",
    "FILE",
    "HARDLINK",
    "PAX",
    "RECORD",
    "ROOM",
    "SYMLINK",
    "Entry",
    "Room",
    "is_header",
    "read_entries",
]

RECORD = 512
FILE, HARDLINK, SYMLINK, DIRECTORY = "0", "1", "2", "5"
PAX = "x"
_PAX_GLOBAL, _GNU_NAME, _GNU_LINK, _GNU_SPARSE = "g", "L", "K", "S"
_REGULAR = {"0", "\0", "7"}
_NO_CONTENT = {"1", "2", "3", "4", "5", "6"}
#: A header that renames holds a few paths; more is an attack on memory.
_LONGEST_NAME = 1 << 20
#: What a list of members may take in memory, roughly: a million of them with their names.
ROOM = 400_000_000
#: What one member takes beside its names, roughly.
_MEMBER = 300
#: Digits in a number of a pax header: more than any size there is.
_MOST_DIGITS = 20


class Entry(NamedTuple):
    """One member of an archive: ``size`` of its content, which begins at byte ``at``."""

    name: str
    kind: str
    size: int
    mode: int
    mtime: int
    link: str
    at: int


class Room:
    """How much memory is left for lists of members: an archive may consist of names alone."""

    __slots__ = ("left",)

    def __init__(self, left: int = ROOM) -> None:
        self.left = left

    def take(self, size: int) -> None:
        """Use some of it; :class:`~labsim.errors.Mismatch` when it is used up."""
        self.left -= size
        if self.left < 0:
            raise Mismatch("the tar archive has more members than can be kept in memory")


def read_entries(chunks: Iterator[bytes], room: Room | None = None) -> tuple[Entry, ...]:
    """Every member in order; :class:`~labsim.errors.Mismatch` unless the archive is whole."""
    room = room or Room()
    cursor = _Cursor(chunks)
    entries: list[Entry] = []
    renamed: dict[str, str] = {}
    while header := cursor.take(RECORD):
        if not header.strip(b"\0"):
            _check_end(cursor)
            return tuple(entries)
        entry = _entry(header, renamed, cursor.at)
        if entry.kind in (PAX, _PAX_GLOBAL, _GNU_NAME, _GNU_LINK):
            renamed |= _extension(entry, cursor)
            continue
        room.take(_MEMBER + len(entry.name) + len(entry.link))
        cursor.skip(entry.size + -entry.size % RECORD)
        entries.append(entry)
        renamed = {}
    if not entries:
        raise Mismatch("there is no tar archive: it is empty")
    return tuple(entries)


class _Cursor:
    """A place in a stream of chunks."""

    __slots__ = ("_at", "_chunk", "_chunks", "at")

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._chunk = b""
        self._at = 0
        self.at = 0

    def take(self, wanted: int) -> bytes:
        """The next bytes; fewer than wanted is a truncated archive, none at all its end."""
        start, stop = self._at, self._at + wanted
        if stop <= len(self._chunk):
            taken = self._chunk[start:stop]
            self._at = stop
        else:
            taken = self._gather(wanted)
        self.at += len(taken)
        if taken and len(taken) < wanted:
            raise Mismatch("the tar archive is truncated")
        return taken

    def _gather(self, wanted: int) -> bytes:
        parts = [self._chunk[self._at :]]
        missing = wanted - len(parts[0])
        self._chunk, self._at = b"", 0
        while missing > 0 and (chunk := next(self._chunks, None)) is not None:
            parts.append(chunk[:missing])
            self._chunk, self._at = chunk, len(parts[-1])
            missing -= len(parts[-1])
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Go on by so many bytes."""
        self.at += size
        size -= len(self._chunk) - self._at
        while size > 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise Mismatch("the tar archive is truncated")
            self._chunk = chunk
            size -= len(chunk)
        self._at = len(self._chunk) + size

    def rest(self) -> Iterator[bytes]:
        """Everything that follows."""
        yield self._chunk[self._at :]
        yield from self._chunks


def _check_end(cursor: _Cursor) -> None:
    for chunk in cursor.rest():
        if chunk.strip(b"\0"):
            raise Mismatch("bytes follow the end of the tar archive")


def _entry(header: bytes, renamed: dict[str, str], at: int) -> Entry:
    """Read one record, with the names that an extension before it gave."""
    if not _sums_up(header):
        raise Mismatch("there is no tar archive: the checksum of a header is wrong")
    name = renamed.get("path") or _name(header)
    kind = chr(header[156])
    if kind == _GNU_SPARSE:
        raise Mismatch(f"the sparse file {name!r} in the tar archive cannot be read")
    size = int(renamed.get("size") or _number(header[124:136]))
    if kind in _REGULAR:
        kind = DIRECTORY if name.endswith("/") else FILE
    return Entry(
        name,
        kind,
        0 if kind in _NO_CONTENT else size,
        _number(header[100:108]),
        _number(header[136:148]),
        renamed.get("linkpath") or _text(header[157:257]),
        at,
    )


def is_header(record: bytes) -> bool:
    """Whether a member begins with this record."""
    try:
        return len(record) == RECORD and _sums_up(record)
    except Mismatch:
        return False


def _sums_up(header: bytes) -> bool:
    """A header holds the sum of its bytes, those of the sum itself taken as blanks."""
    return _number(header[148:156]) == sum(header) - sum(header[148:156]) + 8 * 32


def _name(header: bytes) -> str:
    """The name, behind its prefix; GNU tar's old magic uses that field for something else."""
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int:
    """Octal digits; or GNU's binary form, marked by the highest bit, for what octal cannot say."""
    if field[0] & 0x80:
        return int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
    digits = field.strip(b"\0 ")
    if digits.translate(None, b"01234567"):
        raise Mismatch("there is no tar archive: a number in a header is none")
    return int(digits or b"0", 8)


def _extension(entry: Entry, cursor: _Cursor) -> dict[str, str]:
    """What a pax or GNU header says about the member that follows it."""
    if entry.size > _LONGEST_NAME:
        raise Mismatch("a header of the tar archive is too long")
    data = cursor.take(entry.size + -entry.size % RECORD)[: entry.size]
    if entry.kind == _GNU_NAME:
        return {"path": _text(data)}
    if entry.kind == _GNU_LINK:
        return {"linkpath": _text(data)}
    return _pax_values(data) if entry.kind == PAX else {}


def _pax_values(data: bytes) -> dict[str, str]:
    """Records of ``length key=value``; only the keys that matter here."""
    values: dict[str, str] = {}
    while data:
        digits, blank, _ = data.partition(b" ")
        length = int(digits) if _is_number(digits) else 0
        if not blank or not len(digits) < length <= len(data):
            raise Mismatch("a pax header of the tar archive cannot be read")
        key, _, value = data[len(digits) + 1 : length - 1].partition(b"=")
        data = data[length:]
        if key in (b"path", b"linkpath") or (key == b"size" and _is_number(value)):
            values[key.decode()] = value.decode("utf-8", "surrogateescape")
    return values


def _is_number(text: bytes) -> bool:
    return text.isdigit() and len(text) <= _MOST_DIGITS
