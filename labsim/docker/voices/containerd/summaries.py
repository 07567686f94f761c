"""The manifests of an image as daemon 29.7 lists them: one for each platform, here or not.

Sources: moby 29.7 ``daemon/containerd/image_list.go`` (``multiPlatformSummary``),
``api/types/image/manifest.go``.
"""

from __future__ import annotations

from typing import Any

from labsim.docker.voices.containerd.documents import identity_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.containerd import Containerd
    from labsim.engine.summary import ImageSummary, PlatformSummary
    from labsim.image import Descriptor

__all__ = ["manifest_rows"]


def manifest_rows(
    engine: Containerd, image: ImageSummary, *, identity: bool
) -> list[dict[str, Any]]:
    """A row for each manifest, in the order of the index; ``identity``: who is known to have it."""
    rows = {one.digest: one for one in image.platforms}
    said = identity_of(engine, engine.target(image.id).digest) if identity else {}
    return [
        _row(engine, descriptor, rows[descriptor.digest], said)
        for descriptor, _ in engine.manifests(image.id)
    ]


def _row(
    engine: Containerd, descriptor: Descriptor, row: PlatformSummary, identity: dict[str, object]
) -> dict[str, Any]:
    whole = engine.content.complete(descriptor)
    platform = row.platform
    named = {"architecture": platform.architecture, "os": platform.os}
    return {
        "ID": str(descriptor.digest),
        "Descriptor": descriptor.document(),
        "Available": whole,
        "Size": {"Content": row.content_size, "Total": row.size},
        "Kind": "image",
        "ImageData": {
            "Platform": named | ({"variant": platform.variant} if platform.variant else {}),
            **(identity if whole else {}),
            "Size": {"Unpacked": row.size - row.content_size},
            "Containers": None,
        },
    }
