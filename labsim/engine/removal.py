"""What ``docker rmi`` takes away, and when it refuses.

A name is removed alone while others are left.  With the last one go the image and every layer that
no other image stands on, top first, each named by its ChainID (an engine that keeps packed bytes
says nothing of layers), and then the images that only led to it, where the legacy builder made it.
By id, an image goes only if all its names are in one repository, at most one of them is a tag, and
nothing was made of it.

Source: moby ``daemon/images/image_delete.go``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from labsim.client.containerd.content import is_document
from labsim.engine.dialect import CLASSIC
from labsim.engine.lineage import has_children, orphaned
from labsim.errors import LabError
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import Digest, ImageID
    from labsim.engine.containerd import Containerd
    from labsim.engine.engine import Engine
    from labsim.image import Descriptor, Platform

__all__ = [
    "Conflict",
    "Deleted",
    "Record",
    "Untagged",
    "prune_documents",
    "remove",
    "remove_platform",
    "remove_repository",
]


class Untagged(NamedTuple):
    """A name that is gone, in familiar form."""

    text: str


class Deleted(NamedTuple):
    """Content that is gone: an ImageID, or the ChainID of a layer."""

    text: str


Record = Untagged | Deleted


class Conflict(LabError):
    """An image that is not removed: names in several places stand for it, or it has children."""

    def __init__(self, image_id: ImageID, *, children: bool = False) -> None:
        why = "others were made of it" if children else "it has several names: remove them, or -f"
        super().__init__(f"image {image_id.short} is not removed: {why}")
        self.image_id, self.children = image_id, children


def remove(engine: Engine, text: str, *, force: bool, prune: bool = True) -> list[Record]:
    """Remove a name or an image; :class:`Conflict` and ``UnknownImage`` change nothing.

    Without ``prune`` the images that only led to it stay.
    """
    image_id = engine.resolve(text)
    if not _is_id(text, image_id):
        records = _untag(engine, Reference(text).with_default_tag(), image_id)
        needed = engine.names.of(image_id) or has_children(engine, image_id)
        return records if needed else records + _delete(engine, image_id, prune=prune)
    names = engine.names.of(image_id)
    if has_children(engine, image_id):
        if engine.dialect == CLASSIC:
            raise Conflict(image_id, children=True)
        return _drop(engine, names)
    if names and not force and not _one_place(names):
        raise Conflict(image_id)
    return [*_drop(engine, names), *_delete(engine, image_id, prune=prune)]


def remove_repository(engine: Engine, image_id: ImageID, repository: str) -> list[Record]:
    """Remove every name that an image has in a repository; with its last name the image."""
    records = _drop(engine, [one for one in engine.names.of(image_id) if one.name == repository])
    return records if engine.names.of(image_id) else records + _delete(engine, image_id)


def remove_platform(engine: Containerd, image_id: ImageID, platform: Platform) -> list[Record]:
    """Remove what an image has here for a platform; its names, and its index, stay.

    The daemon also drops what other images share with it; here that stays.
    Source: moby 29.7 ``daemon/containerd/image_delete.go`` (``deleteImagePlatforms``).
    """
    content = engine.content
    rows = list(engine.manifests(image_id))
    going = [row for row, its in rows if its == platform and content.complete(row)]
    if not going:
        raise engine.lacks(None)
    gone = {one.digest: one for one in content.walk(going[0])}
    for row in (row for row, _ in rows if row != going[0]):
        _spare(gone, content.walk(row))
    for other in engine.images():
        if other.id != image_id:
            _spare(gone, content.walk(engine.target(other.id)))
    engine.drop(image_id, gone)
    return [Deleted(str(digest)) for digest, one in gone.items() if is_document(one)]


def _spare(gone: dict[Digest, Descriptor], needed: Iterable[Descriptor]) -> None:
    for one in needed:
        gone.pop(one.digest, None)


def prune_documents(engine: Containerd, image_id: ImageID) -> list[Record]:
    """Remove an image with all its names, and tell which manifests and indexes went with it.

    Source: moby 29.7 ``daemon/containerd/image_prune.go`` (``pruneAll``).
    """
    content = engine.content
    walked = {one.digest: one for one in content.walk(engine.target(image_id))}
    documents = [one for one in walked if is_document(walked[one]) and one in content]
    records = _drop(engine, engine.names.of(image_id)) or [Untagged(str(image_id))]
    engine.discard(image_id)
    return [*records, *(Deleted(str(one)) for one in documents if one not in content)]


def _is_id(text: str, image_id: ImageID) -> bool:
    return image_id.startswith(text) or image_id.hex.startswith(text)


def _untag(engine: Engine, name: Reference, image_id: ImageID) -> list[Record]:
    """Drop a name, and with a repository's last tag also its digest references."""
    gone = [name]
    engine.names.drop(name)
    left = [other for other in engine.names.of(image_id) if other.name == name.name]
    if name.digest is None and all(other.digest is not None for other in left):
        gone += left
    return _drop(engine, gone)


def _drop(engine: Engine, names: list[Reference]) -> list[Record]:
    for name in names:
        engine.names.drop(name)
    return [Untagged(name.familiar) for name in names]


def _delete(engine: Engine, image_id: ImageID, *, prune: bool = True) -> list[Record]:
    """Delete an image, then the images that only led to it."""
    records: list[Record] = []
    going: ImageID | None = image_id
    while going is not None:
        parent = engine.parents.get(going)
        layers = engine.discard(going)
        records += [Deleted(going), *map(Deleted, layers)]
        going = orphaned(engine, parent) if prune else None
    return records


def _one_place(names: list[Reference]) -> bool:
    """Whether all names are in one repository, at most one of them a tag."""
    tags = [name for name in names if name.digest is None]
    return len(tags) <= 1 and len({name.name for name in names}) == 1
