"""What one exchange is for, in a few words: asking, mounting, sending, naming.

The shape of a request (method and path) says what it is for, whoever sent it: a simulated client or
a real one.  The vocabulary is OCI distribution-spec 1.1's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from labsim.trace import Exchange

__all__ = ["ACTS", "Act", "act", "answer"]


class Act(NamedTuple):
    """A kind of exchange: its sign in a picture, its words, and what each status means."""

    name: str
    sign: str
    words: str
    answers: Mapping[int, str]


ACTS: Mapping[str, Act] = {
    row.name: row
    for row in (
        Act("hello", "h", "asks how to log in", {200: "come in", 401: "with a token"}),
        Act("token", "t", "fetches a token", {200: "granted"}),
        Act("ask", "?", "asks whether it is there", {200: "it is there", 404: "not there"}),
        Act("mount", "m", "asks for a mount", {201: "mounted", 202: "no: upload it"}),
        Act("open", "o", "opens an upload", {202: "opened"}),
        Act("send", "↑", "sends it", {202: "arrived", 201: "stored"}),
        Act("close", "c", "closes the upload", {201: "stored"}),
        Act("fetch", "↓", "fetches it", {200: "arrived", 206: "arrived"}),
        Act("tags", "l", "lists the tags", {200: "listed"}),
        Act("name", "n", "looks up the name", {200: "found", 404: "not there"}),
        Act("publish", "p", "publishes the manifest", {201: "published"}),
        Act("other", "·", "asks something else", {}),
    )
}


def act(exchange: Exchange) -> Act:
    """What the exchange is for."""
    return ACTS[_kind(exchange.method, exchange.request.path, exchange.target)]


def _kind(method: str, path: str, target: str) -> str:
    if path == "/v2/":
        return "hello"
    if not path.startswith("/v2/"):
        return "token" if "token" in path else "other"
    if "/blobs/uploads/" in path:
        opening = "mount" if "mount=" in target else "open"
        return {"POST": opening, "PATCH": "send", "PUT": "close"}.get(method, "other")
    if "/blobs/" in path:
        return {"HEAD": "ask", "GET": "fetch"}.get(method, "other")
    if "/manifests/" in path:
        return {"PUT": "publish", "HEAD": "name", "GET": "name"}.get(method, "other")
    return "tags" if path.endswith("/tags/list") else "other"


def answer(exchange: Exchange) -> str:
    """What came of it, in a few words."""
    if exchange.fault:
        return exchange.fault
    plain = "refused" if exchange.status in (401, 403) else f"status {exchange.status}"
    return act(exchange).answers.get(exchange.status, plain)
