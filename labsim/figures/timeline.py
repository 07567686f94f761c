"""A push or a pull on its clock, drawn: lanes from top to bottom, time from left to right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from labsim.errors import LabError
from labsim.figures import acts, lanes, svg, theme
from labsim.figures.bricks import Brick
from labsim.figures.figure import Figure, bytes_text
from labsim.figures.lanes import Lanes, Row, Step
from labsim.figures.svg import Markup
from labsim.figures.swatch import patterns, swatch
from labsim.trace import Trace

__all__ = ["drawn", "timeline"]

WIDTH = 940
LEFT = 230
AXIS = 454
RIGHT = LEFT + AXIS + 14
TOP = 40
ROW = 34
#: The sign of a wait before another try.
RETRY = "↺"
THICK = 20
THIN = 12
#: A round trip on a fast link would be a hair: this much of it is always drawn.
NARROWEST = 3
#: At most so many ticks, a round time apart.
TICKS = 6
LEGEND_LINE = 20


def timeline(trace: Trace, layers: Mapping[str, Brick] | None = None) -> Figure:
    """The whole conversation as one still picture; ``layers`` are bricks by DiffID or digest.

    What holds at an instant of it is :meth:`labsim.figures.replay.Replay.still`.  LabError for what
    is no trace.
    """
    if not isinstance(trace, Trace):
        raise LabError(f"a timeline is drawn of a trace, such as lab.trace, not of {trace!r:.60}")
    shown = Lanes.of(trace, layers or {})
    return Figure(drawn(shown), lanes.told(shown))


def drawn(
    shown: Lanes, *, head_us: int | None = None, words: Sequence[str] | None = None
) -> Markup:
    """The picture; with ``head_us`` it has a playhead there, and the marks by which one moves it.

    ``words`` are what to say of each row, and last of all of them, instead of what they came to.
    """
    if not shown.rows:
        words_only = svg.text(18, 36, shown.summary, fill=theme.QUIET)
        return svg.document(
            theme.NARROWEST, 60, words_only, title="The conversation", description=shown.summary
        )
    bottom = TOP + ROW * len(shown.rows)
    said = words or [*(row.outcome for row in shown.rows), shown.summary]
    legend = _legend(shown)
    width = max(WIDTH, svg.text_width(said[-1], bold=True) + 36)
    return svg.document(
        width,
        bottom + 50 + LEGEND_LINE * len(legend),
        patterns(row.mark for row in shown.rows if row.mark),
        *_axis(shown.length_us, bottom),
        *(_row(row, at, shown.length_us, said[at]) for at, row in enumerate(shown.rows)),
        *([] if head_us is None else [_head(bottom, AXIS * head_us / shown.length_us)]),
        svg.text(18, bottom + 28, said[-1], bold=True, data_words=str(len(shown.rows))),
        *(
            svg.text(18, bottom + 36 + LEGEND_LINE * at, line, size=12, fill=theme.QUIET)
            for at, line in enumerate(legend, 1)
        ),
        title="The conversation on its clock: a row for each lane, time from left to right",
        description=said[-1],
    )


def _axis(length_us: int, bottom: float) -> Iterator[Markup]:
    yield svg.line(LEFT, TOP - 8, LEFT + AXIS, TOP - 8, stroke=theme.LINE)
    for at_us in range(0, length_us + 1, _apart(length_us)):
        x = LEFT + AXIS * at_us / length_us
        words = f"{at_us / 1_000_000:g} s"
        yield svg.line(x, TOP - 8, x, bottom, stroke=theme.LINE, stroke_width=0.5)
        yield svg.text(x, TOP - 14, words, size=11, fill=theme.QUIET, text_anchor="middle")


def _apart(length_us: int) -> int:
    """A round time, 1, 2 or 5 of something, of which few enough fit."""
    steps = (first * 10**power for power in range(16) for first in (1, 2, 5))
    return next(int(step) for step in steps if length_us <= step * TICKS)


def _row(row: Row, at: int, length_us: int, words: str) -> Markup:
    top = TOP + ROW * at
    middle, scale = top + ROW / 2, AXIS / length_us
    return svg.group(
        svg.element("title", f"{lanes.label(row)}: {words}"),
        svg.line(16, top, WIDTH - 16, top, stroke=theme.LINE, stroke_width=0.5),
        *_title(row, middle),
        *(_wait(start, end, middle, scale) for start, end in row.waits),
        *(mark for pair in row.retries for mark in _retry(*pair, middle, scale)),
        *(_bar(step, row, middle, scale) for step in row.steps),
        svg.text(
            RIGHT,
            middle + 4,
            svg.fitted(words, WIDTH - RIGHT - 8, 12),
            size=12,
            fill=theme.FAULT if row.failed and words == row.outcome else theme.INK,
            data_words=str(at),
        ),
        class_="part",
        data_lane=str(at),
    )


def _title(row: Row, middle: float) -> Iterator[Markup]:
    """The lane's mark, what it is about, and how long that is."""
    size = bytes_text(row.size) if row.size else ""
    room = LEFT - 74 - (svg.text_width(size, 12) if size else 0)
    if row.mark is not None:
        yield swatch(row.mark, 18, middle - 10, 26, 20)
    mono = row.mark is not None
    title = svg.fitted(row.title, room, 12, mono=mono)
    yield svg.text(52, middle + 4, title, size=12, mono=mono)
    if size:
        yield svg.text(LEFT - 16, middle + 4, size, size=12, text_anchor="end", fill=theme.QUIET)


def _wait(start_us: int, end_us: int, middle: float, scale: float) -> Markup:
    return svg.line(
        LEFT + start_us * scale + 2,
        middle,
        LEFT + end_us * scale - 2,
        middle,
        svg.element("title", "waits"),
        stroke=theme.LINE,
        stroke_dasharray="2 4",
    )


def _retry(start_us: int, end_us: int, middle: float, scale: float) -> Iterator[Markup]:
    """A wait before another try: its sign, and how long it is where there is room."""
    x, wide = LEFT + start_us * scale, (end_us - start_us) * scale
    words = f"{RETRY} {(end_us - start_us) / 1_000_000:g} s"
    words = words if svg.text_width(words, 10) + 6 <= wide else RETRY
    if svg.text_width(words, 10) + 4 > wide:
        return
    half = svg.text_width(words, 10) / 2 + 3
    yield svg.rect(x + wide / 2 - half, middle - 7, 2 * half, 14, fill=theme.PAPER)
    yield svg.text(x + wide / 2, middle + 4, words, size=10, fill=theme.QUIET, text_anchor="middle")


def _bar(step: Step, row: Row, middle: float, scale: float) -> Markup:
    x = LEFT + step.start_us * scale
    wide = max(NARROWEST, (step.end_us - step.start_us) * scale - 1)
    tooltip = svg.element("title", f"{step.act.words}: {acts.answer(step.exchange)}")
    if step.carries and row.mark:
        words = f"{step.act.sign} {bytes_text(step.moved)}"
        bar = swatch(row.mark, x, middle - THICK / 2, wide, THICK, words=words)
        return svg.group(tooltip, bar)
    tall = THICK if step.carries else THIN
    fill, ink = (theme.QUIET, theme.PAPER) if step.carries else (theme.PAPER, theme.INK)
    box = svg.rect(x, middle - tall / 2, wide, tall, rx=2, fill=fill, stroke=theme.QUIET)
    sign = svg.text(
        x + wide / 2, middle + 4, step.act.sign, size=10, fill=ink, text_anchor="middle"
    )
    return svg.group(tooltip, box, *([sign] if wide >= 9 else []))


def _legend(shown: Lanes) -> list[str]:
    """What the signs on the bars mean, in lines that fit."""
    used = dict.fromkeys(step.act.name for row in shown.rows for step in row.steps)
    signs = [f"{acts.ACTS[name].sign} {acts.ACTS[name].words}" for name in used]
    signs += [f"{RETRY} waits to try again"] if any(row.retries for row in shown.rows) else []
    lines: list[str] = []
    for words in signs:
        longer = f"{lines[-1]}  ·  {words}" if lines else words
        if lines and svg.text_width(longer, 12) <= WIDTH - 36:
            lines[-1] = longer
        else:
            lines.append(words)
    return lines


def _head(bottom: float, at: float) -> Markup:
    """The playhead: a line, and to its right a veil over what has not happened yet."""
    area = svg.element(
        "clipPath",
        svg.rect(LEFT - 1, TOP - 8, AXIS + 8, bottom - TOP + 8),
        id=svg.local("axis"),
    )
    veil = svg.rect(LEFT, TOP - 8, AXIS + 8, bottom - TOP + 8, fill=theme.PAPER, fill_opacity=0.85)
    edge = svg.line(LEFT, TOP - 8, LEFT, bottom, stroke=theme.FAULT, stroke_width=2)
    moved = svg.group(veil, edge, data_head=str(AXIS), transform=f"translate({at:g} 0)")
    return Markup(area + svg.group(moved, clip_path=svg.url("axis"), pointer_events="none"))
