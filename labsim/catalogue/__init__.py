"""The images of the simulated Hub: familiar names with believable layers, that cost no memory.

Layers are made up (see :mod:`labsim.archive.madeup`): real tars of exactly the size they claim,
whose digests are shipped as data in :mod:`labsim.catalogue.digests` and recomputed by a slow test.

>>> [len(image(name).layers) for name in ("debian", "golang", "python")]
[1, 2, 5]
>>> image("python").layers[0] == image("debian").layers[0]
True
"""

from __future__ import annotations

from collections.abc import Iterator

from labsim.blob import Blob
from labsim.catalogue.images import IMAGES, image
from labsim.catalogue.layers import LAYERS, layer, recipe
from labsim.image import Manifest

__all__ = ["IMAGES", "LAYERS", "content", "image", "layer", "recipe"]

Shelf = tuple[str, tuple[str, ...], Manifest, tuple[Blob, ...], str]


def content() -> Iterator[Shelf]:
    """What the Hub holds from the start: repository, tags, manifest, blobs, visibility."""
    for name, found in IMAGES.items():
        made = image(name)
        yield f"library/{name}", found.tags, made.manifest("docker"), made.blobs, "public"
