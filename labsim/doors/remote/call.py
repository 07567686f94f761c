"""One exchange over a real connection, in a thread of its own: a request out, a response in.

Each exchange has its own connection and closes it, as the classic daemon does.  Nothing of what
comes back is believed: heads and documents are bounded, a length must be one, a body that ends too
early is a broken connection, and what takes too long is cut off by whoever watches ``deadline``.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
)
from threading import Thread
from typing import NamedTuple

import labsim
from labsim.doors.remote.bodies import Body
from labsim.doors.remote.clock import Clock
from labsim.doors.remote.hosts import Place
from labsim.doors.remote.trouble import MALFORMED, TIMED_OUT, reason
from labsim.errors import LabError
from labsim.link.paced import Heard, asked
from labsim.trace import Exchange
from labsim.wire import Headers, Request, Response

__all__ = ["CONTENT_MOST", "DOCUMENT_MOST", "Call", "Settings"]

#: Bytes of an answer that is read whole (a manifest has at most 4 MiB: distribution-spec 1.1).
DOCUMENT_MOST = 8 << 20
#: Bytes of a blob; the lab unpacks no more than this of one either.
CONTENT_MOST = 4_000_000_000
_HEADERS_MOST = 256 << 10
#: A body moves at least this much in each stretch of patience.
_PIECE = 64 << 10
_WITH_BODY = ("POST", "PUT", "PATCH")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_TARGET = re.compile(r"/[\x21-\x7e]*")
_FOLD = re.compile(r"\r?\n[ \t]+")


class Settings(NamedTuple):
    """How every exchange of a connection is made."""

    clock: Clock
    patience_s: float
    trust: ssl.SSLContext | None


class Call:
    """An exchange under way; ``report`` is called with it and what came of it."""

    def __init__(
        self,
        exchange: Exchange,
        place: Place,
        target: str,
        settings: Settings,
        report: Callable[[Call, Heard | BaseException], None],
    ) -> None:
        self.exchange = exchange
        self.place = place
        self.target = target
        self.settings = settings
        #: When somebody must cut it off, on the machine's own clock.
        self.deadline = 0.0
        self.cut_off = False
        self._report = report
        self._connection = self._unconnected()
        self._socket: socket.socket | None = None
        self._up = self._sent_us = self._arriving_us = 0
        self._body = Body()
        self._headers: Headers | None = None
        self._status = 0
        self._thread = Thread(target=self._run, name=repr(exchange), daemon=True)
        self._rearm()

    def start(self) -> None:
        """Set out."""
        self._thread.start()

    def cut(self) -> None:
        """End the connection, whatever it waits for; the thread finds out, and reports."""
        self.cut_off = True
        sock = self._socket or self._connection.sock  # before TLS is agreed on, only there
        if sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def end(self, wait_s: float) -> None:
        """Cut it off, and wait a little for the thread to be gone."""
        self.cut()
        self._thread.join(wait_s)

    # -- in the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        found: Heard | BaseException
        try:
            try:
                found = self._carried(self.exchange.request)
            finally:
                self._connection.close()
        except LabError as fault:
            found = self._heard(fault=str(fault), final=True)
        except (OSError, HTTPException) as fault:
            found = self._heard(fault=TIMED_OUT if self.cut_off else reason(fault))
        except BaseException as fault:  # a mistake of ours is raised where somebody sees it
            found = fault
        self._report(self, found)

    def _carried(self, request: Request) -> Heard:
        heads = list(self._heads(request))  # what cannot be sent is known before anybody is asked
        self._connection.connect()
        self._socket = self._connection.sock
        if self.cut_off:  # while a name was looked up: nobody waits for it any more
            raise TimeoutError
        whole = self._send(request, heads)
        response = self._connection.getresponse()
        with response:
            self._arriving_us = self.settings.clock.now_us()
            self._rearm()
            self._status, self._headers = response.status, _checked(response, self.place)
            if not whole and self._status < 400:
                raise ConnectionResetError
            self._read(response, request)
        return self._heard()

    def _heard(self, *, fault: str = "", final: bool = False) -> Heard:
        now = self.settings.clock.now_us()
        response = None
        if self._headers is not None:
            response = Response(self._status, self._headers, self._body.blob())
            if not fault and (sentence := _unreadable(response, self.place)):
                fault, final = sentence, True
        return Heard(
            0,
            exchange=self.exchange.index,
            asked=asked(self.exchange.request),
            sent_us=self._sent_us or now,
            arriving_us=self._arriving_us or now,
            up=self._up,
            down=self._body.size,
            response=response,
            fault=fault,
            final=final,
        )

    def _rearm(self) -> None:
        self.deadline = time.monotonic() + self.settings.patience_s

    def _unconnected(self) -> HTTPConnection:
        place, patience_s = self.place, self.settings.patience_s
        if place.scheme == "http":
            return HTTPConnection(place.host, place.port, timeout=patience_s)
        trust = self.settings.trust
        return HTTPSConnection(place.host, place.port, timeout=patience_s, context=trust)

    # -- out ---------------------------------------------------------------------------------------

    def _send(self, request: Request, heads: Iterable[tuple[str, str]]) -> bool:
        """Head and body; whether all of it was wanted."""
        connection = self._connection
        connection.putrequest(
            request.method, self.target, skip_host=True, skip_accept_encoding=True
        )
        for name, value in heads:
            connection.putheader(name, value)
        connection.endheaders()
        try:
            whole = self._send_body(connection.sock, request)
        except (BrokenPipeError, ConnectionResetError):
            whole = False  # it may have said why before it closed
        self._sent_us = self.settings.clock.now_us()
        self._rearm()
        return whole

    def _heads(self, request: Request) -> Iterator[tuple[str, str]]:
        if not (_TOKEN.fullmatch(request.method) and _TARGET.fullmatch(self.target)):
            what = f"{request.method} {request.target}"
            raise LabError(f"{what!r} cannot be asked of {self.place.name}")
        yield "Host", self.place.authority
        yield "User-Agent", f"labsim/{labsim.__version__}"
        for name, value in request.headers:
            if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
                raise LabError(
                    f"the header {name!r} cannot be sent: it is more than a line of text"
                )
            if name.lower() not in ("host", "connection", "content-length", "accept-encoding"):
                yield name, value
        if not _is_chunked(request) and (request.body or request.method in _WITH_BODY):
            yield "Content-Length", str(request.body.size)
        yield "Accept-Encoding", "identity"
        yield "Connection", "close"

    def _send_body(self, sock: socket.socket, request: Request) -> bool:
        """The body in pieces, until the other side says something."""
        chunked = _is_chunked(request)
        with selectors.DefaultSelector() as ears:
            ears.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
            for piece in _pieces(request):
                framed = b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
                if not _pushed(sock, framed, ears):
                    return False
                self._up += len(piece)
                self._rearm()
        if chunked:
            sock.sendall(b"0\r\n\r\n")
        return True

    # -- in ----------------------------------------------------------------------------------------

    def _read(self, response: HTTPResponse, request: Request) -> None:
        """The body; of a document no more than fits, of content as long as it keeps coming."""
        content, promised = _is_content(request, self._status), response.length
        most, mark = (CONTENT_MOST if content else DOCUMENT_MOST), _PIECE
        if promised is not None and promised > most:
            raise LabError(_too_long(self.place, most))
        while chunk := response.read1(_PIECE):
            self._body.write(chunk)
            if self._body.size > most:
                raise LabError(_too_long(self.place, most))
            if content and self._body.size >= mark:
                mark = self._body.size + _PIECE
                self._rearm()
        if self.cut_off:
            raise TimeoutError
        if promised is not None and self._body.size < promised:
            raise IncompleteRead(b"")


def _pushed(sock: socket.socket, data: bytes, ears: selectors.BaseSelector) -> bool:
    """Send all of it, unless an answer comes first: nobody may be reading any more."""
    if isinstance(sock, ssl.SSLSocket):  # what can be read there may be TLS's own
        sock.sendall(data)
        return True
    left = memoryview(data)
    while left:
        if any(events & selectors.EVENT_READ for _, events in ears.select()):
            return False
        left = left[sock.send(left) :]
    return True


def _pieces(request: Request) -> Iterator[bytes]:
    for chunk in request.body.chunks():
        for at in range(0, len(chunk), _PIECE):
            yield chunk[at : at + _PIECE]


def _is_chunked(request: Request) -> bool:
    return request.headers.get("Transfer-Encoding").lower() == "chunked"


def _is_content(request: Request, status: int) -> bool:
    """Whether the answer is a blob's bytes; an error about a blob is a document."""
    blob = "/blobs/" in request.path and request.method == "GET" and 200 <= status < 300
    return blob and request.because != "config-of-image"


def _too_long(place: Place, most: int) -> str:
    return f"{place.name} answers with more than the {most} bytes that are read of one answer"


def _checked(response: HTTPResponse, place: Place) -> Headers:
    """The head of an answer, if it is one that can be worked with."""
    pairs = [(name, _FOLD.sub(" ", value).strip()) for name, value in response.getheaders()]
    lengths = {value for name, value in pairs if name.lower() == "content-length"}
    sane = not response.msg.defects
    sane = sane and all(_TOKEN.fullmatch(name) and _VALUE.fullmatch(value) for name, value in pairs)
    sane = sane and sum(len(name) + len(value) for name, value in pairs) <= _HEADERS_MOST
    sane = sane and 200 <= response.status < 600
    sane = sane and len(lengths) < 2 and all(map(_is_number, lengths))
    if not sane:
        raise HTTPException(MALFORMED)
    headers = Headers(pairs)
    encoding = headers.get("Content-Encoding", "identity").lower()
    if encoding != "identity":
        raise LabError(
            f"{place.name} answers in the encoding {encoding!r}, which was not asked for"
        )
    return headers


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _unreadable(response: Response, place: Place) -> str:
    """What is wrong with a document that no reader of JSON gets to the end of; else empty."""
    if response.body.size <= DOCUMENT_MOST and response.body.held:
        try:
            json.loads(bytes(response.body))
        except RecursionError:
            return f"{place.name} answers with JSON that is nested too deeply to be read"
        except ValueError:
            return ""
    return ""
