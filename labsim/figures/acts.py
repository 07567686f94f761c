"""What one exchange is for, in a few words and one sign: asking, mounting, sending, publishing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from labsim.story.shapes import shape
from labsim.trace import Exchange

__all__ = ["ACTS", "Act", "act", "answer"]


class Act(NamedTuple):
    """A kind of exchange: its sign in a picture, its words, and what each status means."""

    name: str
    sign: str
    words: str
    answers: Mapping[int, str]


#: The acts of :mod:`labsim.story.shapes`, and "mount": an upload opened in hope of needing none.
ACTS: Mapping[str, Act] = {
    row.name: row
    for row in (
        Act("greet", "h", "asks how to log in", {200: "come in", 401: "with a token"}),
        Act("token", "k", "fetches a token", {200: "granted"}),
        Act("ask", "?", "asks whether it is there", {200: "it is there", 404: "not there"}),
        Act("mount", "m", "asks for a mount", {201: "mounted", 202: "no: upload it"}),
        Act("open", "o", "opens an upload", {202: "opened", 201: "stored"}),
        Act("send", "↑", "sends it", {202: "arrived", 201: "stored"}),
        Act("seal", "s", "seals the upload", {201: "stored"}),
        Act("cancel", "x", "gives the upload up", {204: "forgotten"}),
        Act("fetch", "↓", "fetches it", {200: "arrived", 206: "arrived"}),
        Act("tags", "l", "lists the tags", {200: "listed"}),
        Act("resolve", "n", "looks up the name", {200: "found", 404: "not there"}),
        Act("read", "r", "reads the manifest", {200: "read", 404: "not there"}),
        Act("tag", "p", "publishes the manifest", {201: "published"}),
        Act("other", "·", "asks something else", {}),
    )
}


def act(exchange: Exchange) -> Act:
    """What the exchange is for."""
    name = shape(exchange).act
    return ACTS["mount" if name == "open" and "mount=" in exchange.target else name]


def answer(exchange: Exchange) -> str:
    """What came of it, in a few words."""
    if exchange.fault:
        return exchange.fault
    plain = "refused" if exchange.status in (401, 403) else f"status {exchange.status}"
    return act(exchange).answers.get(exchange.status, plain)
