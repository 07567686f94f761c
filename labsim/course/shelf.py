"""The images that somebody has picked out of a store: what they list, share, need and would free.

The totals are of the picked images alone, but what removing them frees depends on those that stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from labsim.course import views
from labsim.errors import UnknownImage
from labsim.figures import bricks
from labsim.figures.figure import Figure, Table, bytes_text
from labsim.figures.strata import strata
from labsim.graph import Sharing
from labsim.image import Image
from labsim.lab import Lab

__all__ = ["Totals", "shelf", "totals"]

HEADER = ("counted", "picked", "all", "what it means")
MEANINGS = {
    "listed": "the SIZE column, added up",
    "kept": "each layer once",
    "shared": "in layers that two or more of them have",
    "unique": "in layers that only one of them has",
    "freed": "what removing them gives back",
}


class Totals(NamedTuple):
    """Bytes of files of some images, counted every way that matters."""

    listed: int
    kept: int
    shared: int
    unique: int
    freed: int


def totals(images: Mapping[str, Image], picked: Collection[str]) -> Totals:
    """The totals of the images with these names, in a store that holds ``images``."""
    for name in picked:
        if name not in images:
            raise UnknownImage(f"no image of that name is here: {name}", name)
    some = Sharing({name: image for name, image in images.items() if name in picked})
    ids = {images[name].id for name in picked}
    alone = {row.name: row.unique for row in some.rows}
    unique = sum(alone[_first(images, picked, one)] for one in ids)
    freed = Sharing(images).freed(*picked)
    return Totals(some.listed, some.store, some.store - unique, unique, freed)


def _first(images: Mapping[str, Image], picked: Collection[str], identity: str) -> str:
    """One of the picked names of an image; each of them says the same of it."""
    return next(name for name in picked if images[name].id == identity)


def shelf(lab: Lab, picked: Collection[str]) -> Figure:
    """The picked images as strata, each layer with the mark that it has among all of them."""
    images = views.images(lab)
    some, every = totals(images, picked), totals(images, images)
    sentence = _sentence(some, len(picked), len(images))
    table = Table("Bytes of files", HEADER, _rows(some, every))
    if not picked:
        return Figure(table.html, f"{sentence}\n\n{table.text}")
    looks = {str(one.diff_id): one.mark for one in bricks.store(images)}
    wanted = {name: image for name, image in images.items() if name in picked}
    drawn = strata(wanted, views.titles(), marks=looks)
    text = f"{sentence}\n\n{table.text}\n\n{drawn.text}"
    return Figure(table.html + drawn.html, text, drawn.data)


def _rows(some: Totals, every: Totals) -> list[tuple[str, ...]]:
    return [
        (name, bytes_text(one), bytes_text(other), MEANINGS[name])
        for name, one, other in zip(Totals._fields, some, every, strict=True)
    ]


def _sentence(some: Totals, picked: int, count: int) -> str:
    if not count:
        return "No image is here."
    names = "1 name" if count == 1 else f"{count} names"
    if not picked:
        return f"None of {names} is picked."
    return (
        f"{picked} of {names}: SIZE adds up to {bytes_text(some.listed)},"
        f" {bytes_text(some.kept)} are kept, removing them frees {bytes_text(some.freed)}."
    )
