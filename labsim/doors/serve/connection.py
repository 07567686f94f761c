"""One TCP connection: uvicorn's protocol, with what a public door needs and uvicorn leaves open.

uvicorn and httptools read the requests and write the answers.  Added here: a bound on the size of
a head while it arrives, an end for whoever falls silent, one answer for what is no HTTP (a TLS
ClientHello, which every Go client sends first to a registry it is told to mistrust), and order:
what is wrong is answered after the requests before it, never in between.

Only callbacks that asyncio and httptools define are overridden, besides ``send_400_response``.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from labsim.doors.serve.limits import Limits

__all__ = ["Connection"]

_BETWEEN, _HEAD, _BODY = range(3)
_PHRASES = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class _TooMuch(Exception):
    """Raised in a callback of the parser, which makes it stop."""


class Connection(HttpToolsProtocol):
    """A connection within its limits."""

    def __init__(self, *, limits: Limits, **given: Any) -> None:
        super().__init__(**given)
        self._limits = limits
        self._phase = _BETWEEN
        self._heard = self._since = self._looked = self.loop.time()
        self._target_bytes = self._head_bytes = self._body_bytes = self._count = 0
        self._asked = False
        self._refused = 400
        #: What waited to be sent when it was last looked at, and since when it has not moved.
        self._waiting = (0, self._heard)

    # --- what asyncio calls ----------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Somebody is there: come in, or come back later."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            self._end(503)

    def data_received(self, data: bytes) -> None:
        """Bytes of a request, or of something else."""
        self._heard = self.loop.time()
        if self._phase == _BETWEEN:
            self._begin()
        phase = self._phase
        super().data_received(data)
        if phase == self._phase == _HEAD and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > self._limits.head_bytes + self._limits.target_bytes:
                self._refused = 431
                self.send_400_response("")

    # --- what the parser calls -------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A request line begins."""
        self._begin()
        super().on_message_begin()

    def _begin(self) -> None:
        self._phase = _HEAD
        self._since = self._heard
        self._target_bytes = self._head_bytes = self._body_bytes = self._count = 0

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._target_bytes += len(url)
        if self._target_bytes > self._limits.target_bytes:
            self._stop(414)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._count += 1
        self._head_bytes += len(name) + len(value)
        if self._count > self._limits.headers or self._head_bytes > self._limits.head_bytes:
            self._stop(431)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A head is there: the application begins."""
        self._phase, self._asked = _BODY, True
        self._since = self._heard
        if not self.url.startswith(b"/"):
            self._believe_target()
        super().on_headers_complete()
        if self.parser.should_upgrade():  # to what this server does not speak: it is ignored,
            self.cycle.keep_alive = False  # and what follows may be anything

    def _believe_target(self) -> None:
        """An absolute target says who is asked, and ``Host`` does not count (RFC 9112 §3.2.2)."""
        authority = self.url.partition(b"://")[2].partition(b"/")[0].partition(b"?")[0]
        if authority:
            self.headers[:] = [
                (name, authority if name == b"host" else value) for name, value in self.headers
            ]

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is complete; the next may follow at once."""
        self._phase = _BETWEEN
        super().on_message_complete()

    def _stop(self, status: int) -> None:
        self._refused = status
        raise _TooMuch

    # --- ends ------------------------------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        """The end of what cannot be understood, in its turn."""
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        if cycle is None or cycle.response_complete:
            self._end(self._refused)
        elif self._phase == _BODY and not self.pipeline:
            if not cycle.response_started:
                self._end(self._refused)
            cycle.disconnected = True
            cycle.message_event.set()
            self.transport.close()
        else:
            last = self.pipeline[0][0] if self.pipeline else cycle
            last.keep_alive = False
            self.flow.pause_reading()

    def _end(self, status: int) -> None:
        """Say why, and hang up."""
        text = f"{status} {_PHRASES[status]}\n"
        self.transport.write(
            f"HTTP/1.1 {text[:-1]}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(text)}\r\nconnection: close\r\n\r\n{text}".encode()
        )
        self.transport.close()

    def look(self, now: float) -> None:
        """End the connection if its client has been silent for too long; called often."""
        self._end_if_silent(now)
        self._looked = now

    def _end_if_silent(self, now: float) -> None:
        if self.transport.is_closing():
            self._drop_if_stuck(now)
        elif self._phase == _HEAD and now - self._since > self._limits.head_s:
            self._refused = 408
            self.send_400_response("")
        elif self._phase == _BODY and self._too_slow(now):
            self.transport.abort()
        elif self._phase == _BETWEEN and not self._asked:
            if now - self._heard > self._limits.head_s:
                self.transport.close()
        else:
            self._drop_if_stuck(now)

    def _too_slow(self, now: float) -> bool:
        """Whether a body has stopped, or creeps; while nobody reads, the client cannot help it."""
        cycle: Any = self.cycle
        is_waiting = self.flow.read_paused or cycle.waiting_for_100_continue
        if is_waiting or cycle.response_complete:
            self._since += now - self._looked
            self._heard = now
            return False
        allowed = self._limits.idle_s + self._body_bytes / self._limits.slowest
        return now - self._heard > self._limits.idle_s or now - self._since > allowed

    def _drop_if_stuck(self, now: float) -> None:
        """Give up on a client that does not take what is sent."""
        size = self.transport.get_write_buffer_size()
        if size != self._waiting[0]:
            self._waiting = (size, now)
        elif size and now - self._waiting[1] > self._limits.idle_s:
            self.transport.abort()
