"""A store of images as piles of layers, before it is drawn: who shares what, and who pays for it.

Docker's SIZE column counts a shared layer once for every image that has it; the disk holds it once.
:class:`labsim.graph.Sharing` does the counting; here it is put into an order in which images that
share stand next to each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from labsim.digest import ChainID, DiffID
from labsim.errors import LabError
from labsim.figures import bricks, theme
from labsim.figures.bricks import Brick
from labsim.figures.figure import bytes_text, columns
from labsim.graph import Sharing
from labsim.image import Image

__all__ = ["COUNTINGS", "Pile", "Strata", "told"]

#: How a layer's bytes may be counted, and what a sentence calls the sum of what images list.
COUNTINGS = {"files": "the SIZE column adds up to", "packed": "packed, the images add up to"}


class Pile(NamedTuple):
    """One image of the store: its names, its layers from the bottom, and what it weighs.

    ``freed`` is what removing one of its names gives back: nothing while it has another.
    ``running`` is what the store holds of this pile and all before it.
    """

    names: tuple[str, ...]
    image: Image
    bricks: tuple[Brick, ...]
    listed: int
    shared: int
    unique: int
    proportional: int
    freed: int
    running: int


class Strata(NamedTuple):
    """What the picture shows, before it is drawn."""

    piles: tuple[Pile, ...]
    bricks: tuple[Brick, ...]
    counting: str
    listed: int  #: every name counts its whole image
    stored: int  #: each layer once
    place: str  #: where this store is, in words; empty for the only one

    @classmethod
    def of(
        cls,
        images: Mapping[str, Image],
        titles: Mapping[DiffID, str] | None = None,
        *,
        counting: str = "files",
        marks: Mapping[str, theme.Mark] | None = None,
        place: str = "",
    ) -> Strata:
        """The store that holds exactly these, in an order that keeps sharers together."""
        _check(images, counting)
        every = bricks.store(images, titles, marks)
        sharing = Sharing(images, counting=counting)
        piles = tuple(_piles(images, every, sharing))
        return cls(piles, every, counting, sharing.listed, sharing.store, place)

    def size(self, brick: Brick) -> int:
        """The bytes that count of a layer."""
        return brick.packed if self.counting == "packed" else brick.files

    @property
    def summary(self) -> str:
        """One sentence."""
        where = f"{self.place}: " if self.place else ""
        if not self.piles:
            return f"{where}no image is here." if where else "No image is here: the store is empty."
        names = sum(len(pile.names) for pile in self.piles)
        return (
            f"{where}{_count(names, 'name')}, {_count(len(self.piles), 'image')}, "
            f"{_count(len(self.bricks), 'layer')}: {COUNTINGS[self.counting]} "
            f"{bytes_text(self.listed)}, the store holds {bytes_text(self.stored)}."
        )


def _check(images: object, counting: str) -> None:
    if not isinstance(images, Mapping):
        raise LabError(f"strata are drawn of images by name, not of {images!r:.60}")
    if counting not in COUNTINGS:
        raise LabError(f"bytes are counted as {' or '.join(COUNTINGS)}, not as {counting!r}")
    for name, image in images.items():
        if not isinstance(image, Image):
            raise LabError(f"strata are drawn of images by name, and {name!r} is {image!r:.60}")


def _piles(
    images: Mapping[str, Image], every: tuple[Brick, ...], sharing: Sharing
) -> Iterator[Pile]:
    place = {one.chain_id: at for at, one in enumerate(every)}
    shares = {share.name: share for share in sharing.rows}
    names: dict[tuple[str, tuple[ChainID, ...]], list[str]] = {}
    for name, image in images.items():
        names.setdefault((image.id, image.chain_ids), []).append(name)
    stored: dict[str, int] = {}
    for identity in sorted(names, key=lambda one: [place[link] for link in one[1]]):
        mine = names[identity]
        image, share = images[mine[0]], shares[mine[0]]
        pile = tuple(every[place[link]] for link in image.chain_ids)
        stored |= {_kept(one, sharing): _bytes(one, sharing) for one in pile}
        yield Pile(
            tuple(mine),
            image,
            pile,
            share.listed,
            share.shared,
            share.unique,
            sum(shares[name].proportional for name in mine),
            share.freed,
            sum(stored.values()),
        )


def _kept(one: Brick, sharing: Sharing) -> str:
    """By what name a store keeps it: a laptop by what it stands on too, a registry as a blob."""
    return str(one.diff_id if sharing.counting == "packed" else one.chain_id)


def _bytes(one: Brick, sharing: Sharing) -> int:
    return one.packed if sharing.counting == "packed" else one.files


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- words ---------------------------------------------------------------------------------------

_HEADER = ("IMAGE ID", "LISTED", "SHARED", "UNIQUE", "PROPORTIONAL", "FREED", "RUNNING", "NAMES")

_LEGEND = (
    "Removing every name of an image frees its UNIQUE bytes, removing one of several names none;\n"
    "SHARED layers stay.  PROPORTIONAL divides each layer among its names."
)


def told(shown: Strata) -> str:
    """The text twin of one store."""
    if not shown.piles:
        return shown.summary
    total = bytes_text(shown.stored)
    sums = ("total", bytes_text(shown.listed), "", "", total, "", total, "")
    images = [*map(_pile_row, shown.piles), sums]
    layers = [_brick_row(one) for one in shown.bricks]
    return "\n\n".join(
        (
            shown.summary,
            columns([_HEADER, *images]),
            columns([("LAYER", "DIFF ID", "FILES", "PACKED", "MADE BY", "UNDER"), *layers]),
            _LEGEND,
        )
    )


def _pile_row(pile: Pile) -> tuple[str, ...]:
    sizes = map(bytes_text, pile[3:])
    return (pile.image.id.short, *sizes, ", ".join(pile.names))


def _brick_row(one: Brick) -> tuple[str, ...]:
    sizes = map(bytes_text, (one.files, one.packed))
    return (one.mark.letter, one.diff_id.short, *sizes, one.words, ", ".join(one.names))
