"""Delay and width: a conversation carried over a simulated link, and who waits for whom.

Time is an integer of microseconds that jumps from event to event; the same conversation always runs
the same way.  Bodies in flight share the width of their direction equally.

>>> from labsim.wire import Request, Response
>>> def talk():
...     response = yield Request("PUT", "/v2/", body=bytes(2_000_000))
...     return response.status
>>> link = Link(delay_us=50_000, up_bytes_per_s=1_000_000)
>>> run = converse(talk(), lambda request: Response(201), link)
>>> run.outcome, run.ended_us
(201, 2050000)
"""

from __future__ import annotations

from labsim.link.values import DIRECT, Link, Misfit, Network, Plan, Run

# What carries a conversation is loaded when there is one: most commands have none.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from labsim.wire import Dialogue

__all__ = ["DIRECT", "Link", "Misfit", "Network", "Plan", "Run", "answer", "converse"]


def converse(
    talk: Dialogue,
    network: Network,
    link: Link = DIRECT,
    *,
    at_us: int = 0,
    plans: Sequence[Plan] = (),
) -> Run:
    """Run a dialogue to its end over ``link``; a LabError that it raises is in the :class:`Run`.

    ``plans`` are what happens on the way, such as that the link becomes another.
    """
    from labsim.link.runner import Conversation

    return Conversation(network, link, at_us, plans).run(talk)


def answer(talk: Dialogue, network: Network) -> Any:
    """Run a dialogue with no clock and no trace, lane after lane; returns its outcome or raises."""
    from labsim.link.untimed import run

    return run(talk, network)
