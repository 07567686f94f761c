"""What was done in a lab, action by action, and how the lab was after each of them."""

from __future__ import annotations

from typing import NamedTuple

from labsim.course import views
from labsim.docker.commands import only_looks
from labsim.errors import LabError
from labsim.figures.figure import Figure, Table
from labsim.figures.replay import Replay
from labsim.lab import Lab
from labsim.lab.journal import shown_action

__all__ = ["Step", "changed", "conversation", "state", "steps"]

BEGINNING = "the beginning"


class Step(NamedTuple):
    """A state that a lab was in: after how many actions, and what the last of them was."""

    after: int
    words: str

    @property
    def title(self) -> str:
        """The step in a list."""
        return f"{self.after}  {self.words}"


def steps(lab: Lab) -> list[Step]:
    """Every state so far, the beginning first."""
    done = (shown_action(action) for action in lab.journal)
    return [Step(at, words) for at, words in enumerate((BEGINNING, *done))]


def changed(action: list[str]) -> bool:
    """Whether an action is one for undo: a command that only looks is none."""
    return action[0] != "docker" or not only_looks(action[1])


def state(lab: Lab, after: int) -> Figure:
    """The lab after so many actions: its map, and the actions with a mark at that one."""
    found, drawn = steps(lab), views.the_map(lab.at(after))
    sentence = f"After {after} of {len(lab.journal)} actions: {found[after].words}."
    text = f"{sentence}\n\n{_listed(found, after).text}\n\n{drawn.text}"
    return Figure(drawn.html, text, drawn.data)


def _listed(found: list[Step], after: int) -> Table:
    rows = [("→" * (one.after == after), str(one.after), one.words) for one in found]
    return Table("What was done", ("here", "after", "action"), rows)


def conversation(lab: Lab, after: int) -> Replay:
    """What the action that led to a state said to a registry; LabError where it said nothing."""
    if not after:
        raise LabError("at the beginning nothing has been said yet")
    before, there = lab.at(after - 1), lab.at(after)
    said = [one.trace for _, one in there.results[len(before.results) :] if one.trace]
    if not said:
        raise LabError(f"{lab.journal[after - 1][0]} said nothing to a registry")
    return views.moved(there, said[-1])
