"""Where a store's bytes and links really are: in memory here, in files behind a door.

::

    Shelf ──── keeps contents, records facts, and says what it held when it was opened
      └─ Writer ── the bytes of one upload, hashed as they come
           └─ Draft ── the body of one request, while it arrives

A body becomes content in four steps, and until the last nobody but the upload can see it::

    draft = writer.draft("sha256")   a place for the next bytes
    draft.write(chunk) …             hashed and counted on the way
    body = draft.seal()              the body is complete: this Blob is the request's
    writer.take(body)                it belongs to the upload now       (PATCH)
    blob = writer.whole(body, …)     the upload with this at its end    (PUT)
    shelf.keep(blob)                 content: named by what it is, kept for good

An upload of a single request (``shelf.writer(None)``) has no second: its sealed body is all of it,
and ``shelf.release(body)`` ends it.

What a repository serves is a set of *facts*, one small text each.  A shelf that outlives the
process makes a fact durable before ``record`` returns, and never before the content that it speaks
of; so a registry that is cut off at any instant has told nobody anything that it does not keep.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.registry.answers import Refusal

__all__ = [
    "Draft",
    "Fact",
    "MemoryDraft",
    "MemoryShelf",
    "MemoryWriter",
    "Opened",
    "Shelf",
    "SmallDraft",
    "Writer",
]


class Fact(NamedTuple):
    """One thing that a repository knows.

    ============  =============  ====================================
    kind          name           value
    ============  =============  ====================================
    ``about``     visibility     ``public`` or ``private``
    ``about``     published      ``yes``, once it has had a manifest
    ``member``    an account     what it may do, such as ``pull,push``
    ``blob``      a digest       its size in bytes
    ``manifest``  a digest       its media type
    ``tag``       a tag          the digest of a manifest
    ============  =============  ====================================
    """

    repository: str
    kind: str
    name: str
    value: str


class Opened(NamedTuple):
    """What there is to know of an upload besides its bytes; ``at_us`` is when it was opened."""

    id: str
    repository: str
    state: str
    algorithm: str
    at_us: int


class Draft(Protocol):
    """The body of one request, while it arrives."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes; a ``Refusal`` (413, 507) when there is no room for them."""

    def seal(self) -> Blob:
        """The complete body."""

    def discard(self) -> None:
        """The request broke off: nothing of it has happened."""


class Writer(Protocol):
    """The bytes of one upload: ``size`` of them belong to it, ``busy`` while more arrive."""

    size: int
    busy: bool

    def draft(self, algorithm: str) -> Draft:
        """A place for the next bytes, which are hashed by that algorithm as they come."""

    def take(self, body: Blob) -> None:
        """These bytes come next: the sealed draft's, or anybody's."""

    def whole(self, body: Blob, algorithm: str) -> Blob:
        """All bytes taken and this body behind them, named by that algorithm; takes nothing."""

    def close(self) -> None:
        """The upload is over: what of its bytes was not kept is forgotten."""


class Shelf(Protocol):
    """What a store stands on."""

    def room(self, size: int) -> None:
        """A ``Refusal`` (507) if so many bytes more will not fit."""

    def writer(self, opened: Opened | None) -> Writer:
        """A place for an upload; None: one that lives for a single request."""

    def keep(self, blob: Blob) -> Blob:
        """Keep this content for good; returns the blob that reads it from where it is kept."""

    def release(self, body: Blob) -> None:
        """The request with this body is over; what came of it otherwise than by keep is forgotten.

        Any body may be passed; those that are an upload of a single request are meant.
        """

    def drop(self, digest: Digest) -> None:
        """Nothing refers to this content any more."""

    def record(self, repository: str, kind: str, name: str, value: str = "") -> None:
        """A :class:`Fact` is true from now on, instead of the one with the same name."""

    def erase(self, repository: str, kind: str, name: str) -> None:
        """The fact of that name is true no longer."""

    def contents(self) -> Iterable[Blob]:
        """Everything that was kept when the shelf was opened."""

    def facts(self) -> Iterable[Fact]:
        """Everything that was true when the shelf was opened."""

    def uploads(self) -> Iterable[tuple[Opened, Writer]]:
        """The uploads that were under way when the shelf was opened, oldest first."""


class SmallDraft:
    """A body that is read into memory whole because it is small: a manifest, a form."""

    __slots__ = ("_chunks", "_left", "_refusal")

    def __init__(self, most: int, refusal: Refusal) -> None:
        """At most so many bytes; what is longer is refused like this."""
        self._chunks: list[bytes] = []
        self._left = most
        self._refusal = refusal

    def write(self, chunk: bytes) -> None:
        """Take the next bytes, if they are not too many."""
        self._left -= len(chunk)
        if self._left < 0:
            raise self._refusal
        self._chunks.append(chunk)

    def seal(self) -> Blob:
        """The body."""
        return Blob(b"".join(self._chunks))

    def discard(self) -> None:
        """Forget it."""
        self._chunks.clear()


class MemoryShelf:
    """Contents are where they are: held by their blobs, or made anew by whoever gave them.

    ``limit`` is how many bytes may be held (None: as many as there is memory for); what is made
    when it is read takes no room.
    """

    __slots__ = ("_kept", "_limit", "_passing", "counted", "used")

    def __init__(self, limit: int | None = None) -> None:
        """An empty shelf; ``used`` counts what is held, uploads under way included."""
        self.used = 0
        self._limit = limit
        self._kept: dict[str, int] = {}
        #: Uploads of a single request, by the identity of their body.
        self._passing: dict[int, MemoryWriter] = {}
        #: The identity of what an upload has become: its bytes are counted until it is closed.
        self.counted = 0

    def bound(self, limit: int) -> None:
        """Hold so many bytes at most from now on."""
        self._limit = limit

    def room(self, size: int) -> None:
        """507 when so many bytes more would be above the limit."""
        if self._limit is not None and self.used + size > self._limit:
            raise Refusal("UNAVAILABLE", message="the registry's memory is full", status=507)

    def hold(self, size: int) -> None:
        """So many bytes more, or fewer, of uploads are held."""
        if size > 0:
            self.room(size)
        self.used += size

    def writer(self, opened: Opened | None) -> MemoryWriter:
        """A place for an upload."""
        return MemoryWriter(self, passing=opened is None)

    def keep(self, blob: Blob) -> Blob:
        """The blob itself, counted where anybody counts."""
        if self._limit is not None and blob.held and blob.digest not in self._kept:
            if id(blob) != self.counted:
                self.room(blob.size)
            self.used += blob.size
            self._kept[blob.digest] = blob.size
        return blob

    def passing(self, body: Blob, writer: MemoryWriter) -> None:
        """Remember that this body is all of that upload."""
        self._passing[id(body)] = writer
        self.counted = id(body)

    def release(self, body: Blob) -> None:
        """What its upload held is free again."""
        if (writer := self._passing.pop(id(body), None)) is not None:
            writer.close()

    def drop(self, digest: Digest) -> None:
        """Its room is free again."""
        self.used -= self._kept.pop(digest, 0)

    def record(self, repository: str, kind: str, name: str, value: str = "") -> None:
        """The store remembers, and nobody else needs to."""

    def erase(self, repository: str, kind: str, name: str) -> None:
        """The store forgets."""

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

    __slots__ = ("_draft", "_held", "_parts", "_passing", "_running", "_shelf", "busy", "size")

    def __init__(self, shelf: MemoryShelf, *, passing: bool = False) -> None:
        """An upload of no bytes yet; ``passing``: of a single request."""
        self.size = 0
        self.busy = False
        self._shelf = shelf
        self._parts: list[Blob] = []
        self._held = 0
        self._passing = passing
        #: The hash of all parts, if each was hashed as it came; and the body sealed last, with its.
        self._running: Any = None
        self._draft: tuple[Blob, Any] | None = None

    def draft(self, algorithm: str) -> MemoryDraft:
        """A place for the next bytes."""
        running = self._running
        if running is None or running.name != algorithm:
            running = getattr(hashlib, algorithm)()
            for chunk in Blob.joined(self._parts).chunks():
                running.update(chunk)
        self._reject()
        self.busy = True
        return MemoryDraft(self, running.copy())

    def hold(self, size: int) -> None:
        """So many bytes more, or fewer, are held by this upload."""
        self._shelf.hold(size)
        self._held += size

    def sealed(self, body: Blob | None, running: Any) -> None:
        """What a draft has become; None: nothing."""
        self.busy = False
        self._draft = None if body is None else (body, running)
        if self._passing and body is not None:
            self._shelf.passing(body, self)

    def take(self, body: Blob) -> None:
        """The next part."""
        if body.size:
            self._running = self._hash_with(body)
            self._parts.append(body)
            self.size += body.size
            self._draft = None

    def whole(self, body: Blob, algorithm: str) -> Blob:
        """All parts and the body, as one blob."""
        running = self._hash_with(body)
        blob = Blob.joined([*self._parts, body])
        if running is None or running.name != algorithm:
            blob = blob.named(algorithm)
        else:
            blob = Blob(bytes(blob)).called(Digest.from_hex(running.hexdigest(), algorithm))
        self._shelf.counted = id(blob)
        return blob

    def close(self) -> None:
        """Its room is free again."""
        self.hold(-self._held)
        self._parts.clear()

    def _reject(self) -> None:
        """A body that was sealed and never taken: it was refused, and its room is free again."""
        if self._draft is not None:
            self.hold(-self._draft[0].size)
            self._draft = None

    def _hash_with(self, body: Blob) -> Any:
        """The hash of the parts and this body, if they were hashed on their way."""
        if self._draft is not None and self._draft[0] is body:
            return self._draft[1]
        return None if body.size else self._running


class MemoryDraft:
    """A body that is hashed and counted while it arrives."""

    __slots__ = ("_chunks", "_running", "_size", "_writer")

    def __init__(self, writer: MemoryWriter, running: Any) -> None:
        """``running`` is the hash of what the upload has, and goes on from there."""
        self._writer = writer
        self._running = running
        self._chunks: list[bytes] = []
        self._size = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._writer.hold(len(chunk))
        self._size += len(chunk)
        self._running.update(chunk)
        self._chunks.append(chunk)

    def seal(self) -> Blob:
        """The body."""
        body = Blob(b"".join(self._chunks))
        self._writer.sealed(body, self._running)
        return body

    def discard(self) -> None:
        """Free its room."""
        self._writer.hold(-self._size)
        self._writer.sealed(None, None)
        self._size = 0
        self._chunks.clear()
