"""Turns at a lab, taken one after another in a thread of their own.

Whoever else has the lab open may keep it for a while, and a server must not stand still meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

from labsim.worlds import Lab

__all__ = ["Turn", "Turns"]

_T = TypeVar("_T")
#: Opens the lab for one turn.
Turn = Callable[[], AbstractContextManager[Lab]]


class Turns:
    """A thread that takes turns."""

    __slots__ = ("_thread", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._thread = ThreadPoolExecutor(1, "labsim lab")

    async def take(self, act: Callable[..., _T], *given: object) -> _T:
        """What ``act(lab, *given)`` returns, when its turn has come; from a loop."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self.take_now, act, *given
        )

    def take_now(self, act: Callable[..., _T], *given: object) -> _T:
        """The same, in the thread that asks."""
        with self._turn() as lab:
            return act(lab, *given)

    def close(self) -> None:
        """Let the last turn end."""
        self._thread.shutdown()
