"""``GET /images/search``: the Hub's public repositories whose name holds a text.

Nobody gives stars or writes descriptions in a lab, so there are none; what is official is what
stands in ``library/``.  Limits and filters: moby 20.10 ``registry/service_v1.go`` and
``daemon/images/image_search.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labsim.docker.api.answers import Fault, document
from labsim.docker.api.call import Call
from labsim.wire import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.registry import Registry

__all__ = ["search", "search_rows"]

_USUAL, _MOST = 25, 100
_LIBRARY = "library/"
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
    rows = [
        row
        for row in search_rows(call.machine.hub(), call.one("term"))
        if tests[0] in (None, row["is_official"]) and row["star_count"] >= tests[1]
    ]
    return document(200, [] if _automated(wanted) else rows[:limit])


def search_rows(hub: Registry, term: str) -> Iterator[dict[str, Any]]:
    """What the Hub lists for a term, official repositories first."""
    found = [
        repository.name
        for repository in hub.store.repositories.values()
        if repository.visibility == "public" and term.lower() in repository.name
    ]
    for name in sorted(found, key=lambda name: (not name.startswith(_LIBRARY), name)):
        yield {
            "star_count": 0,
            "is_official": name.startswith(_LIBRARY),
            "name": name.removeprefix(_LIBRARY),
            "is_automated": False,
            "description": "",
        }


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
