"""Images that were made of one another: the legacy builder leaves one behind for each step.

An engine's ``parents`` say which image a step began with.  A list shows an image without a name
only where nothing was made of it; removing the last one removes those that only led to it.

Source: moby 20.10 ``daemon/images/images.go`` (``Images``), ``image_delete.go``; verified against
daemon 20.10.24.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ImageID
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary

__all__ = ["ancestors", "has_children", "orphaned", "visible"]


def visible(engine: Engine, rows: Sequence[ImageSummary], everything: bool) -> list[ImageSummary]:
    """The images of a list: without those on the way to others, unless all are wanted."""
    if everything or not engine.parents:
        return [*rows]
    on_the_way = set(engine.parents.values())
    return [row for row in rows if row.tags or row.digests or row.id not in on_the_way]


def has_children(engine: Engine, image_id: ImageID) -> bool:
    """Whether another image was made of this one."""
    return image_id in engine.parents.values()


def ancestors(engine: Engine, image_id: ImageID) -> Iterator[ImageID]:
    """The images that led to one, the nearest first, as far as they are here."""
    parent = engine.parents.get(image_id)
    while parent is not None and engine.has_image(parent):
        yield parent
        parent = engine.parents.get(parent)


def orphaned(engine: Engine, parent: ImageID | None) -> ImageID | None:
    """The parent of an image that has just gone, if nothing needs it any more."""
    if parent is None or not engine.has_image(parent) or engine.names.of(parent):
        return None
    return None if has_children(engine, parent) else parent
