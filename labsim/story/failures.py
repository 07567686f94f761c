"""By which rule something was refused, or broke off: read from the request and from who asked.

A registry answers every missing right with the same 401.  What tells the cases apart is the token
that was asked for before: for whom, and whether it was to push.
"""

from __future__ import annotations

from labsim.story.shapes import Shape
from labsim.trace import Exchange

__all__ = ["Standing", "broken", "whole_blob"]

_LOOKING = ("resolve", "read", "fetch", "tags")


class Standing:
    """Who the tokens of a conversation were for; ``account`` is empty for nobody, or unknown."""

    __slots__ = ("account", "known")

    def __init__(self) -> None:
        self.account = ""
        self.known = False

    def hear(self, exchange: Exchange) -> None:
        """Take note of a request to a token server."""
        self.account = dict(exchange.request.query).get("account", "")
        self.known = bool(exchange.request.headers.get("Authorization"))

    def refused(self, exchange: Exchange, told: Shape) -> str:
        """The rule by which a request was refused; the client's own reason where none is seen."""
        if exchange.status >= 500:
            return "server"
        if exchange.status in (401, 403):
            return self._denied(exchange, told)
        if exchange.status == 429:
            return "limit"
        if told.act == "tag":
            return "manifest"
        return exchange.because

    def _denied(self, exchange: Exchange, told: Shape) -> str:
        basic = exchange.request.headers.get("Authorization").startswith("Basic ")
        if told.act in ("token", "greet"):
            return "credentials" if basic else "anonymous"
        if told.act in _LOOKING:
            return "hidden"
        if not (self.known or basic):
            return "anonymous"
        foreign = self.account and told.repository.partition("/")[0] != self.account
        return "namespace" if foreign else "scope"


def broken(told: Shape, moved: int, size: int) -> str:
    """The rule by which an exchange went without an answer."""
    if told.act == "seal":
        return "sealing"
    if not moved:
        return "unreachable"
    return "sending" if size else "midway"


def whole_blob(exchange: Exchange, told: Shape) -> str:
    """The digest of the blob that a request is about, if the request alone tells; else empty.

    The body of a PATCH is the whole blob where the client says so; a real client's may be a part.
    """
    query = dict(exchange.request.query)
    if told.act in ("ask", "fetch"):
        return told.name
    if told.act == "tag" or (told.act == "send" and exchange.because == "send"):
        return str(exchange.request.body.digest)
    return query.get("digest") or query.get("mount", "")
