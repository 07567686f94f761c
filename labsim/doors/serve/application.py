"""A registry as an ASGI application: one request in, one answer out, and nothing kept of either.

::

    scope ─▶ head ─▶ place? ─▶ body, chunk by chunk ─▶ answer ─▶ headers, body, chunk by chunk
                     refused before a byte of the body is read

Whatever runs it (:mod:`~labsim.doors.serve.connection` does, with uvicorn) calls it in one thread,
so the registry is asked one thing at a time.  Large bodies are neither held nor waited for: they
go to the store as they come, and come from it as they go.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any

from labsim.blob import CHUNK, EMPTY, Blob
from labsim.doors.serve.desk import Desk, or_else
from labsim.doors.serve.heads import Head, Malformed, encoded_headers, read_head, refusal
from labsim.doors.serve.limits import USUAL, Limits
from labsim.doors.serve.operating import is_local, unmeant
from labsim.doors.serve.reach import DIRECT, Reach, outward
from labsim.doors.serve.recorder import Moments
from labsim.registry import OPERATOR
from labsim.registry.answers import Refusal, document
from labsim.registry.shelf import Draft
from labsim.wire import Request, Response

__all__ = ["HEALTH", "Application", "Clock"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Note = Callable[[Request, Response | None, Moments], None]

#: Says that the door is open, to anybody, and nothing else.
HEALTH = "/_lab/health"
_READ_AT_ONCE = 64 << 10  # a file of so many bytes is read sooner than a thread is found
_CLOSE = (b"connection", b"close")
_LINGER_S = 0.5


class Clock:
    """µs since the Unix epoch; only ever forward, whatever happens to the system's clock."""

    __slots__ = ("_ahead_us",)

    def __init__(self) -> None:
        self._ahead_us = time.time_ns() // 1000 - time.perf_counter_ns() // 1000

    def __call__(self) -> int:
        """Now."""
        return self._ahead_us + time.perf_counter_ns() // 1000


class Gone(Exception):
    """The client has left in the middle of its request."""


class Application:
    """The ASGI callable.

    ``note`` is told of each exchange when it is over, and ``tell`` is given a sentence when
    something failed that is nobody's fault but ours.  ``operator`` opens the rows under ``/_lab/``
    to programs on this machine (:mod:`~labsim.doors.serve.operating`).
    """

    __slots__ = ("clock", "desk", "limits", "note", "operator", "reach", "tell")

    def __init__(
        self,
        desk: Desk,
        *,
        reach: Reach = DIRECT,
        limits: Limits = USUAL,
        note: Note | None = None,
        clock: Callable[[], int] | None = None,
        operator: bool = False,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.desk = desk
        self.reach = reach
        self.limits = limits
        self.note = note
        self.clock = clock or Clock()
        self.operator = operator
        self.tell = tell

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """One request, from its scope to the last byte of its answer."""
        if scope["type"] == "http":
            await _Visit(self, scope, receive, send).run()
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        else:
            await send({"type": "websocket.close"})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return


class _Visit:
    """One request and its answer."""

    __slots__ = ("_app", "_head", "_more", "_receive", "_scope", "_send", "moments")

    def __init__(
        self, app: Application, scope: Mapping[str, Any], receive: Receive, send: Send
    ) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._head: Head | None = None
        #: Whether the client still has something of its body to say.
        self._more = False
        self.moments = Moments(app.clock())

    async def run(self) -> None:
        """Read, ask, answer, and say what happened."""
        try:
            self._head = head = read_head(self._scope, self._app.reach, self.moments.at_us)
        except Malformed as fault:
            self._more = True
            await self._send_answer(fault.answer)
            return
        self._more = head.length != 0
        if head.request.target == HEALTH:
            await self._send_answer(_health(head.request))
        else:
            await self._attend(head)

    async def _attend(self, head: Head) -> None:
        app, request, moments = self._app, head.request, self.moments
        outer, request.host = request.host, app.desk.host_for(request)
        refused = self._seated(head, outer) if request.target.startswith("/_lab/") else None
        response: Response | None = None
        try:
            response = refused or await self._response(head)
            request.host, moments.up = outer, request.body.size
            moments.arriving_us = app.clock()
            response = await self._send_answer(response)
        except Gone:
            request.host, moments.fault = outer, "the client left"
        moments.done_us = app.clock()
        if app.note is not None:
            app.note(request, response, moments)

    def _seated(self, head: Head, host: str) -> Response | None:
        """Let the operator to the desk; a refusal for who would be, and did not say so."""
        if not self._app.operator or not is_local(head, host):
            return None  # to anybody else there is no desk
        refused = unmeant(head)
        if refused is None:
            head.request.peer = OPERATOR
        return refused

    async def _response(self, head: Head) -> Response:
        """A PUT has a body, be it of no bytes: an upload ends with it, which may take its time."""
        if self._more or head.request.method == "PUT":
            return await self._with_body(head)
        return await self._answer(head.request)

    async def _answer(self, request: Request, body: Draft | None = None) -> Response:
        self.moments.sent_us = self._app.clock()
        try:
            return await self._app.desk.answer(request, body)
        except Exception as fault:
            return self._failed(fault)

    def _failed(self, fault: Exception) -> Response:
        """500, and a sentence for whoever runs this that holds nothing of the request."""
        at = fault.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        place = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at else "nowhere"
        self._app.tell(f"{type(fault).__name__} at {place}: please report it")
        return refusal("UNKNOWN", "the registry failed", 500)

    # --- the body comes in -----------------------------------------------------------------------

    async def _with_body(self, head: Head) -> Response:
        request, desk = head.request, self._app.desk
        if refused := self._unfit(head):
            return refused
        try:
            place = await desk.place(request, head.length or 0)
        except Exception as fault:
            return self._failed(fault)
        if isinstance(place, Response):
            return place
        try:
            with or_else(lambda: desk.discard(place)):
                await self._taken(place)
        except Refusal as full:
            return full.answer
        self._more = False
        return await self._answer(request, place)

    def _unfit(self, head: Head) -> Response | None:
        """What no registry takes, whoever sends it."""
        coding = head.request.headers.get("Content-Encoding").lower()
        if self._more and coding not in ("", "identity"):
            words = f"a body is stored as it is, and not unpacked from {coding[:40]!r}"
            return refusal("UNSUPPORTED", words, 415, ("Accept-Encoding", "identity"))
        if (head.length or 0) > self._app.limits.body_bytes:
            return _too_long()
        return None

    async def _taken(self, draft: Draft) -> None:
        """Write the body down as it comes."""
        write, receive, left = self._app.desk.write, self._receive, self._app.limits.body_bytes
        size = 0
        while self._more:
            message = await receive()
            if message["type"] != "http.request":
                raise Gone
            self._more = message.get("more_body", False)
            if chunk := message.get("body", b""):
                size += len(chunk)
                if size > left:
                    raise Refusal("SIZE_INVALID", message="the body is too long", status=413)
                write(draft, chunk)
        await self._app.desk.settle(draft)

    # --- the answer goes out ---------------------------------------------------------------------

    async def _send_answer(self, response: Response) -> Response:
        """Send it, or a 500 where its body cannot be read; returns what was sent.

        ``moments.fault`` is what kept it from arriving whole, if anything did.
        """
        body = EMPTY if self._scope["method"] == "HEAD" else response.body
        chunks = _Chunks(body) if body.size > _at_once(body) else None
        try:
            first = _whole(body) if chunks is None else await chunks.next()
        except OSError as fault:
            self._lost(body, fault)
            response, chunks = refusal("UNKNOWN", "the registry's disk failed", 500), None
            first = bytes(response.body)
        await self._begin(response)
        if chunks is not None:
            await self._stream(first, chunks)
        else:
            await self._send_whole(first)
        return response

    async def _begin(self, response: Response) -> None:
        headers = encoded_headers(response.headers, self._outward)
        keeps = not self._more or self._is_short()
        start = {"status": response.status, "headers": headers if keeps else [*headers, _CLOSE]}
        await self._send({"type": "http.response.start", **start})

    async def _send_whole(self, body: bytes) -> None:
        lingers = self._more and not (self._head and self._head.expects)
        await self._send({"type": "http.response.body", "body": body, "more_body": lingers})
        self.moments.down = len(body)
        if lingers:
            await self._linger()
            await self._send({"type": "http.response.body"})

    def _lost(self, body: Blob, fault: OSError) -> None:
        """What was promised cannot be read: a sentence for whoever runs this."""
        self.moments.fault = "the registry's disk failed"
        why = fault.strerror or str(fault)
        self._app.tell(f"{body.known or 'a part of a blob'} cannot be read to its end: {why}")

    def _is_short(self) -> bool:
        """Whether what a refused client still has to say is read away sooner than it redials."""
        head = self._head
        if head is None or head.expects or head.length is None:
            return False
        return head.length <= self._app.limits.drain_bytes

    def _outward(self, name: str, value: str) -> str:
        """A header with the client's own origin where the registry wrote its own."""
        head = self._head
        if head is None:
            return value
        own = (head.request.host, *self._app.desk.hosts)
        return outward(name, value, head.origin, self._app.reach.prefix, own)

    async def _linger(self) -> None:
        """Read a refused body's rest away if it is short; else give the client time to hear.

        A connection that is closed with unread bytes is reset, and a client that is reset may never
        see what was sent to it before (RFC 9112 §9.6).
        """
        left = self._app.limits.drain_bytes
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_S):
                while self._more and left > 0:
                    message = await self._receive()
                    self._more = message.get("more_body", False)
                    left -= len(message.get("body", b""))
                if self._more:
                    await asyncio.sleep(_LINGER_S)

    async def _stream(self, chunk: bytes, chunks: _Chunks) -> None:
        """A body that is made or read while it goes, until its end or the client's.

        Where the disk fails, it is left without an end: the server hangs up, and the client hears
        that this was not all.
        """
        watch = asyncio.ensure_future(self._left())
        try:
            while not watch.done():
                await self._send(
                    {"type": "http.response.body", "body": chunk, "more_body": bool(chunk)}
                )
                self.moments.down += len(chunk)
                if not chunk:
                    return
                chunk = await chunks.next()
            self.moments.fault = "the client left"
        except OSError as fault:
            self._lost(chunks.body, fault)
        finally:
            watch.cancel()

    async def _left(self) -> None:
        """Return when the client has gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _at_once(body: Blob) -> int:
    """Up to how many bytes it is sent in one piece."""
    return CHUNK if body.weight == body.size else _READ_AT_ONCE


def _whole(body: Blob) -> bytes:
    data = bytes(body)
    if len(data) < body.size:
        raise OSError(f"{body.size - len(data)} bytes are missing")
    return data


class _Chunks:
    """A large body, piece by piece; what is not in memory is read, or made, in a thread."""

    __slots__ = ("_chunks", "_left", "body")

    def __init__(self, body: Blob) -> None:
        self.body = body
        self._chunks: Iterator[bytes] = body.chunks()
        self._left = body.size

    async def next(self) -> bytes:
        """The next piece; empty at the end, and an ``OSError`` where that comes too soon."""
        if self.body.weight == self.body.size:
            chunk = next(self._chunks, b"")
        else:
            loop = asyncio.get_running_loop()
            chunk = await loop.run_in_executor(None, next, self._chunks, b"")
        self._left -= len(chunk)
        if self._left and not chunk:
            raise OSError(f"{self._left} bytes are missing")
        return chunk


def _health(request: Request) -> Response:
    if request.method in ("GET", "HEAD"):
        return document(200, '{"status":"ok"}\n')
    return document(405, '{"status":"ok"}\n', [("Allow", "GET, HEAD")])


def _too_long() -> Response:
    return refusal("SIZE_INVALID", "the body is too long", 413)
