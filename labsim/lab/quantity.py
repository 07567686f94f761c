"""How long and how much, as people write it: ``3d``, ``1h30m``, ``20MB``, ``10MB/s``."""

from __future__ import annotations

import re

from labsim.errors import LabError

__all__ = ["byte_count", "microseconds"]

_TIMES = {
    "us": 1,
    "µs": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
_SIZES = {"": 1, "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_TIME = re.compile(r"(\d+(?:\.\d+)?)(us|µs|ms|[smhdw])")
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kKMG]?B?)(?:/s)?")
#: Nobody waits longer than this, and a calendar has an end.
_LONGEST_US = 3_650 * _TIMES["d"]


def microseconds(text: str) -> int:
    """A length of time in µs.

    >>> microseconds("1h30m") // 1_000_000
    5400
    """
    if not re.fullmatch(f"(?:{_TIME.pattern})+", text):
        raise LabError(f"{text!r} is no length of time: write it like 90s, 3d or 1h30m")
    length = sum(int(float(number) * _TIMES[unit]) for number, unit in _TIME.findall(text))
    if length > _LONGEST_US:
        raise LabError(f"{text} is too long to wait: ten years at most")
    return length


def byte_count(text: str) -> int:
    """A number of bytes (or bytes a second); units are decimal, MB = 10⁶.

    >>> byte_count("20MB")
    20000000
    """
    match = _SIZE.fullmatch(text)
    if match is None or match[2] not in _SIZES:
        raise LabError(f"{text!r} is no number of bytes: write it like 500, 20MB or 10MB/s")
    return int(float(match[1]) * _SIZES[match[2]])
