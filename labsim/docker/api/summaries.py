"""Local images as JSON rows: ``GET /images/json``, ``/system/df``, ``/images/{name}/history``.

A daemon answers as the version of the API had it that the client means; keys are in the order of
their names where it mends an answer for an old client, and else in the order of Go's structs.

Source: moby 29.7 ``daemon/server/router/image/image_routes.go``,
``daemon/server/router/system/system_routes.go``; recorded from daemon 20.10.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labsim.docker.api.manners import manners_of
from labsim.docker.commands.history import steps
from labsim.docker.voices import voice_of
from labsim.engine.usage import Usage, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ImageID
    from labsim.docker.api.call import Call
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary
    from labsim.image import Platform

__all__ = ["disk_usage", "history_rows", "image_rows"]

_SECOND = 1_000_000
#: ``image.Summary`` of API 1.44 and later.
_ORDER = (
    "Containers", "Created", "Id", "Labels", "ParentId", "Descriptor", "Manifests", "RepoDigests",
    "RepoTags", "SharedSize", "Size",
)  # fmt: skip


def image_rows(call: Call, images: Iterable[ImageSummary]) -> list[dict[str, Any]]:
    """A list of images; what nobody counted is -1."""
    shares: dict[ImageID, int] = {}
    if call.speaks("1.42") and call.flag("shared-size"):
        shares = {row.image.id: row.shared_size for row in usage(call.machine.engine)}
    return [_row(call, image, shared=shares.get(image.id, -1)) for image in images]


def _row(call: Call, image: ImageSummary, *, shared: int, counted: bool = False) -> dict[str, Any]:
    """One image as the client's version of the API has it; ``counted``: its containers too."""
    engine = call.machine.engine
    identity = call.speaks("1.54") and call.flag("identity")
    row: dict[str, Any] = {
        "Containers": 0 if counted else -1,
        "Created": image.created_us // _SECOND,
        "Id": str(image.id),
        "Labels": image.labels or None,
        "ParentId": str(engine.parents.get(image.id, "")),
        "RepoDigests": [name.familiar for name in image.digests],
        "RepoTags": [name.familiar for name in image.tags],
        "SharedSize": shared,
        "Size": image.size,
        **voice_of(engine).row(engine, image, identity=identity),
    }
    if row["Labels"]:
        row["Labels"] = dict(sorted(row["Labels"].items()))
    if not (call.speaks("1.47") and call.flag("manifests")):
        row.pop("Manifests", None)
    return _as_of(call, row, counted=counted)


def _as_of(call: Call, row: dict[str, Any], *, counted: bool) -> dict[str, Any]:
    """The same as older versions of the API had it."""
    if not call.speaks("1.51") and not counted:
        row["Containers"] = -1
    if not call.speaks("1.48"):
        row.pop("Descriptor", None)
    if not call.speaks("1.43"):
        if not row["RepoTags"] and not row["RepoDigests"]:
            row |= {"RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]}
        row |= {key: row[key] or None for key in ("RepoTags", "RepoDigests")}
    if not call.speaks("1.44"):
        return dict(sorted({**row, "VirtualSize": row["Size"]}.items()))
    return {key: row[key] for key in _ORDER if key in row}


def disk_usage(call: Call) -> dict[str, Any]:
    """All that takes room: images, and a layer that several of them have only once."""
    engine, rows = call.machine.engine, usage(call.machine.engine)
    images = [_row(call, row.image, shared=row.shared_size, counted=True) for row in rows]
    told = {"LayersSize": engine.size, "Images": images, "Containers": [], "Volumes": []}
    if not manners_of(engine).sums_usage:
        return {**told, "BuildCache": None, "BuilderSize": 0}
    if not engine.size:
        del told["LayersSize"]
    told = _asked_for({**told, "BuildCache": []}, call)
    if not call.speaks("1.52"):
        return told if call.speaks("1.44") or not images else dict(sorted(told.items()))
    sums = _asked_for(_sums(engine, rows, images), call)
    return sums if call.flag("verbose") else {**told, **sums}


def _sums(
    engine: Engine, rows: list[Usage], images: list[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What API 1.52 calls it."""
    size = engine.size
    found = {
        "Items": images,
        "Reclaimable": voice_of(engine).reclaimable(rows, size),
        "TotalCount": len(rows),
        "TotalSize": size,
    }
    used = {key: value for key, value in found.items() if value}
    return {"ImageUsage": used, "ContainerUsage": {}, "VolumeUsage": {}, "BuildCacheUsage": {}}


#: What a client may ask for alone, from API 1.42 on.
_TYPES = {
    "container": ("Containers", "ContainerUsage"),
    "image": ("LayersSize", "Images", "ImageUsage"),
    "volume": ("Volumes", "VolumeUsage"),
    "build-cache": ("BuildCache", "BuildCacheUsage"),
}


def _asked_for(told: dict[str, Any], call: Call) -> dict[str, Any]:
    kinds = call.every("type") if call.speaks("1.42") else []
    for kind in kinds:
        if kind not in _TYPES:
            from labsim.docker.api.answers import Fault

            raise Fault(400, f"unknown object type: {kind}")
    wanted = {key for kind in kinds or _TYPES for key in _TYPES[kind]}
    return {key: value for key, value in told.items() if key in wanted}


def history_rows(
    engine: Engine, image_id: ImageID, platform: Platform | None
) -> list[dict[str, Any]]:
    """The steps that made an image, the last one first; it alone has the names."""
    names = [name.familiar for name in engine.names.of(image_id) if name.tag]
    image = engine.image(image_id, platform)
    rows = [dict(sorted(step.items())) for step in steps(engine, image_id, image)]
    if rows:
        rows[0]["Tags"] = names or None
    return rows
