"""``docker images --filter reference=PATTERN``: which segment of the pattern met which of a name.

>>> print(filter_figure("*/golang", ["golang", "cantdocpp/golang:v1", "a/b/golang"]))
The pattern */golang lists 1 of 3 names.
<BLANKLINE>
NAME                 LISTED  WHY
golang:latest        no      the name has nothing for golang
cantdocpp/golang:v1  yes     every segment fits
a/b/golang:latest    no      golang does not fit b
<BLANKLINE>
PATTERN  MET            VERDICT        IN
*        golang:latest  fits           golang:latest
golang   nothing        meets nothing  golang:latest
*        cantdocpp      fits           cantdocpp/golang:v1
golang   golang         fits           cantdocpp/golang:v1
*        a              fits           a/b/golang:latest
golang   b              does not fit   a/b/golang:latest
nothing  golang:latest  not reached    a/b/golang:latest
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from labsim.errors import LabError
from labsim.figures import svg, theme
from labsim.figures.cells import cell, chip
from labsim.figures.data import Row
from labsim.figures.figure import Figure, columns
from labsim.figures.segments import (
    FITS,
    MISSES,
    UNMET,
    UNREACHED,
    Meeting,
    Pair,
    pattern_segments,
    shown_text,
)
from labsim.figures.svg import Markup
from labsim.reference import Reference

__all__ = ["filter_figure"]

NOTHING = "nothing"
#: How a verdict is drawn: a sign, and an ink.
SIGNS = {FITS: "=", MISSES: "≠", UNMET: "∅", UNREACHED: "–"}


class _Row(NamedTuple):
    """A name, and what the pattern made of it."""

    name: str
    meeting: Meeting

    @property
    def listed(self) -> str:
        return "yes" if self.meeting.matches else "no"


def filter_figure(
    pattern: str, names: Iterable[str | Reference], *, canonical: bool = False
) -> Figure:
    """The pattern held against each name, as a list of local images would.

    A name without a tag is taken as ``latest``, since no local image is without one; ``canonical``:
    whole names are tried too, as Docker 29.5 does.  InvalidReference where a name is none; a
    pattern that is none is drawn as the sentence that says so.
    """
    read = [one if isinstance(one, Reference) else Reference(one) for one in names]
    try:
        segments = pattern_segments(pattern)
    except LabError as error:
        return Figure(_fault(str(error)), str(error), {"names": [], "segments": []})
    tagged = [name.with_default_tag() for name in read]
    rows = [_Row(name.familiar, shown_text(pattern, name, canonical=canonical)) for name in tagged]
    data: dict[str, list[Row]] = {
        "names": [
            {"name": row.name, "listed": row.meeting.matches, "why": row.meeting.why}
            for row in rows
        ],
        "segments": [
            dict(zip(("pattern", "met", "verdict", "in"), cells, strict=True))
            for cells in _pairs(rows)
        ],
    }
    return Figure(_drawn(pattern, segments, rows), _told(pattern, rows), data)


# --- words ---------------------------------------------------------------------------------------


def _summary(pattern: str, rows: Sequence[_Row]) -> str:
    listed = sum(row.meeting.matches for row in rows)
    names = "1 name" if len(rows) == 1 else f"{len(rows)} names"
    return f"The pattern {pattern} lists {listed} of {names}."


def _pairs(rows: Iterable[_Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        for pair in row.meeting.pairs:
            yield pair.pattern or NOTHING, pair.name or NOTHING, pair.verdict, row.name


def _told(pattern: str, rows: Sequence[_Row]) -> str:
    if not rows:
        return _summary(pattern, rows)
    names = [(row.name, row.listed, row.meeting.why) for row in rows]
    return "\n\n".join(
        (
            _summary(pattern, rows),
            columns([("NAME", "LISTED", "WHY"), *names]),
            columns([("PATTERN", "MET", "VERDICT", "IN"), *_pairs(rows)]),
        )
    )


# --- picture -------------------------------------------------------------------------------------

MARGIN = 24
NAME = 316
ROW = 56
TOP = 124
BOX = 32
GAP = 26
NARROWEST, WIDEST = 76, 250
LEGEND = "= fits, ≠ does not fit, ∅ meets nothing, – not reached: one before it failed"
TITLE = "A filter: which segment of the pattern met which segment of each name"


def _fault(words: str) -> Markup:
    shown = cell(MARGIN, 42, words, "fault", room=592, size=13, fill=theme.FAULT)
    return svg.document(640, 68, shown, title="The filter is no pattern", description=words)


def _drawn(pattern: str, segments: Sequence[str], rows: Sequence[_Row]) -> Markup:
    widths = _widths(segments, rows)
    lefts = [MARGIN + NAME + sum(widths[:at]) + GAP * at for at in range(len(widths))]
    width = max(720, lefts[-1] + widths[-1] + MARGIN)
    bottom = TOP + ROW * len(rows)
    summary = _summary(pattern, rows)
    return svg.document(
        width,
        bottom + 40,
        cell(MARGIN, 36, summary, "summary", room=width - 2 * MARGIN, size=14, bold=True),
        svg.text(MARGIN, 88, "reference=", mono=True, fill=theme.QUIET),
        *_pattern(segments, lefts, widths),
        *(_row(row, at, lefts, widths, width) for at, row in enumerate(rows)),
        svg.line(
            MARGIN, bottom + 4, width - MARGIN, bottom + 4, stroke=theme.LINE, stroke_width=0.5
        ),
        svg.text(MARGIN, bottom + 25, LEGEND, size=11.5, fill=theme.QUIET),
        title=TITLE,
        description=summary,
    )


def _widths(segments: Sequence[str], rows: Iterable[_Row]) -> list[float]:
    """How wide each column is: as its longest segment, within reason."""
    found: list[list[str]] = [[segment] for segment in segments]
    for row in rows:
        for at, pair in enumerate(row.meeting.pairs):
            found += [[NOTHING]] * (at >= len(found))
            found[at].append(pair.name or NOTHING)
            found[at].append(pair.pattern or NOTHING)
    return [
        min(WIDEST, max(NARROWEST, *(svg.mono_width(text) + 40 for text in texts)))
        for texts in found
    ]


def _pattern(
    segments: Sequence[str], lefts: Sequence[float], widths: Sequence[float]
) -> Iterator[Markup]:
    """The pattern on dark plates, its slashes between them."""
    for at, (left, wide) in enumerate(zip(lefts, widths, strict=True)):
        there = at < len(segments)
        words = (segments[at] if there else NOTHING) or "(empty)"
        fill, ink = (theme.INK, theme.PAPER) if there else (theme.PAPER, theme.QUIET)
        dashed = None if there else "4 3"
        plate = chip(left, 68, wide, BOX, fill=fill, stroke_dasharray=dashed)
        middle = left + wide / 2
        label = cell(
            middle, 88.5, words, "pattern", room=wide - 12, size=13, mono=there, bold=there,
            fill=ink, text_anchor="middle",
        )  # fmt: skip
        yield svg.group(plate, label, data_column=str(at))
        if 0 < at < len(segments):
            yield svg.text(left - GAP / 2, 89, "/", size=16, mono=True, text_anchor="middle")


def _row(
    row: _Row, at: int, lefts: Sequence[float], widths: Sequence[float], width: float
) -> Markup:
    top = TOP + ROW * at
    fits = row.meeting.matches
    ink = theme.INK if fits else theme.FAULT
    room = NAME - 90
    return svg.group(
        svg.line(MARGIN, top, width - MARGIN, top, stroke=theme.LINE, stroke_width=0.5),
        chip(MARGIN, top + 16, 56, 24, rx=12, stroke=ink),
        svg.text(MARGIN + 11, top + 32, "✓" if fits else "✗", size=12, fill=ink),
        cell(MARGIN + 26, top + 32, row.listed, "listed", room=30, fill=ink),
        cell(MARGIN + 70, top + 24, row.name, "name", room=room, size=13, mono=True, bold=True),
        cell(MARGIN + 70, top + 43, row.meeting.why, "why", room=room + 10, size=11.5, fill=ink),
        *(_pair(pair, n, lefts[n], widths[n], top) for n, pair in enumerate(row.meeting.pairs)),
        data_row=str(at),
    )


def _pair(pair: Pair, column: int, left: float, wide: float, top: float) -> Markup:
    sign = SIGNS[pair.verdict]
    bad = pair.verdict in (MISSES, UNMET)
    ink = theme.FAULT if bad else theme.INK if pair.verdict == FITS else theme.QUIET
    dashed = None if pair.verdict in (FITS, MISSES) else "4 3"
    words = pair.name or NOTHING
    slash = svg.text(
        left - GAP / 2, top + 33, "/", mono=True, text_anchor="middle", fill=theme.QUIET
    )
    return svg.group(
        *([slash] if column and pair.name else []),
        chip(
            left, top + 12, wide, BOX, stroke=ink, stroke_dasharray=dashed,
            stroke_width=2 if bad else 1,
        ),
        svg.group(
            svg.element("title", pair.verdict),
            svg.text(left + 10, top + 33, sign, bold=True, fill=ink),
            data_cell="verdict",
        ),
        cell(
            left + 28, top + 32.5, words, "met", room=wide - 36, size=13, mono=bool(pair.name),
            fill=ink,
        ),
        data_column=str(column),
    )  # fmt: skip
