"""Local images as JSON rows: ``GET /images/json``, ``/system/df``, ``/images/{name}/history``.

Keys are in the order of their names, as daemon 20.10 writes these.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labsim.docker.commands.history import steps
from labsim.engine.usage import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary
    from labsim.image import Image

__all__ = ["disk_usage", "history_rows", "image_rows"]

_SECOND = 1_000_000


def image_rows(images: Iterable[ImageSummary]) -> list[dict[str, Any]]:
    """A list of images; what nobody counted is -1."""
    return [_row(image, containers=-1, shared=-1) for image in images]


def disk_usage(engine: Engine) -> dict[str, Any]:
    """All that takes room: images, and a layer that several of them have only once."""
    return {
        "LayersSize": engine.size,
        "Images": [_row(row.image, containers=0, shared=row.shared_size) for row in usage(engine)],
        "Containers": [],
        "Volumes": [],
        "BuildCache": None,
        "BuilderSize": 0,
    }


def _row(image: ImageSummary, *, containers: int, shared: int) -> dict[str, Any]:
    tags = [name.familiar for name in image.tags]
    digests = [name.familiar for name in image.digests]
    if not tags and not digests:
        tags, digests = ["<none>:<none>"], ["<none>@<none>"]
    return {
        "Containers": containers,
        "Created": image.created_us // _SECOND,
        "Id": str(image.id),
        "Labels": dict(sorted(image.labels.items())) or None,
        "ParentId": "",
        "RepoDigests": digests or None,
        "RepoTags": tags or None,
        "SharedSize": shared,
        "Size": image.size,
        "VirtualSize": image.size,
    }


def history_rows(engine: Engine, image: Image) -> list[dict[str, Any]]:
    """The steps that made an image, the last one first; it alone has the names."""
    names = [name.familiar for name in engine.names.of(image.id) if name.tag]
    rows = [dict(sorted(step.items())) for step in steps(image)]
    if rows:
        rows[0]["Tags"] = names or None
    return rows
