"""Real registries: who brings them, and what a journal keeps of a conversation with one.

A lab reaches its own registries by itself.  Somebody outside may bring real ones, by host; a
conversation that begins with such a host is theirs to hold.  What was heard is kept as a file of
the journal, named by the last word of the action::

    docker push localhost:5000/team/app >>> sha256:4f53…

The file is JSON: for each conversation what happened in which order, and with which answer.  Short
texts stand in it, longer bodies beside it by digest.  A replay hears the same again, and reaches
nobody.  No password and no token is in any of it (:mod:`labsim.link.discreet`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from labsim.blob import EMPTY, Blob
from labsim.digest import Digest
from labsim.errors import LabError
from labsim.link import Misfit, Run
from labsim.link.discreet import discreet_response
from labsim.link.paced import Heard, Onward, retell
from labsim.wire import Dialogue, Headers, Request, Response

__all__ = ["Account", "Outside", "Recorded", "bodies_named", "written"]

_FORMAT = "labsim-heard-1"
#: Bodies up to this many bytes that are text stand in the file itself.
_SHORT = 4_096
_NUMBERS = ("us", "lane", "exchange", "sent_us", "arriving_us", "up", "down")

Account = Sequence[Heard]
Bodies = dict[Digest, Blob]


class Outside(Protocol):
    """Real registries, as a door brings them."""

    def names(self, host: str) -> bool:
        """Whether this host is one of them."""

    def converse(self, talk: Dialogue, *, at_us: int) -> tuple[Run, Account | None]:
        """Hold a conversation with them; and what was heard, where that is news."""


class _Written(NamedTuple):
    """The file of an action, and the bodies that lie beside it."""

    file: Blob
    bodies: Bodies


def written(accounts: Iterable[Account]) -> _Written:
    """What is kept of these conversations."""
    bodies: Bodies = {}
    rows = [[_row(heard, bodies) for heard in account] for account in accounts]
    document = {"format": _FORMAT, "conversations": rows}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return _Written(Blob(text.encode()), bodies)


def bodies_named(file: Blob) -> list[str]:
    """The digests of the bodies that lie beside such a file."""
    answers = [row.get("answer") for rows in _conversations(file) for row in rows]
    bodies = [answer.get("body") for answer in answers if isinstance(answer, dict)]
    return [str(body.get("digest")) for body in bodies if isinstance(body, dict)]


class Recorded:
    """Registries that say again what they said: the conversations of one action, in order."""

    def __init__(self, file: Blob, body: Callable[[str], Blob]) -> None:
        """``body`` finds what lies beside the file, by digest."""
        self._accounts = [[_heard(row, body) for row in rows] for rows in _conversations(file)]
        asked = (heard.asked[1] for account in self._accounts for heard in account)
        self.hosts = dict.fromkeys(host for host in asked if host)

    def names(self, host: str) -> bool:
        """Whether this host was spoken to."""
        return host in self.hosts

    def converse(self, talk: Dialogue, *, at_us: int) -> tuple[Run, None]:
        """The next conversation, as it was; a ``Misfit`` if it was another."""
        if not self._accounts:
            raise Misfit("more conversations are held than were recorded")
        return retell(talk, self._accounts.pop(0), at_us=at_us), None

    def end(self) -> None:
        """Every conversation must have been held again."""
        if self._accounts:
            raise Misfit("fewer conversations are held than were recorded")


# -- the file --------------------------------------------------------------------------------------


def _conversations(file: Blob) -> list[list[dict[str, Any]]]:
    try:
        document = json.loads(bytes(file))
        if document["format"] == _FORMAT:
            return [[dict(row) for row in rows] for rows in document["conversations"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise LabError(f"{file.digest} is no record of what a registry answered")


def _row(heard: Heard, bodies: Bodies) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(heard, name) for name in _NUMBERS}
    if heard.exchange < 0:
        return {"us": heard.us, "lane": heard.lane}
    row["asked"] = list(heard.asked)
    if heard.response is not None:
        row["answer"] = _answer(heard, heard.response, bodies)
    if heard.fault:
        row |= {"fault": heard.fault, "final": heard.final}
    if heard.onward is not None:
        row["onward"] = list(heard.onward)
    return row


def _answer(heard: Heard, response: Response, bodies: Bodies) -> dict[str, Any]:
    method, host, target = heard.asked
    kept = discreet_response(Request(method, target, host=host), response)
    answer: dict[str, Any] = {"status": kept.status, "headers": [list(h) for h in kept.headers]}
    if kept.body:
        text = _short_text(kept.body)
        if text is None:
            bodies[kept.body.digest] = kept.body
            answer["body"] = {"digest": kept.body.digest, "size": kept.body.size}
        else:
            answer["text"] = text
    return answer


def _short_text(body: Blob) -> str | None:
    if body.size > _SHORT:
        return None
    try:
        return bytes(body).decode()
    except UnicodeDecodeError:
        return None


def _heard(row: Mapping[str, Any], body: Callable[[str], Blob]) -> Heard:
    """A row read again; nothing in it is believed to be of the right kind."""
    try:
        numbers: dict[str, Any] = {name: int(row[name]) for name in _NUMBERS if name in row}
        heard = Heard(**numbers)
        if heard.exchange < 0:
            return heard
        method, host, target = map(str, row["asked"])
        return heard._replace(
            asked=(method, host, target),
            response=_response(row["answer"], body) if "answer" in row else None,
            fault=str(row.get("fault", "")),
            final=bool(row.get("final")),
            onward=Onward(*map(str, row["onward"])) if "onward" in row else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        if isinstance(fault, LabError):
            raise
        raise LabError(f"a record of what a registry answered cannot be read: {fault}") from None


def _response(row: Mapping[str, Any], body: Callable[[str], Blob]) -> Response:
    content = EMPTY
    if "text" in row:
        content = Blob(str(row["text"]).encode())
    elif "body" in row:
        content = body(str(row["body"]["digest"]))
    headers = Headers((str(name), str(value)) for name, value in row["headers"])
    return Response(int(row["status"]), headers, content)
