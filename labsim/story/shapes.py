"""What a request is about, read from its method and path: the same for every client.

Source: OCI distribution-spec 1.1, "Endpoints".
"""

from __future__ import annotations

from typing import NamedTuple

from labsim.trace import Exchange

__all__ = ["Shape", "shape"]


class Shape(NamedTuple):
    """``act`` (a word), the repository, and the path's last name: a digest, tag or session."""

    act: str
    repository: str = ""
    name: str = ""


_BLOB_ACTS = {"HEAD": "ask", "GET": "fetch"}
_UPLOAD_ACTS = {"POST": "open", "PATCH": "send", "PUT": "seal", "DELETE": "cancel"}
_MANIFEST_ACTS = {"HEAD": "resolve", "GET": "read", "PUT": "tag"}


def shape(exchange: Exchange) -> Shape:
    """What an exchange is about; ``act`` is "other" for what no push or pull needs."""
    path, method = exchange.request.path, exchange.method
    if path == "/v2/":
        return Shape("greet")
    if not path.startswith("/v2/"):
        return Shape("token" if "token" in path else "other")
    for middle, acts in (
        ("/blobs/uploads/", _UPLOAD_ACTS),
        ("/blobs/", _BLOB_ACTS),
        ("/manifests/", _MANIFEST_ACTS),
    ):
        repository, found, name = path[4:].partition(middle)
        if found:
            return Shape(acts.get(method, "other"), repository, name)
    return Shape("tags" if path.endswith("/tags/list") else "other", path[4:])
