"""A question that wants a ``y`` before something is thrown away (``cli/internal/prompt``)."""

from __future__ import annotations

from labsim.docker.grammar import Call

__all__ = ["agreed"]


def agreed(call: Call, warning: str) -> bool:
    """Whether the person says yes; who says nothing, or is not there, does not.

    What is asked at a prompt is shown by whoever asks; with an answer on standard input, or with
    nobody to give one, it is part of the output.
    """
    prompt = f"{warning}\nAre you sure you want to continue? [y/N] "
    typed = call.stdin if call.stdin is not None else call.seat.ask(prompt, False)
    if typed is None or call.stdin is not None:
        call.out(prompt)
    return (typed or "").partition("\n")[0].strip().lower() == "y"
