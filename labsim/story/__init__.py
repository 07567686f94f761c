"""A trace retold: what became of each blob, what that cost, and why.

A story is a pure fold of a trace.  It reads methods, paths and statuses, so it tells a real
client's traffic as well as a simulated one's; a simulated client's ``because`` only sharpens it.

>>> from labsim.trace import Exchange, Trace
>>> from labsim.wire import Request, Response
>>> asked = Exchange(0, 0, Request("HEAD", "/v2/shop/web/blobs/sha256:" + "0" * 64), at_us=0)
>>> asked.response = Response(200, [("Content-Length", "70000000")])
>>> (event,) = story(Trace(exchanges=[asked]))
>>> event.kind, event.size
('found', 70000000)
"""

from __future__ import annotations

from labsim.story.events import KINDS, Event, story
from labsim.story.ledger import Entry, Ledger, ledger
from labsim.story.pushes import Push, in_lanes, push_table, pushes
from labsim.story.reasons import Why, why

__all__ = [
    "KINDS",
    "Entry",
    "Event",
    "Ledger",
    "Push",
    "Why",
    "in_lanes",
    "ledger",
    "push_table",
    "pushes",
    "story",
    "why",
]
