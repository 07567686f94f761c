"""Judging an exercise: four verdicts, and one hint chosen by what was done.

Only the state counts.  A verdict names the first claim that does not hold, never a command, and a
learner who has not begun is told so and is not told to be wrong.  Whoever has typed a command that
could have been a step has begun, also when it failed.
"""

from __future__ import annotations

import re

from labsim.course.claims import command_words
from labsim.course.exercise import Exercise, Mistake, Verdict, start
from labsim.errors import LabError
from labsim.lab import Lab

__all__ = ["check"]


def check(exercise: Exercise, lab: Lab) -> Verdict:
    """The verdict on this lab as it is now."""
    try:
        return _judged(exercise, lab)
    except LabError as error:
        return Verdict("could not check", f"The lab could not be asked: {error}")


def _judged(exercise: Exercise, lab: Lab) -> Verdict:
    met = [claim.holds(lab) for claim in exercise.claims]
    goals = tuple((str(claim), held) for claim, held in zip(exercise.claims, met, strict=True))
    if all(met):
        return Verdict("done", "Everything that was asked for is so.", goals)
    first = exercise.claims[met.index(False)]
    made = _recognised(exercise, lab, met.index(False))
    if made is not None:
        return Verdict("not yet", f"Still missing: {first}.", goals, made.hint, made.code)
    if met == _untouched(exercise) and not _attempted(exercise, lab):
        return Verdict("not attempted", "Nothing that this task asks for has changed yet.", goals)
    return Verdict("not yet", f"Still missing: {first}.", goals)


def _recognised(exercise: Exercise, lab: Lab, missing: int) -> Mistake | None:
    """The first mistake that leaves this claim unmet and whose signs all show."""
    return next(
        (
            mistake
            for mistake in exercise.mistakes
            if mistake.breaks == exercise.claims[missing]
            and all(sign.holds(lab) for sign in mistake.signs)
        ),
        None,
    )


def _untouched(exercise: Exercise) -> list[bool]:
    """Which claims hold before anything is done."""
    lab = start(exercise)
    return [claim.holds(lab) for claim in exercise.claims]


def _attempted(exercise: Exercise, lab: Lab) -> bool:
    """Whether anything was done, after what the lesson does itself, that may be an attempt."""
    journal = lab.journal
    road = [list(action) for action in exercise.start]
    reached = max((journal.index(action) + 1 for action in road if action in journal), default=0)
    lines = [" ".join(command_words(action) or action) for action in journal[reached:]]
    return any(re.match(pattern, line) for pattern in exercise.attempts for line in lines)
