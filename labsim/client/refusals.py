"""From a response that says no to the error that says why, and whether another try could help.

========== ===================================================================================
reason     what happened
========== ===================================================================================
(empty)    an OCI error body; ``message`` is empty when it held only the code's own words
status     500 or above: nothing is known but the status
body       400 to 499 with a body that is no OCI error; ``message`` is that body
no-credentials  Basic is wanted and nobody is logged in: the request was never sent
token      the token server refused; ``asked`` is the request that needed the token
no-token   the token server answered without a token
login      the authorised ``GET /v2/`` was not answered with 200
upload-lost     404 on an upload session
blob-lost       404 when a blob just sent or mounted is looked for
resumed-wrong   a resumed download does not hash to its name (or came whole): begin anew
unexpected      containerd's client: any status it has no use for; ``code`` is empty without rows
barred          containerd's client: the proof was refused too; ``message`` is the challenge's word
nowhere         containerd's client: the name leads to nothing
========== ===================================================================================

Source: moby ``distribution/errors.go``, distribution ``registry/client/errors.go``.
"""

from __future__ import annotations

import json
from typing import Any

from labsim.errors import OCI_ERRORS, LabError, RegistryError, Unreachable
from labsim.wire import Request, Response

__all__ = ["challenges", "is_final", "lost", "refusal", "rows"]

#: Codes after which the same request would be refused again.
_FINAL_CODES = frozenset(
    {"UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS", "NAME_UNKNOWN"}
)
_FINAL_REASONS = frozenset({"body", "no-credentials", "no-token", "blob-lost"})
_OAUTH = {"insufficient_scope": "DENIED", "invalid_token": "UNAUTHORIZED"}
_DETAILS = {401: "UNAUTHORIZED", 403: "DENIED", 429: "TOOMANYREQUESTS"}


def refusal(request: Request, response: Response, reason: str = "") -> RegistryError:
    """The error that this answer means."""
    error = _from_challenge(response) or _from_body(response)
    error.reason = reason or error.reason
    error.asked = request
    return error


def lost(request: Request, code: str, reason: str) -> RegistryError:
    """A 404 that means: what was there a moment ago is gone."""
    error = RegistryError(404, code, reason=reason)
    error.asked = request
    return error


def is_final(error: LabError) -> bool:
    """Whether trying again cannot help (moby ``retryOnError``).

    A body that only repeats its code's default message has lost its code on the way into the
    daemon's types, and is therefore tried again, even when it says "denied".
    """
    if isinstance(error, Unreachable):
        return False
    if not isinstance(error, RegistryError):
        return True
    if error.reason in _FINAL_REASONS:
        return True
    return error.reason in ("", "token") and bool(error.message) and error.code in _FINAL_CODES


def first_only(error: LabError) -> LabError:
    """A layer's error speaks only of the first thing that its answer complained about."""
    if isinstance(error, RegistryError):
        error.also = ()
    return error


def challenges(response: Response) -> dict[str, dict[str, str]]:
    """The ``WWW-Authenticate`` lines by scheme in lower case, each with its parameters."""
    found = {}
    for line in response.headers.all("WWW-Authenticate"):
        scheme, _, rest = line.partition(" ")
        found[scheme.lower()] = _parameters(rest)
    return found


def _parameters(text: str) -> dict[str, str]:
    """``a="b",c="d, e"`` as a mapping; a comma inside quotes belongs to the value."""
    pairs = {}
    while text:
        name, _, text = text.lstrip(", ").partition("=")
        if text.startswith('"'):
            value, _, text = text[1:].partition('"')
        else:
            value, _, text = text.partition(",")
        if name:
            pairs[name.strip().lower()] = value
    return pairs


def _from_challenge(response: Response) -> RegistryError | None:
    """OAuth errors in the challenge outrank the body (RFC 6750 §3); the body comes after them."""
    if not 400 <= response.status < 500:
        return None
    bearer = challenges(response).get("bearer", {})
    code = _OAUTH.get(bearer.get("error", ""))
    if code is None:
        return None
    message = bearer.get("error_description") or OCI_ERRORS[code].message
    body = _from_body(response)
    return RegistryError(response.status, code, message, also=(body, *body.also))


def _from_body(response: Response) -> RegistryError:
    status = response.status
    if not 400 <= status < 500:
        return RegistryError(status, reason="status")
    text = bytes(response.body).decode(errors="replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and isinstance(document.get("details"), str):
        return RegistryError(status, _DETAILS.get(status, "UNKNOWN"), document["details"])
    rows = document.get("errors") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not rows:
        if status == 401:
            return RegistryError(status, "UNAUTHORIZED", detail=text)
        return RegistryError(status, message=text, reason="body")
    errors = [_from_row(status, row) for row in rows if isinstance(row, dict)]
    if not errors:
        return RegistryError(status, message=text, reason="body")
    errors[0].also = tuple(errors[1:])
    return errors[0]


def rows(response: Response) -> list[RegistryError]:
    """The rows of an OCI error body, whatever the status; none where there is no such body."""
    try:
        document = json.loads(bytes(response.body))
    except (ValueError, RecursionError):
        return []
    found = document.get("errors") if isinstance(document, dict) else None
    if not isinstance(found, list):
        return []
    return [_from_row(response.status, row) for row in found if isinstance(row, dict)]


def _from_row(status: int, row: dict[str, Any]) -> RegistryError:
    code, message, detail = str(row.get("code", "")), row.get("message") or "", row.get("detail")
    known = OCI_ERRORS.get(code)
    if detail is None and known is not None and message == known.message:
        message = ""
    return RegistryError(status, code, message, detail)
