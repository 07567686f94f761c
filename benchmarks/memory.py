"""Run as a program: a 300 MB image is pulled, tagged, pushed and written out; says what it took.

Prints the extra memory in bytes, above what Python and labsim held before the image was there.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

from labsim import Lab, save
from labsim.archive.madeup import MadeUp
from labsim.image import Config, Image, Layer

__all__ = ["big_image", "walk"]

MB = 1_000_000
FILES = (("opt/data.bin", 3), ("opt/more.bin", 1))
NAME = "localhost:5000/team/big"


def big_image(packed_mb: int) -> Image:
    """An image of three generated layers, together so many MB packed."""
    part = packed_mb * MB // 3
    made = [MadeUp(f"big/{at}", part, part * 2, FILES).packed() for at in range(3)]
    layers = [Layer.from_packed(one) for one in made]
    config = Config.make([layer.diff_id for layer in layers], created="2025-03-01T09:00:00Z")
    return Image(config, layers)


def walk(lab: Lab, image: Image, into: Path) -> None:
    """Push it, forget it, pull it, tag it, push it again, write it out."""
    lab.load([NAME], image.config, [layer.packed for layer in image.layers])
    lab.push(NAME)
    lab.rmi(NAME)
    lab.pull(NAME)
    lab.tag(NAME, f"{NAME}:again")
    lab.push(f"{NAME}:again")
    save(lab, NAME, str(into))


def held_bytes() -> int:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(packed_mb: int) -> int:
    """The walk, once with a small image for what code and world need, then with the big one."""
    with tempfile.TemporaryDirectory() as folder:
        walk(Lab(), big_image(3), Path(folder) / "small")
        before = held_bytes()
        walk(Lab(), big_image(packed_mb), Path(folder) / "big")
        return held_bytes() - before


if __name__ == "__main__":
    print(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
