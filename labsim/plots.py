"""What has axes, with matplotlib: each plot takes values and an ``ax``, and gives the ``ax`` back.

>>> from labsim import catalogue
>>> ax = size_against_disk({name: catalogue.image(name) for name in ("debian", "golang")})
>>> print(twin(ax).text)
The SIZE column adds up to 380 MB; the layers take 300 MB on the disk.
<BLANKLINE>
IMAGE   SIZE COLUMN  ON THE DISK
debian        80 MB        80 MB
golang       380 MB       300 MB

Without an ``ax`` a plot makes a figure of its own that pyplot knows nothing of, so a notebook
shows it once.  Beside the drawing goes a :class:`Twin`, the same in words and as rows: it is what a
screen reader is given, and what :func:`labsim.export` writes as data.

Colours are Okabe and Ito's, and no series is told from another by colour alone.  This is the only
module that imports matplotlib, and it does so when something is plotted.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import cycle
from typing import TYPE_CHECKING, NamedTuple

from labsim.errors import LabError
from labsim.figures.data import Row, Tables
from labsim.figures.figure import Figure, bytes_text, columns
from labsim.figures.theme import FAULT, INK, LINE, PALETTE, PAPER, QUIET
from labsim.graph import Sharing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from labsim.image import Image
    from labsim.story import Ledger

__all__ = [
    "TWIN",
    "Growth",
    "Pull",
    "Twin",
    "figure_of",
    "link_sweep",
    "pulls_under_limit",
    "saved_per_push",
    "sharing_matrix",
    "size_against_disk",
    "store_growth",
    "twin",
]

SKY, ORANGE, GREEN, PURPLE, _, BLUE, VERMILION = PALETTE
_MARKERS = "osD^v"
_DASHES = ("-", "--", ":", "-.")
_MEGA = 1_000_000
#: Under which name axes carry it.
TWIN = "labsim_twin"


class Twin(NamedTuple):
    """The same as a plot: its title, all it says in words, and its rows with exact numbers."""

    title: str
    text: str
    data: Tables


class Growth(NamedTuple):
    """A registry after a push: what it stores, and what all pushes so far would be one by one."""

    push: str
    stored: int
    listed: int


class Pull(NamedTuple):
    """A pull: when (µs), and whether the registry served it."""

    at_us: int
    served: bool


def twin(ax: Axes) -> Twin:
    """What a plot of ours says; LabError for axes that are somebody else's."""
    found = getattr(ax, TWIN, None)
    if not isinstance(found, Twin):
        raise LabError("these axes have no text: no plot of labsim was drawn on them")
    return found


# --- pushes and stores ---------------------------------------------------------------------------


def saved_per_push(pushes: Mapping[str, Ledger], ax: Axes | None = None) -> Axes:
    """For each push, by its title: bytes of layers that travelled, and that did not need to."""
    ax = _axes(ax)
    titles, rows = list(pushes), list(pushes.values())
    moved = [told.was / _MEGA for told in rows]
    saved = [max(0, told.would_have_been - told.was) / _MEGA for told in rows]
    places = range(len(rows))
    ax.barh(places, moved, color=BLUE, edgecolor=INK, label="travelled")
    ax.barh(
        places, saved, left=moved, color=SKY, edgecolor=INK, hatch="//", label="did not need to"
    )
    ax.set_yticks(places, [_short(title) for title in titles])
    ax.invert_yaxis()
    ax.set_xlabel("layers, MB packed")
    _legend(ax)
    total, whole = sum(told.was for told in rows), sum(told.would_have_been for told in rows)
    data: list[Row] = [
        {"push": title, "travelled": told.was, "would have been": told.would_have_been}
        for title, told in pushes.items()
    ]
    sentence = f"{_count(len(rows), 'push', 'pushes')} moved {bytes_text(total)} of "
    return _said(ax, "Bytes saved per push", f"{sentence}{bytes_text(whole)}.", {"pushes": data})


def store_growth(points: Sequence[Growth], ax: Axes | None = None) -> Axes:
    """What a registry stores after each push, beside what it would without sharing."""
    ax = _axes(ax)
    places = range(1, len(points) + 1)
    listed = [point.listed / _MEGA for point in points]
    stored = [point.stored / _MEGA for point in points]
    ax.plot(places, listed, "--s", color=VERMILION, label="images one by one")
    ax.plot(places, stored, "-o", color=BLUE, label="stored, each blob once")
    ax.fill_between(places, stored, listed, color=SKY, alpha=0.25)
    ax.set_xticks(places, [_short(point.push, 16) for point in points], rotation=20, ha="right")
    ax.set_ylabel("MB packed")
    ax.set_ylim(bottom=0)
    _legend(ax)
    end = points[-1] if points else Growth("", 0, 0)
    sentence = (
        f"After {_count(len(points), 'push', 'pushes')} the registry stores "
        f"{bytes_text(end.stored)}; the images one by one are {bytes_text(end.listed)}."
    )
    data: list[Row] = [point._asdict() for point in points]
    return _said(ax, "A registry grows", sentence, {"pushes": data})


def size_against_disk(images: Mapping[str, Image], ax: Axes | None = None) -> Axes:
    """The SIZE column added up, name by name, against what the layers take on the disk."""
    ax = _axes(ax)
    data: list[Row] = []
    sums: list[tuple[int, int]] = []
    listed, seen = 0, dict[str, int]()
    for name, image in images.items():
        listed += image.size
        sizes = (layer.files_size for layer in image.layers)
        seen.update(zip(image.chain_ids, sizes, strict=True))
        sums.append((listed, sum(seen.values())))
        data.append({"image": name, "SIZE column": listed, "on the disk": sums[-1][1]})
    places = range(1, len(data) + 1)
    looks = (("SIZE column", "--s", VERMILION), ("on the disk", "-o", BLUE))
    for at, (label, look, colour) in enumerate(looks):
        ax.plot(places, [one[at] / _MEGA for one in sums], look, color=colour, label=label)
    ax.set_xticks(places, [_short(name, 16) for name in images], rotation=20, ha="right")
    ax.set_ylabel("MB of files, added up")
    ax.set_ylim(bottom=0)
    _legend(ax)
    column, disk = map(bytes_text, sums[-1] if sums else (0, 0))
    sentence = f"The SIZE column adds up to {column}; the layers take {disk} on the disk."
    return _said(ax, "SIZE is not disk", sentence, {"images": data})


def sharing_matrix(images: Mapping[str, Image], ax: Axes | None = None) -> Axes:
    """How many bytes of files each two images share; on the diagonal the whole image."""
    ax = _axes(ax, (6.4, 5.2))
    names, sharing = list(images), Sharing(images)
    table = [[_common(images[one], images[other]) for other in names] for one in names]
    most = max((value for row in table for value in row), default=0) or 1
    for y, row in enumerate(table):
        for x, value in enumerate(row):
            _tile(ax, x, y, value, most)
    ax.set_xlim(-0.5, max(1, len(names)) - 0.5)
    ax.set_ylim(max(1, len(names)) - 0.5, -0.5)
    ax.set_xticks(range(len(names)), [_short(name, 16) for name in names], rotation=30, ha="right")
    ax.set_yticks(range(len(names)), [_short(name) for name in names])
    ax.set_xlabel("MB of files that two images share")
    ax.spines[:].set_visible(False)
    data: list[Row] = [
        {"image": one, "with": other, "shared": table[y][x]}
        for y, one in enumerate(names)
        for x, other in enumerate(names)
    ]
    listed = sum(image.size for image in images.values())
    sentence = (
        f"{_count(len(names), 'image', 'images')} of {bytes_text(listed)} take "
        f"{bytes_text(sharing.store if names else 0)} together."
    )
    return _said(ax, "Who shares with whom", sentence, {"pairs": data})


def _common(one: Image, other: Image) -> int:
    """Bytes of the layers that both stand on, by ChainID: those that a disk holds once."""
    theirs = set(other.chain_ids)
    pairs = zip(one.chain_ids, one.layers, strict=True)
    return sum(layer.files_size for chain_id, layer in pairs if chain_id in theirs)


def _tile(ax: Axes, x: int, y: int, value: int, most: int) -> None:
    """One field of the matrix: its number on a shade of one blue."""
    from matplotlib.patches import Rectangle

    share = value / most
    shade = tuple(1 - share * (1 - channel) for channel in (0.0, 114 / 255, 178 / 255))
    ax.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, facecolor=shade, edgecolor=LINE))
    ink = PAPER if share > 0.6 else INK
    ax.text(x, y, f"{value / _MEGA:.1f}".removesuffix(".0"), ha="center", va="center", color=ink)


# --- links and limits ----------------------------------------------------------------------------


def link_sweep(curves: Mapping[str, Sequence[tuple[float, float]]], ax: Axes | None = None) -> Axes:
    """Seconds of a push against Mbit/s of the way up: a curve of (Mbit/s, s) for each title."""
    ax = _axes(ax)
    from matplotlib.ticker import LogLocator

    colours = (VERMILION, BLUE, GREEN, PURPLE, ORANGE)
    looks = zip(cycle(colours), cycle(_MARKERS), cycle(_DASHES))  # endless, all three
    for (title, points), (colour, marker, dashes) in zip(curves.items(), looks, strict=False):
        speeds, lengths = [speed for speed, _ in points], [length for _, length in points]
        ax.plot(speeds, lengths, marker=marker, linestyle=dashes, color=colour, label=title)
    for scale in (ax.set_xscale, ax.set_yscale):
        scale("log", subs=[])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
    ax.set_xlabel("way up, Mbit/s")
    ax.set_ylabel("push, seconds")
    _legend(ax)
    data: list[Row] = [
        {"curve": title, "Mbit/s": f"{speed:g}", "seconds": f"{length:.3f}"}
        for title, points in curves.items()
        for speed, length in points
    ]
    ends = "; ".join(
        f"{title}: {points[0][1]:.3f} s at {points[0][0]:g} Mbit/s, {points[-1][1]:.3f} s at "
        f"{points[-1][0]:g} Mbit/s"
        for title, points in curves.items()
        if points
    )
    sentence = f"{ends}." if ends else "No push was timed."
    return _said(
        ax, "The same edit, pushed over slower and faster links", sentence, {"points": data}
    )


def pulls_under_limit(
    pulls: Sequence[Pull], limit: int, window_s: int, ax: Axes | None = None
) -> Axes:
    """Pulls served so far over time, where one was refused, and how many a window allows."""
    ax = _axes(ax)
    from matplotlib.ticker import MaxNLocator

    start = pulls[0].at_us if pulls else 0
    minutes = [(pull.at_us - start) / 60_000_000 for pull in pulls]
    served = [sum(one.served for one in pulls[: at + 1]) for at in range(len(pulls))]
    refused = [at for at, pull in enumerate(pulls) if not pull.served]
    ax.step(minutes, served, where="post", color=BLUE, label="served so far")
    ax.plot(
        [minutes[at] for at in refused], [served[at] for at in refused], "x", color=FAULT,
        markersize=10, markeredgewidth=2, label="refused (429)",
    )  # fmt: skip
    words = f"{limit} in {window_s / 3600:g} h"
    ax.axhline(limit, color=QUIET, linestyle=":", label=f"limit: {words}")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("minutes since the first pull")
    ax.set_ylabel("pulls")
    ax.set_ylim(bottom=0)
    _legend(ax)
    data: list[Row] = [
        {"at_us": pull.at_us - start, "served": pull.served, "served so far": served[at]}
        for at, pull in enumerate(pulls)
    ]
    sentence = (
        f"{_count(len(pulls), 'pull', 'pulls')}, {len(refused)} of them refused; "
        f"the limit is {words}."
    )
    return _said(ax, "Pulls under a rate limit", sentence, {"pulls": data})


# --- what they have in common --------------------------------------------------------------------


def _axes(ax: Axes | None, size: tuple[float, float] = (8.4, 4.0)) -> Axes:
    """The axes given, or those of a new figure that nobody else holds."""
    if ax is None:
        try:
            from matplotlib.figure import Figure as Canvas
        except ImportError:
            raise LabError('plots need matplotlib: pip install "labsim[lab]"') from None
        ax = Canvas(figsize=size, layout="constrained").subplots()
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _said(ax: Axes, title: str, sentence: str, data: Tables) -> Axes:
    """Title and twin, which are the last things that a plot gets."""
    ax.set_title(title, loc="left", fontweight="bold")
    _literally(ax)
    tables = [_table(rows) for rows in data.values() if rows]
    setattr(ax, TWIN, Twin(title, "\n\n".join([sentence, *tables]), data))
    return ax


def _literally(ax: Axes) -> None:
    """A ``$`` in a name is a ``$``, and not the beginning of a formula."""
    from matplotlib.text import Text

    for words in ax.findobj(Text):
        assert isinstance(words, Text), "what was asked for"
        words.set_parse_math(False)


def _table(rows: Sequence[Row]) -> str:
    header = [name.upper() for name in rows[0]]
    cells = [[_cell(name, value) for name, value in row.items()] for row in rows]
    return columns([header, *cells])


def _cell(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "at_us" and isinstance(value, int):
        return f"{value / _MEGA:.3f} s"
    counts = ("served so far",)
    return bytes_text(value) if isinstance(value, int) and name not in counts else str(value)


def _legend(ax: Axes) -> None:
    """A legend where there is something to tell apart."""
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else f"{name[: most // 2 - 1]}…{name[-(most - most // 2) :]}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


# --- as a figure ---------------------------------------------------------------------------------

_METADATA = {"Date": None, "Creator": None}  # neither a clock nor a version in the file
#: A sheet for "*" would style the whole page, so what it says is an attribute; metadata is noise.
_SHEET = re.compile(r"<metadata>.*?</metadata>|<style\b.*?</style>|<!--.*?-->", re.DOTALL)
_ID = re.compile(r'(id="|url\(#|href="#)([^")]+)')


def figure_of(ax: Axes) -> Figure:
    """The plot as a figure with its text: SVG that says what it shows, the same bytes each time."""
    from matplotlib import rc_context

    said, out = twin(ax), io.StringIO()
    _literally(ax)
    canvas = ax.get_figure(root=True)
    assert canvas is not None, "axes that were drawn on are on a figure"
    with rc_context({"svg.hashsalt": "labsim", "svg.fonttype": "none"}):
        canvas.savefig(out, format="svg", metadata=_METADATA, facecolor=PAPER)
    text = out.getvalue()
    drawing = _SHEET.sub("", text[text.index("<svg") :]).strip()
    name = f"lab{hashlib.sha256(drawing.encode()).hexdigest()[:10]}"
    drawing = _ID.sub(rf"\g<1>{name}-\g<2>", drawing)
    head = (
        f'<svg role="img" aria-labelledby="{name}-title {name}-desc"'
        ' stroke-linejoin="round" stroke-linecap="butt" style="max-width:100%;height:auto"'
    )
    words = (
        f'<title id="{name}-title">{escape(said.title)}</title>'
        f'<desc id="{name}-desc">{escape(said.text)}</desc>'
    )
    opened, closed, rest = drawing.removeprefix("<svg").partition(">")
    return Figure(f"{head}{opened}{closed}{words}{rest}", said.text, said.data)
