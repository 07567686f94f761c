"""A shelf in memory, and the room that everything in memory shares, counted to the last byte.

What a :class:`Room` counts is held by somebody: a draft that is arriving, the body of a request
under way, an upload, or the shelf itself.  Bytes that pass from one to the next are counted by the
next before the last lets go, within one request; so there is one moment only at which they need
room, when they come in, and between two requests the count is what is held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from labsim.blob import CHUNK, EMPTY, Blob
from labsim.digest import Digest
from labsim.registry.answers import Refusal
from labsim.registry.shelf import GONE, Fact, Opened, Writer

__all__ = ["MemoryDraft", "MemoryShelf", "MemoryWriter", "Room", "SmallDraft"]

_MANY = 4096  # pieces of a body, each of which costs more than a byte
_SMALL = 64 << 10  # parts of an upload that together are smaller are one part


class Room:
    """Bytes that may be in memory, ``limit`` at most (None: any number), and those ``used``."""

    __slots__ = ("_bodies", "limit", "used")

    def __init__(self, limit: int | None = None) -> None:
        """An empty one."""
        self.limit = limit
        self.used = 0
        #: The bodies of requests under way, by identity: a body is counted once.
        self._bodies: dict[int, Blob] = {}

    def check(self, size: int) -> None:
        """507 when so many bytes more would be above the limit."""
        if self.limit is not None and self.used + size > self.limit:
            raise Refusal("UNAVAILABLE", message="the registry's memory is full", status=507)

    def hold(self, size: int) -> None:
        """So many bytes more have come in, if there is room."""
        self.check(size)
        self.used += size

    def count(self, size: int) -> None:
        """So many bytes, or fewer where negative, of those that are here have another holder."""
        self.used += size

    def enter(self, body: Blob) -> None:
        """A request begins that has this body, which its draft may have counted already."""
        bodies = self._bodies
        if id(body) not in bodies:
            self.hold(body.weight)
            bodies[id(body)] = body

    def sealed(self, body: Blob) -> None:
        """A draft, which has counted its bytes, has become this body."""
        self._bodies[id(body)] = body

    def leave(self, body: Blob) -> None:
        """The request with this body is over."""
        if self._bodies.pop(id(body), None) is not None:
            self.count(-body.weight)


class _Pieces:
    """Bytes as they come, in pieces that are not smaller than they must be; none is there twice."""

    __slots__ = ("_blobs", "_chunks", "_loose")

    def __init__(self) -> None:
        self._blobs: list[Blob] = []
        self._chunks: list[bytes] = []
        self._loose = 0

    def add(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._loose += len(chunk)
        if self._loose >= CHUNK or len(self._chunks) >= _MANY:
            self._gather()

    def together(self) -> Blob:
        self._gather()
        return Blob.joined(self._blobs)

    def _gather(self) -> None:
        self._blobs.append(Blob(b"".join(self._chunks)))
        self._chunks, self._loose = [], 0


class SmallDraft:
    """A body that is read into memory whole because it is small: a manifest, a form."""

    __slots__ = ("_most", "_pieces", "_refusal", "_room", "size")

    #: Nothing stands before it, and nothing waits for a disk.
    owes = unsettled = 0

    def __init__(self, most: int, refusal: Refusal, room: Room | None = None) -> None:
        """At most so many bytes; what is longer is refused like this.  ``room`` counts them."""
        self._pieces = _Pieces()
        self.size = 0
        self._most = most
        self._refusal = refusal
        self._room = Room() if room is None else room

    def prepare(self) -> None:
        """It is nobody's next bytes."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes, if they are not too many."""
        if self.size + len(chunk) > self._most:
            raise self._refusal
        self._room.hold(len(chunk))
        self.size += len(chunk)
        self._pieces.add(chunk)

    def settle(self) -> None:
        """It is in memory."""

    def seal(self) -> Blob:
        """The body, in one piece."""
        body = Blob(bytes(self._pieces.together()))
        self._room.sealed(body)
        self._pieces, self.size = _Pieces(), 0
        return body

    def clear(self) -> None:
        """Memory is free at once."""

    def discard(self) -> None:
        """Free its room."""
        self._room.count(-self.size)
        self._pieces, self.size = _Pieces(), 0

    def forget(self) -> None:
        """Whoever wants it has it."""


class MemoryShelf:
    """Contents are where they are: held by their blobs, or made anew by whoever gave them.

    ``limit`` is how many bytes may be held (None: as many as there is memory for); what is made
    when it is read takes no room.
    """

    __slots__ = ("_kept", "memory")

    #: Nothing waits for a disk, and nothing is left for later.
    waits = behind = False

    def __init__(self, limit: int | None = None) -> None:
        """An empty shelf."""
        self.memory = Room(limit)
        self._kept: dict[str, int] = {}

    @property
    def used(self) -> int:
        """How many bytes are held: contents, uploads, and the bodies of requests under way."""
        return self.memory.used

    def bound(self, limit: int) -> None:
        """Hold so many bytes at most from now on."""
        self.memory.limit = limit

    def room(self, size: int) -> None:
        """507 when so many bytes more would be above the limit."""
        self.memory.check(size)

    def writer(self, opened: Opened | None) -> MemoryWriter:
        """A place for an upload."""
        return MemoryWriter(self.memory)

    def keep(self, blob: Blob) -> Blob:
        """The blob itself; its bytes came in with a request, or were here from the start."""
        digest = blob.digest
        if digest not in self._kept and (weight := blob.weight):
            self._kept[digest] = weight
            self.memory.count(weight)
        return blob

    def holds(self, blob: Blob) -> bool:
        """Nobody takes from memory what is held."""
        return True

    def release(self, body: Blob) -> None:
        """What nobody else has counted by now is free again."""
        self.memory.leave(body)

    def drop(self, digest: Digest) -> None:
        """Its room is free again."""
        self.memory.count(-self._kept.pop(digest, 0))

    def record(self, repository: str, kind: str, name: str, value: str = "") -> None:
        """The store remembers, and nobody else needs to."""

    def erase(self, repository: str, kind: str, name: str) -> None:
        """The store forgets."""

    def tend(self) -> None:
        """Nothing was put off."""

    def contents(self) -> Iterable[Blob]:
        """Nothing: memory begins empty."""
        return ()

    def facts(self) -> Iterable[Fact]:
        """None."""
        return ()

    def uploads(self) -> Iterable[tuple[Opened, Writer]]:
        """None."""
        return ()


class MemoryWriter:
    """Parts in order; a single one that knows its name is not hashed again."""

    __slots__ = ("_closed", "_hashes", "_held", "_parts", "_sealed", "busy", "room", "size")

    def __init__(self, room: Room) -> None:
        """An upload of no bytes yet."""
        self.size = 0
        self.busy = False
        self.room = room
        self._closed = False
        self._parts: list[Blob] = []
        self._held = 0
        #: Hashes of all parts, by algorithm, as far as they are known.
        self._hashes: dict[str, Any] = {}
        #: The body that was sealed last, and the hash with it.
        self._sealed: tuple[Blob, Any] = (EMPTY, None)

    def draft(self, algorithm: str) -> MemoryDraft:
        """A place for the next bytes."""
        self.busy = True
        known = self._hashes.get(algorithm) if self.size else getattr(hashlib, algorithm)()
        return MemoryDraft(self, algorithm, known)

    def parts(self) -> Blob:
        """What the upload has."""
        return Blob.joined(self._parts)

    def check_open(self) -> None:
        """404 for a body whose upload was cancelled while it came."""
        if self._closed:
            raise Refusal(*GONE)

    def ended(self, before: Any, body: Blob = EMPTY, running: Any = None) -> None:
        """What a draft has become, empty: nothing; ``before`` is the hash of what stood before."""
        self.busy = False
        self._sealed = (body, running)
        if before is not None:
            self._hashes[before.name] = before
        if self._closed:
            self._free()

    def forget(self) -> None:
        """The body that was sealed last is not waited for any more."""
        self._sealed = (EMPTY, None)

    def take(self, body: Blob) -> None:
        """The next part."""
        if not body.size:
            return
        running = self._hash_with(body, "")
        self._hashes = {running.name: running} if running else {}
        weight = body.weight
        self.size += body.size
        self._held += weight
        self.room.count(weight)
        parts = self._parts
        if parts and _are_small(parts[-1], body):
            parts[-1] = Blob.joined((parts[-1], body))
        else:
            parts.append(body)

    def whole(self, body: Blob, algorithm: str) -> Blob:
        """All parts and the body, as one blob; its bytes stay where they are."""
        running = self._hash_with(body, algorithm)
        parts = [*self._parts, body] if body.size else self._parts
        blob = parts[0] if len(parts) == 1 else Blob.joined(parts)
        if running is None or running.name != algorithm:
            return blob.named(algorithm)
        return blob.called(Digest.from_hex(running.hexdigest(), algorithm))

    def close(self) -> None:
        """Its room is free again; as soon as a body that is arriving has heard of it."""
        self._closed = True
        if not self.busy:
            self._free()

    def _free(self) -> None:
        self.room.count(-self._held)
        self._held = 0
        self._parts.clear()

    def _hash_with(self, body: Blob, algorithm: str) -> Any:
        """The hash of the parts and this body, if they were hashed on their way."""
        sealed, running = self._sealed
        if body is sealed and running is not None:
            return running
        return None if body.size else self._hashes.get(algorithm)


def _are_small(last: Blob, more: Blob) -> bool:
    """Whether two parts of an upload are held as one: both in memory, and small together."""
    size = last.size + more.size
    return size <= _SMALL and size == last.weight + more.weight


class MemoryDraft:
    """A body that is hashed and counted while it arrives."""

    __slots__ = ("_algorithm", "_before", "_pieces", "_running", "_sealed_by", "_writer", "size")

    #: It is in memory.
    unsettled = 0

    def __init__(self, writer: MemoryWriter, algorithm: str, before: Any) -> None:
        """``before`` is the hash of what the upload has, if that is known."""
        self._writer: MemoryWriter | None = writer
        self._sealed_by: MemoryWriter | None = None
        self._algorithm = algorithm
        self._before = before
        #: The hash of all that: it goes on from there.
        self._running: Any = before and before.copy()
        self._pieces = _Pieces()
        self.size = 0

    @property
    def owes(self) -> int:
        """All that the upload has, or nothing."""
        return self._writer.size if self._writer is not None and self._running is None else 0

    def prepare(self) -> None:
        """Hash what is owed."""
        if self._running is not None or self._writer is None:
            return
        before = getattr(hashlib, self._algorithm)()
        for chunk in self._writer.parts().chunks():
            self._open().check_open()
            before.update(chunk)
        self._before, self._running = before, before.copy()

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        writer = self._open()
        writer.check_open()
        self.prepare()
        writer.room.hold(len(chunk))
        self.size += len(chunk)
        self._running.update(chunk)
        self._pieces.add(chunk)

    def _open(self) -> MemoryWriter:
        """Its writer; 404 for a body that nobody waits for any more."""
        if self._writer is None:
            raise Refusal(*GONE)
        return self._writer

    def settle(self) -> None:
        """It is in memory."""

    def seal(self) -> Blob:
        """The body."""
        writer = self._open()
        writer.check_open()
        self.prepare()
        body = self._pieces.together()
        if not writer.size:
            body = body.called(Digest.from_hex(self._running.hexdigest(), self._running.name))
        writer.room.sealed(body)
        writer.ended(self._before, body, self._running)
        self._writer, self._sealed_by = None, writer
        return body

    def clear(self) -> None:
        """Memory is free at once."""

    def discard(self) -> None:
        """Free its room."""
        if (writer := self._writer) is not None:
            self._writer = None
            self._pieces = _Pieces()
            writer.room.count(-self.size)
            writer.ended(self._before)

    def forget(self) -> None:
        """Its writer keeps it no longer, be it refused or taken."""
        if self._sealed_by is not None:
            self._sealed_by.forget()
            self._sealed_by, self._pieces = None, _Pieces()
