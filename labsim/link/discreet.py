"""What is kept of an exchange with a real host: everything but what would open a door again.

Passwords and tokens go to whoever needs them and nowhere else.  What a trace or a journal keeps
says that there was one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from labsim.blob import EMPTY, Blob
from labsim.secrecy import is_proof, scheme_of
from labsim.wire import Headers, Request, Response

__all__ = ["PLACEHOLDER", "discreet_request", "discreet_response"]

#: What stands where a token stood, and what a replay uses as one.
PLACEHOLDER = "not-kept"
_GIFTS = ("set-cookie", "set-cookie2", "authentication-info")
#: A token server's answer is no longer than this; what is longer is content.
_MOST = 1 << 20


def discreet_request(request: Request) -> Request:
    """The request as it may be kept: itself, where it holds no secret."""
    form = bool(request.body) and not request.target.startswith("/v2/")
    if not form and not any(is_proof(name) for name, _ in request.headers):
        return request
    kept = Request(
        request.method,
        request.target,
        [(name, _shown(value) if is_proof(name) else value) for name, value in request.headers],
        EMPTY if form else request.body,
        host=request.host,
        peer=request.peer,
        at_us=request.at_us,
        because=request.because,
    )
    kept.done_us = request.done_us
    return kept


def discreet_response(request: Request, response: Response) -> Response:
    """The response as it may be kept: a token's place is taken by :data:`PLACEHOLDER`."""
    headers = Headers(_without(response.headers, _GIFTS))
    body = response.body
    if body.held and body.size <= _MOST and not _is_content(request):
        body = _without_tokens(body)
    if body is response.body and len(headers) == len(response.headers):
        return response
    return Response(response.status, headers, body)


def _shown(value: str) -> str:
    """``Bearer <not-kept>``: how it was proved, and not with what."""
    return f"{scheme_of(value)} {PLACEHOLDER}".strip()


def _without(headers: Headers, names: Iterable[str]) -> Iterable[tuple[str, str]]:
    return (pair for pair in headers if pair[0].lower() not in names)


def _is_content(request: Request) -> bool:
    """Whether a digest stands for the answer, so that no byte of it may change."""
    return "/blobs/" in request.path or "/manifests/" in request.path


def _without_tokens(body: Blob) -> Blob:
    try:
        document = json.loads(bytes(body))
    except (ValueError, RecursionError):
        return body
    if not isinstance(document, dict):
        return body
    kept = {
        key: PLACEHOLDER if "token" in key.lower() and isinstance(value, str) else value
        for key, value in document.items()
    }
    if kept == document:
        return body
    return Blob(json.dumps(kept, separators=(",", ":")).encode())
