"""A dialogue whose first wish is known before anybody grants it."""

from __future__ import annotations

from typing import Any

from labsim.errors import LabError
from labsim.wire import Dialogue, Request, Together

__all__ = ["addressed", "begun"]


def addressed(talk: Dialogue) -> tuple[str, Dialogue]:
    """The host that a dialogue speaks to first, and the dialogue as if unasked.

    A dialogue may begin with lanes; then it is the host of the first that begins with a request.
    """
    first, talk = begun(talk)
    host = first.host if isinstance(first, Request) else ""
    lanes = first.lanes if isinstance(first, Together) else []
    for index, lane in enumerate(lanes):
        host, begins = addressed(lane.talk)
        lanes[index] = lane._replace(talk=begins)
        if host:
            break
    return host, talk


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
