"""The replay with a fork: stop the last push at an instant, change something, see both futures."""

from __future__ import annotations

import re

from labsim.course import views
from labsim.course.futures import CHANGES, Change, Pair, fork, pair
from labsim.figures.figure import Figure
from labsim.figures.replay import Replay
from labsim.lab import Lab
from labsim.notebook.widgets.panel import Panel, button, choice, row
from labsim.notebook.widgets.picture import REPLAY, controls, moments
from labsim.notebook.widgets.shell import framed

__all__ = ["Futures"]


class Futures(Panel):
    """The last push or pull on its clock; below it, what may be changed where the clock stands.

    ``lab`` is the lab as it was when the widget was made: a later push does not take the place of
    the one that is shown.  ``other`` is the fork, a lab like any: its ``undo`` takes back the push
    that went otherwise, then what happened during it.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab.fork()
        self.other: Lab | None = None
        self.change = choice("At this instant:", [(one.title, one) for one in CHANGES], _nothing)
        self.change.value = CHANGES[0]
        self.fork = button("Fork here", self._fork)
        self.drop = button("Only as it was", self._back)
        self.use = button("Go on in the fork", self._use, tip="%docker then acts on the fork")
        bar = row(self.change, self.fork, self.drop, self.use)
        super().__init__(REPLAY, ())
        self.children = (self.shell, bar)
        self._back()

    def _fork(self) -> None:
        change: Change = self.change.value
        at_us = min(self.shell.clock, views.replayed(self.lab).length_us)
        self.trying(self._forked, at_us, change)

    def _forked(self, at_us: int, change: Change) -> None:
        self.other = fork(self.lab, at_us, change)
        self._show_pair(pair(self.lab, self.other, at_us, change))

    def _back(self) -> None:
        """The last push alone, at its end."""
        self.other = None
        self.show_replay(views.replayed(self.lab), REPLAY)
        self._enable()

    def _use(self) -> None:
        if self.other is not None:
            self.other.use()
            said = "The fork is the lab that %docker acts on now; lab.use() brings the other back."
            self.say(said)

    def _show_pair(self, both: Pair) -> None:
        still = _pictures(both, [one.figure.svg for one in both.replays])
        movable = _pictures(both, _numbered(both.replays))
        self.figure, self.said = Figure(still, both.text), both.summary
        markup = framed(controls(both.length_us), self.said, movable, REPLAY)
        self.shell.show(self.figure, markup, moments(both.moments), both.at_us)
        self._enable()

    def _enable(self) -> None:
        self.drop.disabled = self.use.disabled = self.other is None


def _nothing() -> None:
    """Which change is chosen matters when somebody forks."""


def _pictures(both: Pair, drawn: list[str]) -> str:
    """Both replays side by side, each under its title, and what differs below them."""
    sides = "".join(
        f"<figure><figcaption>{title}</figcaption>{svg}</figure>"
        for title, svg in zip(both.titles, drawn, strict=True)
    )
    differ = f"<figure><figcaption>What differs</figcaption>{both.differences.svg}</figure>"
    return f'<div class="labsim-pair">{sides}</div>{differ}'


def _numbered(replays: tuple[Replay, Replay]) -> list[str]:
    """The movable pictures, the rows and the ids of the second made different from the first's."""
    one, other = (replay.movable.svg for replay in replays)
    rows = len(replays[0].moments[-1].lanes)
    other = re.sub(
        r'data-(lane|words)="(\d+)"', lambda it: f'data-{it[1]}="{int(it[2]) + rows}"', other
    )
    other = re.sub(r"\blab[0-9a-f]{10}\b", r"\g<0>b", other)
    return [
        svg.replace("data-head=", f'data-end="{replay.length_us}" data-head=')
        for svg, replay in zip((one, other), replays, strict=True)
    ]
