"""The fold: from exchanges and pauses to events.

========== ====================================================================================
kind       what happened
========== ====================================================================================
greeted    the registry answered ``GET /v2/``; ``source`` is how it wants to be approached
granted    a token server gave a token; ``source`` is what it is good for
found      the repository had the blob
missing    the repository did not have it
mounted    the registry linked the blob from another repository, ``source``
unmounted  the registry would not; it opened an upload instead
sent       the blob was uploaded
cancelled  an upload that became needless was given up
fetched    a blob or manifest was downloaded
here       the layer was on this machine, on top of the same layers (no request)
known      an earlier push of the same command had dealt with the layer (no request)
complete   the image was on this machine (no request)
resolved   a name was looked up; ``source`` is the tag or digest
listed     the tags of a repository were listed
tagged     a manifest was stored; ``source`` is the tag or digest
retried    a lane waits before another try; ``size`` is how many µs
refused    the registry said no; ``status`` says how
dropped    nobody answered
========== ====================================================================================
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from labsim.blob import Blob
from labsim.story.asking_again import settled
from labsim.story.failures import Standing, broken, whole_blob
from labsim.story.shapes import Shape, shape
from labsim.trace import Exchange, Listed, PauseRecord, Trace
from labsim.wire import Response

__all__ = ["KINDS", "Event", "story"]

KINDS = (
    "greeted",
    "granted",
    "found",
    "missing",
    "mounted",
    "unmounted",
    "sent",
    "cancelled",
    "fetched",
    "here",
    "known",
    "complete",
    "resolved",
    "listed",
    "tagged",
    "retried",
    "refused",
    "dropped",
)
_NOTES = {"here": "here", "known": "known", "complete": "complete", "retry": "retried"}
_NOTES |= {"again": "retried"}
_BROKEN = ("refused", "dropped")
_REDIRECTS = (301, 302, 303, 307, 308)


class Event(NamedTuple):
    """One thing that happened, when, and to what.

    ``blob`` is a digest (empty while nobody knows it yet), ``subject`` the lane's: a layer's DiffID
    in a push.  ``part`` says what the blob is: "layer", "config", "manifest", or "blob" where the
    conversation does not tell.  ``size`` is the blob's, ``moved`` the bytes of bodies that
    travelled for this event.  ``rule`` names why (see :func:`labsim.story.why`), ``exchange`` the
    exchange that decided it, -1 if none did.
    """

    kind: str
    at_us: int
    lane: int
    subject: str
    repository: str = ""
    blob: str = ""
    part: str = ""
    size: int = 0
    moved: int = 0
    source: str = ""
    rule: str = ""
    status: int = 0
    exchange: int = -1


def story(trace: Trace) -> tuple[Event, ...]:
    """The events of a trace, in the order in which they were decided."""
    teller = _Teller(trace)
    events = [event for thing in _in_order(trace) for event in teller.hear(thing)]
    return tuple(teller.completed(event) for event in events)


def _in_order(trace: Trace) -> list[Exchange | PauseRecord]:
    """What ended, when it ended; of equals, a note comes after the answer that led to it."""
    timed: list[tuple[int, int, int, Exchange | PauseRecord]] = []
    timed += ((x.done_us, 0, x.index, x) for x in settled(trace))
    timed += ((p.at_us, 1, at, p) for at, p in enumerate(trace.pauses))
    timed.sort(key=lambda row: row[:3])
    return [thing for *_, thing in timed]


class _Upload:
    """An upload session: who opened it and why, and how much was sent into it."""

    __slots__ = ("moved", "rule")

    def __init__(self, rule: str) -> None:
        self.rule = rule
        self.moved = 0


class _Teller:
    """What must be remembered from one exchange to understand the next."""

    def __init__(self, trace: Trace) -> None:
        self.subjects = {lane.index: str(lane.subject) for lane in trace.lanes}
        self.standing = Standing()
        self.uploads: dict[str, _Upload] = {}
        self.settled: set[tuple[str, str]] = set()
        self.missing: set[tuple[str, str]] = set()
        self.parts: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self.blobs: dict[str, str] = {}
        #: By lane: where a redirect led, and what was asked for.
        self.led: dict[int, tuple[str, Shape]] = {}

    def hear(self, thing: Exchange | PauseRecord) -> Iterator[Event]:
        """The events that one exchange or pause amounts to: one, or none."""
        if isinstance(thing, PauseRecord):
            return self._noted(thing)
        told = self._shape(thing)
        if thing.response is None:
            return self._dropped(thing, told)
        if thing.status in _REDIRECTS and (leads := thing.response.headers.get("Location")):
            self.led[thing.lane] = (leads, told)
            return iter(())
        return getattr(self, f"_{told.act}", self._other)(thing, told, thing.response)

    def _shape(self, exchange: Exchange) -> Shape:
        """What it is about; behind a redirect, what was asked for in front of it."""
        leads, told = self.led.pop(exchange.lane, ("", None))
        if told is not None and leads.endswith(exchange.target):
            return told
        return shape(exchange)

    def completed(self, event: Event) -> Event:
        """The event with what only a later exchange told of its blob: what it is, and its size."""
        blob = event.blob
        if event.kind in _BROKEN and event.subject:
            blob = blob or self.blobs.get(event.subject, "")
        event = event._replace(blob=blob, size=event.size or self.sizes.get(blob, 0))
        return event._replace(part=self._part(event))

    def _part(self, event: Event) -> str:
        if event.part:
            return event.part
        if not event.blob:
            failed = event.kind in _BROKEN
            return "layer" if failed and event.subject.startswith("sha256:") else ""
        if event.blob in self.parts:
            return self.parts[event.blob]
        if event.subject == "config" or event.rule.startswith("config"):
            return "config"
        return "layer" if event.subject.startswith("sha256:") else "blob"

    # --- what was heard --------------------------------------------------------------------------

    def _event(self, kind: str, exchange: Exchange, told: Shape, **more: Any) -> Event:
        more["blob"] = str(more.get("blob", ""))  # a name is told as text, whoever remembers it
        subject = self.subjects.get(exchange.lane, "")
        if subject and more["blob"]:
            self.blobs[subject] = more["blob"]
        return Event(
            kind,
            exchange.done_us,
            exchange.lane,
            subject,
            told.repository,
            status=exchange.status,
            exchange=exchange.index,
            **({"rule": exchange.because} | more),
        )

    def _noted(self, pause: PauseRecord) -> Iterator[Event]:
        if kind := _NOTES.get(pause.reason):
            subject = self.subjects.get(pause.lane, "")
            blob = subject if kind == "here" else self.blobs.get(subject, "")
            size = pause.us if kind == "retried" else self.sizes.get(blob, 0)
            yield Event(
                kind, pause.at_us, pause.lane, subject, blob=blob, size=size, rule=pause.reason
            )

    def _dropped(self, exchange: Exchange, told: Shape) -> Iterator[Event]:
        event = self._failed("dropped", exchange, told)
        rule = broken(told, event.moved, self.sizes.get(event.blob, 0))
        yield event._replace(rule=rule, source=exchange.fault)

    def _refused(self, exchange: Exchange, told: Shape) -> Event:
        event = self._failed("refused", exchange, told)
        rule = self.standing.refused(exchange, told)  # the words of "namespace" say whose it is
        named = told.act == "tag" and rule != "namespace"
        return event._replace(rule=rule, source=told.name if named else self.standing.account)

    def _failed(self, kind: str, exchange: Exchange, told: Shape) -> Event:
        """What came to nothing: which blob it was about, and what had been sent for it in vain."""
        blob = whole_blob(exchange, told)
        if blob and told.act in ("send", "tag"):
            self.sizes[blob] = exchange.request.body.size
        upload = self.uploads.get(told.name) or _Upload(exchange.because)
        moved = exchange.up + (upload.moved if told.act == "seal" else 0)
        if exchange.response is None:
            moved += exchange.down
        if told.act == "seal":
            self.sizes[blob] = moved  # who seals has sent all
        part = "manifest" if told.act == "tag" else ""
        part = "config" if upload.rule.startswith("config") else part
        return self._event(kind, exchange, told, blob=blob, part=part, moved=moved)

    def _other(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        if not response.ok:
            yield self._refused(exchange, told)

    def _tags(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        if response.ok:
            yield self._event("listed", exchange, told)
        else:
            yield self._refused(exchange, told)

    def _greet(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        wanted = response.headers.get("WWW-Authenticate").partition(" ")[0]
        if response.ok or (response.status == 401 and not _authorised(exchange)):
            yield self._event("greeted", exchange, told, source=wanted)
        else:
            yield self._refused(exchange, told)

    def _token(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        self.standing.hear(exchange)
        if not response.ok:
            yield self._refused(exchange, told)
            return
        scopes = [value for name, value in exchange.request.query if name == "scope"]
        yield self._event("granted", exchange, told, source=" ".join(scopes))

    def _ask(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        """HEAD of a blob: news, unless it only confirms what was sent or mounted just before."""
        asked = (told.repository, told.name)
        if response.ok:
            size = int(response.headers.get("Content-Length") or 0)
            self.sizes[told.name] = size
            if asked not in self.settled:
                yield self._event("found", exchange, told, blob=told.name, size=size)
        elif response.status == 404:
            self.missing.add(asked)
            yield self._event("missing", exchange, told, blob=told.name)
        else:
            yield self._refused(exchange, told)

    def _open(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        query = dict(exchange.request.query)
        blob, source = query.get("mount", ""), query.get("from", "")
        if response.status == 201:
            yield from self._opened_and_shut(exchange, told, query)
            return
        if not response.ok:
            yield self._refused(exchange, told)
            return
        self.uploads[_session(response)] = _Upload("refused-mount" if blob else exchange.because)
        if blob:
            yield self._event("unmounted", exchange, told, blob=blob, source=source)

    def _opened_and_shut(
        self, exchange: Exchange, told: Shape, query: dict[str, str]
    ) -> Iterator[Event]:
        """A POST that needs no session: a mount, or an upload in a single request."""
        blob = query.get("mount") or query.get("digest", "")
        self.settled.add((told.repository, blob))
        if "mount" in query:
            size = self.sizes.get(blob, 0)
            source = query.get("from", "")
            yield self._event("mounted", exchange, told, blob=blob, size=size, source=source)
        else:
            yield self._sent(exchange, told, blob, exchange.up, "")

    def _send(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        if not response.ok:
            yield self._refused(exchange, told)
            return
        upload = self.uploads.setdefault(told.name, _Upload(""))
        upload.moved += exchange.up

    def _seal(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        blob = dict(exchange.request.query).get("digest", "")
        if not response.ok:
            yield self._refused(exchange, told)
            return
        upload = self.uploads.pop(told.name, None) or _Upload("")
        yield self._sent(exchange, told, blob, upload.moved + exchange.up, upload.rule)

    def _sent(self, exchange: Exchange, told: Shape, blob: str, size: int, rule: str) -> Event:
        asked = (told.repository, blob)
        self.settled.add(asked)
        self.sizes[blob] = size
        rule = rule or ("missing" if asked in self.missing else "unasked")
        return self._event("sent", exchange, told, blob=blob, size=size, moved=size, rule=rule)

    def _cancel(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        self.uploads.pop(told.name, None)
        yield self._event("cancelled", exchange, told)

    def _fetch(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        if not response.ok:
            yield self._refused(exchange, told)
            return
        span = response.headers.get("Content-Range").rpartition("/")[2]
        size = int(span) if span.isdecimal() else exchange.down
        moved = exchange.down
        yield self._event("fetched", exchange, told, blob=told.name, size=size, moved=moved)

    def _resolve(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        digest = response.headers.get("Docker-Content-Digest")
        if response.ok:
            yield self._event(
                "resolved", exchange, told, blob=digest, part="manifest", source=told.name
            )
        elif response.status == 404:
            yield self._event("missing", exchange, told, part="manifest", source=told.name)
        else:
            yield self._refused(exchange, told)

    def _read(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        if not response.ok:
            yield self._refused(exchange, told)
            return
        self._learn(exchange, response.body)
        yield self._manifest("fetched", exchange, told, response.body.digest, exchange.down)

    def _tag(self, exchange: Exchange, told: Shape, response: Response) -> Iterator[Event]:
        body = exchange.request.body
        self._learn(exchange, body)
        if not response.ok:
            yield self._refused(exchange, told)
            return
        digest = response.headers.get("Docker-Content-Digest") or body.digest
        yield self._manifest("tagged", exchange, told, digest, exchange.up)

    def _manifest(
        self, kind: str, exchange: Exchange, told: Shape, digest: str, size: int
    ) -> Event:
        self.parts[digest] = "manifest"
        return self._event(
            kind, exchange, told, blob=digest, size=size, moved=size, source=told.name
        )

    def _learn(self, exchange: Exchange, manifest: Blob) -> None:
        """A manifest says which blobs are layers, which is the config, and how long they are."""
        for part, digest, size in contents(exchange, manifest):
            self.parts[digest] = part
            self.sizes[digest] = size


def contents(exchange: Exchange, manifest: Blob) -> Sequence[Listed]:
    """What an exchange's manifest lists: as the recorder noted it, or read from the bytes."""
    return exchange.lists or (listed(bytes(manifest)) if manifest.held else ())


def listed(text: bytes) -> tuple[Listed, ...]:
    """The blobs that a manifest lists, ("layer" | "config", digest, size), layers first.

    A blob that is both, as in an artifact of a single file, is a layer.
    """
    try:
        document = json.loads(text or b"null")
    except (ValueError, RecursionError):
        return ()
    if not isinstance(document, dict):
        return ()
    layers = document.get("layers")
    rows = [("layer", row) for row in (layers if isinstance(layers, list) else ())]
    found: dict[str, Listed] = {}
    for part, row in [*rows, ("config", document.get("config"))]:
        digest, size = (row.get("digest"), row.get("size")) if isinstance(row, dict) else (0, 0)
        if isinstance(digest, str) and isinstance(size, int):
            found.setdefault(digest, (part, digest, size))
    return tuple(found.values())


def _authorised(exchange: Exchange) -> bool:
    return bool(exchange.request.headers.get("Authorization"))


def _session(response: Response) -> str:
    """The name of an upload session, from where it is to be found."""
    return response.headers.get("Location").partition("?")[0].rpartition("/")[2]
