"""The archive that Docker 29 saves: an OCI layout, with a ``manifest.json`` for older Dockers.

``index.json`` has an entry for each name that was saved, with the repositories that are known to
have the image; blobs go in as they lie here.  Of an index goes what is here: a manifest whose blobs
are not all here goes alone.

Sources: moby 29.7 ``daemon/containerd/image_exporter.go``; containerd 2.3
``core/images/archive/exporter.go``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from labsim.archive import Member, Tar, directory, file, tar
from labsim.blob import Blob
from labsim.docker.phrases import daemon_error
from labsim.docker.phrases.containerd import no_platform
from labsim.errors import UnknownImage
from labsim.image import HERE, OCI_INDEX, Descriptor, Index, Manifest, Platform
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import Digest, ImageID
    from labsim.engine.containerd import Containerd

__all__ = ["oci_archive"]

_IMAGE_NAME = "io.containerd.image.name"
_REF_NAME = "org.opencontainers.image.ref.name"
_SOURCE = "containerd.io/distribution.source."
#: No owner, which Go's writer says with a zero; then it writes the numbers of a device too.
_NOBODY = "\0"

_Meant = tuple["ImageID", Reference | None]


def oci_archive(engine: Containerd, names: Sequence[str], platforms: Sequence[Platform]) -> Tar:
    """What these names stand for; ``UnknownImage`` for one that is nothing here."""
    archive = _Archive(engine, platforms)
    for name in names:
        for image_id, reference in _meant(engine, name):
            archive.add(image_id, reference)
    return archive.written()


def _meant(engine: Containerd, name: str) -> Iterator[_Meant]:
    """The images and names to save: of a bare repository all its tags; by id or digest no name."""
    reference = Reference.any(name)
    if isinstance(reference, Reference):
        tags = engine.names.tags(reference.name)
        if not (reference.tag or reference.digest) and tags:
            yield from ((image_id, tag) for tag, image_id in tags)
            return
        found = engine.names.get(reference)
        if found is not None and reference.digest is None:
            yield found, reference
            return
    yield engine.resolve(name), None


class _Archive:
    """An archive that is being made."""

    def __init__(self, engine: Containerd, platforms: Sequence[Platform]) -> None:
        self.engine = engine
        self.platforms = platforms
        self.blobs: dict[Digest, Blob] = {}
        self.entries: list[dict[str, Any]] = []
        #: By the manifest that ``manifest.json`` lists: its names.
        self.listed: dict[Digest, list[str]] = {}

    def add(self, image_id: ImageID, reference: Reference | None) -> None:
        """One image under one name, or without one."""
        target = self.engine.target(image_id)
        if len(self.platforms) == 1:
            target = self._only(image_id, reference, self.platforms[0])
        manifest = self._manifest(target)
        listed = self.listed.setdefault(manifest.digest, [])
        listed += [reference.familiar] if reference is not None else []
        self.entries.append(self._entry(target, reference))

    def _only(
        self, image_id: ImageID, reference: Reference | None, platform: Platform
    ) -> Descriptor:
        try:
            return self.engine.best(image_id, platform)
        except UnknownImage:
            names = self.engine.names.of(image_id)
            called = reference or (names[0] if names else None)
            familiar = called.familiar if called is not None else str(image_id)
            words = no_platform(familiar, str(platform))
            raise daemon_error(f"no suitable export target found: {words}") from None

    def _manifest(self, target: Descriptor) -> Descriptor:
        """Take in what is here of a target; the manifest that older Dockers will see."""
        content = self.engine.content
        document = content.document(target)
        if not isinstance(document, Index):
            self._take(target)
            return target
        self.blobs[target.digest] = document
        wanted = [one for one in document.manifests if self._is_wanted(one)]
        for one in wanted:
            self._take(one)
        present = [one for one in wanted if content.complete(one)]
        if not present:
            raise daemon_error("no manifest found for platform: not found")
        return min(present, key=lambda one: not (one.platform and HERE.runs(one.platform)))

    def _is_wanted(self, child: Descriptor) -> bool:
        if not self.platforms or child.platform is None:
            return True
        return any(one.runs(child.platform) for one in self.platforms)

    def _take(self, manifest: Descriptor) -> None:
        content = self.engine.content
        here = content.walk(manifest) if content.complete(manifest) else (manifest,)
        for one in here:
            blob = content.get(one.digest)
            if blob is not None:
                self.blobs[one.digest] = blob

    def _entry(self, target: Descriptor, reference: Reference | None) -> dict[str, Any]:
        notes = dict(target.annotations)
        for host, repositories in self.engine.content.labels.of(str(target.digest)):
            notes[f"{_SOURCE}{host}"] = ",".join(repositories)
        if reference is not None:
            notes |= {_IMAGE_NAME: str(reference), _REF_NAME: reference.tag or ""}
        return target._replace(annotations=tuple(sorted(notes.items()))).document()

    def written(self) -> Tar:
        """All of it, in the order of the files' names."""
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": self.entries}
        members = [
            _file("oci-layout", b'{"imageLayoutVersion":"1.0.0"}', mode=0o444),
            _file("index.json", _json(index)),
            _file("manifest.json", _json([self._row(one) for one in self.listed])),
            *(_file(_place(one), blob, mode=0o444) for one, blob in self.blobs.items()),
        ]
        folders = [directory("blobs"), directory("blobs/sha256")] if self.blobs else []
        members += [one._replace(owner_name=_NOBODY) for one in folders]
        return tar(sorted(members, key=lambda member: member.name))

    def _row(self, digest: Digest) -> dict[str, Any]:
        manifest = self.blobs[digest]
        assert isinstance(manifest, Blob)
        read = Manifest.read("", manifest)
        return {
            "Config": _place(read.config.digest),
            "RepoTags": self.listed[digest] or None,
            "Layers": [_place(one.digest) for one in read.layers] or None,
        }


def _place(digest: Digest) -> str:
    return f"blobs/{digest.algorithm}/{digest.hex}"


def _file(name: str, content: bytes | Blob, *, mode: int = 0o644) -> Member:
    return file(name, content, mode=mode)._replace(owner_name=_NOBODY)


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
