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
5. A process that was killed may have left names that do not last yet.  So whoever opens a store
   that was not closed in order makes all names last before it believes them (``closed`` says that
   this was not needed).

An upload that is under way is not made to last: after a kill it goes on where it was, and after a
power cut it may be gone, or have other bytes, which its digest will tell.

``index.json`` is for other tools and derived from the facts: it is a moment behind, until a door
calls ``tend``, and is made anew whenever the store is opened or closed.  Where it cannot be
written, that is said once, and tried again; a request never fails for it.

Somebody else may take files away, or a disk may.  So content is looked for whenever it is spoken of
(``holds``): what is not there is not served, and is kept again when it is sent again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.doors.disk import places
from labsim.doors.disk.files import Files
from labsim.doors.disk.index import layout_index
from labsim.doors.disk.lasting import Lasting, refusal
from labsim.doors.disk.lock import locked
from labsim.doors.disk.opening import Opening
from labsim.doors.disk.writer import DiskWriter, Lying, PassingWriter
from labsim.errors import LabError
from labsim.registry.memory import Room
from labsim.registry.shelf import Fact, Opened, Writer

__all__ = ["DiskShelf"]

_LISTED = frozenset({"manifest", "tag"})
_WHILE_S = 2.0
_SMALL_BODIES = 64 << 20  # of manifests that arrive; they are in memory until they are whole
_LAYOUT = b'{"imageLayoutVersion":"1.0.0"}\n'


class _SharedRoom(Room):
    """A room that two threads use: one for bodies that arrive, one for changes to the store."""

    __slots__ = ("_lock",)

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._lock = Lock()

    def hold(self, size: int) -> None:
        with self._lock:
            super().hold(size)

    def count(self, size: int) -> None:
        with self._lock:
            super().count(size)


class DiskShelf:
    """A folder as a shelf; ``repaired`` says in sentences what was found amiss when it was opened.

    What goes amiss later is told to whoever runs it, once.

    Raises ``LabError`` when the folder cannot be used, or another process has it open.
    """

    #: A change returns when the disk has it.
    waits = True

    def __init__(
        self,
        folder: str | Path,
        *,
        files: Files | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open the folder, or make it; ``files`` is what touches the disk, ``tell`` is told."""
        self._tell = tell
        #: Contents that were told to be missing, and whether index.json was told to fail.
        self._missed: set[str] = set()
        self._is_stuck = False
        self.folder = Path(folder)
        self._files = files or Files(self.folder)
        self._lasting = Lasting(self._files)
        self._trouble = self._lasting.trouble
        #: What index.json lists, and when it was written last.
        self._listed: dict[tuple[str, str, str], str] = {}
        self.behind, self._tidied_s = True, 0.0
        self.memory: Room = _SharedRoom(_SMALL_BODIES)
        try:
            self._make()
            self._lock = locked(self.folder / places.LOCK, self.folder)
        except OSError as fault:
            raise LabError(f"the store {folder} cannot be used: {fault.strerror}") from None
        try:
            self._open()
        except OSError as fault:
            self._lock.close()
            raise LabError(f"the store {folder} cannot be read: {fault.strerror}") from None

    def _make(self) -> None:
        """The folders; labsim's own first, which says that the rest is labsim's too."""
        ours = self._files.is_folder(places.OURS)
        theirs = (places.BLOBS, places.INDEX, places.LAYOUT)
        if not ours and any(map(self._files.exists, theirs)):
            raise LabError(
                f"the folder {self.folder} holds images that labsim did not put there: "
                "name one that is empty, or new"
            )
        self._files.make_root()
        for path in (places.OURS, places.NEW, places.UPLOADS, places.REPOSITORIES, places.BLOBS):
            self._lasting.make_folder(path)

    def _open(self) -> None:
        if not self._files.exists(places.LAYOUT):
            self._lasting.put(places.LAYOUT, (_LAYOUT,))
        self._found = Opening(self._files)
        self._found.sweep()
        if self._files.exists(places.CLOSED):
            self._lasting.remove(places.CLOSED)
        else:
            self._found.settle()
        self.repaired = [*self._found.sentences, *self._open_to_others()]
        self._sizes = dict(self._found.sizes)
        self._listed |= {f[:3]: f.value for f in self._found.facts if f.kind in _LISTED}
        self._tidy()

    def _open_to_others(self) -> list[str]:
        """A sentence for a store that an earlier hand made, or opened: its rights are left alone.

        What is made here belongs to its user alone, so a folder that others may enter shows them
        nothing as long as they may not enter what is in it.
        """
        within = (places.OURS, places.BLOBS)
        if not self._files.is_shared(".") or not any(map(self._files.is_shared, within)):
            return []
        others = "other users of this machine may read"
        return [f"{others} {self.folder}, private repositories too: chmod -R go= {self.folder}"]

    # --- contents --------------------------------------------------------------------------------

    def room(self, size: int) -> None:
        """The disk says so itself when it is full."""

    def keep(self, blob: Blob) -> Blob:
        """Keep this content: an upload's file by renaming it, anything else by writing it."""
        digest = blob.digest
        if digest not in self._sizes or not self.holds(blob):
            with self._trouble():
                self._keep(blob, places.blob_path(digest))
            self._sizes[digest] = blob.size
        return Lying.at(self._files, places.blob_path(digest), blob.size, digest)

    def holds(self, blob: Blob) -> bool:
        """Whether this content is where it was kept, with as many bytes as it had.

        Raises a ``Refusal`` where the disk does not say.
        """
        path = places.blob_path(blob.digest)
        try:
            here = self._files.size(path) == blob.size and (blob.size or self._files.exists(path))
        except OSError as fault:
            raise refusal(fault) from None
        if not here and path not in self._missed:
            self._missed.add(path)
            self._lasting.look_again()  # its folder may be gone too
            self._tell(f"{path} is gone, or cut short: push it again, or bring the file back")
        elif here and self._missed:
            self._missed.discard(path)
        return bool(here)

    def _keep(self, blob: Blob, path: str) -> None:
        self._lasting.make_folder(path.rpartition("/")[0])
        if isinstance(blob, Lying):
            if not blob.lasts:
                self._files.sync(blob.path)
            self._lasting.move(blob.path, path)
        else:
            self._lasting.put(path, blob.chunks())

    def drop(self, digest: Digest) -> None:
        """Take this content away; whoever is reading it may go on to its end.

        Windows keeps a file while it is read: then it stays, and goes when it is collected again.
        """
        with self._trouble(), suppress(PermissionError):
            self._files.remove(places.blob_path(digest))
            self._sizes.pop(digest, None)

    # --- facts -----------------------------------------------------------------------------------

    def record(self, repository: str, kind: str, name: str, value: str = "") -> None:
        """A fact is true from now on, and still after a power cut."""
        fact, path = Fact(repository, kind, name, value), places.fact_path(repository, kind, name)
        with self._trouble():
            self._lasting.make_folder(places.fact_folder(repository, kind))
            before = self._files.read(path) if self._files.exists(path) else None
            self._lasting.put(path, (places.fact_text(fact),), before)
        if kind in _LISTED:
            self._listed[fact[:3]] = value
            self.behind = True

    def erase(self, repository: str, kind: str, name: str) -> None:
        """A fact is true no longer."""
        with self._trouble():
            self._lasting.remove(places.fact_path(repository, kind, name))
        if self._listed.pop((repository, kind, name), None) is not None:
            self.behind = True

    # --- uploads ---------------------------------------------------------------------------------

    def writer(self, opened: Opened | None) -> Writer:
        """A place for an upload; what came of one that is not finished is not made to last."""
        with self._trouble():
            if opened is None:
                return PassingWriter(self._files, self._lasting.new(), self._trouble, _nothing)
            folder = f"{places.UPLOADS}/{opened.id}"
            self._files.make_folder(folder)
            about = f"{folder}/{places.ABOUT}"
            self._files.append(about, json.dumps(list(opened)).encode())
            self._files.leave(about)
            return self._resumed(opened)

    def release(self, body: Blob) -> None:
        """A body that was an upload by itself and was not kept: refused, or here already."""
        self.memory.leave(body)
        if isinstance(body, Lying) and body.path.startswith(f"{places.NEW}/"):
            with suppress(OSError):  # else it goes when the store is opened again
                self._files.remove(body.path)

    def _resumed(self, opened: Opened) -> DiskWriter:
        folder = f"{places.UPLOADS}/{opened.id}"

        def done() -> None:
            self._files.remove(f"{folder}/{places.ABOUT}")
            self._files.remove_folder(folder)

        return DiskWriter(self._files, f"{folder}/{places.DATA}", self._trouble, done)

    # --- what was there --------------------------------------------------------------------------

    def contents(self) -> Iterable[Blob]:
        """Everything that is kept, what nothing refers to any more included."""
        for digest, size in (self._found.sizes | self._found.loose).items():
            yield Lying.at(self._files, places.blob_path(digest), size, Digest(digest))

    def facts(self) -> Iterable[Fact]:
        """Everything that was true when the folder was opened, and can still be shown."""
        return self._found.facts

    def uploads(self) -> Iterable[tuple[Opened, Writer]]:
        """The uploads that were under way, oldest first."""
        return [(opened, self._resumed(opened)) for opened in self._found.uploads]

    # --- for other tools -------------------------------------------------------------------------

    def tend(self) -> None:
        """Write ``index.json`` again if a tag or manifest has come or gone since.

        At most once in a while, since it costs as much as there are tags; trouble can wait.
        """
        if self.behind and time.monotonic() - self._tidied_s > _WHILE_S:
            self._tidy()

    def _tidy(self) -> None:
        self._tidied_s = time.monotonic()
        if self._lasting.lost:
            return
        facts = (Fact(*key, value) for key, value in self._listed.items())
        try:
            self._lasting.derive(places.INDEX, (layout_index(facts, self._sizes),))
        except OSError as fault:
            if not self._is_stuck:
                why = f"cannot be written now, and is tried again: {fault.strerror}"
                self._tell(f"{places.INDEX}, which only other tools read, {why}")
            self._is_stuck = True
        else:
            self.behind = self._is_stuck = False

    def close(self) -> None:
        """Leave the folder to others; an index that cannot be written now is written at opening."""
        if self.behind:
            self._tidy()
        with suppress(OSError):
            if self._lasting.in_order:
                self._lasting.put(places.CLOSED, ())
        self._files.close()
        self._lock.close()


def _nothing() -> None:
    return
