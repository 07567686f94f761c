"""A shelf in a folder: what a registry acknowledged is still there after the power has failed.

The order of things is the whole argument.  *Lasting* means synced: bytes by a sync of the file,
names by a sync of the folder.

1. Content is written under a name that nobody reads, made to last, given its own name
   (``blobs/sha256/…``) and only then made to last under it.  So a file with a digest for a name has
   the bytes that the digest promises, at any instant.
2. A fact is one file, written and named in the same way, after the content that it speaks of lasts:
   first the link to a blob, then the manifest whose blobs are all linked, then the tag.  A tag
   that is moved is one rename, so it points to the old manifest or to the new one.
3. A registry answers after ``keep`` and ``record`` have returned.  So whatever was acknowledged
   lasts, and what was cut off in between is content without a fact, which nobody sees.
4. Facts are taken back before what they speak of: tags, the manifest, links, and content last.

``index.json`` is for other tools and derived from the facts: it may be a moment behind, and is
made anew whenever the store is opened.
"""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.doors.disk import places
from labsim.doors.disk.files import Files
from labsim.doors.disk.index import layout_index
from labsim.doors.disk.lock import locked
from labsim.doors.disk.opening import Opening
from labsim.doors.disk.writer import DiskWriter, Lying
from labsim.errors import LabError
from labsim.registry.answers import Refusal
from labsim.registry.shelf import Fact, Opened, Writer

__all__ = ["DiskShelf"]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_LISTED = frozenset({"manifest", "tag"})
_WHILE_S = 2.0
_LAYOUT = b'{"imageLayoutVersion":"1.0.0"}\n'


class DiskShelf:
    """A folder as a shelf; ``repaired`` says in sentences what was found amiss when it was opened.

    Raises ``LabError`` when the folder cannot be used, or another process has it open.
    """

    def __init__(self, folder: str | Path, *, files: Files | None = None) -> None:
        """Open the folder, or make it; ``files`` is what touches the disk."""
        self.folder = Path(folder)
        self._files = files or Files(self.folder)
        self._folders: set[str] = set()
        self._count = 0
        #: What index.json lists, and when it was written last.
        self._listed: dict[tuple[str, str, str], str] = {}
        self._stale, self._tidied_s = True, 0.0
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for path in (places.BLOBS, places.OURS, places.NEW, places.UPLOADS):
                self._make_folder(path)
            self._lock = locked(self.folder / places.LOCK, self.folder)
        except OSError as fault:
            raise LabError(f"the store {folder} cannot be used: {fault.strerror}") from None
        try:
            self._open()
        except OSError as fault:
            self._lock.close()
            raise LabError(f"the store {folder} cannot be read: {fault.strerror}") from None

    def _open(self) -> None:
        if not self._files.exists(places.LAYOUT):
            self._put(places.LAYOUT, _LAYOUT)
        self._found = Opening(self._files)
        self._found.sweep()
        self.repaired = self._found.sentences
        self._sizes = dict(self._found.sizes)
        self._listed |= {f[:3]: f.value for f in self._found.facts if f.kind in _LISTED}
        self.tidy()

    # --- contents --------------------------------------------------------------------------------

    def room(self, size: int) -> None:
        """The disk says so itself when it is full."""

    def keep(self, blob: Blob) -> Blob:
        """Keep this content: an upload's file by renaming it, anything else by writing it."""
        digest = blob.digest
        if digest not in self._sizes:
            with self._trouble():
                self._keep(blob, digest)
            self._sizes[digest] = blob.size
        return Lying.at(self._files, places.blob_path(digest), blob.size, digest)

    def _keep(self, blob: Blob, digest: Digest) -> None:
        path = places.blob_path(digest)
        folder = path.rpartition("/")[0]
        self._make_folder(folder)
        if isinstance(blob, Lying):
            self._files.append(blob.path, b"")  # an empty upload has no file yet
            self._files.sync(blob.path)
            self._files.rename(blob.path, path)
            self._files.sync_folder(folder)
        else:
            self._put_chunks(path, blob.chunks())

    def drop(self, digest: Digest) -> None:
        """Take this content away; whoever is reading it may go on to its end."""
        if self._sizes.pop(digest, None) is not None:
            with self._trouble():
                self._files.remove(places.blob_path(digest))

    # --- facts -----------------------------------------------------------------------------------

    def record(self, repository: str, kind: str, name: str, value: str = "") -> None:
        """A fact is true from now on, and still after a power cut."""
        fact = Fact(repository, kind, name, value)
        with self._trouble():
            self._make_folder(places.fact_folder(repository, kind))
            self._put(places.fact_path(repository, kind, name), places.fact_text(fact))
        if kind in _LISTED:
            self._listed[fact[:3]] = value
            self._tidy_soon()

    def erase(self, repository: str, kind: str, name: str) -> None:
        """A fact is true no longer."""
        with self._trouble():
            self._files.remove(places.fact_path(repository, kind, name))
            self._files.sync_folder(places.fact_folder(repository, kind))
        if self._listed.pop((repository, kind, name), None) is not None:
            self._tidy_soon()

    # --- uploads ---------------------------------------------------------------------------------

    def writer(self, opened: Opened | None) -> Writer:
        """A place for an upload; what came of one that is not finished is not made to last."""
        with self._trouble():
            if opened is None:
                return DiskWriter(self._files, self._new(), self._trouble, _nothing)
            folder = f"{places.UPLOADS}/{opened.id}"
            self._files.make_folder(folder)
            about = f"{folder}/{places.ABOUT}"
            self._files.append(about, json.dumps(list(opened)).encode())
            self._files.leave(about)
            return self._resumed(opened)

    def _resumed(self, opened: Opened) -> DiskWriter:
        folder = f"{places.UPLOADS}/{opened.id}"

        def done() -> None:
            self._files.remove(f"{folder}/{places.ABOUT}")
            self._files.remove_folder(folder)

        return DiskWriter(self._files, f"{folder}/{places.DATA}", self._trouble, done)

    # --- what was there --------------------------------------------------------------------------

    def contents(self) -> Iterable[Blob]:
        """Everything that is kept."""
        for digest, size in self._found.sizes.items():
            yield Lying.at(self._files, places.blob_path(digest), size, Digest(digest))

    def facts(self) -> Iterable[Fact]:
        """Everything that was true when the folder was opened, and can still be shown."""
        return self._found.facts

    def uploads(self) -> Iterable[tuple[Opened, Writer]]:
        """The uploads that were under way, oldest first."""
        return [(opened, self._resumed(opened)) for opened in self._found.uploads]

    def tidy(self) -> None:
        """Write ``index.json`` again if a tag or manifest has come or gone since."""
        if self._stale:
            facts = (Fact(*key, value) for key, value in self._listed.items())
            with self._trouble():
                path = self._new()
                self._files.append(path, layout_index(facts, self._sizes))
                self._files.rename(path, places.INDEX)
            self._stale, self._tidied_s = False, time.monotonic()

    def _tidy_soon(self) -> None:
        """At most once in a while, since it costs as much as there are tags; trouble can wait."""
        self._stale = True
        if time.monotonic() - self._tidied_s > _WHILE_S:
            with suppress(Refusal):
                self.tidy()

    def close(self) -> None:
        """Leave the folder to others; an index that cannot be written now is written at opening."""
        with suppress(Refusal):
            self.tidy()
        self._files.close()
        self._lock.close()

    # --- writing so that it lasts ----------------------------------------------------------------

    def _make_folder(self, path: str) -> None:
        """Make a folder, and those that it is in, and make their names last."""
        if path in self._folders:
            return
        above = path.rpartition("/")[0]
        if above:
            self._make_folder(above)
        if not self._files.is_folder(path):
            self._files.make_folder(path)
            self._files.sync_folder(above or ".")
        self._folders.add(path)

    def _new(self) -> str:
        """A name that nothing has."""
        self._count += 1
        return f"{places.NEW}/{self._count}"

    def _put(self, path: str, data: bytes) -> None:
        self._put_chunks(path, (data,))

    def _put_chunks(self, path: str, chunks: Iterable[bytes]) -> None:
        """A file with these bytes and this name: both last, or neither shows."""
        new = self._new()
        try:
            for chunk in chunks:
                self._files.append(new, chunk)
            self._files.sync(new)
        except OSError:
            self._files.remove(new)
            raise
        self._files.rename(new, path)
        self._files.sync_folder(path.rpartition("/")[0] or ".")

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        """What the disk refuses, the registry refuses: 507 when it is full."""
        try:
            yield
        except OSError as fault:
            raise _refusal(fault) from None


def _refusal(fault: OSError) -> Refusal:
    if fault.errno in _FULL:
        return Refusal("UNAVAILABLE", message="the registry's disk is full", status=507)
    if fault.errno in _CLOSED:
        return Refusal("UNAVAILABLE", message="the registry's disk takes no changes")
    return Refusal("UNKNOWN", message=f"the registry's disk failed: {fault.strerror}")


def _nothing() -> None:
    return
