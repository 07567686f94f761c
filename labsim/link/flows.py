"""Who shares a width with whom: bodies in flight, in virtual time.

Stepping every body at every event would cost O(n).  Instead a direction keeps a *virtual time*: the
millionths of a byte that every flow has been given so far.  A flow that joins at ``v`` ends at
``v + its size``, so a heap on that end makes each event O(log n), and no rate is ever stored.
"""

from __future__ import annotations

from heapq import heappop, heappush

from labsim.trace import Exchange

__all__ = ["UNIT", "Flows"]

#: Millionths of a byte in a byte; a width of one byte per second gives one of them a µs.
UNIT = 1_000_000


class Flows:
    """One direction of a link: the bodies in flight, sharing its width in virtual time."""

    __slots__ = (
        "at_us",
        "broken",
        "ends",
        "event",
        "knots",
        "limit",
        "moved",
        "plan",
        "share",
        "width",
    )

    def __init__(self, event: int, width: int, limit: int | None, at_us: int) -> None:
        self.event = event
        self.width = width
        self.limit = None if limit is None else limit * UNIT
        self.moved = 0
        self.broken = limit == 0
        self.share = 0
        #: Counts the forecasts; only the last one is still true.
        self.plan = 0
        self.at_us = at_us
        self.ends: list[tuple[int, int, Exchange]] = []
        self.knots: list[tuple[int, int]] = []

    def advance(self, now: int) -> None:
        """Give every flow its share of the time since the last event."""
        passed = now - self.at_us
        if not passed and self.knots:
            return
        if self.ends:
            given = self.width * passed
            if self.limit is not None:
                self.carry(given)
            self.share += given // len(self.ends)
        self.at_us = now
        self.knots.append((now, self.share))

    def join(self, exchange: Exchange, size: int, now: int) -> None:
        """A body of that size enters."""
        self.advance(now)
        heappush(self.ends, (self.share + size * UNIT, exchange.index, exchange))

    def next_us(self) -> int:
        """The first instant at which a body is through, or the link breaks (flows must exist)."""
        ends, width = self.ends, self.width
        wait = -((self.share - ends[0][0]) * len(ends) // width)
        if self.limit is not None:
            wait = min(wait, -((self.moved - self.limit) // width))
        return self.at_us + wait if wait > 0 else self.at_us

    def carry(self, given: int) -> None:
        """Count what was moved; a link that has carried all it will ever carry is broken."""
        self.moved += given
        self.broken = self.limit is not None and self.moved >= self.limit

    @property
    def excess(self) -> int:
        """By how many millionths of a byte a broken link was asked for too much."""
        return self.moved - (self.limit or 0)

    def widen(self, width: int, now: int) -> None:
        """Another width from now on (bytes a second, and not unlimited), for all in flight."""
        self.advance(now)
        self.width = width

    def leave(self, now: int) -> list[Exchange]:
        """Take out the bodies that are through by now, in order of sending."""
        self.advance(now)
        ends, share = self.ends, self.share
        through = []
        while ends and ends[0][0] <= share:
            through.append(heappop(ends)[2])
        return through

    def spill(self) -> list[tuple[Exchange, int]]:
        """A broken link: all bodies in flight, and how many bytes of each had not moved."""
        lost = [(x, (end - self.share) // UNIT) for end, _, x in sorted(self.ends)]
        self.ends.clear()
        return lost
