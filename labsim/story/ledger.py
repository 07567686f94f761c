"""The ledger: for each blob what became of it and what it cost, and what it could have cost.

``would_have_been`` is the sum of all layers, as if each had to travel; ``was`` is what layers
moved.  The config and the manifest travel on their own account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from labsim.story.events import Event, listed, story
from labsim.story.reasons import rule_of
from labsim.story.shapes import shape
from labsim.trace import Trace

__all__ = ["Entry", "Ledger", "ledger"]

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
    "refused": "not sent",
}


class Entry(NamedTuple):
    """One blob: its digest, what it is, its packed size, what became of it, what moved, and why.

    ``decision`` is an event's kind; ``source`` the repository of a mount; ``subject`` the DiffID of
    a layer that was pushed, where the conversation knew it.
    """

    blob: str
    part: str
    size: int
    decision: str
    source: str
    moved: int
    reason: str
    subject: str = ""

    @property
    def words(self) -> str:
        """The decision as the table says it."""
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
        """Bytes if every layer had travelled."""
        return sum(row.size for row in self.layers)

    @property
    def was(self) -> int:
        """Bytes that layers moved, broken tries included."""
        return sum(row.moved for row in self.layers)

    @property
    def other_moved(self) -> int:
        """Bytes that configs and manifests moved."""
        return sum(row.moved for row in self.rows) - self.was

    def __str__(self) -> str:
        return _table(self)


def ledger(trace: Trace) -> Ledger:
    """The ledger of a push or a pull, a real client's included."""
    events = story(trace)
    fates = _Fates()
    for event in events:
        fates.add(event)
    rows = sorted(fates.entries(), key=_rank(trace))
    return Ledger(tuple(rows), _refused(events))


class _Fates:
    """What has been heard of each blob, and of lanes whose blob has no name yet."""

    def __init__(self) -> None:
        self.events: dict[str, list[Event]] = {}
        self.nameless: dict[int, list[Event]] = {}

    def add(self, event: Event) -> None:
        if event.blob and event.kind != "resolved":
            earlier = self.nameless.pop(event.lane, []) if event.lane else []
            self.events.setdefault(event.blob, []).extend([*earlier, event])
        elif event.moved or event.kind == "known":
            self.nameless.setdefault(event.lane, []).append(event)

    def entries(self) -> Iterator[Entry]:
        for blob, events in self.events.items():
            yield _entry(blob, events)
        for events in self.nameless.values():
            yield _entry("", events)


def _entry(blob: str, events: Sequence[Event]) -> Entry:
    decided = [event for event in events if event.kind in _DECISIONS]
    decided = [event for event in decided if event.kind != "known"] or decided
    last = decided[-1] if decided else events[-1]._replace(kind="refused")
    size = max(event.size for event in events)
    moved = sum(event.moved for event in events)
    reason = rule_of(last).short
    return Entry(
        blob, last.part, size, last.kind, last.source, moved, reason, _subject(blob, events)
    )


def _subject(blob: str, events: Iterable[Event]) -> str:
    names = (event.subject for event in events)
    return next((name for name in names if name.startswith("sha256:") and name != blob), "")


def _rank(trace: Trace) -> Callable[[Entry], tuple[int, int]]:
    """Layers as the manifest lists them, then the config, then manifests; the unlisted first."""
    listing: dict[str, int] = {}
    for exchange in trace.exchanges:
        act = shape(exchange).act
        body = (
            exchange.request.body if act == "tag" else exchange.response and exchange.response.body
        )
        if act in ("tag", "read") and body and body.held:
            for _, row in listed(bytes(body)):
                listing.setdefault(row["digest"], len(listing))
    group = {"config": 1, "manifest": 2}
    return lambda entry: (group.get(entry.part, 0), listing.get(entry.blob, -1))


def _refused(events: Sequence[Event]) -> bool:
    """Whether some lane's last word is a refusal, or there was one and nothing came of it all."""
    last = {event.lane: event.kind for event in events}
    if any(kind in _BAD for kind in last.values()):
        return True
    ends = ("tagged", "fetched", "complete")
    return any(e.kind in _BAD for e in events) and not any(e.kind in ends for e in events)


# --- the table -----------------------------------------------------------------------------------

_HEAD = ("BLOB", "KIND", "SIZE", "DECISION", "MOVED", "REASON")
_NUMBERS = (2, 4)


def size_text(size: int) -> str:
    """A size with at most four digits: ``70 MB``, ``200.3 kB``, ``523 B`` (powers of ten)."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.4g} {name}"
    return f"{size} B"


def _table(told: Ledger) -> str:
    rows = [_HEAD, *(_cells(row) for row in told.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["   ".join(_padded(row, widths)).rstrip() for row in rows]
    lines += [
        "",
        f"layers moved: {size_text(told.was)} (would have been {size_text(told.would_have_been)})",
        f"config and manifest moved: {size_text(told.other_moved)}",
    ]
    return "\n".join(lines)


def _cells(row: Entry) -> tuple[str, ...]:
    short = row.blob.partition(":")[2][:12] or row.subject.partition(":")[2][:12]
    return short, row.part, size_text(row.size), row.words, size_text(row.moved), row.reason


def _padded(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.rjust(width) if column in _NUMBERS else cell.ljust(width)
