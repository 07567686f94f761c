"""A conversation whose lanes come one after another, for somebody who answers by hand."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from labsim.errors import LabError
from labsim.wire import Dialogue, Gate, Pause, Request, Together

__all__ = ["one_by_one"]


def one_by_one(talk: Dialogue) -> Generator[Request, Any, Any]:
    """The same conversation with its lanes one after another, and no wait taken.

    It yields requests only and is sent responses; it returns and raises what ``talk`` does.
    """
    reply: Any = None
    error: LabError | None = None
    while True:
        try:
            step = talk.send(reply) if error is None else talk.throw(error)
        except StopIteration as stop:
            return stop.value
        reply = error = None
        if type(step) is Together:
            try:
                reply = yield from _lanes(step)
            except LabError as fault:
                error = fault
        elif type(step) not in (Pause, Gate):
            reply = yield step


def _lanes(together: Together) -> Generator[Request, Any, list[Any]]:
    results = []
    for lane in together.lanes:
        results.append((yield from one_by_one(lane.talk)))  # noqa: PERF401  no comprehension yields
    return results
