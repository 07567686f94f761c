"""Times as images write them (RFC 3339) and as arithmetic wants them (µs since the Unix epoch)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

__all__ = ["rfc3339", "unix_us"]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017  (UTC alias needs no newer name)
_MICROSECOND = timedelta(microseconds=1)
#: Go's zero time, which stands for "not said" in a config.
NEVER = -62135596800 * 1_000_000


def unix_us(text: str) -> int:
    """Microseconds since the Unix epoch; what cannot be read counts as Go's zero time.

    >>> unix_us("1970-01-01T00:00:01.5Z")
    1500000
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return NEVER
    return NEVER if moment.tzinfo is None else (moment - _EPOCH) // _MICROSECOND


def rfc3339(unix_us: int) -> str:
    """The moment in UTC, with as many digits of a second as it needs, as Go writes it.

    >>> rfc3339(1_740_819_600_000_000)
    '2025-03-01T09:00:00Z'
    """
    moment = _EPOCH + timedelta(microseconds=unix_us)
    whole = moment.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{whole}{fraction}Z"
