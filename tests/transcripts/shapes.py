"""What a conversation asked, blob by blob: method, shape of the path, status."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from labsim.trace import Trace
from tests.transcripts.recorded import Asked, session_in

_DIGEST = re.compile(r"sha256(?::|%3A)([0-9a-f]{64})")
Way = tuple[tuple[str, str, int], ...]


class Conversation(NamedTuple):
    """Requests about each blob in order; about none in order; tokens and lost uploads counted."""

    blobs: dict[str, Way]
    others: Way
    tokens: Counter[tuple[str, int]]
    lost: Counter[Way]


def asked(traces: Iterable[Trace]) -> list[Asked]:
    """The exchanges of several commands, as a proxy would have seen them."""
    return [
        Asked(
            exchange.host,
            exchange.method,
            exchange.target,
            exchange.status,
            session_in(exchange.response.headers.get("Location")) if exchange.response else "",
        )
        for trace in traces
        for exchange in trace.exchanges
    ]


def conversation(rows: Iterable[Asked], name: Callable[[str], str] = str) -> Conversation:
    """Sort requests by the blob they are about; ``name`` gives a digest its common name."""
    rows = list(rows)
    owners = _owners(rows)
    blobs: dict[str, list[tuple[str, str, int]]] = {}
    lost: dict[str, list[tuple[str, str, int]]] = {}
    others: list[tuple[str, str, int]] = []
    tokens: Counter[tuple[str, int]] = Counter()
    for number, row in enumerate(rows):
        step = (row.method, _shape(row, name), row.status)
        session = row.session or session_in(row.target)
        if row.target.startswith("/token"):
            tokens[row.target, row.status] += 1
        elif "/blobs/" not in row.target:
            others.append(step)
        elif owner := _digest(row.target) or owners.get(session, ""):
            blobs.setdefault(name(owner), []).append(step)
        else:
            lost.setdefault(session or str(number), []).append(step)
    return Conversation(
        {blob: tuple(way) for blob, way in blobs.items()},
        tuple(others),
        tokens,
        Counter(tuple(way) for way in lost.values()),
    )


def _owners(rows: Iterable[Asked]) -> dict[str, str]:
    """Which blob each upload session was for, if a mount opened it or a digest closed it."""
    found: dict[str, str] = {}
    for row in rows:
        session, digest = row.session or session_in(row.target), _digest(row.target)
        if session and digest:
            found[session] = digest
    return found


def _digest(target: str) -> str:
    found = _DIGEST.search(target)
    return f"sha256:{found[1]}" if found else ""


def _shape(row: Asked, name: Callable[[str], str]) -> str:
    """The target with digests by their common names and upload sessions by none."""
    target = _DIGEST.sub(lambda match: name(f"sha256:{match[1]}"), row.target)
    target = re.sub(r"(/blobs/uploads/)[^/?]+", r"\1<session>", target)
    return re.sub(r"_state=[^&]*", "_state=<opaque>", target)
