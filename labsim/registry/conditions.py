"""Requests with an *if*: only when it is still this, only when it is no longer that.

An entity tag here is the digest in quotes, so every tag is a strong one.

==================  ==========================================================================
``If-Match``        go on only if it is one of these (``*``: if there is one); else 412
``If-None-Match``   go on only if it is none of these; else 304 to who reads, 412 to who writes
``If-Range``        a range only if it is still this; else the whole
==================  ==========================================================================

They are judged in this order.  Source: RFC 9110 §13; the distribution spec lets a client use them
so that two who write one tag at a time do not overwrite each other ("Referrers Tag Schema").
"""

from __future__ import annotations

from collections.abc import Mapping

from labsim.registry.answers import Astray, plain
from labsim.wire import Headers

__all__ = ["is_known", "must_match", "still", "wishes"]

_NAMES = frozenset({"if-match", "if-none-match", "if-range", "range"})


def wishes(headers: Headers) -> dict[str, str]:
    """The conditions and the range that a request names, by lower-case name."""
    found: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in _NAMES:
            found[lower] = f"{found[lower]},{value}" if lower in found else value
    return found


def must_match(asked: Mapping[str, str], current: str, *, writing: bool = False) -> None:
    """412 where the condition does not hold; ``current`` is empty where there is nothing yet.

    A weak tag never matches ``If-Match``, which compares strongly (RFC 9110 §13.1.1).
    """
    wanted = asked.get("if-match")
    if wanted is not None and not _names(wanted, current, weak=False):
        raise Astray(plain(412, "precondition failed: it is not what If-Match says\n"))
    if writing and is_known(asked, current):
        raise Astray(plain(412, "precondition failed: it is what If-None-Match says\n"))


def is_known(asked: Mapping[str, str], current: str) -> bool:
    """Whether ``If-None-Match`` names what there is: the client has it already."""
    known = asked.get("if-none-match")
    return known is not None and _names(known, current, weak=True)


def still(asked: Mapping[str, str], current: str) -> bool:
    """Whether a range may be served: ``If-Range`` is absent, or says what there is."""
    wanted = asked.get("if-range")
    return wanted is None or wanted.strip() == f'"{current}"'


def _names(tags: str, current: str, *, weak: bool) -> bool:
    """Whether the list names this tag, or any; a digest without quotes counts as one in quotes."""
    if not current:
        return False
    if tags.strip() == "*":
        return True
    for tag in tags.split(","):
        bare = tag.strip()
        if weak:
            bare = bare.removeprefix("W/")
        if bare.strip('"') == current:
            return True
    return False
