"""How much a stranger may ask of the server: sizes, counts and times, on one page.

Every limit has an answer of its own, or an end of the connection; none is there to be tuned by
most people.  A slow client is welcome as long as it moves: what is bounded is silence, and a speed
that nobody's line has.
"""

from __future__ import annotations

from typing import NamedTuple

from labsim.errors import LabError

__all__ = ["USUAL", "Limits", "byte_count"]

_UNITS = {"": 1, "B": 1}
_UNITS |= {f"{letter}B": 1000**n for n, letter in enumerate("kMGT", 1)}
_UNITS |= {f"{letter}iB": 1024**n for n, letter in enumerate("KMGT", 1)}


class Limits(NamedTuple):
    """Bytes, counts and seconds.

    =====================  =====================================================================
    ``connections``        open at once; one more is answered 503
    ``target_bytes``       of the request line's target; longer: 414
    ``head_bytes``         of all headers, ``headers`` their number; more: 431
    ``body_bytes``         of one request's body; longer: 413
    ``uploads``            upload sessions open at once; one more: another goes, or 429
    ``uploads_each``       of them, one account's, or where nobody has shown one, one address's
    ``upload_age_s``       silence after which an upload session is over
    ``head_s``             from a request's first byte to the end of its headers
    ``idle_s``             of silence: within a body, between requests, or while an answer waits
    ``slowest``            bytes per second that a body must average once ``idle_s`` have passed
    ``drain_bytes``        of a refused body that are read away to keep the connection
    ``grace_s``            for requests under way when the server is asked to end
    =====================  =====================================================================
    """

    connections: int = 500
    target_bytes: int = 16 << 10
    head_bytes: int = 64 << 10
    headers: int = 100
    body_bytes: int = 10 << 30
    uploads: int = 1000
    uploads_each: int = 200
    upload_age_s: int = 24 * 3600
    head_s: float = 10.0
    idle_s: float = 60.0
    slowest: int = 1024
    drain_bytes: int = 64 << 10
    grace_s: int = 10


USUAL = Limits()


def byte_count(text: str) -> int:
    """Bytes as people write them: ``512MiB``, ``10GB``, ``4096``.

    >>> byte_count("512MiB"), byte_count("10 kB")
    (536870912, 10000)
    """
    digits = text.rstrip("BiKMGTk ")
    unit = text[len(digits) :].strip()
    if not digits.isascii() or not digits.isdecimal() or unit not in _UNITS or len(digits) > 15:
        raise LabError(f"{text!r} is no number of bytes: write it like 512MiB, or 10GB")
    return int(digits) * _UNITS[unit]
