"""The first lesson at the prompt: its questions, what you predicted, its tasks."""

from __future__ import annotations

from labsim.course.checks import check
from labsim.course.lessons import EXERCISES, QUESTIONS, exercise, question
from labsim.course.predict import Prediction
from labsim.errors import LabError
from labsim.terminal.verb import Desk, Verb

__all__ = ["VERBS"]


def _predict(desk: Desk, *words: str) -> object:
    """``predict`` lists the questions, with a name it asks one, with a number it commits."""
    if not words:
        return "\n\n".join(f"{name}: {_prediction(desk, name)}" for name in QUESTIONS)
    named = [word for word in words if not word.isdecimal()]
    numbers = [int(word) for word in words if word.isdecimal()]
    prediction = _prediction(desk, " ".join(named))
    if not numbers:
        return prediction
    if len(numbers) > 2:
        raise LabError("predict a number of MB, and how sure you are: 1, 2 or 3")
    prediction.commit(desk.lab, *numbers)
    return prediction.outcome(desk.lab)


def _reveal(desk: Desk, *words: str) -> object:
    return _prediction(desk, " ".join(words)).outcome(desk.lab)


def _prediction(desk: Desk, name: str) -> Prediction:
    return desk.predictions.setdefault(name, Prediction(question(name)))


def _tasks(desk: Desk) -> str:
    return "\n".join(f"{name}: {row.task}" for name, row in EXERCISES.items())


def _check(desk: Desk, *words: str) -> object:
    return check(exercise(" ".join(words)), desk.lab)


VERBS = (
    Verb("predict", "[NAME...] [MB] [SURE]", "answer a question before the push", _predict),
    Verb("reveal", "NAME...", "what you predicted, beside what happened", _reveal),
    Verb("tasks", "", "what the lesson asks you to do", _tasks),
    Verb("check", "NAME...", "have one of them judged", _check),
)
