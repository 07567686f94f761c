"""``docker search``: the repositories of the simulated Hub, by name and description.

The daemon asks the Hub's index, which is no registry: tags cannot be searched.  CLI 28.2.2
and 29.7 ``cli/command/registry/search.go`` and ``formatter_search.go``; daemon 20.10.24
``registry/service.go`` and ``daemon/images/image_search``, 29.7 ``daemon/pkg/registry/search.go``.
"""

from __future__ import annotations

import json
from typing import Any

from labsim.docker import rows
from labsim.docker.filters import values_by_name
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import asked_words, daemon_error, network_words
from labsim.docker.voices import voice_of
from labsim.errors import LabError, NotSimulated, Unreachable
from labsim.wire import Dialogue, Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.link import Run

__all__ = ["COMMAND", "asking", "found_in"]

_TITLES = {
    "Name": "NAME",
    "Description": "DESCRIPTION",
    "StarCount": "STARS",
    "IsOfficial": "OFFICIAL",
}
_COLUMNS = ("Name", "Description", "StarCount", "IsOfficial")
_PRIVATE = ("json", "trunc", "s")
_KNOWN = ("is-automated", "is-official", "stars")
_INDEX = "index.docker.io"
_AUTOMATED = (
    'WARNING: the "is-automated" filter is deprecated, and searching for "is-automated=true" '
    "will not yield any results in future.\n"
)
_USUAL, _MOST, _WIDTH = 25, 100, 45

Found = dict[str, Any]


def search(call: Call) -> int:
    """Print what the index finds, the repository with most stars first."""
    term = call.arguments[0]
    if "is-automated" in values_by_name(call.values("filter")):
        call.err(_AUTOMATED)
    wanted, limit = _filters(call), _limit(call)
    if "." in term.partition("/")[0] or ":" in term.partition("/")[0]:
        raise NotSimulated(f"{call.path} at another place than the Hub")
    found = [one for one in _asked(call, term, limit) if _passes(one, wanted)]
    found.sort(key=lambda one: -one["star_count"])
    form = call.value("format")
    if form in ("", "table"):
        call.out(rows.table(_TITLES, _COLUMNS, [_row(call, one) for one in found]))
        return 0
    is_json = form == "json" or "json" in form
    contexts = [
        rows.context("*registry.searchContext", _row(call, one, is_json=is_json), _PRIVATE)
        for one in found
    ]
    call.out(rows.templated(form, contexts, _TITLES, voice_of(call.seat.engine).CLI))
    return 0


def _limit(call: Call) -> int:
    limit = int(call.value("limit") or 0)
    if limit > _MOST:
        raise voice_of(call.seat.engine).bad_limit(limit)
    return limit if limit > 0 else _USUAL


def _filters(call: Call) -> dict[str, list[str]]:
    wanted, voice = values_by_name(call.values("filter")), voice_of(call.seat.engine)
    for name, values in wanted.items():
        if name not in _KNOWN:
            raise voice.bad_filter(name)
        if name == "stars":
            for value in values:
                if not value.isascii() or not value.isdecimal():
                    raise voice.bad_filter(f"stars={value}")
        else:
            voice.switched(name, values)
    return wanted


def _passes(one: Found, wanted: dict[str, list[str]]) -> bool:
    fewest = max(map(int, wanted.get("stars", ["0"])))
    kinds = {"is-official": one["is_official"], "is-automated": False}
    alike = (
        kinds[name] == (not {*values}.isdisjoint(("true", "1")))
        for name, values in wanted.items()
        if name in kinds
    )
    return one["star_count"] >= fewest and all(alike)


def _asked(call: Call, term: str, limit: int) -> list[Found]:
    run = call.seat.converse(asking(term, limit, call.seat.engine.peer))
    call.trace = run.trace
    return found_in(run)


def asking(term: str, limit: int, peer: str) -> Dialogue:
    """Ask the Hub's index; returns its response."""
    from urllib.parse import quote_plus

    target = f"/v1/search?q={quote_plus(term)}&n={limit}"
    return (yield Request("GET", target, host=_INDEX, peer=peer))


def found_in(run: Run) -> list[Found]:
    """What the index has found, or the daemon's refusal."""
    if run.error is not None:
        raise daemon_error(_unreachable(run.error))
    if run.outcome.status != 200:
        raise daemon_error(f"Unexpected status code {run.outcome.status}")
    found: list[Found] = json.loads(bytes(run.outcome.body))["results"]
    return found


def _unreachable(error: LabError) -> str:
    if isinstance(error, Unreachable):
        return f"{asked_words(error.asked)}: {network_words(error)}"
    return str(error)


def _row(call: Call, one: Found, *, is_json: bool = False) -> rows.Fields:
    told = str(one["description"]).replace("\n", " ").replace("\r", " ")
    if not call.flag("no-trunc") and len(told) > _WIDTH:
        told = f"{told[: _WIDTH - 1]}…"
    return {
        "Name": one["name"],
        "Description": told,
        "StarCount": str(one["star_count"]),
        "IsOfficial": _switch(one["is_official"], is_json=is_json),
    }


def _switch(value: bool, *, is_json: bool) -> str:
    if is_json:
        return "true" if value else "false"
    return "[OK]" if value else ""


COMMAND = Command(
    "search",
    Count(1, 1),
    search,
    simulated=frozenset({"filter", "format", "limit", "no-trunc"}),
)
