"""Blobs by digest, links by repository, tags by name.

::

    Store
    ├── blobs          digest → content, once per registry
    ├── manifests      digest → manifest, once per registry, parsed once
    └── repositories   name →
        ├── blobs      digest → content: *links*; what this repository may serve
        ├── manifests  digest → manifest: every revision it ever accepted
        └── tags       tag → digest of a manifest

Content is stored once and named by what it is; who may read it is governed by the links.  A digest
is not a secret, so knowing one must grant nothing: a blob that is in one repository is *unknown* in
the next until somebody uploads it there, or mounts it and proves that they may read the first.

The same tree, as files, is what distribution keeps on disk (``registry/storage/paths.go``).  Here
it is an index in memory, and a :class:`~labsim.registry.shelf.Shelf` is told of each change before
it shows: one in memory has nothing to do, one on disk keeps all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.registry.memory import MemoryShelf
from labsim.registry.shelf import Shelf

__all__ = ["Child", "Repository", "Store", "StoredManifest"]


class Child(NamedTuple):
    """One entry of an index: a manifest, and the platform it is for (``linux/amd64``)."""

    digest: Digest
    platform: str


class StoredManifest(NamedTuple):
    """A manifest or an index: the bytes as they were pushed, and what was read in them.

    ``needs`` are the blobs that it is made of, ``elsewhere`` those that may live at somebody
    else's; ``subject`` is the manifest that it says something about (a signature, a bill of
    materials), and ``artifact_type`` with ``annotations`` is what a list of such things shows.
    """

    media_type: str
    blob: Blob
    needs: tuple[Digest, ...]
    children: tuple[Child, ...] = ()
    elsewhere: tuple[Digest, ...] = ()
    subject: Digest | None = None
    artifact_type: str = ""
    annotations: Mapping[str, str] = MappingProxyType({})

    @property
    def digest(self) -> Digest:
        """The name of the bytes."""
        return self.blob.digest

    @property
    def names(self) -> tuple[Digest, ...]:
        """Everything that it is made of."""
        return (*self.needs, *(child.digest for child in self.children))


class Repository:
    """A name, who may see it, and its links; changed only by the registry that it belongs to."""

    __slots__ = (
        "_blobs",
        "_manifests",
        "_referrers",
        "_shelf",
        "_tags",
        "_visibility",
        "confirmed",
        "members",
        "name",
        "published",
    )

    def __init__(self, name: str, visibility: str, shelf: Shelf) -> None:
        """A repository that holds nothing yet; ``published`` once it has had a manifest."""
        self.name = name
        self.published = False
        self._visibility = visibility
        self._shelf = shelf
        self._blobs: dict[str, Blob] = {}
        self._manifests: dict[str, StoredManifest] = {}
        self._tags: dict[str, Digest] = {}
        self._referrers: dict[str, dict[str, StoredManifest]] = {}
        #: Account → what it may do here besides what everybody may.
        self.members: dict[str, frozenset[str]] = {}
        #: Digest → when a client was last told that it is here (:mod:`labsim.registry.collect`).
        self.confirmed: dict[str, int] = {}

    @property
    def visibility(self) -> str:
        """``public`` or ``private``."""
        return self._visibility

    @visibility.setter
    def visibility(self, visibility: str) -> None:
        self._shelf.record(self.name, "about", "visibility", visibility)
        self._visibility = visibility

    def let_in(self, account: str, actions: frozenset[str]) -> None:
        """An account may do this here, from now on; with no actions it may do nothing more."""
        if actions:
            self._shelf.record(self.name, "member", account, ",".join(sorted(actions)))
            self.members[account] = actions
        elif account in self.members:
            self._shelf.erase(self.name, "member", account)
            del self.members[account]

    @property
    def blobs(self) -> Mapping[str, Blob]:
        """The links, oldest first."""
        return MappingProxyType(self._blobs)

    @property
    def manifests(self) -> Mapping[str, StoredManifest]:
        """Every manifest it serves by digest, oldest first."""
        return MappingProxyType(self._manifests)

    @property
    def tags(self) -> Mapping[str, Digest]:
        """Each tag and the manifest it points to."""
        return MappingProxyType(self._tags)

    def blob(self, digest: str) -> Blob | None:
        """The content, if this repository links to it and it is still there."""
        blob = self._blobs.get(digest)
        return blob if blob is not None and self._shelf.holds(blob) else None

    def manifest(self, reference: str) -> StoredManifest | None:
        """The manifest under this tag or digest, if it is still there."""
        stored = self._manifests.get(self._tags.get(reference, reference))
        return stored if stored is not None and self._shelf.holds(stored.blob) else None

    def referrers(self, subject: str) -> Iterable[StoredManifest]:
        """The manifests here whose ``subject`` is that digest, oldest first."""
        return tuple(self._referrers.get(subject, {}).values())

    def confirm(self, digest: str, at_us: int) -> None:
        """A client is being told that this is here."""
        if self.confirmed.get(digest, -1) < at_us:
            self.confirmed[digest] = at_us

    def link(self, blob: Blob) -> None:
        """From now on this repository serves that blob."""
        digest = blob.digest
        if digest not in self._blobs:
            self._shelf.record(self.name, "blob", digest, str(blob.size))
        self._blobs[digest] = blob

    def unlink(self, digest: str) -> bool:
        """Serve that blob no longer; False if it was not linked."""
        if digest not in self._blobs:
            return False
        self._shelf.erase(self.name, "blob", digest)
        del self._blobs[digest]
        self.confirmed.pop(digest, None)
        return True

    def publish(self, manifest: StoredManifest, *tags: str) -> None:
        """Serve that manifest, and let the tags point to it; what they pointed to stays."""
        record, digest = self._shelf.record, manifest.digest
        if not self.published:
            record(self.name, "about", "published", "yes")
            self.published = True
        if digest not in self._manifests:
            record(self.name, "manifest", digest, manifest.media_type)
        self._manifests[digest] = manifest
        if manifest.subject is not None:
            self._referrers.setdefault(manifest.subject, {})[digest] = manifest
        for tag in tags:
            record(self.name, "tag", tag, digest)
            self._tags[tag] = digest

    def missing(self, manifest: StoredManifest) -> list[Digest]:
        """What the manifest names and this repository cannot serve, in the manifest's order.

        What an index lists may be a blob: BuildKit's cache is an index of layers, and distribution
        looks in both places.
        """
        absent = [digest for digest in manifest.needs if self.blob(digest) is None]
        for digest, _ in manifest.children:
            here = self.manifest(digest) or self.blob(digest)
            absent += [digest] if here is None else []
        return list(dict.fromkeys(absent))

    def untag(self, tag: str) -> bool:
        """Forget the tag, keep the manifest; False if there was no such tag."""
        if tag not in self._tags:
            return False
        self._shelf.erase(self.name, "tag", tag)
        del self._tags[tag]
        return True

    def withdraw(self, digest: str) -> bool:
        """Serve that manifest no longer, and drop each tag that points to it."""
        if digest not in self._manifests:
            return False
        for tag in [tag for tag, held in self._tags.items() if held == digest]:
            self.untag(tag)
        self._shelf.erase(self.name, "manifest", digest)
        manifest = self._manifests.pop(digest)
        self.confirmed.pop(digest, None)
        if manifest.subject is not None:
            speaking = self._referrers[manifest.subject]
            del speaking[digest]
            if not speaking:
                del self._referrers[manifest.subject]
        return True


class Store:
    """Everything one registry holds, and the shelf that it stands on."""

    __slots__ = ("_blobs", "_manifests", "_repositories", "find", "loose", "shelf", "size")

    def __init__(self, shelf: Shelf | None = None) -> None:
        """An empty store; ``size`` counts the bytes of all blobs and manifests, each once."""
        #: Contents from before a restart that no repository speaks of; they can only be collected.
        self.loose: dict[str, Blob] = {}
        self.shelf: Shelf = MemoryShelf() if shelf is None else shelf
        self._blobs: dict[str, Blob] = {}
        self._manifests: dict[str, StoredManifest] = {}
        self._repositories: dict[str, Repository] = {}
        #: The repository of that name; asked by every request, so it is the dictionary's own.
        self.find: Callable[[str], Repository | None] = self._repositories.get
        self.size = 0

    @property
    def blobs(self) -> Mapping[str, Blob]:
        """Configs and layers by digest, each once."""
        return MappingProxyType(self._blobs)

    @property
    def manifests(self) -> Mapping[str, StoredManifest]:
        """Manifests and indexes by digest, each once."""
        return MappingProxyType(self._manifests)

    @property
    def repositories(self) -> Mapping[str, Repository]:
        """Repositories by name, oldest first."""
        return MappingProxyType(self._repositories)

    def opened(self, name: str, visibility: str) -> Repository:
        """The repository of that name, made with this visibility when there is none."""
        repository = self._repositories.get(name)
        if repository is None:
            self.shelf.record(name, "about", "visibility", visibility)
            repository = self._repositories[name] = Repository(name, visibility, self.shelf)
        return repository

    def keep(self, blob: Blob) -> Blob:
        """The one copy of this content: the blob itself, or the equal one that was here before.

        What was here and has vanished is kept again.
        """
        digest = blob.digest
        kept = self._blobs.get(digest)
        if kept is None:
            kept = self._blobs[digest] = self.shelf.keep(blob)
            self.size += blob.size
            if self.loose:
                self._claim(digest)
        elif not self.shelf.holds(kept):
            self.shelf.keep(blob)
        return kept

    def found(self, contents: Iterable[Blob]) -> None:
        """What the shelf has besides what the repositories speak of waits to be collected."""
        for blob in contents:
            if blob.digest not in self._blobs and blob.digest not in self._manifests:
                self.loose[blob.digest] = blob
                self.size += blob.size

    def _claim(self, digest: str) -> None:
        if (blob := self.loose.pop(digest, None)) is not None:
            self.size -= blob.size

    def named(self, text: str) -> Digest:
        """The digest that is written so, checked unless something here has it; or ``Mismatch``."""
        blob = self._blobs.get(text)
        return Digest(text) if blob is None else blob.digest

    def manifest(self, digest: str) -> StoredManifest | None:
        """The manifest of that name, in whichever repository; it need not be parsed again."""
        return self._manifests.get(digest)

    def file(self, manifest: StoredManifest) -> StoredManifest:
        """The one copy of this manifest; what has vanished is kept again."""
        kept = self._manifests.get(manifest.digest)
        if kept is None:
            blob = self.shelf.keep(manifest.blob)
            kept = manifest if blob is manifest.blob else manifest._replace(blob=blob)
            self._manifests[manifest.digest] = kept
            self.size += manifest.blob.size
            self._claim(manifest.digest)
        elif not self.shelf.holds(kept.blob):
            self.shelf.keep(manifest.blob)
        return kept

    def forget(self, digest: str) -> int:
        """Keep this content no longer, and say how many bytes that frees; nobody links to it."""
        kept = [self._blobs.pop(digest, None), self.loose.pop(digest, None)]
        if (manifest := self._manifests.pop(digest, None)) is not None:
            kept.append(manifest.blob)
        freed = [blob for blob in kept if blob is not None]
        if freed:
            self.shelf.drop(freed[0].digest)
        self.size -= (size := sum(blob.size for blob in freed))
        return size

    def stand_on(self, shelf: Shelf) -> None:
        """Tell this shelf of each change from now on; what is here already is on it."""
        self.shelf = shelf
        for repository in self._repositories.values():
            repository._shelf = shelf

    def in_namespace(self, namespace: str) -> Iterable[Repository]:
        """The published repositories of one account, by name."""
        mine = (r for r in self._repositories.values() if r.name.partition("/")[0] == namespace)
        return sorted((r for r in mine if r.published), key=lambda r: r.name)
