"""Stores of any size to draw, the same ones each time: images that branch off from each other."""

from __future__ import annotations

from labsim.archive import file, tar
from labsim.image import Config, Image, Layer

__all__ = ["forest"]

MADE = "2025-03-01T09:00:00Z"
#: Bytes of a layer's file, in turn.
SIZES = (90_000, 4_000, 300, 40_000)
BASES = 4


def forest(layers: int, names: int) -> dict[str, Image]:
    """So many layers in a few trees, and so many names on the images at their tops.

    Every new image stands on a part of an older one, as deep as eight layers; a few images have
    two names.
    """
    stacks: list[list[Layer]] = []
    made = 0
    while made < layers:
        number = len(stacks)
        count = min(1 + number % 3, layers - made)
        base = stacks[number * 7 % number][: 1 + number % 7] if number >= BASES else []
        stacks.append([*base, *(_layer(made + at) for at in range(count))])
        made += count
    images = [_image(stack) for stack in stacks]
    return {
        f"registry.example.com:5000/team{at % 5}/app-{at}:v1.{at}": images[at % len(images)]
        for at in range(max(names, len(images)))
    }


def _layer(number: int) -> Layer:
    content = f"{number} ".encode() * SIZES[number % len(SIZES)]
    return Layer.of(tar([file("data.txt", content[: SIZES[number % len(SIZES)]])]))


def _image(layers: list[Layer]) -> Image:
    return Image(Config.make([layer.diff_id for layer in layers], created=MADE), layers)
