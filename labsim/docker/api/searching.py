"""``GET /images/search``: the Hub's repositories, as ``docker search`` finds them.

Limits and filters: moby 20.10 ``registry/service_v1.go`` and ``daemon/images/image_search.go``.
"""

from __future__ import annotations

import json
from typing import Any

from labsim.docker.api.acting import typed
from labsim.docker.api.answers import Fault, document
from labsim.docker.api.call import Call
from labsim.docker.api.images import fault_of
from labsim.docker.filters import values_by_name
from labsim.docker.voices import voice_of
from labsim.errors import CommandError
from labsim.wire import Response

__all__ = ["search"]

_MOST = 100


def search(call: Call) -> Response:
    """Repositories by name and description."""
    limit = _limit(call, call.one("limit"))
    filters = values_by_name(call.filters())
    none = _automated(call, filters.pop("is-automated", []))
    words = ["search", "--no-trunc", "--format", "{{json .}}", *limit]
    for name, values in filters.items():
        words += [word for value in values for word in ("--filter", f"{name}={value}")]
    output = typed(call.machine, [*words, "--", call.one("term")])
    return document(200, [_row(json.loads(line)) for line in output.splitlines() if not none])


def _automated(call: Call, values: list[str]) -> bool:
    """Whether only what is built automatically is wanted, which nothing is any more.

    The command warns of this filter, so it is not typed.
    """
    engine = call.machine.engine
    try:
        return bool(values) and voice_of(engine).switched("is-automated", values)
    except CommandError as error:
        raise fault_of(error, engine) from None


def _limit(call: Call, text: str) -> list[str]:
    if not text:
        return []
    if not text.removeprefix("-").isdecimal():
        raise Fault(500, f'strconv.Atoi: parsing "{text}": invalid syntax')
    if not 1 <= int(text) <= _MOST:
        engine = call.machine.engine
        raise fault_of(voice_of(engine).bad_limit(int(text)), engine)
    return ["--limit", text]


def _row(said: dict[str, str]) -> dict[str, Any]:
    return {
        "star_count": int(said["StarCount"]),
        "is_official": said["IsOfficial"] == "true",
        "name": said["Name"],
        "is_automated": False,
        "description": said["Description"],
    }
