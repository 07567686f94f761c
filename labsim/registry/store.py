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

The same tree, as files, is what distribution keeps on disk (``registry/storage/paths.go``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from labsim.blob import Blob
from labsim.digest import Digest

__all__ = ["Child", "Repository", "Store", "StoredManifest"]


class Child(NamedTuple):
    """One entry of an index: a manifest, and the platform it is for (``linux/amd64``)."""

    digest: Digest
    platform: str


class StoredManifest(NamedTuple):
    """A manifest or an index: the bytes as they were pushed, and what they say they need."""

    media_type: str
    blob: Blob
    needs: tuple[Digest, ...]
    children: tuple[Child, ...] = ()

    @property
    def digest(self) -> Digest:
        """The name of the bytes."""
        return self.blob.digest

    @property
    def names(self) -> tuple[Digest, ...]:
        """Everything that it refers to."""
        return (*self.needs, *(child.digest for child in self.children))


class Repository:
    """A name, who may see it, and its links; changed only by the registry that it belongs to."""

    __slots__ = ("_blobs", "_manifests", "_tags", "name", "published", "visibility")

    def __init__(self, name: str, visibility: str) -> None:
        """A repository that holds nothing yet; ``published`` once it has had a manifest."""
        self.name = name
        self.visibility = visibility
        self.published = False
        self._blobs: dict[str, Blob] = {}
        self._manifests: dict[str, StoredManifest] = {}
        self._tags: dict[str, Digest] = {}

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
        """The content, if this repository links to it."""
        return self._blobs.get(digest)

    def manifest(self, reference: str) -> StoredManifest | None:
        """The manifest under this tag or digest."""
        return self._manifests.get(self._tags.get(reference, reference))

    def link(self, blob: Blob) -> None:
        """From now on this repository serves that blob."""
        self._blobs[blob.digest] = blob

    def unlink(self, digest: str) -> bool:
        """Serve that blob no longer; False if it was not linked."""
        return self._blobs.pop(digest, None) is not None

    def publish(self, manifest: StoredManifest, tag: str = "") -> None:
        """Serve that manifest, and let the tag point to it; the one it pointed to stays."""
        self.published = True
        self._manifests[manifest.digest] = manifest
        if tag:
            self._tags[tag] = manifest.digest

    def missing(self, manifest: StoredManifest) -> list[Digest]:
        """What the manifest names and this repository cannot serve, in the manifest's order."""
        absent = [digest for digest in manifest.needs if digest not in self._blobs]
        absent += [
            child.digest for child in manifest.children if child.digest not in self._manifests
        ]
        return list(dict.fromkeys(absent))

    def untag(self, tag: str) -> bool:
        """Forget the tag, keep the manifest; False if there was no such tag."""
        return self._tags.pop(tag, None) is not None

    def withdraw(self, digest: str) -> bool:
        """Serve that manifest no longer, and drop each tag that points to it."""
        if self._manifests.pop(digest, None) is None:
            return False
        for tag in [tag for tag, held in self._tags.items() if held == digest]:
            del self._tags[tag]
        return True


class Store:
    """Everything one registry holds."""

    __slots__ = ("_blobs", "_manifests", "_repositories", "size")

    def __init__(self) -> None:
        """An empty store; ``size`` counts the bytes of all blobs and manifests, each once."""
        self._blobs: dict[str, Blob] = {}
        self._manifests: dict[str, StoredManifest] = {}
        self._repositories: dict[str, Repository] = {}
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

    def find(self, name: str) -> Repository | None:
        """The repository of that name."""
        return self._repositories.get(name)

    def opened(self, name: str, visibility: str) -> Repository:
        """The repository of that name, made with this visibility when there is none."""
        repository = self._repositories.get(name)
        if repository is None:
            repository = self._repositories[name] = Repository(name, visibility)
        return repository

    def keep(self, blob: Blob) -> Blob:
        """The one copy of this content: the blob itself, or the equal one that was here before."""
        digest = blob.digest
        kept = self._blobs.get(digest)
        if kept is None:
            kept = self._blobs[digest] = blob
            self.size += blob.size
        return kept

    def manifest(self, digest: str) -> StoredManifest | None:
        """The manifest of that name, in whichever repository; it need not be parsed again."""
        return self._manifests.get(digest)

    def file(self, manifest: StoredManifest) -> StoredManifest:
        """The one copy of this manifest."""
        kept = self._manifests.get(manifest.digest)
        if kept is None:
            kept = self._manifests[manifest.digest] = manifest
            self.size += manifest.blob.size
        return kept

    def in_namespace(self, namespace: str) -> Iterable[Repository]:
        """The published repositories of one account, by name."""
        mine = (r for r in self._repositories.values() if r.name.partition("/")[0] == namespace)
        return sorted((r for r in mine if r.published), key=lambda r: r.name)
