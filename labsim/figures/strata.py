"""The layers of a store, drawn as strata: images stand side by side on the layers they share.

Docker's SIZE column counts a shared layer once for every image that has it; the disk holds it once.
So each layer is drawn once, as wide as the images that stand on it, and its height is its bytes.
ChainIDs make this possible: the layers of a store form a tree, and walking the tree puts the images
that share a layer next to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from labsim.digest import ChainID, DiffID
from labsim.figures import bricks, svg, theme
from labsim.figures.bricks import Brick
from labsim.figures.figure import Figure, bytes_text, columns
from labsim.figures.svg import Markup
from labsim.figures.swatch import patterns, swatch
from labsim.image import Image

__all__ = ["Pile", "Strata", "strata"]

COLUMN = 208
GAP = 12
MARGIN = 24
TALLEST = 300
#: A layer that would be thinner than its own words is drawn this tall, and the picture says so.
THINNEST = 24
LINE = 18
BAR = 24


class Pile(NamedTuple):
    """One image of the store: its names, and what it weighs among the others."""

    names: tuple[str, ...]
    image: Image
    bricks: tuple[Brick, ...]

    @property
    def unique(self) -> int:
        """Bytes of the layers no other image has: what removing every name of it frees."""
        return sum(one.files for one in self.bricks if set(one.names) <= set(self.names))

    @property
    def shared(self) -> int:
        """Bytes of the layers that another image has too."""
        return self.image.size - self.unique


class Strata(NamedTuple):
    """What the picture shows, before it is drawn."""

    piles: tuple[Pile, ...]
    bricks: tuple[Brick, ...]

    @classmethod
    def of(cls, images: Mapping[str, Image], titles: Mapping[DiffID, str] | None = None) -> Strata:
        """The store that holds exactly these, in an order that keeps sharers together."""
        every = bricks.store(images, titles)
        place = {one.chain_id: at for at, one in enumerate(every)}
        names: dict[tuple[ChainID, ...], list[str]] = {}
        for name, image in images.items():
            names.setdefault(image.chain_ids, []).append(name)
        chains = sorted(names, key=lambda chain: [place[link] for link in chain])
        return cls(
            tuple(
                Pile(tuple(names[c]), images[names[c][0]], tuple(every[place[link]] for link in c))
                for c in chains
            ),
            every,
        )

    @property
    def listed(self) -> int:
        """What the SIZE column adds up to: every name counts its whole image."""
        return sum(pile.image.size * len(pile.names) for pile in self.piles)

    @property
    def stored(self) -> int:
        """What the layers take: each once."""
        return sum(one.files for one in self.bricks)


def strata(images: Mapping[str, Image], titles: Mapping[DiffID, str] | None = None) -> Figure:
    """The local store of these images, by name, with its text twin; ``titles`` name layers."""
    shown = Strata.of(images, titles)
    return Figure(_drawn(shown), _told(shown))


# --- words ---------------------------------------------------------------------------------------


def _summary(shown: Strata) -> str:
    if not shown.piles:
        return "No image is here: the store is empty."
    names = sum(len(pile.names) for pile in shown.piles)
    return (
        f"{_count(names, 'name')}, {_count(len(shown.piles), 'image')}, "
        f"{_count(len(shown.bricks), 'layer')}: the SIZE column adds up to "
        f"{bytes_text(shown.listed)}, the store holds {bytes_text(shown.stored)}."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _told(shown: Strata) -> str:
    if not shown.piles:
        return _summary(shown)
    images = [_pile_row(pile) for pile in shown.piles]
    layers = [_brick_row(one) for one in shown.bricks]
    return "\n\n".join(
        (
            _summary(shown),
            columns([("IMAGE ID", "LISTED", "SHARED", "UNIQUE", "NAMES"), *images]),
            columns([("LAYER", "DIFF ID", "FILES", "PACKED", "MADE BY", "UNDER"), *layers]),
            "Removing every name of an image frees its UNIQUE bytes; SHARED layers stay.",
        )
    )


def _pile_row(pile: Pile) -> tuple[str, ...]:
    sizes = map(bytes_text, (pile.image.size, pile.shared, pile.unique))
    return (pile.image.id.short, *sizes, ", ".join(pile.names))


def _brick_row(one: Brick) -> tuple[str, ...]:
    sizes = map(bytes_text, (one.files, one.packed))
    return (one.mark.letter, one.diff_id.short, *sizes, one.words, ", ".join(one.names))


def _about(one: Brick) -> str:
    return (
        f"Layer {one.mark.letter} ({one.words or one.diff_id.short}): "
        f"{bytes_text(one.files)} of files, stored once, under {', '.join(one.names)}."
    )


# --- picture -------------------------------------------------------------------------------------


class _Box(NamedTuple):
    brick: Brick
    x: float
    y: float
    width: float
    height: float


def _drawn(shown: Strata) -> Markup:
    width = max(theme.NARROWEST, 2 * MARGIN + len(shown.piles) * (COLUMN + GAP) - GAP)
    if not shown.piles:
        words = svg.text(MARGIN, 36, _summary(shown), fill=theme.QUIET)
        return svg.document(width, 60, words, title="The image store", description=_summary(shown))
    boxes, ground = _boxes(shown)
    below = ground + 8 + LINE * (2 + max(len(pile.names) for pile in shown.piles))
    bars = below + 20
    return svg.document(
        width,
        bars + 2 * (BAR + 24),
        patterns(one.mark for one in shown.bricks),
        *map(_block, boxes),
        svg.line(MARGIN / 2, ground, width - MARGIN / 2, ground, stroke=theme.INK, stroke_width=2),
        *(_label(pile, at, ground) for at, pile in enumerate(shown.piles)),
        *_bars(shown, width - 2 * MARGIN, bars),
        title="The image store: each layer drawn once, as wide as the images that share it",
        description=_summary(shown),
    )


def _boxes(shown: Strata) -> tuple[list[_Box], float]:
    """Where each brick lies, and where the ground is."""
    tall = max(pile.image.size for pile in shown.piles) or 1
    high = {b.chain_id: max(THINNEST, b.files / tall * TALLEST) for b in shown.bricks}
    ground = MARGIN + max(sum(high[b.chain_id] for b in pile.bricks) for pile in shown.piles)
    boxes: dict[ChainID, _Box] = {}
    for column, pile in enumerate(shown.piles):
        left = MARGIN + column * (COLUMN + GAP)
        top = ground
        for one in pile.bricks:
            top -= high[one.chain_id]
            start = boxes[one.chain_id].x if one.chain_id in boxes else left
            wide = left + COLUMN - start
            boxes[one.chain_id] = _Box(one, start, top, wide, high[one.chain_id] - 2)
    return list(boxes.values()), ground


def _block(box: _Box) -> Markup:
    one = box.brick
    size = bytes_text(one.files)
    labels = (f"{one.words} {one.diff_id.short} {size}", f"{one.words} {size}", size)
    return svg.group(
        svg.element("title", _about(one)),
        swatch(one.mark, *box[1:], words=_fitting(labels, box.width, one.mark.letter)),
        class_="part",
        data_key=str(one.chain_id),
        data_with=str(one.chain_id),
        data_about=_about(one),
        aria_label=_about(one),
    )


def _fitting(labels: Iterable[str], width: float, letter: str) -> str:
    """The fullest label for which a block of this width has room."""
    return next(
        (
            label.strip()
            for label in labels
            if svg.mono_width(f"{letter} {label.strip()}", 12) + 8 <= width
        ),
        "",
    )


def _label(pile: Pile, column: int, ground: float) -> Markup:
    """Below a column: every name of the image, its id, and what Docker lists."""
    x = MARGIN + column * (COLUMN + GAP) + COLUMN / 2
    names = [
        svg.text(x, ground + LINE * at, _cut(name), size=12, mono=True, text_anchor="middle")
        for at, name in enumerate(pile.names, 1)
    ]
    at = ground + LINE * (len(pile.names) + 1)
    id_and_size = f"{pile.image.id.short} · {bytes_text(pile.image.size)}"
    return svg.group(
        *names,
        svg.text(x, at, id_and_size, size=12, text_anchor="middle", fill=theme.QUIET),
        svg.text(
            x,
            at + LINE,
            f"{bytes_text(pile.unique)} unique",
            size=12,
            text_anchor="middle",
            fill=theme.QUIET,
        ),
        class_="part",
        data_with=" ".join(str(one.chain_id) for one in pile.bricks),
    )


def _cut(name: str) -> str:
    """As much of a name as the width of a column has room for."""
    return theme.cut(name, int(COLUMN // svg.mono_width("m", 12)))


def _bars(shown: Strata, width: float, top: float) -> list[Markup]:
    """The SIZE column added up, and below it on the same scale what the store holds."""
    scale = width / (shown.listed or 1)
    at = float(MARGIN)
    blocks = []
    for one in shown.bricks:
        blocks.append(swatch(one.mark, at, top + BAR + 24, one.files * scale, BAR - 6))
        at += one.files * scale
    thin = any(
        b.files / max(p.image.size for p in shown.piles) * TALLEST < THINNEST for b in shown.bricks
    )
    note = "Heights are bytes; the thinnest layers are drawn taller than they are." if thin else ""
    return [
        svg.text(MARGIN, top, f"SIZE column added up: {bytes_text(shown.listed)}", size=12),
        svg.rect(MARGIN, top + 6, width, 6, rx=3, fill=theme.LINE),
        svg.text(MARGIN, top + BAR + 16, f"The store holds: {bytes_text(shown.stored)}", size=12),
        *blocks,
        svg.text(MARGIN + width, top, note, size=11, fill=theme.QUIET, text_anchor="end"),
    ]
