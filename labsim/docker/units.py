"""Sizes and ages as Docker writes them (go-units, vendored in CLI 28.2.2).

>>> human_size(320_000_000), human_size(999_500), human_size(13_256, digits=4)
('320MB', '1e+03kB', '13.26kB')
>>> human_duration(90), human_duration(3 * 86_400)
('About a minute', '3 days')
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["created_at", "human_duration", "human_size"]

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def human_size(size: float, digits: int = 3) -> str:
    """Decimal units, ``%.{digits}g``; so 999 500 bytes round to ``1e+03kB``, as in Go."""
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.{digits}g}{_UNITS[unit]}"


def human_duration(seconds: float) -> str:
    """An age in words: go-units ``HumanDuration``; ``CREATED`` adds `` ago``."""
    whole = int(seconds)
    minutes, hours = whole // 60, int(seconds / 3600 + 0.5)
    if whole < 1:
        return "Less than a second"
    for count, limit, words in (
        (whole, 60, ("1 second", "seconds")),
        (minutes, 60, ("About a minute", "minutes")),
        (hours, 48, ("About an hour", "hours")),
        (hours // 24, 14, ("", "days")),
        (hours // 24 // 7, 60 / 7, ("", "weeks")),
        (hours // 24 // 30, 24, ("", "months")),
    ):
        if count == 1 and words[0]:
            return words[0]
        if count < limit:
            return f"{count} {words[1]}"
    return f"{int(hours / 24 / 365)} years"


def created_at(us: int) -> str:
    """A moment (µs since 1970) as Go's ``time.Time.String``, in UTC, whole seconds."""
    return (_EPOCH + timedelta(seconds=us // 1_000_000)).strftime("%Y-%m-%d %H:%M:%S +0000 UTC")
