"""Many conversations at one registry, told apart: one row for each push.

A trace that a server has recorded holds whatever came: two people pushing at once, a pull in
between, a login.  A push is what one client says about one repository until it puts a manifest
under a name; what it read meanwhile is no part of it.  Clients differ in how they talk (docker asks
only about what it remembers, containerd asks about everything, skopeo hangs up after each request),
and the story of all of them is the same: for each blob, found, mounted or sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import copy
from typing import NamedTuple

from labsim.blob import Blob
from labsim.story.events import contents
from labsim.story.ledger import Ledger, ledger
from labsim.story.shapes import Shape, shape
from labsim.story.tables import bytes_text, columns
from labsim.trace import Exchange, LaneRecord, Trace

__all__ = ["Push", "client_of", "in_lanes", "push_table", "pushes"]

HEADER = ("from", "client", "image", "layers", "found", "mounted", "sent", "moved", "came to")
_READING = ("read", "fetch", "tags", "other")
_UPLOADING = ("open", "send", "seal")
#: How clients name themselves in ``User-Agent``, and what people call them; the first that fits.
_CLIENTS = (
    (r"containerd-client/", "docker (containerd store)"),
    (r"^docker/([\d.]+)", "docker {}"),
    (r"^skopeo/([\d.]+)", "skopeo {}"),
    (r"^libpod/([\d.]+)", "podman {}"),
    (r"^[Bb]uildah/([\d.]+)", "buildah {}"),
    (r"^containers/", "podman"),
    (r"^crane/|go-containerregistry/", "crane"),
    (r"^containerd/v?([\d.]+)", "containerd {}"),
    (r"^oras", "oras"),
    (r"^labsim/", "labsim"),
    (r"^python-requests/", "a Python client"),
    (r"^(\S+)", "{}"),
)


class Push(NamedTuple):
    """One push: who, with what, to where, and its own trace with a lane for each blob.

    ``reference`` is a tag or a digest; empty if it did not come so far.
    """

    at_us: int
    peer: str
    client: str
    repository: str
    reference: str
    trace: Trace

    @property
    def image(self) -> str:
        """Repository and tag, or digest, as an image's name has them."""
        if not self.reference:
            return self.repository
        return f"{self.repository}{'@' if ':' in self.reference else ':'}{self.reference}"

    @property
    def ledger(self) -> Ledger:
        """What became of each blob."""
        return ledger(self.trace)

    @property
    def outcome(self) -> str:
        """In a word or two."""
        if self.ledger.refused:
            return "refused"
        if not self.reference:
            return "unfinished"
        put = any(shape(one).act == "tag" for one in self.trace.exchanges)
        return "pushed" if put else "was there"

    @property
    def cells(self) -> tuple[str, ...]:
        """The row under :data:`HEADER`."""
        told = self.ledger
        counts = [sum(row.decision == one for row in told.layers) for one in _COUNTED]
        return (
            self.peer,
            self.client,
            self.image,
            str(len(told.layers)),
            *map(str, counts),
            bytes_text(told.was + told.other_moved),
            self.outcome,
        )


_COUNTED = ("found", "mounted", "sent")


def pushes(trace: Trace) -> tuple[Push, ...]:
    """The pushes of a trace, in the order in which they ended; those under way come last."""
    talks: dict[str, _Talk] = {}
    found = [
        push
        for exchange in trace.exchanges
        for push in talks.setdefault(exchange.request.peer, _Talk()).hear(exchange)
    ]
    return (*found, *(push for talk in talks.values() for push in talk.rest()))


def push_table(rows: Iterable[Push]) -> str:
    """A line for each push."""
    cells = [row.cells for row in rows]
    if not cells:
        return "Nothing has been pushed yet."
    return columns([[word.upper() for word in HEADER], *cells])


def client_of(agent: str) -> str:
    """What people call the program that names itself like this.

    >>> client_of("skopeo/1.9.3"), client_of("containers/5.23.1 (github.com/containers/image)")
    ('skopeo 1.9.3', 'podman')
    """
    for pattern, words in _CLIENTS:
        if match := re.search(pattern, agent):
            return words.format(*match.groups())
    return "unknown"


def in_lanes(trace: Trace) -> Trace:
    """The same conversation with a lane for each blob, whoever had it; lane 0 is all the rest.

    A real client's has no lanes at all, and a classic push speaks of the config in lane 0.
    """
    pairs = [(one, shape(one)) for one in trace.exchanges]
    if not trace.lanes:
        return _in_lanes(pairs) if pairs else trace
    blobs, configs = _blobs(pairs), _configs(pairs)
    apart: dict[str, list[Exchange]] = {}
    exchanges = []
    for one, told in pairs:
        blob = _about(one, told, blobs) if one.lane == 0 else ""
        mine = copy(one)
        if blob in configs:
            apart.setdefault(blob, []).append(mine)
            mine.lane = len(trace.lanes) + list(apart).index(blob)
        exchanges.append(mine)
    lanes = [
        LaneRecord(mine[0].lane, "config", 0, mine[0].at_us, mine[0].at_us, mine[-1].done_us)
        for mine in apart.values()
    ]
    return Trace((*trace.lanes, *lanes), exchanges, trace.pauses, trace.pipes)


class _Talk:
    """What one address has said and no push has taken yet."""

    def __init__(self) -> None:
        self._pending: list[tuple[Exchange, Shape]] = []

    def hear(self, exchange: Exchange) -> Iterator[Push]:
        """Take note; a push, if this exchange ends one."""
        told = shape(exchange)
        if told.act in _READING:
            return
        if told.act == "greet" and self._is_over(exchange.at_us):
            yield from self.rest()
        self._pending.append((exchange, told))
        if told.act == "tag" and ":" not in told.name:
            yield self._taken(told.repository, told.name)

    def _is_over(self, at_us: int) -> bool:
        """Whether a new greeting begins a new conversation: the last has failed, and is silent."""
        failed = any(one.status >= 400 and told.act != "ask" for one, told in self._pending)
        return failed and all(one.done_us <= at_us for one, _ in self._pending)

    def rest(self) -> Iterator[Push]:
        """Pushes that put no manifest under a name: by digest, refused, needless, or under way."""
        for repository in dict.fromkeys(told.repository for _, told in self._pending):
            mine = [told for _, told in self._pending if told.repository == repository]
            if repository and (reference := self._meant(mine, repository)) is not None:
                yield self._taken(repository, reference)
        self._pending.clear()

    def _meant(self, mine: list[Shape], repository: str) -> str | None:
        """The reference of a push that ended otherwise; None if it was none."""
        acts = {told.act for told in mine}
        named = [told.name for told in mine if told.act == "tag"]
        if named or acts.intersection(_UPLOADING):
            return named[-1] if named else ""
        there = [
            told.name
            for one, told in self._pending
            if told.repository == repository and told.act == "resolve" and one.status == 200
        ]
        return there[-1] if there and "ask" in acts else None

    def _taken(self, repository: str, reference: str) -> Push:
        """The push to this repository, with the greetings, tokens and mounts that belong to it."""
        sources = {
            dict(one.request.query).get("from", "")
            for one, told in self._pending
            if told.act == "open" and told.repository == repository
        }
        wanted = {repository, "", *sources}
        mine = [pair for pair in self._pending if pair[1].repository in wanted]
        self._pending = [pair for pair in self._pending if pair[1].repository not in wanted]
        first = mine[0][0]
        agents = (one.request.headers.get("User-Agent") for one, _ in mine)
        agent = next(filter(None, agents), "")
        trace = _in_lanes(mine)
        return Push(first.at_us, first.request.peer, client_of(agent), repository, reference, trace)


def _in_lanes(pairs: list[tuple[Exchange, Shape]]) -> Trace:
    """The same exchanges, each in the lane of the blob that it is about; lane 0 is the rest."""
    blobs, configs = _blobs(pairs), _configs(pairs)
    lanes: dict[str, int] = {"": 0}
    spans: dict[int, tuple[int, int]] = {}
    exchanges = []
    for index, (one, told) in enumerate(pairs):
        mine = copy(one)
        mine.index, mine.lane = index, lanes.setdefault(_about(one, told, blobs), len(lanes))
        start, end = spans.get(mine.lane, (one.at_us, one.done_us))
        spans[mine.lane] = (min(start, one.at_us), max(end, one.done_us))
        exchanges.append(mine)
    start = min(span[0] for span in spans.values())
    end = max(span[1] for span in spans.values())
    spans[0] = (start, end)
    return Trace(
        (
            LaneRecord(lane, "config" if blob in configs else blob, 0, start, *spans[lane])
            for blob, lane in lanes.items()
        ),
        exchanges,
    )


def _configs(pairs: list[tuple[Exchange, Shape]]) -> set[str]:
    """What the manifests that were spoken of call their config."""
    return {
        digest
        for one, told in pairs
        if told.act in ("tag", "read")
        for part, digest, _ in contents(one, _manifest_of(one))
        if part == "config"
    }


def _manifest_of(one: Exchange) -> Blob:
    if one.method == "PUT" or one.response is None:
        return one.request.body
    return one.response.body


def _about(one: Exchange, told: Shape, blobs: dict[str, str]) -> str:
    """The digest of the blob that an exchange is about; its session where nobody says which."""
    if told.act in ("ask", "fetch"):
        return told.name
    if told.act == "open":
        session = _session(one)
        query = dict(one.request.query)
        return blobs.get(session) or query.get("mount") or query.get("digest") or session
    if told.act in ("send", "seal", "cancel"):
        return blobs.get(told.name, told.name)
    return ""


def _blobs(pairs: list[tuple[Exchange, Shape]]) -> dict[str, str]:
    """Upload sessions by the blob that was closed under, or that a mount had asked for."""
    found: dict[str, str] = {}
    for one, told in pairs:
        query = dict(one.request.query) if told.act in ("open", "seal") else {}
        if told.act == "seal" and "digest" in query:
            found[told.name] = query["digest"]
        elif told.act == "open" and "mount" in query and one.status == 202:
            found.setdefault(_session(one), query["mount"])
    return found


def _session(one: Exchange) -> str:
    location = one.response.headers.get("Location") if one.response else ""
    path = location.partition("?")[0]
    return path.rpartition("/")[2] if "/blobs/uploads/" in path else ""
