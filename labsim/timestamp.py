"""Times as images write them (RFC 3339) and as arithmetic wants them (µs since the Unix epoch).

Whole numbers all the way: a calendar module would cost a first command more than its work does.
"""

from __future__ import annotations

import re

__all__ = ["NEVER", "is_rfc3339", "rfc3339", "unix_us"]

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
#: Go's zero time, which stands for "not said" in a config.
NEVER = -62_135_596_800 * _SECOND
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))"
)


def unix_us(text: str) -> int:
    """Microseconds since the Unix epoch; what cannot be read counts as Go's zero time.

    >>> unix_us("1970-01-01T01:00:01.5+01:00")
    1500000
    """
    read = _read(text)
    return NEVER if read is None else read


def is_rfc3339(text: str) -> bool:
    """Whether this is a moment that exists, as Go's JSON reader demands it.

    >>> is_rfc3339("2024-02-29T00:00:00Z"), is_rfc3339("2023-02-29T00:00:00Z"), is_rfc3339("")
    (True, False, False)
    """
    return _read(text) is not None


def _read(text: str) -> int | None:
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    days = _days(year, month, day)
    if _date(days) != (year, month, day) or hour > 23 or minute > 59 or second > 59:
        return None
    fraction = int(f"{(match[7] or '.')[1:7]:0<6}")
    ahead = (
        (int(match[9]) * 60 + int(match[10])) * (-60 if match[8] == "-" else 60) if match[8] else 0
    )
    return days * _DAY + (hour * 3600 + minute * 60 + second - ahead) * _SECOND + fraction


def rfc3339(unix_us: int) -> str:
    """The moment in UTC, with as many digits of a second as it needs, as Go writes it.

    >>> rfc3339(1_740_819_600_000_000), rfc3339(1_500_000)
    ('2025-03-01T09:00:00Z', '1970-01-01T00:00:01.5Z')
    """
    days, rest = divmod(unix_us, _DAY)
    seconds, fraction = divmod(rest, _SECOND)
    year, month, day = _date(days)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    digits = f".{fraction:06}".rstrip("0") if fraction else ""
    return f"{year:04}-{month:02}-{day:02}T{clock}{digits}Z"


def _days(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01, counting years from March so that a leap day comes last."""
    year -= month <= 2
    in_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + in_year - 719_468


def _date(days: int) -> tuple[int, int, int]:
    """The same backwards (Gregorian, 146 097 days in 400 years)."""
    era, of_era = divmod(days + 719_468, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    in_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * in_year + 2) // 153
    day = in_year - (153 * month + 2) // 5 + 1
    return era * 400 + year + (month >= 10), (month + 2) % 12 + 1, day
