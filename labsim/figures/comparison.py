"""A script on two engines as a page: the steps, and where they differ in colour *and* by a mark."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Protocol

from labsim.figures.figure import Figure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["comparison_figure"]

_TINTS = {" ": "", "-": "background:#fde8d7", "+": "background:#dcecf8"}


class Line(Protocol):
    """A line and its mark."""

    @property
    def mark(self) -> str:
        """Blank, minus or plus."""

    @property
    def line(self) -> str:
        """What was printed."""


class Step(Protocol):
    """One action."""

    @property
    def action(self) -> str:
        """As a script has it."""

    @property
    def same(self) -> bool:
        """Whether both printed the same."""

    @property
    def lines(self) -> Sequence[Line]:
        """All that was printed."""


class Shown(Protocol):
    """What a comparison has."""

    @property
    def steps(self) -> Sequence[Step]:
        """In their order."""


def comparison_figure(value: Shown) -> Figure:
    """The comparison as a page; its text is the comparison's own."""
    text = str(value)
    legend = escape("\n".join(text.split("\n", 2)[:2]))
    steps = "".join(_step(number, step) for number, step in enumerate(value.steps, 1))
    end = escape(text.rpartition("\n")[2])
    return Figure(
        '<div role="group" aria-label="one script on two engines">'
        f'<pre style="margin:0">{legend}</pre>{steps}<p>{end}</p></div>',
        text,
    )


def _step(number: int, step: Step) -> str:
    """One action; those that differ are open, the others can be opened."""
    state = "" if step.same else " open"
    said = escape(f"{number}. {step.action}") + ("" if step.same else " (different)")
    return (
        f"<details{state}><summary><code>{said}</code></summary>"
        f'<pre style="margin:0">{_lines(step.lines)}</pre></details>'
    )


def _lines(lines: Iterable[Line]) -> str:
    return "".join(
        f'<span style="display:block;{_TINTS[one.mark]}">{one.mark} {escape(one.line)}</span>'
        for one in lines
    )
