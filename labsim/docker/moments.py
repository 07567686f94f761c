"""A moment as ``--filter until=…`` takes it: so long ago, or a date.

Docker CLI and daemon share ``api/types/time/timestamp.go``.
"""

from __future__ import annotations

import re

from labsim.docker.phrases import daemon_error
from labsim.timestamp import is_rfc3339, unix_us

__all__ = ["until_us"]

_UNITS = {"ns": 1e-3, "us": 1.0, "µs": 1.0, "ms": 1e3, "s": 1e6, "m": 60e6, "h": 3600e6}
_PART = r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)"
_DATE = r"\d{4}-\d\d-\d\d"


def until_us(values: list[str], now_us: int) -> int | None:
    """The moment that the filter names, in µs since 1970; none if it was not given."""
    if not values:
        return None
    if len(values) > 1:
        raise daemon_error("more than one until filter specified")
    found = _moment(values[0], now_us)
    if found is None:
        raise daemon_error(f'failed to parse value as time or duration: "{values[0]}"')
    return found


def _moment(text: str, now_us: int) -> int | None:
    if re.fullmatch(f"-?(?:{_PART})+", text):
        length = sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, text))
        return now_us - round(-length if text.startswith("-") else length)
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return round(float(text) * 1_000_000)
    for ending in ("", "Z", ":00Z", "T00:00:00Z", ":00:00Z"):
        if re.match(_DATE, text) and is_rfc3339(text + ending):
            return unix_us(text + ending)
    return None
