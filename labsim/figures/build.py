r"""A build as its steps: what was cached, where the cut is, and what a push sends again.

The cut is above the first step that is not cached.  A step weighs the packed bytes of its layer;
what is *pushed again* are the layers of the image that were built anew.  (The same ``RUN`` makes
other bytes at work each time, be it only for the times in its files; so it counts.)

>>> from labsim.dockerfile import read
>>> from labsim.engine.builder import BuildCache, Context, Order
>>> from labsim.engine.builder.buildkit import build
>>> order = Order(read("FROM scratch\nWORKDIR /app\n"), Context.of({}))
>>> figure = build_figure(build(order, BuildCache(), {}, 0))
>>> print(figure.text.partition("\n")[0])
the build: 0 of 1 step cached, the cut is above [1/1] WORKDIR /app; 141 B are pushed again.
>>> [(row["step"], row["state"], row["pushed again"]) for row in figure.data["steps"]]
[('[1/1] WORKDIR /app', 'built', 141)]
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from labsim.engine.builder.order import Built, Step
from labsim.figures import svg, theme
from labsim.figures.bricks import Brick, marked
from labsim.figures.cells import BROAD_EM, cell, chip
from labsim.figures.data import Row
from labsim.figures.figure import Figure, bytes_text, columns
from labsim.figures.svg import Markup
from labsim.figures.swatch import patterns, swatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.builder.advice import Advice

__all__ = ["Bench", "BuildStep", "advice_figure", "build_figure"]

CACHED, BUILT, FAILED, READ = "cached", "built", "failed", "read"
NO_CUT = "there is no cut"
NOTE = (
    "Pushed again is what the image has in layers that were built anew;"
    " a RUN makes other bytes each time."
)
NOTHING = "Nothing was built: there is no step to show."
HEADER = ("step", "state", "layer", "bytes", "pushed again", "why")


class BuildStep(NamedTuple):
    """A step as it is shown; ``packed`` None: it made no layer.  ``again``: bytes to push again."""

    name: str
    state: str
    mark: theme.Mark | None
    packed: int | None
    again: int
    why: str


class Bench(NamedTuple):
    """One build: what it is called, its steps, and what stopped it."""

    title: str
    steps: tuple[BuildStep, ...]
    fault: str

    @property
    def cut(self) -> int | None:
        """The place of the first step that is not cached; None: all were."""
        late = (BUILT, FAILED)
        return next((at for at, step in enumerate(self.steps) if step.state in late), None)

    @property
    def again(self) -> int:
        """Bytes that a push sends again."""
        return sum(step.again for step in self.steps)

    @property
    def counts(self) -> str:
        """How many steps were looked up, and found."""
        looked = [step for step in self.steps if step.state != READ]
        cached = sum(step.state == CACHED for step in looked)
        return f"{cached} of {'1 step' if len(looked) == 1 else f'{len(looked)} steps'} cached"

    @property
    def end(self) -> str:
        """What it came to."""
        if self.fault:
            return f"it failed: {self.fault}"
        return f"{bytes_text(self.again)} are pushed again."

    @property
    def sentence(self) -> str:
        """What there is to say of it."""
        cut = NO_CUT if self.cut is None else f"the cut is above {self.steps[self.cut].name}"
        return f"{self.title}: {self.counts}, {cut}; {self.end}"


def build_figure(
    builds: Built | Mapping[str, Built], layers: Mapping[str, Brick] | None = None
) -> Figure:
    """One build, or several by their titles: before and after an edit, in one order and another.

    ``layers`` are bricks by DiffID: a layer that is among them keeps its look.
    """
    named = {"the build": builds} if isinstance(builds, Built) else builds
    benches = _benches(named, layers or {})
    data: dict[str, list[Row]] = {
        "builds": [
            {"build": one.title, "cut above": _cut_name(one), "pushed again": one.again}
            for one in benches
        ],
        "steps": [_facts(one, step) for one in benches for step in one.steps],
    }
    return Figure(_drawn(benches), _told(benches), data)


def advice_figure(advice: Advice) -> Figure:
    """Both orders, before and after the edit, below the words of the advice."""
    drawn = build_figure(dict(zip(("in this order", "in the other"), advice.builds, strict=False)))
    words = f'<pre style="margin:0 0 1em">{escape(str(advice))}</pre>'
    return Figure(f"<div>{words}{drawn.svg}</div>", f"{advice}\n\n{drawn.text}", drawn.data)


def _benches(builds: Mapping[str, Built], layers: Mapping[str, Brick]) -> list[Bench]:
    made = [s.layer.diff_id for built in builds.values() for s in built.steps if s.layer]
    marks = marked(made, layers)
    benches = []
    for title, built in builds.items():
        again = _again(built)
        steps = tuple(_step(step, marks, again=at in again) for at, step in enumerate(built.steps))
        benches.append(Bench(title, steps, _line(built.fault)))
    return benches


def _again(built: Built) -> set[int]:
    """The steps whose layers are in the image and new: seen from its top, which was made last."""
    if built.image is None:
        return set()
    left, found = list(built.image.diff_ids), set()
    for at in reversed(range(len(built.steps))):
        step = built.steps[at]
        if step.layer is not None and left and step.layer.diff_id == left[-1]:
            left.pop()
            found |= set() if step.cached else {at}
    return found


def _step(step: Step, marks: Mapping[str, theme.Mark], *, again: bool) -> BuildStep:
    state = FAILED if step.fault else CACHED if step.cached else BUILT if step.why else READ
    mark = marks[step.layer.diff_id] if step.layer else None
    packed = step.layer.packed_size if step.layer else None
    why = _line(step.fault or step.why or "nothing to look up")
    return BuildStep(_line(step.name), state, mark, packed, packed or 0 if again else 0, why)


def _line(words: str) -> str:
    return " ".join(words.split())


# --- words ---------------------------------------------------------------------------------------


def _cut_name(bench: Bench) -> str:
    return "" if bench.cut is None else bench.steps[bench.cut].name


def _facts(bench: Bench, step: BuildStep) -> Row:
    return {
        "build": bench.title,
        "step": step.name,
        "state": step.state,
        "layer": step.mark.letter if step.mark else None,
        "bytes": step.packed,
        "pushed again": step.again,
        "why": step.why,
    }


def _cells(step: BuildStep) -> tuple[str, ...]:
    letter = step.mark.letter if step.mark else "none"
    packed, again = bytes_text(step.packed or 0), bytes_text(step.again)
    return step.name, step.state, letter, packed, again, step.why


def _told(benches: list[Bench]) -> str:
    parts = []
    for bench in benches:
        header = [name.upper() for name in HEADER]
        parts += [bench.sentence, columns([header, *map(_cells, bench.steps)])]
    return "\n\n".join([*parts, NOTE] if any(one.steps for one in benches) else [NOTHING])


# --- picture -------------------------------------------------------------------------------------

WIDTH = 960
MARGIN = 24
TOP = 72
ROW = 46
GAP = 26
#: Where the columns are: the state, the bar and its longest width, and two amounts flush right.
STATE, BAR, LONGEST, BYTES, AGAIN = 454, 546, 190, 812, WIDTH - MARGIN
THICK = 20
#: A bar has room for its letter, and the picture says so.
SHORTEST = 24


def _drawn(benches: list[Bench]) -> Markup:
    title = "A build, step by step: what was cached, and what a push sends again"
    if not any(bench.steps for bench in benches):
        words = svg.text(MARGIN, 36, NOTHING, fill=theme.QUIET)
        return svg.document(640, 60, words, title=title, description=NOTHING)
    every = [step for bench in benches for step in bench.steps]
    scale = LONGEST / max(1, *(step.packed or 0 for step in every))
    shapes, y = [], 0.0
    for at, bench in enumerate(benches):
        shapes.append(_panel(bench, at, y, scale))
        y += TOP + ROW * len(bench.steps) + GAP
    short = any(0 < (step.packed or 0) * scale < SHORTEST for step in every)
    notes = [NOTE, *["Bars are bytes; the shortest are drawn longer than they are."] * short]
    bottom = y + 8
    return svg.document(
        WIDTH,
        bottom + 18 * len(notes) + 8,
        patterns(step.mark for step in every if step.mark),
        *shapes,
        *(
            svg.text(MARGIN, bottom + 18 * at, note, size=11, fill=theme.QUIET)
            for at, note in enumerate(notes)
        ),
        title=title,
        description=" ".join(bench.sentence for bench in benches),
    )


def _panel(bench: Bench, number: int, top: float, scale: float) -> Markup:
    y = top + TOP
    cut = [] if bench.cut is None else [_cut(y + ROW * bench.cut, bench.cut)]
    return svg.group(
        cell(MARGIN, top + 36, bench.title, "build", room=250, size=15, bold=True),
        svg.element("title", bench.sentence),
        *_head(top + 60),
        *(_row(step, at, y + ROW * at, scale) for at, step in enumerate(bench.steps)),
        *cut,
        _totals(f"{bench.counts}; {bench.end}", top + 36),
        data_panel=str(number),
    )


def _totals(words: str, y: float) -> Markup:
    """What it came to, flush right beside the title."""
    return cell(WIDTH - MARGIN, y, words, "sums", room=640, size=13, text_anchor="end")


def _head(y: float) -> list[Markup]:
    heads = (
        (MARGIN, "step, and why", None),
        (STATE, "state", None),
        (BAR, "layer", None),
        (BYTES, "bytes", "end"),
        (AGAIN, "pushed again", "end"),
    )
    return [
        svg.text(x, y, words, size=11, fill=theme.QUIET, text_anchor=anchor)
        for x, words, anchor in heads
    ]


def _row(step: BuildStep, at: int, top: float, scale: float) -> Markup:
    name, state, letter, packed, again, why = _cells(step)
    middle, room = top + ROW / 2, STATE - MARGIN - 16
    late = step.state in (BUILT, FAILED)
    ink = theme.FAULT if late else theme.QUIET
    return svg.group(
        svg.line(MARGIN, top, WIDTH - MARGIN, top, stroke=theme.LINE, stroke_width=0.5),
        cell(MARGIN, middle - 3, name, "step", room=room, size=12.5, mono=True, bold=True),
        cell(MARGIN, middle + 14, why, "why", room=room, size=11.5, fill=theme.QUIET),
        chip(STATE, middle - 12, 70, 24, stroke=ink, rx=12),
        cell(STATE + 35, middle + 4, state, "state", room=66, fill=ink, text_anchor="middle"),
        _bar(step, letter, middle, scale),
        cell(BYTES, middle + 4, packed, "bytes", room=70, text_anchor="end"),
        cell(
            AGAIN,
            middle + 4,
            again,
            "pushed again",
            room=90,
            bold=step.again > 0,
            text_anchor="end",
        ),
        data_row=str(at),
    )


def _bar(step: BuildStep, letter: str, middle: float, scale: float) -> Markup:
    if step.mark is None:
        return cell(BAR, middle + 4, letter, "layer", room=60, fill=theme.QUIET)
    wide = max(SHORTEST, (step.packed or 0) * scale)
    tooltip = svg.element("title", letter)
    bar = swatch(step.mark, BAR, middle - THICK / 2, wide, THICK)
    return svg.group(tooltip, bar, data_cell="layer")


def _cut(y: float, at: int) -> Markup:
    """The cut line, and what it says."""
    words = "cut: from here on steps are built" if at else "cut: above the first step"
    x = BAR - 14
    return svg.group(
        svg.line(
            MARGIN - 8, y, WIDTH - MARGIN + 8, y, stroke=theme.FAULT, stroke_width=2,
            stroke_dasharray="8 5",
        ),
        svg.rect(x, y - 10, BROAD_EM * 11 * len(words) + 22, 19, rx=4, fill=theme.PAPER),
        svg.text(x + 8, y + 4, words, size=11, bold=True, fill=theme.FAULT),
        data_cut=str(at),
    )  # fmt: skip
