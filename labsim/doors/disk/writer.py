"""The bytes of one upload, in one file that grows; a finished one only needs another name."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any

from labsim.blob import EMPTY, Blob
from labsim.digest import Digest
from labsim.doors.disk.files import Files
from labsim.registry.answers import Refusal
from labsim.registry.shelf import GONE

__all__ = ["DiskDraft", "DiskWriter", "Lying", "PassingWriter"]


class Lying(Blob):
    """Content in a file of its own: ``path`` says in which, ``lasts`` whether for good."""

    __slots__ = ("lasts", "path")

    path: str
    lasts: bool

    @classmethod
    def at(cls, files: Files, path: str, size: int, digest: Digest | None, start: int = 0) -> Lying:
        """``size`` bytes of this file, from ``start`` on."""

        def cut(first: int, last: int) -> Iterator[bytes]:
            return files.chunks(path, start + first, start + last)

        blob = cls.generated(partial(cut, 0, size), size, digest, cut=cut)
        blob.path, blob.lasts = path, True
        return blob


class DiskWriter:
    """A file that grows: ``size`` bytes of it belong to the upload, what is behind them to nobody.

    ``trouble`` turns an error of the system into a refusal; ``done`` takes the upload's own files
    away.  Between two requests no file is held open, since uploads may be many and slow.
    """

    __slots__ = (
        "_closed", "_done", "_files", "_hashes", "_lasts", "_sealed", "_trouble", "busy", "path",
        "size", "unsettled",
    )  # fmt: skip

    def __init__(
        self,
        files: Files,
        path: str,
        trouble: Callable[[], AbstractContextManager[None]],
        done: Callable[[], None],
    ) -> None:
        """What is in the file already was sent by the client, in this order."""
        self.path = path
        self.size = files.size(path)
        self.busy = False
        #: Bytes that came since the file was synced last; another process may have synced none.
        self.unsettled = self.size
        self._closed = self._lasts = False
        self._files = files
        self._trouble = trouble
        self._done = done
        #: Hashes of the upload's bytes, by algorithm, as far as they are known.
        self._hashes: dict[str, Any] = {}
        #: The body that was sealed last, and the hash with it.
        self._sealed: tuple[Blob, Any] = (EMPTY, None)

    def draft(self, algorithm: str) -> DiskDraft:
        """A place for the next bytes."""
        with self._trouble():
            self._cut(self.size)
        self.busy, self._lasts = True, False
        known = self._hashes.get(algorithm) if self.size else getattr(hashlib, algorithm)()
        return DiskDraft(self, algorithm, known)

    def take(self, body: Blob) -> None:
        """These bytes belong to the upload now."""
        if body.size:
            running = self._arrived(body, "sha256")
            self._hashes = {running.name: running}
            self.size += body.size

    def whole(self, body: Blob, algorithm: str) -> Blob:
        """The file, as far as it is the upload's and the body's."""
        running = self._arrived(body, algorithm)
        size = self.size + body.size
        with self._trouble():
            self._cut(size)
            self._check_size(size)
            if running.name != algorithm:
                running = self._hashed(algorithm, size)
            self._make_last()
        digest = Digest.from_hex(running.hexdigest(), algorithm)
        return Lying.at(self._files, self.path, size, digest)

    def forget(self) -> None:
        """The body that was sealed last is not waited for any more."""
        self._sealed = (EMPTY, None)

    def close(self) -> None:
        """Take away what was not kept; as soon as a body that is arriving has heard of it."""
        self._closed = True
        if not self.busy:
            self._take_away()

    def _take_away(self) -> None:
        with self._trouble():
            self._files.remove(self.path)
            self._done()

    # --- what a draft does -----------------------------------------------------------------------

    def append(self, chunk: bytes) -> None:
        """Write behind what is there."""
        self.check_open()
        with self._trouble():
            self._files.append(self.path, chunk)
        self.unsettled += len(chunk)

    def before(self) -> Iterator[bytes]:
        """What the upload had before this body."""
        with self._trouble():
            yield from self._files.chunks(self.path, 0, self.size)

    def settle(self) -> None:
        """Make what has arrived last, so that what comes of it need not wait for the disk."""
        with self._trouble():
            self._make_last()
        self._lasts = True

    def sealed(self, size: int, before: Any, running: Any) -> Blob:
        """The body is complete: so many bytes, behind those that belong to the upload.

        ``before`` is the hash of those, ``running`` that of both.
        """
        self.check_open()
        with self._trouble():
            self._files.leave(self.path)
        first = not self.size
        digest = Digest.from_hex(running.hexdigest(), running.name) if first else None
        body = Lying.at(self._files, self.path, size, digest, self.size)
        body.lasts = self._lasts
        self._sealed, self.busy = (body, running), False
        self._hashes[before.name] = before
        return body

    def clear(self) -> None:
        """Give the room of a body back that will not be complete."""
        with self._trouble():
            self._cut(self.size)

    def broke_off(self, before: Any) -> None:
        """The body will not be complete; ``before`` is the hash of what the upload had, or None."""
        self.busy = False
        if before is not None:
            self._hashes[before.name] = before
        if self._closed:
            self._take_away()
        else:
            with self._trouble():
                self._cut(self.size)

    def check_open(self) -> None:
        """404 for a body whose upload was cancelled while it came."""
        if self._closed:
            raise Refusal(*GONE)

    def _make_last(self) -> None:
        """Sync the file; where that fails, nothing in it is believed again.

        A system that could not write some pages says so once, and then takes them for written
        (fsync(2), "Errors"), so a second sync that goes well would prove nothing.
        """
        try:
            self._files.append(self.path, b"")  # an empty upload has no file yet
            self._files.sync(self.path)
        except OSError:
            self._lose()
            raise
        finally:
            self._files.leave(self.path)
        self.unsettled = 0

    def _check_size(self, size: int) -> None:
        """What was hashed on its way must be what lies there."""
        if (found := self._files.size(self.path)) != size:
            self._lose()
            raise OSError(errno.EIO, f"an upload has {found} bytes instead of {size}")

    def _lose(self) -> None:
        self.size, self._hashes, self._sealed = 0, {}, (EMPTY, None)

    # --- hashing ---------------------------------------------------------------------------------

    def _arrived(self, body: Blob, algorithm: str) -> Any:
        """The hash with this body, which is in the file from now on if it was not."""
        sealed, running = self._sealed
        if body is sealed and running is not None:
            return running
        draft = self.draft(algorithm)
        for chunk in body.chunks():
            draft.write(chunk)
        draft.seal()
        return self._sealed[1]

    def _hashed(self, algorithm: str, size: int) -> Any:
        running = getattr(hashlib, algorithm)()
        for chunk in self._files.chunks(self.path, 0, size):
            running.update(chunk)
        return running

    def _cut(self, size: int) -> None:
        if self._files.size(self.path) > size:
            self._files.truncate(self.path, size)


class PassingWriter(DiskWriter):
    """An upload that lives for a single request: its body is all of it, and it goes with it."""

    __slots__ = ()

    def broke_off(self, before: Any) -> None:
        """Nothing of it is wanted again."""
        self.busy = False
        self.close()


class DiskDraft:
    """A body that is written and hashed while it arrives."""

    __slots__ = ("_algorithm", "_before", "_open", "_running", "_writer", "size")

    def __init__(self, writer: DiskWriter, algorithm: str, before: Any) -> None:
        """``before`` is the hash of what the upload has, if that is known."""
        self._writer = writer
        self._algorithm = algorithm
        self._before = before
        #: The hash of all that: it goes on from there.
        self._running: Any = before and before.copy()
        self.size = 0
        self._open = True

    @property
    def owes(self) -> int:
        """All that the upload has, or nothing."""
        return self._writer.size if self._running is None else 0

    @property
    def unsettled(self) -> int:
        """Small bodies that came before count, or the last one would have to wait for all."""
        return self._writer.unsettled

    def prepare(self) -> None:
        """Hash what is owed."""
        if self._running is not None:
            return
        before = getattr(hashlib, self._algorithm)()
        for chunk in self._writer.before():
            self._writer.check_open()
            if not self._open:  # whoever waited for it has left
                raise Refusal(*GONE)
            before.update(chunk)
        self._before, self._running = before, before.copy()

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self.prepare()
        self._writer.append(chunk)
        self._running.update(chunk)
        self.size += len(chunk)

    def settle(self) -> None:
        """Wait for the disk."""
        self._writer.settle()

    def seal(self) -> Blob:
        """The body; 404 where it was thrown away."""
        if not self._open:
            raise Refusal(*GONE)
        self.prepare()
        body = self._writer.sealed(self.size, self._before, self._running)
        self._open = False
        return body

    def clear(self) -> None:
        """Cut it off again."""
        if self._open:
            with suppress(Refusal):  # what cannot be cut off now is when the next bytes come
                self._writer.clear()

    def discard(self) -> None:
        """Cut it off again, and let others go on with the upload."""
        if self._open:
            self._open = False
            with suppress(Refusal):
                self._writer.broke_off(self._before)

    def forget(self) -> None:
        """Bytes that were not taken lie behind the upload, until the next ones overwrite them."""
        self._writer.forget()
