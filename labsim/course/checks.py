"""Judging an exercise: four verdicts, and one hint chosen by what was done.

Only the state counts.  A verdict names the first claim that does not hold, never a command, and a
learner who has not begun is told so and is not told to be wrong.
"""

from __future__ import annotations

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
    if met == _untouched(exercise):
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
