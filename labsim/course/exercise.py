"""An exercise is a value: a task, where it starts, what must hold at its end, and the ways there.

It carries its own proof.  ``paths`` are different ways that must be accepted, ``mistakes`` are ways
that must not, each with the claim it leaves unmet and the hint it earns; one test replays them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import labsim
from labsim.course.claims import Claim
from labsim.lab import Lab

__all__ = ["Action", "Exercise", "Mistake", "Verdict", "start"]

Action = Sequence[str]


class Mistake(NamedTuple):
    """A way to miss: what was done, the claim it leaves unmet, how it shows, what helps.

    ``code`` is stable across courses, so that a class can be counted by misconception.
    """

    actions: tuple[Action, ...]
    breaks: Claim
    signs: tuple[Claim, ...]
    code: str
    hint: str


class Exercise(NamedTuple):
    """A task; ``start`` is what has been done, in a fresh lab, before it is set.

    ``attempts`` are patterns of the commands (from the verb on) that show that somebody has begun.
    """

    name: str
    task: str
    start: tuple[Action, ...]
    claims: tuple[Claim, ...]
    paths: tuple[tuple[Action, ...], ...]
    mistakes: tuple[Mistake, ...]
    attempts: tuple[str, ...] = ()
    points: int = 1


class Verdict(NamedTuple):
    """What a check found: ``kind`` is "not attempted", "not yet", "done" or "could not check"."""

    kind: str
    sentence: str
    goals: tuple[tuple[str, bool], ...] = ()
    hint: str = ""
    code: str = ""

    def __str__(self) -> str:
        goals = [f"  {'[x]' if met else '[ ]'} {words}" for words, met in self.goals]
        hint = [f"Hint: {self.hint}"] if self.hint else []
        return "\n".join([f"{self.kind.capitalize()}. {self.sentence}", *goals, *hint])

    def __repr__(self) -> str:
        return str(self)


def start(exercise: Exercise) -> Lab:
    """A lab in which all that comes before the task has been done; it does not become current."""
    lab = Lab.replay(f"labsim {labsim.__version__} world=w1 engine=classic seed=0")
    for action in exercise.start:
        lab.do(list(action))
    return lab
