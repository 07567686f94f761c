"""Which layers several images have in common, in the two ways in which they are kept.

A laptop keeps the files of a layer once for each ChainID; a registry keeps each packed blob once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from labsim.doors.layouts import Inspected, InspectedImage, InspectedLayer
from labsim.graph import Shares

__all__ = ["Row", "Shared", "sharing"]


class Row(NamedTuple):
    """One image's bytes: all, those that others have too, its own, and its part of the store."""

    archive: str
    image: InspectedImage
    listed: int
    shared: int
    unique: int
    proportional: int


class Shared(NamedTuple):
    """The images as rows, and what is kept when each layer is kept once."""

    rows: tuple[Row, ...]
    store: int

    @property
    def listed(self) -> int:
        """What the images come to, one by one."""
        return sum(row.listed for row in self.rows)


def sharing(archives: Sequence[Inspected]) -> dict[str, Shared]:
    """``files``, as laptops keep images, and ``packed``, as registries do."""
    held = [(archive.path, image) for archive in archives for image in archive.images]
    return {"files": _counted(held, _on_a_laptop), "packed": _counted(held, _in_a_registry)}


def _on_a_laptop(layer: InspectedLayer) -> tuple[str, int]:
    return layer.chain_id, layer.measured.files_size


def _in_a_registry(layer: InspectedLayer) -> tuple[str, int]:
    return layer.measured.digest, layer.measured.size


def _counted(
    held: Sequence[tuple[str, InspectedImage]], piece: Callable[[InspectedLayer], tuple[str, int]]
) -> Shared:
    shares = Shares.named(map(piece, image.layers) for _, image in held)
    counts = zip(held, shares.listed, shares.unique, shares.proportional, strict=True)
    rows = [
        Row(path, image, listed, listed - unique, unique, part)
        for (path, image), listed, unique, part in counts
    ]
    return Shared(tuple(rows), shares.store)
