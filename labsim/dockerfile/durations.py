"""Go's durations (``1m30s``), as ``HEALTHCHECK`` takes them.

Source: Go 1.19 ``time.ParseDuration``, ``time.Duration.String``.
"""

from __future__ import annotations

import re

__all__ = ["duration_ns", "duration_text"]

_NS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)([^\d.]*)")


def duration_ns(text: str) -> tuple[int, str]:
    """Nanoseconds, and what Go complains about (empty when nothing).

    >>> duration_ns("1m30s"), duration_ns("5")
    ((90000000000, ''), (0, 'time: missing unit in duration "5"'))
    """
    bare = text.lstrip("+-") if text[:1] in ("+", "-") else text
    if not text or bare == "0":
        return 0, ""
    total, at = 0, 0
    while at < len(bare):
        found = _PART.match(bare, at)
        if found is None:
            return 0, f'time: invalid duration "{text}"'
        if not found[2]:
            return 0, f'time: missing unit in duration "{text}"'
        if found[2] not in _NS:
            return 0, f'time: unknown unit "{found[2]}" in duration "{text}"'
        whole, _, fraction = found[1].partition(".")
        unit = _NS[found[2]]
        total += int(whole or 0) * unit + int(fraction or 0) * unit // 10 ** len(fraction)
        at = found.end()
    if not bare:
        return 0, f'time: invalid duration "{text}"'
    return -total if text[0] == "-" else total, ""


def duration_text(ns: int) -> str:
    """The duration as Go prints it: ``1m30s``, ``1.5s``, ``0s``."""
    if not ns:
        return "0s"
    for unit in ("ns", "µs", "ms"):
        if abs(ns) < 1000 * _NS[unit]:
            return f"{_decimal(ns, _NS[unit])}{unit}"
    hours, rest = divmod(abs(ns), _NS["h"])
    minutes, rest = divmod(rest, _NS["m"])
    text = f"{_decimal(rest, _NS['s'])}s"
    text = f"{hours}h{minutes}m{text}" if hours else f"{minutes}m{text}" if minutes else text
    return f"-{text}" if ns < 0 else text


def _decimal(count: int, unit: int) -> str:
    whole, rest = divmod(count, unit)
    digits = str(unit + rest)[1:].rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)
