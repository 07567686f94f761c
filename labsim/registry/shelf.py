"""Where a store's bytes and links really are: what memory and a folder both promise.

::

    Shelf ──── keeps contents, records facts, and says what it held when it was opened
      └─ Writer ── the bytes of one upload, hashed as they come
           └─ Draft ── the body of one request, while it arrives

A body becomes content in a few steps, and until the last nobody but the upload can see it::

    draft = writer.draft("sha256")   a place for the next bytes
    draft.prepare()                  what it owes: a door does it in a thread, before the body
    draft.write(chunk) …             hashed and counted on the way
    draft.settle()                   the slow half of sealing: a door does it in a thread
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

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from labsim.blob import Blob
from labsim.digest import Digest

if TYPE_CHECKING:
    from labsim.registry.memory import Room

__all__ = ["GONE", "Draft", "Fact", "Opened", "Shelf", "Writer"]

#: How a request is refused whose upload is not there, or no longer.
GONE = ("BLOB_UPLOAD_UNKNOWN", "blob upload unknown")


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
    """The body of one request, while it arrives; ``size`` bytes of it have."""

    size: int

    @property
    def owes(self) -> int:
        """Bytes of the upload that must be read again first, since this hash has not seen them.

        An upload that goes on after a restart owes all it has; so does one whose digest is of
        another algorithm than its chunks were hashed by.
        """

    @property
    def unsettled(self) -> int:
        """Bytes that ``settle`` would have to wait for."""

    def prepare(self) -> None:
        """Hash what is owed: it touches this draft only, so any thread may do it.

        The first ``write`` does it where nobody has.  404 when the upload is cancelled meanwhile.
        """

    def write(self, chunk: bytes) -> None:
        """Take the next bytes; a ``Refusal`` (413, 507) when there is no room for them.

        404 when the upload was cancelled meanwhile, as from ``seal``: then nobody wants them.
        """

    def settle(self) -> None:
        """What takes long of sealing, and touches this body only: any thread may do it."""

    def seal(self) -> Blob:
        """The complete body."""

    def clear(self) -> None:
        """What takes long of discarding, and touches this body only: any thread may do it."""

    def discard(self) -> None:
        """The request broke off: nothing of it has happened.  Once a body is sealed, nothing."""

    def forget(self) -> None:
        """The request whose sealed body this was is answered: what was not taken is nobody's."""


class Writer(Protocol):
    """The bytes of one upload: ``size`` of them belong to it, ``busy`` while more arrive."""

    size: int
    busy: bool

    def draft(self, algorithm: str) -> Draft:
        """A place for the next bytes, which are hashed by that algorithm as they come.

        It reads nothing: what that hash has not seen of the upload, the draft owes.
        """

    def take(self, body: Blob) -> None:
        """These bytes come next: the sealed draft's, or anybody's."""

    def whole(self, body: Blob, algorithm: str) -> Blob:
        """All bytes taken and this body behind them, named by that algorithm; takes nothing."""

    def close(self) -> None:
        """The upload is over: what of its bytes was not kept is forgotten.

        While more arrive, that waits for them to end: their draft refuses them from now on.
        """


class Shelf(Protocol):
    """What a store stands on.

    ``memory`` counts what is held in memory: all of it by a shelf that is memory, small bodies by
    any other.  ``waits`` says that a change waits for a disk, so that a server asks for it in a
    thread; ``behind``, that ``tend`` has something to do.
    """

    memory: Room
    waits: bool

    @property
    def behind(self) -> bool:
        """Whether something was put off that ``tend`` would do."""

    def room(self, size: int) -> None:
        """A ``Refusal`` (507) if so many bytes more will not fit."""

    def writer(self, opened: Opened | None) -> Writer:
        """A place for an upload; None: one that lives for a single request."""

    def keep(self, blob: Blob) -> Blob:
        """Keep this content for good; returns the blob that reads it from where it is kept."""

    def holds(self, blob: Blob) -> bool:
        """Whether content that was kept is still there: a disk may lose it behind our back."""

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

    def tend(self) -> None:
        """Do what was put off; for a door, now and then."""

    def contents(self) -> Iterable[Blob]:
        """Everything that was kept when the shelf was opened."""

    def facts(self) -> Iterable[Fact]:
        """Everything that was true when the shelf was opened."""

    def uploads(self) -> Iterable[tuple[Opened, Writer]]:
        """The uploads that were under way when the shelf was opened, oldest first."""
