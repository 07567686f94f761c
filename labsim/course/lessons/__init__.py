"""The lessons' questions and exercises, one module a lesson, each found by its name."""

from __future__ import annotations

from collections.abc import Mapping

from labsim.course.exercise import Exercise
from labsim.course.lessons import first_push
from labsim.course.predict import Question
from labsim.errors import LabError

__all__ = ["EXERCISES", "QUESTIONS", "exercise", "question"]

QUESTIONS: Mapping[str, Question] = {one.name: one for one in first_push.QUESTIONS}
EXERCISES: Mapping[str, Exercise] = {one.name: one for one in first_push.EXERCISES}


def question(name: str = "") -> Question:
    """The question of that name; without one, or with an unknown one, ``LabError`` lists them."""
    if not name:
        raise LabError(f"which question? There are {', '.join(QUESTIONS)}")
    if name not in QUESTIONS:
        raise LabError(f"no question is called {name!r}; there are {', '.join(QUESTIONS)}")
    return QUESTIONS[name]


def exercise(name: str = "") -> Exercise:
    """The exercise of that name; without one, or with an unknown one, ``LabError`` lists them."""
    if not name:
        raise LabError(f"which task? There are {', '.join(EXERCISES)}")
    if name not in EXERCISES:
        raise LabError(f"no task is called {name!r}; there are {', '.join(EXERCISES)}")
    return EXERCISES[name]
