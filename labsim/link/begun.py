"""A dialogue whose first wish is known before anybody grants it."""

from __future__ import annotations

from typing import Any

from labsim.errors import LabError
from labsim.wire import Dialogue

__all__ = ["begun"]


def begun(talk: Dialogue) -> tuple[Any, Dialogue]:
    """What a dialogue wants first, None if it ends at once, and the dialogue as if unasked."""
    try:
        first = next(talk)
    except StopIteration as stop:
        return None, _ended(stop.value)
    except LabError as fault:
        return None, _failed(fault)
    return first, _going_on(talk, first)


def _going_on(talk: Dialogue, step: Any) -> Dialogue:
    try:
        while True:
            try:
                reply = yield step
            except LabError as fault:
                step = talk.throw(fault)
            else:
                step = talk.send(reply)
    except StopIteration as stop:
        return stop.value
    finally:
        talk.close()


def _ended(outcome: Any) -> Dialogue:
    yield from ()
    return outcome


def _failed(fault: LabError) -> Dialogue:
    yield from ()
    raise fault
