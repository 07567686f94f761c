"""The content store: blobs by digest, each with the repositories that are known to have it.

Manifests, indexes, configs and packed layers lie side by side, as the bytes that they came as.  A
label says where a blob has been: per host *name* (a port does not count), the repositories in
order.  A push finds there what it may offer for mounting.

>>> labels = Labels()
>>> for path in ("team/web", "team/api", "team/web"):
...     labels.add("sha256:0", "localhost:5000", path)
>>> labels.repositories("sha256:0", "localhost:6000")
('team/api', 'team/web')
>>> labels.candidate("sha256:0", "localhost:6000", "team/third")
'team/web'

Source: containerd 2.3 ``core/remotes/docker/handler.go`` (labels
``containerd.io/distribution.source.<host>``, ``selectRepositoryMountCandidate``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.errors import UnknownImage
from labsim.image import (
    INDEX_TYPES,
    MANIFEST_TYPES,
    Descriptor,
    Index,
    Layer,
    Manifest,
    read_manifest,
)

__all__ = ["Content", "Labels", "is_document"]

_DOCUMENTS = frozenset((*MANIFEST_TYPES, *INDEX_TYPES))


class Labels:
    """Which repositories of which host are known to have a blob."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def add(self, digest: str, host: str, repository: str) -> None:
        """Note that this repository has it."""
        key = (digest, _name(host))
        self._known[key] = tuple(sorted({*self._known.get(key, ()), repository}))

    def repositories(self, digest: str, host: str) -> tuple[str, ...]:
        """The repositories of that host, in order."""
        return self._known.get((digest, _name(host)), ())

    def of(self, digest: str) -> list[tuple[str, tuple[str, ...]]]:
        """Every host by its name, with the repositories there, in order."""
        found = ((host, known) for (one, host), known in self._known.items() if one == digest)
        return sorted(found)

    def candidate(self, digest: str, host: str, repository: str) -> str:
        """The one to offer for mounting: the most leading components in common, the last of those.

        Empty where only the repository itself, or none, is known.
        """
        target = repository.split("/")
        others = [known for known in self.repositories(digest, host) if known != repository]
        return max(reversed(others), key=lambda known: _common(target, known), default="")

    def forget(self, digest: str) -> None:
        """Its blob is gone, and its label with it."""
        for key in [key for key in self._known if key[0] == digest]:
            del self._known[key]


def _name(host: str) -> str:
    """The host without its port."""
    return host.rpartition(":")[0] or host


def _common(target: list[str], repository: str) -> int:
    equal = 0
    for ours, theirs in zip(target, repository.split("/"), strict=False):
        if ours != theirs:
            break
        equal += 1
    return equal


class Content:
    """Blobs by digest, with their labels."""

    __slots__ = ("_arrived", "_blobs", "_layers", "labels")

    def __init__(self, arrived: Callable[[Digest], object] | None = None) -> None:
        """Nothing; ``arrived`` is called with the digest of each blob that is new here."""
        self._arrived = arrived
        self._blobs: dict[Digest, Blob] = {}
        self._layers: dict[Digest, Layer] = {}
        self.labels = Labels()

    def __contains__(self, digest: object) -> bool:
        return digest in self._blobs

    def __len__(self) -> int:
        return len(self._blobs)

    def __iter__(self) -> Iterator[Digest]:
        return iter(self._blobs)

    def __getitem__(self, digest: Digest) -> Blob:
        return self._blobs[digest]

    def __repr__(self) -> str:
        return f"<Content of {len(self)} blobs>"

    @property
    def size(self) -> int:
        """Bytes of all blobs, as they came."""
        return sum(blob.size for blob in self._blobs.values())

    def get(self, digest: Digest) -> Blob | None:
        """The blob of that name, if it is here."""
        return self._blobs.get(digest)

    def put(self, blob: Blob) -> None:
        """Keep a blob as it is."""
        if blob.digest not in self._blobs:
            self._blobs[blob.digest] = blob
            if self._arrived is not None:
                self._arrived(blob.digest)

    def drop(self, digest: Digest) -> None:
        """Forget a blob."""
        self._blobs.pop(digest, None)
        self._layers.pop(digest, None)
        self.labels.forget(digest)

    # -- what documents lead to --------------------------------------------------------------------

    def document(self, descriptor: Descriptor) -> Manifest | Index | None:
        """The manifest or index that is pointed at, if it is here."""
        blob = self._blobs.get(descriptor.digest)
        return None if blob is None else read_manifest(descriptor.media_type, blob)

    def children(self, descriptor: Descriptor) -> tuple[Descriptor, ...]:
        """What it needs, in order; nothing for a blob, and for a document that is not here."""
        found = self.document(descriptor) if is_document(descriptor) else None
        if found is None:
            return ()
        return found.manifests if isinstance(found, Index) else found.blobs

    def walk(self, descriptor: Descriptor) -> Iterator[Descriptor]:
        """It and all it leads to, parents first; what is not here is named too."""
        yield descriptor
        for child in self.children(descriptor):
            if is_document(child):
                yield from self.walk(child)
            else:
                yield child

    def complete(self, descriptor: Descriptor) -> bool:
        """Whether nothing is missing of all that it leads to."""
        return all(one.digest in self._blobs for one in self.walk(descriptor))

    def layer(self, descriptor: Descriptor) -> Layer:
        """The layer in a blob that is here, unpacked once."""
        found = self._layers.get(descriptor.digest)
        if found is None:
            found = Layer.from_packed(self._blobs[descriptor.digest], descriptor.media_type)
            self._layers[descriptor.digest] = found
        return found

    def require(self, descriptor: Descriptor) -> Blob:
        """The blob, or :class:`~labsim.errors.UnknownImage` with its digest."""
        blob = self._blobs.get(descriptor.digest)
        if blob is None:
            digest = str(descriptor.digest)
            raise UnknownImage(f"the content {digest} is not here", digest)
        return blob


def is_document(descriptor: Descriptor) -> bool:
    """Whether it points at a manifest or an index."""
    return descriptor.media_type in _DOCUMENTS
