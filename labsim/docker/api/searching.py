"""``GET /images/search``: what the Hub's index finds, as ``docker search`` shows it.

Limits and filters: moby 20.10 ``registry/service_v1.go`` and ``daemon/images/image_search.go``.
"""

from __future__ import annotations

from labsim.docker.api.answers import Fault, document
from labsim.docker.api.call import Call
from labsim.docker.commands.search import asking, found_in
from labsim.wire import Response

__all__ = ["search"]

_USUAL, _MOST = 25, 100
_KNOWN = ("is-automated", "is-official", "stars")
_YES, _NO = ("true", "1"), ("false", "0")


def search(call: Call) -> Response:
    """Repositories by name."""
    limit = _limit(call.one("limit"))
    wanted: dict[str, list[str]] = {}
    for text in call.filters():
        name, _, value = text.partition("=")
        wanted.setdefault(name, []).append(value)
    tests = _official(wanted), _stars(wanted)
    talk = asking(call.one("term"), limit, call.machine.engine.peer)
    rows = [
        row
        for row in found_in(call.machine.aside(talk))
        if tests[0] in (None, row["is_official"]) and row["star_count"] >= tests[1]
    ]
    return document(200, [] if _automated(wanted) else rows)


def _limit(text: str) -> int:
    if not text:
        return _USUAL
    if not text.lstrip("-").isdecimal():
        raise Fault(500, f'strconv.Atoi: parsing "{text}": invalid syntax')
    if not 1 <= int(text) <= _MOST:
        raise Fault(400, f"Limit {text} is outside the range of [1, {_MOST}]")
    return int(text)


def _official(wanted: dict[str, list[str]]) -> bool | None:
    if unknown := [name for name in wanted if name not in _KNOWN]:
        raise Fault(400, f"Invalid filter '{unknown[0]}'")
    return _switch(wanted, "is-official")


def _automated(wanted: dict[str, list[str]]) -> bool:
    return bool(_switch(wanted, "is-automated"))


def _switch(wanted: dict[str, list[str]], name: str) -> bool | None:
    values = wanted.get(name)
    if values is None:
        return None
    if values[0] not in (*_YES, *_NO):
        raise Fault(400, f"Invalid filter '{name}=[{' '.join(values)}]'")
    return values[0] in _YES


def _stars(wanted: dict[str, list[str]]) -> int:
    values = wanted.get("stars", ["0"])
    if not all(value.isdecimal() for value in values):
        raise Fault(400, f"Invalid filter 'stars=[{' '.join(values)}]'")
    return max(map(int, values))
