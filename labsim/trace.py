"""The conversation on a clock: every exchange, who had it, when, and how fast its bytes moved.

A trace is what a run leaves behind, and all that any reading of it needs.  Times are integer
microseconds of simulated time, sizes are bytes.  An exchange lives through four instants::

    at_us ── request body ──▶ sent_us ── there and back ──▶ arriving_us ── response body ──▶ done_us

Bodies in flight share a *pipe*.  A pipe keeps knots ``(instant, share)``: how many millionths of a
byte a flow that had been there from the first moment would have moved by then.  What one body moved
by an instant is the difference of two shares, so no progress is ever stored, and any instant can be
had exactly.

>>> pipe = Pipe(((0, 0), (1_000_000, 500_000_000_000)))
>>> pipe.moved(0, 600_000, 300_000, at_us=400_000)
200000
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from labsim.blob import EMPTY, Blob
from labsim.digest import Digest
from labsim.errors import LabError
from labsim.secrecy import veiled
from labsim.wire import Headers, Request, Response

__all__ = ["Exchange", "LaneRecord", "Listed", "Moving", "PauseRecord", "Pipe", "Trace"]

#: One blob of a manifest: "layer" or "config", its digest, its size.
Listed = tuple[str, str, int]


#: Bodies up to this many bytes that are text travel in a trace's JSON; others by digest and size.
KEPT_TEXT = 64 * 1024
#: What a token server gives away stands under these names; such a body is kept by digest only.
_SECRETS = ("token", "access_token", "refresh_token")
_FORMAT = "labsim-trace-1"
_UNIT = 1_000_000
_instant = itemgetter(0)


class LaneRecord(NamedTuple):
    """One of the dialogues that ran side by side; lane 0 is the command itself.

    ``subject`` is what it was about: a DiffID (a layer pushed), a Digest (a layer pulled), or a
    word.  ``started_us`` is None for a lane that never got its turn.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a lane
    subject: str
    parent: int
    queued_us: int
    started_us: int | None
    ended_us: int | None

    @property
    def waited(self) -> bool:
        """Whether it had to wait for another lane to end before it could start."""
        return self.started_us is None or self.started_us > self.queued_us


class PauseRecord(NamedTuple):
    """A lane waited ``us``, for a ``reason``; with no length it is a note of what was decided."""

    lane: int
    at_us: int
    us: int
    reason: str


class Exchange:
    """One request and what came of it: a response, or a ``fault`` when nobody answered."""

    __slots__ = (
        "arriving_us",
        "at_us",
        "done_us",
        "down",
        "fault",
        "index",
        "lane",
        "lists",
        "request",
        "response",
        "sent_us",
        "up",
    )

    def __init__(self, index: int, lane: int, request: Request, at_us: int) -> None:
        self.index = index
        self.lane = lane
        self.request = request
        self.response: Response | None = None
        self.at_us = self.sent_us = self.arriving_us = self.done_us = at_us
        #: Bytes of the request's body that left, and of the response's body that came.
        self.up = request.body.size
        self.down = 0
        self.fault = ""
        #: What the manifest that was stored or read lists, where its bytes are not kept.
        self.lists: tuple[Listed, ...] = ()

    @property
    def method(self) -> str:
        """The request's method."""
        return self.request.method

    @property
    def target(self) -> str:
        """The request's path and query."""
        return self.request.target

    @property
    def host(self) -> str:
        """Who was asked."""
        return self.request.host

    @property
    def because(self) -> str:
        """The client's reason, a rule code of :mod:`labsim.client`; empty for a real client."""
        return self.request.because

    @property
    def status(self) -> int:
        """The HTTP status, or 0 when no answer came."""
        return self.response.status if self.response is not None else 0

    def __repr__(self) -> str:
        return f"<{self.method} {self.host}{self.target} → {self.status or self.fault}>"


class Moving(NamedTuple):
    """An exchange under way at some instant: bytes of its bodies that have moved so far."""

    exchange: Exchange
    up: int
    down: int


class Pipe:
    """A width that bodies shared; see the module's first lines for what a knot means."""

    __slots__ = ("knots",)

    def __init__(self, knots: Iterable[tuple[int, int]] = ()) -> None:
        self.knots = tuple(knots)

    def share(self, at_us: int) -> int:
        """Millionths of a byte that each flow had been given by that instant, from the start."""
        after = bisect_right(self.knots, at_us, key=_instant)
        if not after:
            return 0
        t0, v0 = self.knots[after - 1]
        if after == len(self.knots):
            return v0
        t1, v1 = self.knots[after]
        return v0 + (v1 - v0) * (at_us - t0) // (t1 - t0)

    def moved(self, start_us: int, end_us: int, size: int, at_us: int) -> int:
        """Bytes, of ``size`` that travelled from start to end, that had moved by ``at_us``."""
        if at_us >= end_us:
            return size
        if at_us <= start_us:
            return 0
        if not self.knots:  # nobody knows: a real connection tells when a body began and ended
            return size * (at_us - start_us) // (end_us - start_us)
        return min(size, (self.share(at_us) - self.share(start_us)) // _UNIT)

    def between(self, start_us: int, end_us: int) -> list[int]:
        """The instants strictly inside at which the width was divided anew."""
        first = bisect_right(self.knots, start_us, key=_instant)
        last = bisect_left(self.knots, end_us, key=_instant)
        return [instant for instant, _ in self.knots[first:last]]


class Trace:
    """Lanes, exchanges in the order they were sent, pauses, and the two pipes (up, down)."""

    __slots__ = ("exchanges", "lanes", "pauses", "pipes")

    def __init__(
        self,
        lanes: Iterable[LaneRecord] = (),
        exchanges: Iterable[Exchange] = (),
        pauses: Iterable[PauseRecord] = (),
        pipes: tuple[Pipe, Pipe] | None = None,
    ) -> None:
        self.lanes = tuple(lanes)
        self.exchanges = tuple(exchanges)
        self.pauses = tuple(pauses)
        self.pipes = pipes or (Pipe(), Pipe())

    @property
    def started_us(self) -> int:
        """When the first thing happened."""
        return min(self._instants("at_us"), default=0)

    @property
    def ended_us(self) -> int:
        """When the command came to its end; for lack of one, the last answer or pause."""
        if self.lanes and self.lanes[0].ended_us is not None:
            return self.lanes[0].ended_us
        pauses = (pause.at_us + pause.us for pause in self.pauses)
        return max((*self._instants("done_us"), *pauses), default=0)

    def _instants(self, name: str) -> Iterator[int]:
        yield from (getattr(exchange, name) for exchange in self.exchanges)
        if self.lanes and name == "at_us":
            yield self.lanes[0].queued_us

    @property
    def bytes_up(self) -> int:
        """Bytes of all request bodies that left."""
        return sum(exchange.up for exchange in self.exchanges)

    @property
    def bytes_down(self) -> int:
        """Bytes of all response bodies that came."""
        return sum(exchange.down for exchange in self.exchanges)

    def moved(self, exchange: Exchange, at_us: int) -> Moving:
        """How much of an exchange's bodies had moved by that instant."""
        up, down = self.pipes
        return Moving(
            exchange,
            up.moved(exchange.at_us, exchange.sent_us, exchange.up, at_us),
            down.moved(exchange.arriving_us, exchange.done_us, exchange.down, at_us),
        )

    def at(self, at_us: int) -> list[Moving]:
        """The exchanges under way at that instant, and what each had moved."""
        under_way = (x for x in self.exchanges if x.at_us <= at_us < x.done_us)
        return [self.moved(exchange, at_us) for exchange in under_way]

    def knots(self, exchange: Exchange) -> tuple[list[Moving], list[Moving]]:
        """The instants at which an exchange's share of the width changed: those up, those down."""
        up, down = self.pipes
        uphill = up.between(exchange.at_us, exchange.sent_us) if exchange.up else []
        downhill = down.between(exchange.arriving_us, exchange.done_us) if exchange.down else []
        return (
            [self.moved(exchange, at_us) for at_us in uphill],
            [self.moved(exchange, at_us) for at_us in downhill],
        )

    def record(self) -> dict[str, Any]:
        """The trace as plain data; no password and no token is in it."""
        return {
            "format": _FORMAT,
            "lanes": [list(lane) for lane in self.lanes],
            "exchanges": [_exchange_record(exchange) for exchange in self.exchanges],
            "pauses": [list(pause) for pause in self.pauses],
            "pipes": [[list(knot) for knot in pipe.knots] for pipe in self.pipes],
        }

    def to_json(self) -> str:
        """One line of JSON that :meth:`from_json` reads back."""
        return json.dumps(self.record(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Trace:
        """Read what :meth:`to_json` wrote; bodies that were only named cannot be read again."""
        try:
            record = json.loads(text)
        except ValueError as fault:
            raise LabError(f"not a trace: {fault}") from None
        if not isinstance(record, dict) or record.get("format") != _FORMAT:
            raise LabError(f"not a trace: it does not say {_FORMAT!r}")
        try:
            return cls._read(record)
        except (AttributeError, KeyError, LabError, TypeError, ValueError) as fault:
            raise LabError(f"not a trace: a part is missing or no good: {fault}") from None

    @classmethod
    def _read(cls, record: dict[str, Any]) -> Trace:
        up, down = (Pipe(_kinds(knot, (int, int)) for knot in knots) for knots in record["pipes"])
        return cls(
            (LaneRecord(*_kinds(lane, _LANE)) for lane in record["lanes"]),
            (_read_exchange(index, row) for index, row in enumerate(record["exchanges"])),
            (PauseRecord(*_kinds(pause, _PAUSE)) for pause in record["pauses"]),
            (up, down),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trace) and self.record() == other.record()

    def __hash__(self) -> int:
        return hash((len(self.lanes), len(self.exchanges), self.ended_us))

    def __repr__(self) -> str:
        return f"<Trace of {len(self.exchanges)} exchanges in {len(self.lanes)} lanes>"


_LANE = (int, str, int, int, int | None, int | None)
_PAUSE = (int, int, int, str)
_ASKED = {"lane": int, "method": str, "host": str, "target": str, "because": str}
_TIMES = ("at_us", "sent_us", "arriving_us", "done_us", "up", "down")


def _exchange_record(exchange: Exchange) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    record: dict[str, Any] = {"lane": exchange.lane, "method": request.method}
    record |= {"host": request.host, "target": request.target, "because": request.because}
    record |= {"headers": _headers_record(request.headers), "body": _body_record(request.body)}
    record |= {name: getattr(exchange, name) for name in _TIMES}
    if response is not None:
        record["answer"] = {
            "status": response.status,
            "headers": _headers_record(response.headers),
            "body": _body_record(response.body),
        }
    if exchange.fault:
        record["fault"] = exchange.fault
    if exchange.lists:
        record["lists"] = [list(row) for row in exchange.lists]
    return record


def _read_exchange(index: int, record: dict[str, Any]) -> Exchange:
    _kinds([record[name] for name in _ASKED], tuple(_ASKED.values()))
    request = Request(
        record["method"],
        record["target"],
        _read_headers(record["headers"]),
        _read_body(record["body"]),
        host=record["host"],
        because=record["because"],
    )
    exchange = Exchange(index, record["lane"], request, record["at_us"])
    for name in _TIMES:
        setattr(exchange, name, *_kinds([record[name]], (int,)))
    if answer := record.get("answer"):
        body = _read_body(answer["body"])
        (status,) = _kinds([answer["status"]], (int,))
        exchange.response = Response(status, _read_headers(answer["headers"]), body)
    exchange.fault = record.get("fault", "")
    exchange.lists = tuple(tuple(_kinds(row, (str, str, int))) for row in record.get("lists", ()))
    return exchange


def _headers_record(headers: Headers) -> list[list[str]]:
    return [[name, veiled(name, value)] for name, value in headers]


def _read_headers(pairs: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in (_kinds(pair, (str, str)) for pair in pairs))


def _body_record(body: Blob) -> dict[str, Any] | None:
    if not body.size:
        return None
    text = _text(body)
    record: dict[str, Any] = {"size": body.size}
    try:
        record["digest"] = body.digest
    except LabError:  # not kept, and nobody had worked it out
        return record
    return record | ({} if text is None else {"text": text})


def _text(body: Blob) -> str | None:
    if body.size > KEPT_TEXT or not body.held:
        return None
    try:
        text = bytes(body).decode()
    except UnicodeDecodeError:
        return None
    return None if any(f'"{name}":' in text for name in _SECRETS) else text


def _read_body(record: dict[str, Any] | None) -> Blob:
    if record is None:
        return EMPTY
    if "text" in record:
        return Blob(record["text"].encode())
    (size,) = _kinds([record["size"]], (int,))
    return Blob.unread(size, Digest(record["digest"]) if "digest" in record else None)


def _kinds(row: Any, kinds: Sequence[Any]) -> Any:
    """A row as it is, if it is one and each value of its kind; else a TypeError that quotes it."""
    if isinstance(row, list) and len(row) == len(kinds) and all(map(isinstance, row, kinds)):
        return row
    raise TypeError(f"{row!r:.60}")
