"""Real time, in the lab's unit."""

from __future__ import annotations

import time

__all__ = ["Clock"]


class Clock:
    """Real µs since it was made; ``rate`` of them pass in each one of the machine's.

    A higher rate is for who does not want to sit through the waits of a push that is tried again.
    """

    __slots__ = ("_rate", "_zero_ns")

    def __init__(self, rate: int = 1) -> None:
        self._rate = rate
        self._zero_ns = time.perf_counter_ns()

    def now_us(self) -> int:
        """How many have passed."""
        return (time.perf_counter_ns() - self._zero_ns) * self._rate // 1000

    def seconds_until(self, us: int) -> float:
        """How long the machine must wait until so many have passed."""
        return max(0, us - self.now_us()) / 1_000_000 / self._rate
