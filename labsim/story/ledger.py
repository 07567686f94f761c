"""The ledger: for each blob what became of it and what it cost, and what it could have cost.

``would_have_been`` is the sum of all layers, as if each had to travel; ``was`` is what layers
moved.  The config and the manifest travel on their own account.  A layer of which a trace tells no
more than its name has no size there; who has the image knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from labsim.story.events import Event, contents, story
from labsim.story.reasons import RULES, rule_of
from labsim.story.shapes import shape
from labsim.story.tables import bytes_text, columns
from labsim.trace import LaneRecord, Trace

__all__ = ["HEADER", "Entry", "Known", "Ledger", "ledger"]

#: What settles a blob's fate; of several the last one counts.
_DECISIONS = ("found", "mounted", "sent", "fetched", "here", "known", "tagged")
_BAD = ("refused", "dropped")
_WORDS = {
    "found": "found",
    "mounted": "mounted from {source}",
    "sent": "sent",
    "fetched": "fetched",
    "here": "already here",
    "known": "already handled",
    "tagged": "sent",
    "refused": "refused",
    "dropped": "broken off",
    "unbegun": "not begun",
}
#: What a ledger says of a conversation that was neither a push nor a pull.
NOTHING = "Nothing has been pushed or pulled yet."
HEADER = ("what", "blob", "packed", "decision", "moved", "reason")


class Known(Protocol):
    """A layer that somebody has: what a trace of a push that failed early cannot tell of it."""

    @property
    def digest(self) -> str:
        """The name that its packed bytes have at a registry."""

    @property
    def packed(self) -> int:
        """How many packed bytes it has."""


class Entry(NamedTuple):
    """One blob: its digest, what it is, its packed size, what became of it, what moved, and why.

    ``size`` is None where nothing tells it.  ``decision`` is an event's kind, or "unbegun";
    ``source`` the repository of a mount; ``subject`` the DiffID of a layer that was pushed, where
    the conversation knew it.
    """

    blob: str
    part: str
    size: int | None
    decision: str
    source: str
    moved: int
    reason: str
    subject: str = ""

    @property
    def words(self) -> str:
        """The decision as the table says it."""
        if self.decision in _BAD and not self.moved:
            return "not sent"
        return _WORDS.get(self.decision, self.decision).format(source=self.source)


class Ledger(NamedTuple):
    """Entries in the order of the manifest (layers from the bottom, config, manifest), and sums.

    ``refused`` is whether the conversation ended badly.
    """

    rows: tuple[Entry, ...]
    refused: bool = False

    @property
    def layers(self) -> tuple[Entry, ...]:
        """The entries of layers (and of blobs that nothing says are anything else)."""
        return tuple(row for row in self.rows if row.part in ("layer", "blob"))

    @property
    def would_have_been(self) -> int:
        """Bytes if every layer had travelled, as far as their sizes are known."""
        return sum(row.size or 0 for row in self.layers)

    @property
    def unknown(self) -> int:
        """How many layers ``would_have_been`` lacks, because nothing tells their size."""
        return sum(row.size is None for row in self.layers)

    @property
    def was(self) -> int:
        """Bytes that layers moved, broken tries included."""
        return sum(row.moved for row in self.layers)

    @property
    def other_moved(self) -> int:
        """Bytes that configs and manifests moved."""
        return sum(row.moved for row in self.rows) - self.was

    @property
    def total(self) -> str:
        """The sums in words."""
        if not self.rows:
            return "It failed before any layer was reached." if self.refused else NOTHING
        whole, was, other = map(bytes_text, (self.would_have_been, self.was, self.other_moved))
        more = f" and {self.unknown} of unknown size" if self.unknown else ""
        return f"Layers: would have been {whole}{more}, was {was}. Config and manifest: {other}."

    def cells(self, names: Mapping[str, str] | None = None) -> list[tuple[str, ...]]:
        """The rows under :data:`HEADER`; ``names`` are better names for layers, by digest."""
        return [_cells(row, names or {}) for row in self.rows]

    def __str__(self) -> str:
        if not self.rows:
            return self.total
        return f"{columns([[word.upper() for word in HEADER], *self.cells()])}\n\n{self.total}"


def ledger(trace: Trace, known: Mapping[str, Known] | None = None) -> Ledger:
    """The ledger of a push or a pull, a real client's included.

    ``known`` are layers by DiffID or digest, for what the conversation did not come to tell.
    """
    events = story(trace)
    fates = _Fates()
    for event in events:
        fates.add(event)
    refused = _refused(events)
    rows = [*fates.entries()]
    rows += _unbegun(trace.lanes, rows) if refused else []
    listing = _listing(trace)
    rows = [row for row in rows if row.decision != "missing" or row.blob in listing or not listing]
    rows = sorted((_completed(row, known or {}) for row in rows), key=_rank(trace, listing))
    return Ledger(tuple(rows), refused)


def _unbegun(lanes: Sequence[LaneRecord], rows: Sequence[Entry]) -> Iterator[Entry]:
    """The layers whose turn did not come before the command failed."""
    told = {name for row in rows for name in (row.blob, row.subject)}
    for name in dict.fromkeys(str(lane.subject) for lane in lanes):
        if name.startswith("sha256:") and name not in told:
            yield Entry("", "layer", None, "unbegun", "", 0, RULES["unbegun"].short, name)


def _completed(row: Entry, known: Mapping[str, Known]) -> Entry:
    """The entry with the size and the digest of a layer that somebody knows."""
    layer = known.get(row.subject) or known.get(row.blob)
    if layer is None:
        return row
    return row._replace(blob=row.blob or str(layer.digest), size=row.size or layer.packed)


class _Fates:
    """What has been heard of each blob, and of lanes whose blob has no name yet."""

    def __init__(self) -> None:
        self.events: dict[str, list[Event]] = {}
        self.nameless: dict[int, list[Event]] = {}

    def add(self, event: Event) -> None:
        if event.blob and event.kind != "resolved":
            earlier = self.nameless.pop(event.lane, []) if event.lane else []
            self.events.setdefault(event.blob, []).extend([*earlier, event])
        elif event.moved or event.kind == "known" or event.part == "layer":
            self.nameless.setdefault(event.lane, []).append(event)

    def entries(self) -> Iterator[Entry]:
        for blob, events in self.events.items():
            yield _entry(blob, events)
        for events in self.nameless.values():
            yield _entry("", events)


def _entry(blob: str, events: Sequence[Event]) -> Entry:
    last = _last_word(events)
    size = max(event.size for event in events if event.kind != "retried") or None
    moved = sum(event.moved for event in events)
    reason, subject = rule_of(last).short, _subject(blob, events)
    return Entry(blob, last.part, size, last.kind, last.source, moved, reason, subject)


def _last_word(events: Sequence[Event]) -> Event:
    """What decided a blob's fate; without a decision, the failure that cost most."""
    decided = [event for event in events if event.kind in _DECISIONS]
    decided = [event for event in decided if event.kind != "known"] or decided
    if decided:
        return decided[-1]
    failures = [event for event in events if event.kind in _BAD]
    return max(failures, key=lambda event: event.moved) if failures else events[-1]


def _subject(blob: str, events: Iterable[Event]) -> str:
    names = (event.subject for event in events)
    return next((name for name in names if name.startswith("sha256:") and name != blob), "")


def _listing(trace: Trace) -> dict[str, int]:
    """Each blob that a manifest lists, with its place.

    A client that packs layers as they go asks for each under its unpacked name first; those names
    are in no manifest, and in no ledger.
    """
    listing: dict[str, int] = {}
    for exchange in trace.exchanges:
        act = shape(exchange).act
        body = (
            exchange.request.body if act == "tag" else exchange.response and exchange.response.body
        )
        if act in ("tag", "read") and body:
            for _, digest, _ in contents(exchange, body):
                listing.setdefault(digest, len(listing))
    return listing


def _rank(trace: Trace, listing: Mapping[str, int]) -> Callable[[Entry], tuple[int, int, int]]:
    """Layers as the manifest lists them, then the config, then manifests; the unlisted first.

    Without a manifest, layers stand as a push has them in its lanes, from the last to the first.
    """
    lanes = {str(lane.subject): -lane.index for lane in trace.lanes}
    group = {"config": 1, "manifest": 2}
    return lambda entry: (
        group.get(entry.part, 0),
        listing.get(entry.blob, -1),
        lanes.get(entry.subject, 0),
    )


def _refused(events: Sequence[Event]) -> bool:
    """Whether some lane's last word is a refusal, or there was one and nothing came of it all."""
    last = {event.lane: event.kind for event in events}
    if any(kind in _BAD for kind in last.values()):
        return True
    ends = ("tagged", "fetched", "complete")
    return any(e.kind in _BAD for e in events) and not any(e.kind in ends for e in events)


def _cells(row: Entry, names: Mapping[str, str]) -> tuple[str, ...]:
    short, subject = (name.partition(":")[2][:12] for name in (row.blob, row.subject))
    plain = row.part if short else f"{row.part} {subject}".rstrip()
    what = names.get(row.blob) or names.get(row.subject) or plain
    return what, short, bytes_text(row.size), row.words, bytes_text(row.moved), row.reason
