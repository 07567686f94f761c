"""The first lesson at the prompt: its questions, what you predicted, its tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from labsim.course.checks import check
from labsim.course.lessons.first_push import EXERCISES, QUESTIONS
from labsim.course.predict import Prediction
from labsim.errors import LabError
from labsim.terminal.verb import Desk, Verb

__all__ = ["VERBS"]

Row = TypeVar("Row")


def _numbered(rows: Sequence[Row], number: str, what: str) -> Row:
    if not number.isdecimal() or not 1 <= int(number) <= len(rows):
        raise LabError(f"there are {what} 1 to {len(rows)}")
    return rows[int(number) - 1]


def _questions(desk: Desk) -> str:
    rows = [_prediction(desk, str(at)) for at in range(1, len(QUESTIONS) + 1)]
    told = (f"{row}\n{row.outcome(desk.lab)}" for row in rows)
    return "\n\n".join(f"{at}. {text}" for at, text in enumerate(told, 1))


def _predict(desk: Desk, number: str, megabytes: str, confidence: str = "2") -> object:
    if not (megabytes.isdecimal() and confidence.isdecimal()):
        raise LabError("predict a number of MB, and how sure you are: 1, 2 or 3")
    prediction = _prediction(desk, number)
    prediction.commit(desk.lab, int(megabytes), int(confidence))
    return prediction.outcome(desk.lab)


def _prediction(desk: Desk, number: str) -> Prediction:
    question = _numbered(QUESTIONS, number, "questions")
    return desk.predictions.setdefault(question.name, Prediction(question))


def _tasks(desk: Desk) -> str:
    return "\n".join(f"{at}. {row.task}" for at, row in enumerate(EXERCISES, 1))


def _check(desk: Desk, number: str) -> object:
    return check(_numbered(EXERCISES, number, "tasks"), desk.lab)


VERBS = (
    Verb("questions", "", "what the lesson asks you to predict, and what came of it", _questions),
    Verb("predict", "QUESTION MB [SURE]", "commit to a number before the push", _predict),
    Verb("tasks", "", "what the lesson asks you to do", _tasks),
    Verb("check", "TASK", "have one of them judged", _check),
)
