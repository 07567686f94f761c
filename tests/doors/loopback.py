"""A registry behind a real socket on loopback, which can be made to misbehave; for a few requests.

It wraps ``Registry.handle`` in the standard library's server, a connection a request.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from labsim.registry import Registry
from labsim.wire import Request, Response

#: What a test may ask for, and how long anything may take: nothing here runs away.
MOST_REQUESTS = 500
MOST_BYTES = 64 << 20
PATIENCE_S = 20


class Handler(BaseHTTPRequestHandler):
    """One request: read whole, chunked or not, and answered in one write."""

    server: Loopback
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_S

    def answer(self) -> None:
        """Do mischief, if any is due; else ask the registry."""
        self.close_connection = True
        self.server.note(self)
        if self.server.mischief is not None and self.server.mischief(self):
            return
        self.send(self.server.handle(self.request_read(self.body())))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  its names

    def request_read(self, body: bytes) -> Request:
        host = self.server.tokens_at if self.path.startswith("/token") else self.server.name
        return Request(self.command, self.path, self.headers.items(), body, host=host)

    def body(self) -> bytes:
        """The request's body."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = bytearray()
        while size := int(self.rfile.readline(), 16):
            found += self.rfile.read(size)
            self.rfile.readline()
            assert len(found) <= MOST_BYTES
        self.rfile.readline()
        return bytes(found)

    def send(self, response: Response, *, only: int | None = None) -> bool:
        """The response; or its head and ``only`` so many bytes of its body, and then no more."""
        body = bytes(response.body)
        head = [f"HTTP/1.1 {response.status} So", "Connection: close"]
        head += [f"{name}: {value}" for name, value in response.headers]
        if not response.headers.get("Content-Length"):
            head.append(f"Content-Length: {len(body)}")
        text = "\r\n".join((*head, "", "")).encode("latin-1")
        self.raw(text + (b"" if self.command == "HEAD" else body[:only]))
        return True

    def raw(self, data: bytes) -> None:
        """These bytes, as they are."""
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


class Loopback(ThreadingHTTPServer):
    """A registry at ``url``; ``seen`` is every request that came, ``mischief`` comes first."""

    daemon_threads = True

    def __init__(self, registry: Registry) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.registry = registry
        self.mischief: Callable[[Handler], bool] | None = None
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self._lock = Lock()
        self.scheme = "http"
        #: The names that the registry knows itself by: its own, and its token server's.
        self.name = registry.host
        self.tokens_at = next((h for h in registry.hosts if h.startswith("auth.")), self.name)

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}"

    def handle(self, request: Request) -> Response:
        with self._lock:
            return self.registry.handle(request)

    def note(self, handler: Handler) -> None:
        with self._lock:
            self.seen.append((handler.command, handler.path, dict(handler.headers.items())))
            assert len(self.seen) <= MOST_REQUESTS

    def asked(self, method: str) -> list[str]:
        """The paths that were asked for by that method, without their queries."""
        return [path.partition("?")[0] for verb, path, _ in self.seen if verb == method]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""


@contextmanager
def serving(registry: Registry, *, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """The registry behind a socket, until the block ends."""
    server = Loopback(registry)
    if tls is not None:
        server.scheme = "https"
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(PATIENCE_S)
        server.server_close()
