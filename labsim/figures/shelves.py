"""A registry from above: every content once, and the repositories that link to it, tag by tag.

A blob is stored once however many repositories have it; what a repository has are links, and a tag
is a label on one of its manifests.  So the picture has two parts, the store and the shelves, and
the same letter in both.  What nothing leads to is garbage.  Two moments can be laid over each
other: what is new has a plus, what is gone a minus and a broken outline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from labsim.figures import bricks, svg, theme
from labsim.figures.bricks import Brick
from labsim.figures.figure import Figure, bytes_text, columns
from labsim.figures.stock import GARBAGE, NAMED, Content, Held, Shelf, Stock
from labsim.figures.svg import Markup
from labsim.figures.swatch import patterns, swatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["shelves"]

WIDTH, MARGIN = 960, 24
#: A block of the store, the room that it takes, and how many stand side by side.
WIDE, TALL, STEP, RISE = 104, 24, 116, 62
ACROSS = int((WIDTH - 2 * MARGIN) // STEP)
#: A chip in a row of a repository, and where the chips begin.
CHIP, CHIPS, LINE = 34, 456, 32
SIGNS = {"+": "new", "−": "gone"}


def shelves(
    registry: Registry | Stock,
    before: Registry | Stock | None = None,
    *,
    only: Iterable[str] = (),
    layers: Mapping[str, Brick] | None = None,
) -> Figure:
    """What a registry holds, with its text twin; and what has changed since ``before``.

    ``before`` is a :class:`~labsim.figures.stock.Stock` taken earlier, or another registry;
    ``only`` names the repositories to draw; ``layers`` are bricks by digest, for their marks and
    names.
    LabError for what is no registry and for a repository that is not there.

    >>> from labsim.registry import Registry
    >>> print(shelves(Registry("localhost:5000")))
    localhost:5000 holds nothing.
    """
    names = tuple(only)
    now = Stock.of(registry, names)
    shown = _Scene.of(now, None if before is None else Stock.of(before, names), layers or {})
    return Figure(_drawn(shown), _told(shown))


class _Block(NamedTuple):
    content: Content
    sign: str


class _Row(NamedTuple):
    held: Held
    tags: tuple[tuple[str, str], ...]
    sign: str


class _Plank(NamedTuple):
    shelf: Shelf
    rows: tuple[_Row, ...]
    unneeded: tuple[tuple[str, str], ...]
    sign: str


class _Scene(NamedTuple):
    """Two moments laid over each other, or one."""

    now: Stock
    then: Stock | None
    blocks: tuple[_Block, ...]
    planks: tuple[_Plank, ...]
    marks: Mapping[str, theme.Mark]
    names: Mapping[str, str]

    @classmethod
    def of(cls, now: Stock, then: Stock | None, layers: Mapping[str, Brick]) -> _Scene:
        """What is there, in the order in which it came; what was there stays in its place."""
        base = then or now
        old = {one.digest: one for one in base.contents}
        new = {one.digest: one for one in now.contents}
        kinds = {digest: one.kind for both in (new, old) for digest, one in both.items()}
        blocks = tuple(
            _Block((old | new)[digest]._replace(kind=kinds[digest]), _sign(digest, old, new))
            for digest in old | new  # that it was a config is known while a manifest says so
        )
        bare = [digest for digest, kind in kinds.items() if kind in ("layer", "blob")]
        names = {digest: layers[digest].words for digest in bare if digest in layers}
        planks = tuple(_planks(base.shelves, now.shelves))
        return cls(now, then, blocks, planks, bricks.marked(bare, layers), names)

    def label(self, digest: str) -> str:
        """A content in a word or two: a letter, or what it is."""
        if mark := self.marks.get(digest):
            return f"{mark.letter} {self.names.get(digest, '')}".rstrip()
        kind = next((one.content.kind for one in self.blocks if one.content.digest == digest), "")
        return kind or "elsewhere"


def _sign(key: object, old: Mapping[str, object], new: Mapping[str, object]) -> str:
    return "+" if key not in old else "−" if key not in new else ""


def _planks(old: Iterable[Shelf], new: Iterable[Shelf]) -> Iterator[_Plank]:
    then, now = ({one.name: one for one in several} for several in (old, new))
    for name in then | now:
        shelf = now.get(name) or then[name]
        before, after = then.get(name), now.get(name)
        rows = tuple(_rows(before.held if before else (), after.held if after else ()))
        links = [dict.fromkeys(one.links if one else ()) for one in (before, after)]
        loose = dict.fromkeys(after.unneeded if after else ())
        unneeded = tuple((link, _sign(link, *links)) for link in loose)
        yield _Plank(shelf, rows, unneeded, _sign(name, then, now))


def _rows(old: Iterable[Held], new: Iterable[Held]) -> Iterator[_Row]:
    then, now = ({one.digest: one for one in several} for several in (old, new))
    for digest in then | now:
        tags = [dict.fromkeys(side[digest].tags if digest in side else ()) for side in (then, now)]
        signed = tuple((tag, _sign(tag, *tags)) for tag in tags[0] | tags[1])
        yield _Row(now.get(digest) or then[digest], signed, _sign(digest, then, now))


# --- words ---------------------------------------------------------------------------------------


def _short(digest: str) -> str:
    return digest.partition(":")[2][:12]


def _change(sign: str) -> str:
    return f"{sign} {SIGNS[sign]}" if sign else ""


def _summary(shown: _Scene) -> str:
    if shown.then is None:
        return shown.now.summary
    moved = [one.sign for one in shown.blocks]
    sizes = f"{bytes_text(shown.then.size)} before, {bytes_text(shown.now.size)} now"
    counts = f"{moved.count('+')} contents are new, {moved.count('−')} are gone"
    waste = bytes_text(shown.now.garbage) if shown.now.garbage else "nothing"
    return f"{shown.now.host}: {sizes}; {counts}; {waste} is garbage."


def _told(shown: _Scene) -> str:
    """Every content, then every manifest of every repository; changes have a column."""
    parts = [_summary(shown)]
    changes = shown.then is not None
    if shown.blocks:
        header = ("CONTENT", "DIGEST", "SIZE", "STATE", "IN", "CHANGE")
        rows = [header, *(_block_row(shown, one) for one in shown.blocks)]
        parts.append(columns([row[: 5 + changes] for row in rows]))
    if shown.planks:
        heads = ("REPOSITORY", "WHO SEES IT", "TAGS", "MANIFEST", "SIZE", "MADE OF", "CHANGE")
        shelved = [row for plank in shown.planks for row in _plank_rows(shown, plank)]
        parts.append(columns([row[: 6 + changes] for row in (heads, *shelved)]))
    return "\n\n".join(parts)


def _block_row(shown: _Scene, block: _Block) -> tuple[str, ...]:
    one = block.content
    homes = ", ".join(one.repositories) or "no repository"
    size = bytes_text(one.size)
    return shown.label(one.digest), _short(one.digest), size, one.state, homes, _change(block.sign)


def _plank_rows(shown: _Scene, plank: _Plank) -> Iterator[tuple[str, ...]]:
    name, seen = plank.shelf.name, plank.shelf.visibility
    for row in plank.rows:
        tags = ", ".join(f"{tag} ({SIGNS[sign]})" if sign else tag for tag, sign in row.tags)
        of = ", ".join(_parts(shown, row.held))
        size = bytes_text(row.held.size)
        who = _short(row.held.digest)
        yield name, seen, tags or "no tag", who, size, of, _change(row.sign)
    for link, sign in plank.unneeded:
        yield name, seen, "no tag", "no manifest", "", shown.label(link), _change(sign)
    if not plank.rows and not plank.unneeded:
        yield name, seen, "no tag", "nothing", "", "", _change(plank.sign)


def _parts(shown: _Scene, held: Held) -> list[str]:
    """What a manifest is made of, or the manifests of an index with their platforms."""
    if held.kind == "index":
        pairs = zip(held.parts, held.platforms, strict=False)
        return [f"{_short(digest)} for {platform or 'any'}" for digest, platform in pairs]
    return [shown.label(part) for part in held.parts]


def _about(shown: _Scene, one: Content) -> str:
    label = shown.label(one.digest)
    homes = (
        f"linked from {', '.join(one.repositories)}" if one.repositories else "linked from nowhere"
    )
    what = f"Layer {label}" if one.digest in shown.marks else label.capitalize()
    return (
        f"{what}, {_short(one.digest)}: {bytes_text(one.size)}, stored once, {homes}; {one.state}."
    )


# --- picture -------------------------------------------------------------------------------------


def _drawn(shown: _Scene) -> Markup:
    summary = _summary(shown)
    shapes: list[Markup] = []
    y = 56.0
    if shown.blocks:
        shapes.append(svg.text(MARGIN, y + 4, "Stored once", size=12, bold=True))
        for at, block in enumerate(shown.blocks):
            row, column = divmod(at, ACROSS)
            shapes.append(_block(shown, block, MARGIN + column * STEP, y + 18 + row * RISE))
        y += 18 + RISE * (1 + (len(shown.blocks) - 1) // ACROSS) + 8
    for plank in shown.planks:
        drawn, y = _plank(shown, plank, y)
        shapes += drawn
    return svg.document(
        WIDTH,
        y + 8,
        patterns(shown.marks.values()),
        svg.text(MARGIN, 30, summary, bold=True),
        *shapes,
        title=f"The shelves of {shown.now.host}: contents once, and who links to them",
        description=summary,
    )


def _block(shown: _Scene, block: _Block, x: float, y: float) -> Markup:
    """A content with its size; below it the digest, and what is special about it."""
    one, about = block.content, _about(shown, block.content)
    said = _change(block.sign) or (one.state if one.state != NAMED else "")
    loud = one.state == GARBAGE or block.sign
    return svg.group(
        svg.element("title", about),
        *_face(shown, one.digest, x, y, WIDE, bytes_text(one.size)),
        *_outline(block.sign == "−" or one.state == GARBAGE, x, y, WIDE),
        svg.text(x, y + TALL + 15, _short(one.digest), size=10, mono=True, fill=theme.QUIET),
        *_small(x, y + TALL + 28, said, bold=bool(loud)),
        class_="part",
        data_key=one.digest,
        data_with=one.digest,
        data_about=about,
        aria_label=about,
    )


def _small(x: float, y: float, words: str, *, bold: bool) -> list[Markup]:
    return [svg.text(x, y, words, size=10, bold=bold)] if words else []


def _face(
    shown: _Scene, digest: str, x: float, y: float, width: float, words: str
) -> Iterator[Markup]:
    """A layer's swatch, or a white box that says what it is."""
    if mark := shown.marks.get(digest):
        yield svg.rect(x, y, width, TALL, rx=3, fill=theme.PAPER)
        yield swatch(mark, x, y, width, TALL, words=words)
        return
    yield svg.rect(x, y, width, TALL, rx=3, fill=theme.PAPER, stroke=theme.LINE)
    label = f"{shown.label(digest)} {words}".rstrip()
    middle = x + width / 2
    yield svg.text(middle, y + TALL / 2 + 4, label, size=11, text_anchor="middle")


def _outline(broken: bool, x: float, y: float, width: float) -> list[Markup]:
    """What is not to stay has a broken line around it."""
    if not broken:
        return []
    return [
        svg.rect(
            x - 3,
            y - 3,
            width + 6,
            TALL + 6,
            rx=4,
            fill="none",
            stroke=theme.INK,
            stroke_width=1.5,
            stroke_dasharray="4 3",
        )
    ]


def _plank(shown: _Scene, plank: _Plank, y: float) -> tuple[list[Markup], float]:
    """A repository: its name on the edge of the shelf, and a row for each manifest."""
    shelf = plank.shelf
    said = " ".join(filter(None, (shelf.visibility, _change(plank.sign))))
    name = theme.cut(shelf.name, 80)
    shapes = [
        svg.line(MARGIN, y, WIDTH - MARGIN, y, stroke=theme.INK, stroke_width=1.5),
        svg.element("title", shelf.name),
        svg.text(MARGIN, y + 20, name, size=13, mono=True, bold=True),
        svg.text(WIDTH - MARGIN, y + 20, said, size=11, fill=theme.QUIET, text_anchor="end"),
    ]
    y += 34
    for row in plank.rows:
        drawn, y = _row(shown, row, y)
        shapes.append(drawn)
    for link, sign in plank.unneeded:
        shapes += _link(shown, link, sign, y)
        y += LINE
    if not plank.rows and not plank.unneeded:
        shapes.append(svg.text(MARGIN, y + 12, "nothing", size=11, fill=theme.QUIET))
        y += LINE
    return shapes, y + 10


def _row(shown: _Scene, row: _Row, y: float) -> tuple[Markup, float]:
    """Tags at the left, the manifest, and what it is made of."""
    held = row.held
    tags = [_tag(tag, sign, MARGIN, y + at * 26) for at, (tag, sign) in enumerate(row.tags)]
    if not tags:
        tags = [svg.text(MARGIN + 6, y + 16, "no tag", size=11, fill=theme.QUIET)]
    who = f"{held.kind} {_short(held.digest)}"
    said = " ".join(filter(None, (bytes_text(held.size), _change(row.sign))))
    chips, bottom = _chips(shown, held, y)
    drawn = svg.group(
        *tags,
        svg.text(MARGIN + 206, y + 16, who, size=11),
        svg.text(CHIPS - 12, y + 16, said, size=11, fill=theme.QUIET, text_anchor="end"),
        *_outline(row.sign == "−", MARGIN + 203, y, CHIPS - MARGIN - 212),
        *chips,
        class_="part",
        data_with=" ".join((held.digest, *held.parts)),
    )
    return drawn, max(y + 26 * len(row.tags), bottom) + 8


def _tag(tag: str, sign: str, x: float, y: float) -> Markup:
    """A label; a new one has its plus on it, one that was taken off is broken and has a minus."""
    words = svg.fitted(f"{sign} {tag}".lstrip(), 174, 11, mono=True)
    right = x + svg.mono_width(words, 11) + 22
    return svg.group(
        svg.element("title", tag),
        svg.path(
            f"M{x + 8:g},{y + 1:g} H{right:g} V{y + 23:g} H{x + 8:g} L{x:g},{y + 16:g}"
            f" V{y + 8:g} Z",
            fill=theme.PAPER,
            stroke=theme.INK,
            stroke_dasharray="4 3" if sign == "−" else None,
        ),
        svg.text(x + 14, y + 16, words, size=11, mono=True),
    )


def _chips(shown: _Scene, held: Held, y: float) -> tuple[list[Markup], float]:
    """A chip for each part, as many lines as it takes; an index has a line for each platform."""
    chips: list[Markup] = []
    if held.kind == "index":
        for at, words in enumerate(_parts(shown, held)):
            chips.append(
                svg.text(CHIPS, y + 16 + at * 20, theme.cut(words, 70), size=11, mono=True)
            )
        return chips, y + max(TALL, 20 * len(chips))
    x, right = float(CHIPS), WIDTH - MARGIN
    for part in held.parts:
        wide = CHIP if part in shown.marks else 58
        if x + wide > right:
            x, y = float(CHIPS), y + TALL + 4
        chips += _face(shown, part, x, y, wide, "")
        x += wide + 4
    return chips, y + TALL


def _link(shown: _Scene, link: str, sign: str, y: float) -> Iterator[Markup]:
    """A link that no manifest of this repository needs."""
    words = f"linked, but no manifest needs it {_change(sign)}".rstrip()
    yield svg.text(MARGIN + 6, y + 16, words, size=11)
    yield from _face(shown, link, CHIPS, y, CHIP if link in shown.marks else 58, "")
    yield from _outline(True, CHIPS, y, CHIP if link in shown.marks else 58)
