"""From a request to its row, and from whatever it raises to an answer.

A path may name the API's version that the client means; a version outside the daemon's range is
refused before anything is done (moby 20.10 ``api/server/middleware/version.go``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

from labsim.docker.api.answers import Fault, message
from labsim.docker.api.call import Call, Machine, numbers
from labsim.docker.api.endpoints import ENDPOINTS, Endpoint
from labsim.docker.api.machine import api_range, signature
from labsim.docker.api.system import page_not_found
from labsim.wire import Headers, Request, Response

__all__ = ["answer"]

_VERSIONED = re.compile(r"/v([0-9.]+)(/.*)")
#: What a client whose version does not fit is not told.
_EXPERIMENTAL = "Docker-Experimental"
_NOSNIFF = ("X-Content-Type-Options", "nosniff")


class _Row(NamedTuple):
    endpoint: Endpoint
    pattern: re.Pattern[str]


def answer(request: Request, machine: Machine) -> Response:
    """What the daemon says to this request."""
    path, version = unquote(request.path), ""
    if match := _VERSIONED.fullmatch(path):
        version, path = match[1], match[2]
    for row in _rows(request.method):
        if found := row.pattern.fullmatch(path):
            signed = signature(machine.engine)
            oldest, newest = api_range(machine.engine)
            if unfit := _unfit(version, oldest, newest):
                return _signed(unfit, (pair for pair in signed if pair[0] != _EXPERIMENTAL))
            return _signed(
                _done(row, Call(request, found.groupdict(), machine, version or newest)), signed
            )
    return page_not_found()


def _signed(response: Response, headers: Iterable[tuple[str, str]]) -> Response:
    return Response(response.status, Headers((*headers, *response.headers)), response.body)


def _done(row: _Row, call: Call) -> Response:
    try:
        return row.endpoint.handler(call)
    except Fault as fault:
        return message(fault.status, fault.sentence)


@cache
def _rows(method: str) -> tuple[_Row, ...]:
    return tuple(
        _Row(endpoint, re.compile(_expression(endpoint.path), re.DOTALL))
        for endpoint in ENDPOINTS
        if endpoint.method == method
    )


def _expression(path: str) -> str:
    """Only names of images hold slashes; what follows one is where it ends."""
    names = ".*" if path.startswith(("/images", "/distribution", "/plugins")) else "[^/]+"
    return path.replace("{name}", f"(?P<name>{names})").replace("{rest}", ".+")


def _unfit(version: str, oldest: str, newest: str) -> Response | None:
    """Why a client with this version of the API is not served."""
    if not version:
        return None
    if numbers(version) > numbers(newest):
        words = f"client version {version} is too new. Maximum supported API version is {newest}"
        return message(400, words)
    if numbers(version) < numbers(oldest):
        words = (
            f"client version {version} is too old. Minimum supported API version is {oldest}, "
            "please upgrade your client to a newer version"
        )
        return _plain(400, f"{words}\n")
    return None


def _plain(status: int, text: str) -> Response:
    """A client from before 1.24 reads no JSON."""
    kind = ("Content-Type", "text/plain; charset=utf-8")
    return Response(status, (kind, _NOSNIFF, ("Content-Length", str(len(text)))), text.encode())
