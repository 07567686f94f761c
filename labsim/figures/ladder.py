"""Who said what, in order, at three zooms: what was printed, what was decided, what was exchanged.

The client asks, a registry or a token server answers, and each exchange is one rung between their
life lines.  Beside it stands the decision that came of it and the rule behind it, and beside that
what Docker printed.  What belongs together carries the same letter and is selected together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from labsim.errors import LabError
from labsim.figures import svg, theme
from labsim.figures.bricks import Brick
from labsim.figures.figure import Figure, bytes_text, columns
from labsim.figures.lanes import seconds
from labsim.figures.rungs import Decision, Ladder, Line, Rung, Topic
from labsim.figures.svg import Markup
from labsim.figures.swatch import patterns, swatch
from labsim.trace import Trace

__all__ = ["ladder"]

MARGIN = 24
TOP = 92
ROW = 46
LINE = 19
SIZE = 11
#: Widths: of the printed lines, of the decisions, between two life lines, and for their marks.
PRINTED, DECIDED, RUNGS, BETWEEN, MARK = 340, 320, 400, 150, 34
BYTES = 72


def ladder(trace: Trace, printed: str = "", layers: Mapping[str, Brick] | None = None) -> Figure:
    """A conversation as a ladder, with its text twin.

    ``trace`` is a simulated push or pull, or what a door recorded of a real client; ``printed`` is
    what Docker printed about it, as one text; ``layers`` are bricks by DiffID or digest.  LabError
    for what is no trace.

    >>> print(ladder(Trace()))
    Nothing has been said.
    """
    if not isinstance(trace, Trace):
        raise LabError(f"a ladder is drawn of a trace, such as lab.trace, not of {trace!r:.60}")
    shown = Ladder.of(trace, printed, layers or {})
    return Figure(_drawn(shown), _told(shown))


# --- words ---------------------------------------------------------------------------------------


def _summary(shown: Ladder) -> str:
    if not shown.rungs and not shown.decisions:
        return "Nothing has been said."
    asked = " and ".join(f"{one.host or 'the registry'}" for one in shown.servers)
    count = len(shown.rungs)
    exchanges = f"{count} exchange{'s' * (count != 1)}"
    about = f" about {shown.repository}" if shown.repository else ""
    up = sum(rung.exchange.up for rung in shown.rungs)
    down = sum(rung.exchange.down for rung in shown.rungs)
    moved = f"{bytes_text(up)} went up, {bytes_text(down)} came down"
    to = f" with {asked}" if asked else ""
    return f"{exchanges}{to}{about}: {moved}."


def _told(shown: Ladder) -> str:
    """The text twin: the three zooms, each a table whose last column says what a row is about."""
    parts = [_summary(shown)]
    if shown.lines:
        rows = [(line.words, line.topic.label if line.topic else "") for line in shown.lines]
        parts.append(columns([("PRINTED", "ABOUT"), *rows]))
    if shown.decisions:
        decided = [_decision_row(one) for one in shown.decisions]
        parts.append(columns([("DECIDED", "BECAUSE", "NO", "ABOUT"), *decided]))
    if shown.rungs:
        header = ("NO", "AT", "WHO", "ASKS", "ANSWER", "UP", "DOWN", "ABOUT")
        parts.append(columns([header, *(_rung_row(shown, one) for one in shown.rungs)]))
    return "\n\n".join(parts)


def _decision_row(one: Decision) -> tuple[str, ...]:
    return one.words, one.rule, str(one.at + 1) if one.at >= 0 else "", one.topic.label


def _rung_row(shown: Ladder, rung: Rung) -> tuple[str, ...]:
    one = rung.exchange
    sizes = (bytes_text(size) if size else "" for size in (one.up, one.down))
    return (
        str(one.index + 1),
        seconds(one.at_us - shown.started_us),
        rung.server.role,
        rung.asks,
        rung.answer,
        *sizes,
        rung.topic.label,
    )


def _about(shown: Ladder, topic: Topic) -> str:
    """The sentence that is said when anything about a topic is chosen."""
    decided = "; ".join(
        f"{one.words}, because {one.rule}" if one.rule else one.words
        for one in shown.decisions
        if one.topic.key == topic.key
    )
    count = sum(rung.topic.key == topic.key for rung in shown.rungs)
    exchanges = f"{count} exchange{'s' * (count != 1)}"
    return f"{topic.label}: {exchanges}; {decided}." if decided else f"{topic.label}: {exchanges}."


# --- picture -------------------------------------------------------------------------------------


class _Zones(NamedTuple):
    """Where the three zooms begin, where the life lines stand, and where the rows end."""

    printed: float
    decided: float
    marks: float
    client: float
    servers: Mapping[str, float]
    width: float


def _zones(shown: Ladder) -> _Zones:
    decided = MARGIN + (PRINTED + MARGIN if shown.lines else 0)
    marks = decided + DECIDED + MARGIN
    client = marks + MARK + 16
    servers = {one.host: client + RUNGS + at * BETWEEN for at, one in enumerate(shown.servers)}
    last = max(servers.values(), default=client + RUNGS)
    return _Zones(MARGIN, decided, marks, client, servers, last + 76)


class _Row(NamedTuple):
    """A row of the picture: an exchange or none, and the decisions that came of it."""

    rung: Rung | None
    decisions: tuple[Decision, ...]


def _rows(shown: Ladder) -> list[_Row]:
    """Exchanges as they were sent; what was decided without one stands where it was decided."""
    beside: dict[int, list[Decision]] = {}
    for one in shown.decisions:
        beside.setdefault(one.at, []).append(one)
    rows = [
        (rung.exchange.at_us, 0, _Row(rung, tuple(beside.get(rung.exchange.index, ()))))
        for rung in shown.rungs
    ]
    rows += [(one.at_us, 1, _Row(None, (one,))) for one in beside.get(-1, ())]
    return [row for *_, row in sorted(rows, key=lambda row: row[:2])]


def _drawn(shown: Ladder) -> Markup:
    zones, rows, summary = _zones(shown), _rows(shown), _summary(shown)
    if not rows:
        words = svg.text(MARGIN, 36, summary, fill=theme.QUIET)
        return svg.document(
            theme.NARROWEST, 60, words, title="The conversation", description=summary
        )
    lines = _stacked(shown, rows)
    bottom = max(TOP + ROW * len(rows), *(y + LINE for _, y in lines), TOP)
    abouts = {topic.key: _about(shown, topic) for topic in shown.topics}
    return svg.document(
        max(zones.width, svg.text_width(summary, bold=True) + 2 * MARGIN),
        bottom + MARGIN,
        patterns(topic.mark for topic in shown.topics if topic.mark),
        svg.text(MARGIN, 30, summary, bold=True),
        *_heads(shown, zones, bottom),
        *(
            _part(mark, line.topic, abouts)
            for line, y in lines
            for mark in (_line(line, zones.printed, y),)
        ),
        *(
            shape
            for at, row in enumerate(rows)
            for shape in _row(row, zones, TOP + ROW * at, abouts)
        ),
        title="The conversation: what was printed, what was decided, what was exchanged",
        description=summary,
    )


def _heads(shown: Ladder, zones: _Zones, bottom: float) -> Iterator[Markup]:
    """The names of the zooms, and of those who speak above their life lines."""
    if shown.lines:
        yield svg.text(zones.printed, 62, "What Docker printed", size=12, bold=True)
    yield svg.text(zones.decided, 62, "What was decided, and why", size=12, bold=True)
    ends = [(zones.client, shown.client, "")]
    ends += [(zones.servers[one.host], one.role, one.host) for one in shown.servers]
    for x, role, host in ends:
        yield svg.line(x, TOP - 8, x, bottom, stroke=theme.LINE, stroke_width=1.5)
        yield svg.text(x, 62, theme.cut(role, 18), size=12, bold=True, text_anchor="middle")
        words = theme.cut(host, 22)
        yield svg.text(x, 77, words, size=10, mono=True, fill=theme.QUIET, text_anchor="middle")


def _stacked(shown: Ladder, rows: list[_Row]) -> list[tuple[Line, float]]:
    """Each printed line beside its row, or below the line before it if there is no room."""
    tops = {row.rung.exchange.index: TOP + ROW * at for at, row in enumerate(rows) if row.rung}
    y, found = float(TOP - 4), []
    for line in shown.lines:
        y = max(y + LINE, tops.get(line.at, 0) + 15)
        found.append((line, y))
    return found


def _line(line: Line, x: float, y: float) -> Markup:
    parts = []
    if line.topic and line.topic.mark:
        parts.append(swatch(line.topic.mark, x, y - 12, 24, 16, size=10))
    words = svg.fitted(line.words, PRINTED - MARK, SIZE, mono=True)
    return svg.group(
        svg.element("title", line.words),
        *parts,
        svg.text(x + MARK, y, words, size=SIZE, mono=True),
    )


def _row(row: _Row, zones: _Zones, top: float, abouts: Mapping[str, str]) -> Iterator[Markup]:
    yield svg.line(
        zones.decided, top - 4, zones.width - 16, top - 4, stroke=theme.LINE, stroke_width=0.5
    )
    for at, one in enumerate(row.decisions):
        yield _part(_decided(one, zones.decided, top + at * ROW), one.topic, abouts)
    if row.rung:
        yield _part(_rung(row.rung, zones, top), row.rung.topic, abouts)


def _part(drawn: Markup, topic: Topic | None, abouts: Mapping[str, str]) -> Markup:
    """Something that is selected together with whatever is about the same."""
    about = abouts.get(topic.key) if topic else None
    if topic is None or about is None:
        return svg.group(drawn, class_="part")
    return svg.group(
        drawn,
        class_="part",
        data_key=topic.key,
        data_with=topic.key,
        data_about=about,
        aria_label=about,
    )


def _decided(one: Decision, x: float, top: float) -> Markup:
    said = one.words if one.topic.mark else f"{one.topic.words}: {one.words}"
    ink = theme.FAULT if one.bad else theme.INK
    parts = [svg.element("title", f"{one.topic.label}: {one.words}")]
    if one.topic.mark:
        parts.append(swatch(one.topic.mark, x, top + 3, 24, 18, size=11))
    words = svg.fitted(said, DECIDED - MARK, 12, bold=True)
    parts.append(svg.text(x + MARK, top + 15, words, size=12, bold=True, fill=ink))
    if one.rule:
        words = svg.fitted(one.rule, DECIDED - MARK, SIZE)
        parts.append(svg.text(x + MARK, top + 33, words, size=SIZE, fill=theme.QUIET))
    return svg.group(*parts)


def _rung(rung: Rung, zones: _Zones, top: float) -> Markup:
    """There and back: the request over its arrow, the answer over the one that returns."""
    one, end = rung.exchange, zones.servers[rung.server.host]
    start, room = zones.client, RUNGS - BYTES - 24
    ink = theme.FAULT if rung.bad else theme.INK
    parts = [
        svg.element("title", f"{rung.asks}: {rung.answer}"),
        *_mark(rung.topic, zones.marks, top),
        _arrow(start, end, top + 17, theme.QUIET),
        svg.text(
            start + 12, top + 13, svg.fitted(rung.asks, room, SIZE, mono=True), size=SIZE, mono=True
        ),
        svg.text(
            start + 12,
            top + 32,
            svg.fitted(rung.answer, room, SIZE, mono=True),
            size=SIZE,
            mono=True,
            fill=ink,
        ),
        _arrow(end, start, top + 36, ink if rung.bad else theme.QUIET, lost=bool(one.fault)),
    ]
    for sign, size, y in (("↑", one.up, 13), ("↓", one.down, 32)):
        if size:
            words = f"{sign} {bytes_text(size)}"
            x = zones.client + RUNGS - 12
            parts.append(svg.text(x, top + y, words, size=SIZE, text_anchor="end"))
    return svg.group(*parts)


def _mark(topic: Topic, x: float, top: float) -> Iterator[Markup]:
    if topic.mark:
        yield swatch(topic.mark, x, top + 2, 26, 20)


def _arrow(start: float, end: float, y: float, ink: str, *, lost: bool = False) -> Markup:
    """A line with a head where it arrives; what never arrived is broken and has a cross."""
    way = 1 if end > start else -1
    if lost:
        middle = (start + end) / 2
        cross = f"M{middle - 4:g},{y - 4:g} l8,8 m0,-8 l-8,8"
        return svg.path(f"M{start:g},{y:g} H{middle:g} {cross}", stroke=ink, fill="none")
    head = f"M{end - 7 * way:g},{y - 3.5:g} L{end:g},{y:g} L{end - 7 * way:g},{y + 3.5:g}"
    return svg.path(f"M{start:g},{y:g} H{end:g} {head}", stroke=ink, fill="none")
