"""What is different between two states: a sign for each fact, and both values of it.

A state is facts under headings.  Only what differs is drawn; how much is the same is said.

>>> from labsim.figures.differences import Fact, differences
>>> then, now = {"names": {"app:1": Fact("4f2a")}}, {"names": {"app:1": Fact("9c01")}}
>>> print(differences(then, now).text)
1 difference: 1 changed; nothing is the same.
<BLANKLINE>
       WHAT   BEFORE  AFTER
names  app:1  4f2a    9c01   ≠ changed
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from labsim.figures import svg, theme
from labsim.figures.figure import Figure, columns
from labsim.figures.svg import Markup

__all__ = ["Difference", "Fact", "State", "differences"]

MARGIN, TOP, ROW = 24, 62, 24
#: Where the columns stand: the sign, what it is, before, after; and the right edge.
SIGN, WHAT, BEFORE, AFTER, WIDTH = 24, 108, 470, 720, 980
SIGNS = {"+": "new", "−": "gone", "≠": "changed"}


class Fact(NamedTuple):
    """A value as it is shown, and what tells it apart where that is more than one sees."""

    words: str
    identity: object = None


State = Mapping[str, Mapping[str, Fact]]


class Difference(NamedTuple):
    """One fact that is not the same in both states; the words of a missing one are empty."""

    heading: str
    what: str
    before: str
    after: str
    sign: str


class _Found(NamedTuple):
    rows: tuple[Difference, ...]
    same: int
    names: tuple[str, str]

    @property
    def summary(self) -> str:
        count = len(self.rows)
        rest = f"{self.same} facts are the same" if self.same != 1 else "1 fact is the same"
        rest = rest if self.same else "nothing is the same"
        if not count:
            return f"No difference: {rest}."
        signs = [row.sign for row in self.rows]
        kinds = ", ".join(f"{signs.count(s)} {SIGNS[s]}" for s in SIGNS if s in signs)
        return f"{count} difference{'s' * (count != 1)}: {kinds}; {rest}."


def differences(
    before: State, after: State, names: tuple[str, str] = ("before", "after")
) -> Figure:
    """The facts that differ, heading by heading, with the text twin; ``names`` head the columns."""
    rows = tuple(_rows(before, after))
    every = sum(len(facts) for facts in before.values())
    gone = sum(row.sign != "+" for row in rows)
    shown = _Found(rows, every - gone, names)
    return Figure(_drawn(shown), _told(shown))


def _rows(before: State, after: State) -> Iterator[Difference]:
    for heading in dict.fromkeys((*before, *after)):
        old, new = before.get(heading, {}), after.get(heading, {})
        for what in dict.fromkeys((*old, *new)):
            one, other = old.get(what), new.get(what)
            if one == other:
                continue
            sign = "+" if one is None else "−" if other is None else "≠"
            yield Difference(
                heading, what, one.words if one else "", other.words if other else "", sign
            )


def _told(shown: _Found) -> str:
    if not shown.rows:
        return shown.summary
    header = ("", "WHAT", shown.names[0].upper(), shown.names[1].upper(), "")
    rows = [
        (row.heading, row.what, row.before, row.after, f"{row.sign} {SIGNS[row.sign]}")
        for row in shown.rows
    ]
    return f"{shown.summary}\n\n{columns([header, *rows])}"


def _drawn(shown: _Found) -> Markup:
    shapes: list[Markup] = []
    y, heading = float(TOP), ""
    for row in shown.rows:
        if row.heading != heading:
            heading = row.heading
            y += 14
            shapes += _heading(heading, y)
            y += ROW
        shapes.append(_row(row, y))
        y += ROW
    heads = [(BEFORE, shown.names[0]), (AFTER, shown.names[1])] if shown.rows else []
    return svg.document(
        max(WIDTH, svg.text_width(shown.summary, bold=True) + 2 * MARGIN),
        y + 8 if shown.rows else 60,
        svg.text(MARGIN, 32, shown.summary, bold=True),
        *(
            svg.text(
                x, TOP - 2, svg.fitted(name, AFTER - BEFORE - 12, 12, bold=True), size=12, bold=True
            )
            for x, name in heads
        ),
        *shapes,
        title="What is different",
        description=shown.summary,
    )


def _heading(words: str, y: float) -> Iterator[Markup]:
    yield svg.line(MARGIN, y + 7, WIDTH - MARGIN, y + 7, stroke=theme.LINE)
    yield svg.text(
        MARGIN, y, svg.fitted(words, BEFORE - MARGIN - 12, 12), size=12, fill=theme.QUIET
    )


def _row(row: Difference, y: float) -> Markup:
    """One fact: its sign with a word, its name, and both values; what is gone is struck out."""
    about = f"{row.what}: {row.before or 'nothing'}, then {row.after or 'nothing'}"
    cells = (
        (WHAT, row.what, BEFORE - WHAT - 12, theme.INK),
        (BEFORE, row.before, AFTER - BEFORE - 12, theme.QUIET),
        (AFTER, row.after, WIDTH - AFTER - MARGIN, theme.INK),
    )
    return svg.group(
        svg.element("title", about),
        svg.text(SIGN, y, f"{row.sign} {SIGNS[row.sign]}", size=12, bold=True),
        *(
            svg.text(x, y, svg.fitted(words, room, 12, mono=True), size=12, mono=True, fill=ink)
            for x, words, room, ink in cells
            if words
        ),
        class_="part",
    )
