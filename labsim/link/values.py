"""What a link is, and what a conversation over it leaves behind."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from labsim.errors import LabError
    from labsim.trace import Trace
    from labsim.wire import Request, Response

__all__ = ["DIRECT", "Link", "Misfit", "Network", "Plan", "Run"]

#: Whoever answers: a registry, a lab that knows several, or one of those with a fault in it.
Network: TypeAlias = "Callable[[Request], Response]"


class Link(NamedTuple):
    """What lies between a laptop and its registries; zero bytes per second means no limit.

    ``delay_us`` is one round trip, paid once by each exchange.  ``breaks_after`` is how many bytes
    of request bodies it carries before it is dead for good.
    """

    delay_us: int = 0
    up_bytes_per_s: int = 0
    down_bytes_per_s: int = 0
    breaks_after: int | None = None


#: No delay and no limit: what two programs in one process have between them.
DIRECT = Link()


class Plan(NamedTuple):
    """Something that happens while a conversation is held, ``us`` after it has begun.

    ``act`` does it and says what the link is like from then on; ``breaks_after=0`` is no link.
    """

    us: int
    act: Callable[[], Link]


class Misfit(Exception):
    """What was heard belongs to another conversation than the one that is held now."""


class Run(NamedTuple):
    """How a conversation ended: what it returned or the error it raised, and its trace."""

    outcome: Any
    error: LabError | None
    trace: Trace
    ended_us: int

    def result(self) -> Any:
        """The outcome; or the error, raised."""
        if self.error is not None:
            raise self.error
        return self.outcome
