"""A prediction: committed before the run, kept beside what happened after it.

Committing focuses attention, right or wrong.  So a prediction can be changed freely until it is
committed, not after; and once the run has happened it is too late to predict.  Each answer that is
offered stands for a way of thinking, so a wrong one is worth a hint and not a cross.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from labsim.errors import InvalidReference, LabError
from labsim.lab import Lab
from labsim.reference import Reference
from labsim.story import ledger

__all__ = ["Choice", "Outcome", "Prediction", "Question", "pushed_bytes"]

MB = 1_000_000
CONFIDENCE = {1: "a guess", 2: "fairly sure", 3: "sure"}


class Choice(NamedTuple):
    """An answer on offer, and what it says about the model behind it; the right one has no code."""

    megabytes: int
    thought: str
    code: str = ""


class Question(NamedTuple):
    """What is asked before a push: how many MB of layers it will send.

    ``push`` is the name that will be pushed; the answer is measured, never stored.
    """

    name: str
    ask: str
    push: str
    choices: tuple[Choice, ...]


class Outcome(NamedTuple):
    """A prediction beside what happened."""

    predicted: str
    happened: str
    remark: str

    def __str__(self) -> str:
        lines = [f"Prediction  {self.predicted}", f"Outcome     {self.happened}"]
        return "\n".join([*lines, self.remark] if self.remark else lines)

    def __repr__(self) -> str:
        return str(self)


def pushed_bytes(lab: Lab, name: str) -> int | None:
    """Bytes of layers that the first successful push of a name sent; None before there is one."""
    for count, action in enumerate(lab.journal, 1):
        if action[0] == "docker" and _pushes(action[1].split(), name):
            result = lab.at(count).last("push")
            if result is not None and result.trace is not None and not result.exit_code:
                return ledger(result.trace).was
    return None


def _pushes(words: Sequence[str], name: str) -> bool:
    """Whether a command pushes that name, however it is spelled."""
    verb, *names = [word for word in words if word not in ("docker", "image")] or [""]
    return verb == "push" and _canonical(name) in map(_canonical, names)


def _canonical(name: str) -> str:
    try:
        return str(Reference(name).with_default_tag())
    except InvalidReference:
        return ""


class Prediction:
    """One learner's answer to one question; one that comes too late is refused (``LabError``)."""

    __slots__ = ("confidence", "megabytes", "question")

    def __init__(self, question: Question) -> None:
        self.question = question
        self.megabytes: int | None = None
        self.confidence = 0

    @property
    def committed(self) -> bool:
        """Whether the learner has said it and can no longer change it."""
        return self.megabytes is not None

    def commit(self, lab: Lab, megabytes: int, confidence: int = 2) -> None:
        """Say it: so many MB, a confidence of 1 to 3."""
        if self.committed:
            raise LabError("you have committed already: run the push and see")
        if pushed_bytes(lab, self.question.push) is not None:
            raise LabError("the push has been run already: what has happened cannot be predicted")
        if confidence not in CONFIDENCE:
            raise LabError(f"a confidence is 1, 2 or 3, not {confidence}")
        self.megabytes, self.confidence = megabytes, confidence

    def outcome(self, lab: Lab) -> Outcome:
        """The prediction beside what happened, as far as it has."""
        sent = pushed_bytes(lab, self.question.push)
        happened = "nothing yet" if sent is None else f"{sent / MB:g} MB"
        if self.megabytes is None:
            return Outcome("no prediction", happened, "")
        predicted = f"{self.megabytes} MB, {CONFIDENCE[self.confidence]}"
        return Outcome(predicted, happened, "" if sent is None else self._remark(sent))

    def _remark(self, sent: int) -> str:
        if sent == (self.megabytes or 0) * MB:
            return "You were right."
        thoughts = {choice.megabytes: choice.thought for choice in self.question.choices}
        return thoughts.get(self.megabytes or 0, "Look at the ledger: which layers were sent?")

    def __str__(self) -> str:
        """The question with its choices, as a terminal shows it."""
        offered = ", ".join(f"{choice.megabytes} MB" for choice in self.question.choices)
        return f"{self.question.ask}\nChoose: {offered}"

    def __repr__(self) -> str:
        return str(self)
