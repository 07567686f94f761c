"""The layers of a store, drawn as strata: images stand side by side on the layers they share.

Each layer is drawn once, as wide as the images that stand on it, and its height is its bytes.
ChainIDs make this possible: the layers of a store form a tree, and walking the tree puts the images
that share a layer next to each other.  Below each image stands what it weighs, counted every way
that matters, and below all of them what the sizes add up to and what is really kept.  A laptop and
a registry can stand next to each other on one scale: one keeps files, the other packed blobs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from labsim.digest import ChainID, DiffID
from labsim.figures import piles, svg, theme
from labsim.figures.bricks import Brick
from labsim.figures.figure import Figure, bytes_text
from labsim.figures.piles import Pile, Strata
from labsim.figures.svg import Markup
from labsim.figures.swatch import patterns, swatch
from labsim.image import Image

__all__ = ["Pile", "Strata", "column", "strata"]

#: A column's width by how many there are at the most: few may be wide.
COLUMNS = ((4, 180), (8, 144), (10_000, 120))
GAP = 12
MARGIN = 24
#: At the left the names of the rows below, at the right of each store its totals.
GUTTER, TOTALS = 108, 92
TOP = 56
TALLEST = 300
#: A layer that would be thinner than its own words is drawn this tall, and the picture says so.
THINNEST = 24
LINE = 18
BAR = 24
ROWS = ("listed", "shared", "unique", "proportional", "freed by rmi", "running total")


def strata(
    images: Mapping[str, Image],
    titles: Mapping[DiffID, str] | None = None,
    *,
    counting: str = "files",
    marks: Mapping[str, theme.Mark] | None = None,
    registry: Mapping[str, Image] | None = None,
    host: str = "the registry",
) -> Figure:
    """A store of images, by name, with its text twin; ``titles`` name layers.

    ``counting`` is "files" (bytes of files, as Docker's SIZE) or "packed" (bytes of blobs, as they
    travel); ``marks`` are the looks that the layers have in another picture.  With ``registry``,
    the images that a registry ``host`` holds stand beside those of the laptop, packed and on the
    same scale.  LabError for what is no mapping of names to images.

    >>> print(strata({}))
    No image is here: the store is empty.
    """
    if registry is None:
        stores = [Strata.of(images, titles, counting=counting, marks=marks)]
    else:
        both = [*images.values(), *registry.values()]
        marks = marks or theme.Marks(diff_id for image in both for diff_id in image.diff_ids)
        stores = [
            Strata.of(images, titles, counting=counting, marks=marks, place="On the laptop"),
            Strata.of(registry, titles, counting="packed", marks=marks, place=f"At {host}"),
        ]
    return Figure(_drawn(stores), "\n\n".join(map(piles.told, stores)))


def column(count: int) -> int:
    """How wide a column is when there are so many, in pixels."""
    return next(width for most, width in COLUMNS if count <= most)


class _Panel(NamedTuple):
    """One store on the page: where its columns begin, how wide they are, where its totals stand."""

    store: Strata
    left: float
    column: int

    @property
    def right(self) -> float:
        """Where the columns end."""
        return self.left + max(1, len(self.store.piles)) * (self.column + GAP) - GAP

    def x(self, at: int) -> float:
        """The left edge of a column."""
        return self.left + at * (self.column + GAP)


def _panels(stores: Sequence[Strata]) -> list[_Panel]:
    wide = column(sum(len(store.piles) for store in stores))
    wide = max(wide, 144) if len(stores) > 1 else wide
    panels: list[_Panel] = []
    left = float(MARGIN + GUTTER)
    for store in stores:
        panels.append(_Panel(store, left, wide))
        left = panels[-1].right + TOTALS + 2 * GAP
    return panels


def _drawn(stores: Sequence[Strata]) -> Markup:
    summary = " ".join(store.summary for store in stores)
    title = "The image store: each layer drawn once, as wide as the images that share it"
    if not any(store.piles for store in stores):
        words = [
            svg.text(MARGIN, 36 + 20 * at, store.summary, fill=theme.QUIET)
            for at, store in enumerate(stores)
        ]
        tall = 40 + 20 * len(stores)
        return svg.document(theme.NARROWEST, tall, *words, title=title, description=summary)
    panels = _panels(stores)
    scale = _Scale.of(stores)
    table = scale.ground + 8 + LINE * (1 + max(len(p.names) for s in stores for p in s.piles))
    width = max(
        theme.NARROWEST,
        panels[-1].right + TOTALS + MARGIN,
        *(svg.text_width(store.summary, bold=True) + 2 * MARGIN for store in stores),
    )
    bars = table + LINE * len(ROWS) + 34
    drawn, bottom = _bars(stores, width - 2 * MARGIN, bars)
    return svg.document(
        width,
        bottom,
        patterns(one.mark for store in stores for one in store.bricks),
        *(
            svg.text(MARGIN, 30 + 20 * at, store.summary, bold=True)
            for at, store in enumerate(stores)
        ),
        *_row_names(table),
        *(shape for panel in panels for shape in _panel(panel, scale, table)),
        *drawn,
        *_note(scale, width, bars),
        title=title,
        description=summary,
    )


class _Scale(NamedTuple):
    """Pixels to a byte, the line that the piles stand on, and whether a layer is drawn too tall."""

    per_byte: float
    ground: float
    thin: bool

    @classmethod
    def of(cls, stores: Sequence[Strata]) -> _Scale:
        """One scale for all stores: the tallest pile decides."""
        tall = max((pile.listed for store in stores for pile in store.piles), default=0) or 1
        made = cls(TALLEST / tall, 0, False)
        pairs = [(store, pile) for store in stores for pile in store.piles]
        top = TOP + 20 * (len(stores) - 1)
        high = max(sum(made.high(store.size(b)) for b in pile.bricks) for store, pile in pairs)
        sizes = [store.size(one) for store in stores for one in store.bricks]
        thin = any(size * made.per_byte < THINNEST for size in sizes)
        return cls(made.per_byte, top + high, thin)

    def high(self, size: int) -> float:
        """How tall a layer of so many bytes is drawn."""
        return max(THINNEST, size * self.per_byte)


# --- columns -------------------------------------------------------------------------------------


class _Box(NamedTuple):
    brick: Brick
    x: float
    y: float
    width: float
    height: float


def _panel(panel: _Panel, scale: _Scale, table: float) -> Iterator[Markup]:
    store, ground = panel.store, scale.ground
    for box in _boxes(panel, scale):
        yield _block(box, store)
    edge = panel.right + TOTALS
    yield svg.line(panel.left - 12, ground, edge, ground, stroke=theme.INK, stroke_width=2)
    for at, pile in enumerate(store.piles):
        yield _label(pile, panel.x(at), panel.column, ground, table)
    yield from _totals(store, edge, table)


def _boxes(panel: _Panel, scale: _Scale) -> list[_Box]:
    """Where each brick lies."""
    boxes: dict[ChainID, _Box] = {}
    for at, pile in enumerate(panel.store.piles):
        left, top = panel.x(at), scale.ground
        for one in pile.bricks:
            high = scale.high(panel.store.size(one))
            top -= high
            start = boxes[one.chain_id].x if one.chain_id in boxes else left
            boxes[one.chain_id] = _Box(one, start, top, left + panel.column - start, high - 2)
    return list(boxes.values())


def _about(one: Brick, store: Strata) -> str:
    kept = "packed" if store.counting == "packed" else "of files"
    where = f" {store.place[:1].lower()}{store.place[1:]}" if store.place else ""
    return (
        f"Layer {one.mark.letter} ({one.words or one.diff_id.short}): "
        f"{bytes_text(store.size(one))} {kept}, stored once{where}, under {', '.join(one.names)}."
    )


def _block(box: _Box, store: Strata) -> Markup:
    one, about = box.brick, svg.escape(_about(box.brick, store))
    size = bytes_text(store.size(one))
    labels = (f"{one.words} {one.diff_id.short} {size}", f"{one.words} {size}", size)
    return svg.group(
        svg.element("title", about),
        swatch(one.mark, *box[1:], words=_fitting(labels, box.width, one.mark.letter)),
        class_="part",
        data_key=str(one.chain_id),
        data_with=str(one.chain_id),
        data_about=about,
        aria_label=about,
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


def _label(pile: Pile, x: float, wide: float, ground: float, table: float) -> Markup:
    """Below a column: every name of the image, its id, and its bytes counted every way."""
    middle = x + wide / 2
    names = [
        svg.text(
            middle,
            ground + LINE * at,
            svg.fitted(name, wide, 12, mono=True),
            svg.element("title", name),
            size=12,
            mono=True,
            text_anchor="middle",
        )
        for at, name in enumerate(pile.names, 1)
    ]
    id_at = ground + LINE * (len(pile.names) + 1)
    return svg.group(
        *names,
        svg.text(
            middle, id_at, pile.image.id.short, size=12, text_anchor="middle", fill=theme.QUIET
        ),
        *(
            svg.text(middle, table + LINE * at, words, size=12, text_anchor="middle")
            for at, words in enumerate(_cells(pile), 1)
        ),
        class_="part",
        data_with=" ".join(str(one.chain_id) for one in pile.bricks),
    )


def _cells(pile: Pile) -> Iterator[str]:
    """The figures of one image, in the order of :data:`ROWS`."""
    for name, size in zip(ROWS, pile[3:], strict=True):
        several = name == "freed by rmi" and len(pile.names) > 1
        yield f"{bytes_text(size)}, {len(pile.names)} names" if several else bytes_text(size)


def _row_names(table: float) -> Iterator[Markup]:
    for at, words in enumerate(ROWS, 1):
        yield svg.text(MARGIN, table + LINE * at, words, size=12, fill=theme.QUIET)


def _totals(store: Strata, x: float, table: float) -> Iterator[Markup]:
    """At the end of a row what it adds up to, where adding it up means something."""
    sums = {"listed": store.listed, "proportional": store.stored, "running total": store.stored}
    for at, name in enumerate(ROWS, 1):
        if store.piles and name in sums:
            words = bytes_text(sums[name])
            y = table + LINE * at
            yield svg.text(x, y, words, size=12, bold=True, text_anchor="end")


# --- sums ----------------------------------------------------------------------------------------


def _bars(stores: Sequence[Strata], width: float, top: float) -> tuple[list[Markup], float]:
    """What is listed added up, and below it on the same scale what each store holds."""
    scale = width / (max(max(store.listed, store.stored) for store in stores) or 1)
    shapes: list[Markup] = []
    for store in stores:
        where = f"{store.place}: " if store.place else ""
        added = "SIZE column added up" if store.counting == "files" else "packed sizes added up"
        words = f"{where}{added}: {bytes_text(store.listed)}"
        shapes += [
            svg.text(MARGIN, top, words[:1].upper() + words[1:], size=12),
            svg.rect(MARGIN, top + 6, store.listed * scale, 6, rx=3, fill=theme.LINE),
        ]
        held = (
            "The registry holds"
            if store.place and store.counting == "packed"
            else "The store holds"
        )
        shapes.append(
            svg.text(MARGIN, top + BAR + 16, f"{held}: {bytes_text(store.stored)}", size=12)
        )
        shapes += _kept(store, scale, top + BAR + 24)
        top += 2 * (BAR + 24)
    return shapes, top


def _kept(store: Strata, scale: float, y: float) -> Iterator[Markup]:
    """Each thing that is kept, side by side."""
    once = {
        (one.diff_id if store.counting == "packed" else one.chain_id): one for one in store.bricks
    }
    at = float(MARGIN)
    for one in once.values():
        wide = store.size(one) * scale
        yield swatch(one.mark, at, y, wide, BAR - 6)
        at += wide


def _note(scale: _Scale, width: float, y: float) -> list[Markup]:
    if not scale.thin:
        return []
    words = "Heights are bytes; the thinnest layers are drawn taller than they are."
    return [svg.text(width - MARGIN, y - 18, words, size=11, fill=theme.QUIET, text_anchor="end")]
