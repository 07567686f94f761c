"""What ``docker rmi`` takes away, and when it refuses.

A name is removed alone while others are left.  With the last one go the image and every layer that
no other image stands on, top first, each named by its ChainID (an engine that keeps packed bytes
says nothing of layers).  By id, an image goes only if all
its names are in one repository and at most one of them is a tag.

Source: moby ``daemon/images/image_delete.go``.
"""

from __future__ import annotations

from typing import NamedTuple

from labsim.errors import LabError
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ImageID
    from labsim.engine.engine import Engine

__all__ = ["Conflict", "Deleted", "Record", "Untagged", "remove"]


class Untagged(NamedTuple):
    """A name that is gone, in familiar form."""

    text: str


class Deleted(NamedTuple):
    """Content that is gone: an ImageID, or the ChainID of a layer."""

    text: str


Record = Untagged | Deleted


class Conflict(LabError):
    """An image that is not removed, because names in several places still stand for it."""

    def __init__(self, image_id: ImageID) -> None:
        super().__init__(f"image {image_id.short} has several names: remove them, or force it")
        self.image_id = image_id


def remove(engine: Engine, text: str, *, force: bool) -> list[Record]:
    """Remove a name or an image; :class:`Conflict` and ``UnknownImage`` change nothing."""
    image_id = engine.resolve(text)
    if not _is_id(text, image_id):
        records = _untag(engine, Reference(text).with_default_tag(), image_id)
        return records if engine.names.of(image_id) else records + _delete(engine, image_id)
    names = engine.names.of(image_id)
    if names and not force and not _one_place(names):
        raise Conflict(image_id)
    return [*_drop(engine, names), *_delete(engine, image_id)]


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


def _delete(engine: Engine, image_id: ImageID) -> list[Record]:
    chain_ids = engine.discard(image_id)
    return [Deleted(image_id), *(Deleted(chain_id) for chain_id in chain_ids)]


def _one_place(names: list[Reference]) -> bool:
    """Whether all names are in one repository, at most one of them a tag."""
    tags = [name for name in names if name.digest is None]
    return len(tags) <= 1 and len({name.name for name in names}) == 1
