"""The images that real clients push: made by labsim, so that every digest is known beforehand."""

from __future__ import annotations

from pathlib import Path

from benchmarks.scenes import MADE, _layer, image_with
from labsim import Lab, save
from labsim.image import Config, Image, Platform

__all__ = ["BASE", "FIRST", "SECOND", "layout"]

BASE = [_layer("base/0", 60_000), _layer("base/1", 40_000)]
#: Four layers; the second image has two of them, and two of its own.
FIRST = image_with([*BASE, _layer("first/0", 30_000), _layer("first/1", 20_000)])
SECOND = image_with([*BASE, _layer("second/0", 25_000), _layer("second/1", 15_000)])
#: The same layers for another machine, so that there is something to list in an index.
OTHER = Image(
    Config.make([x.diff_id for x in BASE], created=MADE, platform=Platform("linux", "arm64")), BASE
)


def layout(image: Image, folder: Path) -> Path:
    """The image as an OCI layout in this folder, under the name ``1``."""
    lab = Lab()
    name = "localhost:5000/made/image:1"
    lab.load([name], image.config, [layer.packed for layer in image.layers])
    save(lab, name, str(folder))
    return folder
