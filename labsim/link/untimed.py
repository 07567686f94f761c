"""A conversation without a clock: lane after lane, nothing recorded."""

from __future__ import annotations

from typing import Any

from labsim.errors import LabError, Unreachable
from labsim.link.values import Network
from labsim.wire import Dialogue, Gate, Pause, Together

__all__ = ["run"]


def run(talk: Dialogue, network: Network) -> Any:
    """The outcome of a dialogue, or what it raises."""
    try:
        step = talk.send(None)
        while True:
            try:
                reply = _reply(step, network)
            except LabError as fault:
                step = talk.throw(fault)
            else:
                step = talk.send(reply)
    except StopIteration as stop:
        return stop.value


def _reply(step: Any, network: Network) -> Any:
    if type(step) is Together:
        return [run(lane.talk, network) for lane in step.lanes]
    if type(step) in (Pause, Gate):  # lane after lane: whoever opens a gate has done so by now
        return None
    try:
        return network(step)
    except Unreachable as fault:
        fault.asked = step
        raise
