"""Questions that were only asked to learn how to ask: they are no part of what happened.

A client that greets nobody (containerd) sends its first request without a proof, is told 401, and
sends it again with one.  It sends a token server a form, and where that knows no forms (405) a
query.  The story is about the answer that counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from labsim.story.shapes import shape
from labsim.trace import Exchange, Trace

__all__ = ["settled"]

_NO_FORM = (400, 401, 404, 405)


def settled(trace: Trace) -> Iterator[Exchange]:
    """The exchanges, but for those that were asked again in the same lane with a proof."""
    unproved = [x for x in trace.exchanges if x.status in _NO_FORM and not _proof(x)]
    again = {x.index for x in unproved if _asked_again(x, trace)} if unproved else ()
    return (x for x in trace.exchanges if x.index not in again)


def _proof(exchange: Exchange) -> str:
    return exchange.request.headers.get("Authorization")


def _asked_again(first: Exchange, trace: Trace) -> bool:
    act = shape(first).act
    later = (x for x in trace.exchanges[first.index + 1 :] if x.lane == first.lane)
    if act == "token":
        return first.method == "POST" and any(_same_server(first, x) for x in later)
    if act == "greet" or first.status != 401:
        return False
    asked = (first.method, first.request.target)
    return any((x.method, x.request.target) == asked and bool(_proof(x)) for x in later)


def _same_server(form: Exchange, query: Exchange) -> bool:
    told = query.method == "GET" and query.host == form.host
    return told and query.request.path == form.request.path
