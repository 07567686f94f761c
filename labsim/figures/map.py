"""The map: a laptop, the network and the registries in three lanes, as the last command left them.

>>> from labsim.figures.atlas import Atlas
>>> print(map_figure(Atlas.of({})))
The laptop has no image; 0 B travelled; no registry shows a repository.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from labsim.figures import svg, theme
from labsim.figures.atlas import DOWN, UP, Atlas, Shelf, Travelled
from labsim.figures.cells import cell, chip
from labsim.figures.data import Row
from labsim.figures.figure import Figure, bytes_text, columns
from labsim.figures.svg import Markup
from labsim.figures.swatch import patterns, swatch

__all__ = ["map_figure"]

NONE = "none"


def map_figure(atlas: Atlas) -> Figure:
    """The map of what :meth:`labsim.figures.atlas.Atlas.of` has read."""
    marks = atlas.marks
    data = {
        "laptop": _laptop(atlas, marks),
        "network": _network(atlas, marks),
        "registries": _registries(atlas, marks),
    }
    return Figure(_drawn(atlas, marks), _told(atlas, data), data)


# --- words ---------------------------------------------------------------------------------------


def _laptop(atlas: Atlas, marks: Mapping[str, theme.Mark]) -> list[Row]:
    return [
        {"image": name, "layers": _letters(image.diff_ids, marks), "files": image.size}
        for name, image in atlas.images.items()
    ]


def _network(atlas: Atlas, marks: Mapping[str, theme.Mark]) -> list[Row]:
    return [
        {"way": one.way, "what": _label(one, marks), "moved": one.moved} for one in atlas.travelled
    ]


def _registries(atlas: Atlas, marks: Mapping[str, theme.Mark]) -> list[Row]:
    return [
        {
            "repository": one.name,
            "tags": ", ".join(one.tags) or NONE,
            "holds": _letters(one.layers, marks),
            "packed": one.packed,
        }
        for one in atlas.shelves
    ]


def _letters(layers: Iterable[str], marks: Mapping[str, theme.Mark]) -> str:
    return " ".join(marks[layer].letter for layer in layers) or NONE


def _label(one: Travelled, marks: Mapping[str, theme.Mark]) -> str:
    return f"layer {marks[one.what].letter}" if one.what in marks else one.what


def _summary(atlas: Atlas) -> str:
    images = len(atlas.images)
    named = "no image" if not images else "1 image" if images == 1 else f"{images} images"
    moved = bytes_text(sum(one.moved for one in atlas.travelled))
    shelves = len(atlas.shelves)
    held = "1 repository is" if shelves == 1 else f"{shelves} repositories are"
    shown = f"{held} shown." if shelves else "no registry shows a repository."
    return f"The laptop has {named}; {moved} travelled; {shown}"


def _left_out(atlas: Atlas) -> str:
    """What is there and not shown."""
    return "; ".join(
        f"{host} has {count} more {'repository' if count == 1 else 'repositories'}"
        for host, count in atlas.left_out.items()
    )


def _told(atlas: Atlas, data: dict[str, list[Row]]) -> str:
    parts = [_summary(atlas)]
    if atlas.command:
        parts.append(f"The last command: {atlas.command}\n{atlas.outcome}")
    parts += [_table(rows) for rows in data.values() if rows]
    parts += [f"Not shown: {_left_out(atlas)}."] * bool(atlas.left_out)
    return "\n\n".join(parts)


def _table(rows: Sequence[Row]) -> str:
    header = [name.upper() for name in rows[0]]
    return columns([header, *([_said(value) for value in row.values()] for row in rows)])


def _said(value: object) -> str:
    return bytes_text(value) if isinstance(value, int) else str(value)


# --- picture -------------------------------------------------------------------------------------

WIDTH = 960
TOP = 74
LINE = 32
#: So many lines of a lane are drawn; what is left is counted below them, and the text has it all.
MOST = 6
#: The lanes: where each begins, and how wide it is.
LAPTOP, NETWORK, REGISTRIES = (16, 300), (328, 226), (566, 378)
BLOCK, BLOCKS = 17, 4


def _drawn(atlas: Atlas, marks: Mapping[str, theme.Mark]) -> Markup:
    lanes = (len(atlas.images), len(atlas.travelled), len(atlas.shelves))
    lines = max(1, *(min(MOST, count) + (count > MOST) for count in lanes))
    high = TOP + LINE * lines + 2
    summary = _summary(atlas)
    return svg.document(
        WIDTH,
        high + (38 if atlas.command else 16),
        patterns(marks.values()),
        *_lane(LAPTOP, "laptop", high, _images(atlas, marks)),
        *_lane(NETWORK, "network", high, _way(atlas, marks)),
        *_lane(REGISTRIES, "registries", high, _shelves(atlas, marks)),
        _arrow(atlas),
        *_foot(atlas, high + 24),
        title="The map: laptop, network and registries after the last command",
        description=summary,
    )


def _lane(
    lane: tuple[int, int], name: str, high: float, shapes: Iterable[Markup]
) -> Iterator[Markup]:
    x, wide = lane
    dashed = "6 5" if name == "network" else None
    yield chip(x, 16, wide, high - 16, rx=10, stroke_dasharray=dashed)
    yield svg.text(x + 14, 40, name, size=13, bold=True)
    yield svg.group(*shapes, data_lane=name)


def _capped(
    rows: Sequence[Row], x: float, draw: Callable[[Row, int, float], Markup], empty: str
) -> Iterator[Markup]:
    """The first lines of a lane, and how many there are besides."""
    if not rows:
        yield svg.text(x, TOP + 8, empty, size=12, fill=theme.QUIET)
    for at, row in enumerate(rows[:MOST]):
        yield draw(row, at, TOP + LINE * at)
    if len(rows) > MOST:
        more = f"and {len(rows) - MOST} more"
        yield svg.text(x, TOP + LINE * MOST + 8, more, size=12, fill=theme.QUIET)


def _images(atlas: Atlas, marks: Mapping[str, theme.Mark]) -> Iterator[Markup]:
    x, wide = LAPTOP
    layers = [image.diff_ids for image in atlas.images.values()]

    def draw(row: Row, at: int, y: float) -> Markup:
        name, files = str(row["image"]), _said(row["files"])
        return svg.group(
            cell(x + 14, y + 8, name, "image", room=142, size=12, mono=True),
            _blocks(layers[at], marks, str(row["layers"]), "layers", x + 160, y),
            cell(x + wide - 12, y + 8, files, "files", room=56, text_anchor="end"),
            data_row=f"laptop {at}",
        )

    return _capped(_laptop(atlas, marks), x + 14, draw, "no image")


def _shelves(atlas: Atlas, marks: Mapping[str, theme.Mark]) -> Iterator[Markup]:
    x, wide = REGISTRIES
    shelves: Sequence[Shelf] = atlas.shelves

    def draw(row: Row, at: int, y: float) -> Markup:
        name, tags, packed = str(row["repository"]), str(row["tags"]), _said(row["packed"])
        return svg.group(
            cell(x + 14, y + 2, name, "repository", room=194, size=11.5, mono=True),
            cell(x + 14, y + 15, tags, "tags", room=194, size=10.5, fill=theme.QUIET),
            _blocks(shelves[at].layers, marks, str(row["holds"]), "holds", x + 212, y),
            cell(x + wide - 12, y + 8, packed, "packed", room=60, text_anchor="end"),
            data_row=f"registries {at}",
        )

    return _capped(_registries(atlas, marks), x + 14, draw, "nothing to show")


def _way(atlas: Atlas, marks: Mapping[str, theme.Mark]) -> Iterator[Markup]:
    x, wide = NETWORK
    moved: Sequence[Travelled] = atlas.travelled

    def draw(row: Row, at: int, y: float) -> Markup:
        way, what = str(row["way"]), str(row["what"])
        known = moved[at].what in marks
        block = [swatch(marks[moved[at].what], x + 68, y - 6, 20, 20)] if known else []
        return svg.group(
            cell(x + 14, y + 8, way, "way", room=52, before="→ " if way == UP else "← "),
            *block,
            cell(x + 96, y + 8, what, "what", room=64),
            cell(x + wide - 12, y + 8, _said(row["moved"]), "moved", room=60, text_anchor="end"),
            data_row=f"network {at}",
        )

    return _capped(_network(atlas, marks), x + 14, draw, "nothing travelled")


def _blocks(
    layers: Sequence[str],
    marks: Mapping[str, theme.Mark],
    letters: str,
    column: str,
    x: float,
    y: float,
) -> Markup:
    """The first layers as blocks with their letters, and a sign that there are more."""
    shapes = [
        swatch(marks[layer], x + (BLOCK + 2) * at, y - 6, BLOCK, 20, size=11)
        for at, layer in enumerate(layers[:BLOCKS])
    ]
    if len(layers) > BLOCKS:
        shapes.append(svg.text(x + (BLOCK + 2) * BLOCKS, y + 8, "…", fill=theme.QUIET))
    return svg.group(svg.element("title", letters), *shapes, data_cell=column)


def _arrow(atlas: Atlas) -> Markup:
    """Which way the last command moved bytes, from lane to lane."""
    ways = {one.way for one in atlas.travelled}
    y, x1, x2 = 36, NETWORK[0] + 104, NETWORK[0] + NETWORK[1] - 16
    ink = theme.INK if ways else theme.LINE
    heads = [f"M{x2 - 9},{y - 5} L{x2},{y} L{x2 - 9},{y + 5}"] if UP in ways else []
    heads += [f"M{x1 + 9},{y - 5} L{x1},{y} L{x1 + 9},{y + 5}"] if DOWN in ways else []
    dashed = None if ways else "3 5"
    return svg.group(
        svg.line(x1, y, x2, y, stroke=ink, stroke_width=2, stroke_dasharray=dashed),
        *(svg.path(head, fill="none", stroke=ink, stroke_width=2) for head in heads),
    )


def _foot(atlas: Atlas, y: float) -> Iterator[Markup]:
    """The command and what it came to; in the head of the registries what is not shown."""
    if left := _left_out(atlas):
        x = REGISTRIES[0] + REGISTRIES[1] - 12
        yield cell(x, 40, left, "left out", room=270, size=11, fill=theme.QUIET, text_anchor="end")
    if atlas.command:
        words, room = f"$ docker {atlas.command}", WIDTH - 46.0
        wide = min(room * 0.5, svg.mono_width(words, 11.5) + 1)
        yield cell(16, y, words, "command", room=wide, size=11.5, mono=True, bold=True)
        yield cell(30 + wide, y, atlas.outcome, "outcome", room=room - wide, size=11.5)
