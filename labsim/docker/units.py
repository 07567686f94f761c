"""Sizes and ages as Docker writes them (go-units, vendored in CLI 28.2.2).

>>> human_size(320_000_000), human_size(999_500), human_size(13_256, digits=4)
('320MB', '1e+03kB', '13.26kB')
>>> human_duration(90), human_duration(3 * 86_400)
('About a minute', '3 days')
"""

from __future__ import annotations

from labsim.timestamp import NEVER, rfc3339

__all__ = [
    "created_at",
    "created_at_rfc3339",
    "created_since",
    "go_duration",
    "human_duration",
    "human_size",
]

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")


def human_size(size: float, digits: int = 3) -> str:
    """Decimal units, ``%.{digits}g``; so 999 500 bytes round to ``1e+03kB``, as in Go."""
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.{digits}g}{_UNITS[unit]}"


#: Hours below which an age is told in this unit, and the unit's length in hours.
_AGES = (
    (48, 1, "hours"),
    (14 * 24, 24, "days"),
    (60 * 24, 7 * 24, "weeks"),
    (730 * 24, 30 * 24, "months"),
)


def human_duration(seconds: float) -> str:
    """An age in words: go-units ``HumanDuration``; ``CREATED`` adds `` ago``."""
    if seconds < 2:
        return "Less than a second" if seconds < 1 else "1 second"
    if seconds < 60:
        return f"{int(seconds)} seconds"
    if seconds < 3600:
        minutes = int(seconds / 60)
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    hours = int(seconds / 3600 + 0.5)
    if hours == 1:
        return "About an hour"
    for limit, length, unit in _AGES:
        if hours < limit:
            return f"{hours // length} {unit}"
    return f"{int(seconds / 3600) // (365 * 24)} years"


def go_duration(ns: int) -> str:
    """A length of time as Go's ``time.Duration.String`` writes it.

    >>> go_duration(90_000_000_000), go_duration(1_500_000), go_duration(3_600_000_000_000)
    ('1m30s', '1.5ms', '1h0m0s')
    """
    sign, left = ("-", -ns) if ns < 0 else ("", ns)
    for unit, length in (("ns", 1_000), ("µs", 1_000_000), ("ms", 1_000_000_000)):
        if left < length:
            return f"{sign}{_number(left, length // 1000)}{unit}" if left else "0s"
    minutes, rest = divmod(left, 60_000_000_000)
    hours, minutes = divmod(minutes, 60)
    text = f"{_number(rest, 1_000_000_000)}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{text}"
    return f"{sign}{minutes}m{text}" if minutes else f"{sign}{text}"


def _number(value: int, unit: int) -> str:
    """A quotient with as many decimals as it needs."""
    whole, rest = divmod(value, unit)
    return f"{whole}.{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else str(whole)


def created_at_rfc3339(us: int) -> str:
    """A moment as ``time.RFC3339``, in UTC, whole seconds."""
    return rfc3339(us // 1_000_000 * 1_000_000)


def created_since(us: int, now_us: int) -> str:
    """How long ago a moment was; nothing for Go's zero time, an image that does not say when."""
    return "" if us == NEVER else f"{human_duration((now_us - us) / 1_000_000)} ago"


def created_at(us: int) -> str:
    """A moment (µs since 1970) as Go's ``time.Time.String``, in UTC, whole seconds."""
    day, clock = rfc3339(us // 1_000_000 * 1_000_000).rstrip("Z").split("T")
    return f"{day} {clock} +0000 UTC"
