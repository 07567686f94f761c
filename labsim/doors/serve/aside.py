"""One thing at a time, beside the loop: what waits for a disk, in the order in which it was asked.

A registry is asked by one thread at a time.  Where its changes wait for a disk, that thread must
not be the loop's, or everybody waits: so changes are made in a thread of their own.  What only
looks is answered at once as long as nothing is under way there, and otherwise takes its turn behind
it.  So nobody sees half a change, and everything is as if the loop had done all by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

__all__ = ["Aside"]

_T = TypeVar("_T")


class Aside:
    """A thread, and the last thing that it was asked for; used from one loop."""

    __slots__ = ("_last", "_thread")

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "labsim store")
        self._last: Future[Any] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way, or waits: it is one thread, so the last is the last."""
        return self._last is None or self._last.done()

    def begin(self, act: Callable[..., _T], *given: object) -> Future[_T]:
        """Have ``act(*given)`` done after all that was asked before."""
        self._last = future = self._thread.submit(act, *given)
        return future

    async def do(self, act: Callable[..., _T], *given: object) -> _T:
        """What it returns; it happens even where nobody waits for it any longer."""
        return await asyncio.shield(asyncio.wrap_future(self.begin(act, *given)))

    def close(self) -> None:
        """Wait for what was asked."""
        self._thread.shutdown()
