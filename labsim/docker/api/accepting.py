"""What an endless answer of JSON is called, and how its records are set apart.

Source: moby 29.7 ``daemon/server/router/system/system_routes.go`` (``getEvents``),
``httputils/contenttype`` (``MatchAcceptStrict``) and ``httputils/json-seq.go``.
"""

from __future__ import annotations

from labsim.docker.api.call import Call
from labsim.docker.api.manners import manners_of

__all__ = ["RECORD", "SEQUENCE", "events_type"]

LINES, SEQUENCE = "application/jsonl", "application/json-seq"
_OFFERS = (LINES, "application/x-ndjson", SEQUENCE)
#: What stands before each record of a sequence (RFC 7464).
RECORD = b"\x1e"


def events_type(call: Call) -> str:
    """The media type of events: that which the client names; else that of the API's version."""
    if not manners_of(call.machine.engine).chosen_events:
        return "application/json"
    named = _weights(call.request.headers.get("Accept"))
    known = [offer for offer in _OFFERS if named.get(offer, 0.0) > 0]
    usual = LINES if call.speaks("1.52") else "application/json"
    return max(known, key=named.__getitem__, default=usual)


def _weights(accept: str) -> dict[str, float]:
    """Each media range of an ``Accept`` header with its q; one that cannot be read weighs 0."""
    found: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, _, rest = part.partition(";")
        marks = (mark.strip() for mark in rest.split(";"))
        given = next((mark[2:] for mark in marks if mark.startswith("q=")), "1")
        weight = float(given) if given.replace(".", "", 1).isdecimal() else 0.0
        found[kind.strip()] = max(weight, found.get(kind.strip(), 0.0))
    return found
