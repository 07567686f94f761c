"""HTTP as bytes on a socket: what a client library would never let a test send."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from labsim.wire import Headers

PATIENCE_S = 10.0


class Heard(NamedTuple):
    """One answer, as it came."""

    status: int
    headers: Headers
    body: bytes


class Line:
    """A connection to a door, and the answers that came on it so far."""

    def __init__(self, door: Any, *, tls: ssl.SSLContext | None = None) -> None:
        plain = socket.create_connection(("127.0.0.1", door.port), timeout=PATIENCE_S)
        self.socket = tls.wrap_socket(plain, server_hostname="localhost") if tls else plain
        self._left = b""
        self.is_fresh = True

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> Line:
        """These bytes; a server that has hung up is no fault of the test's."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)
        return self

    def ask(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        *,
        version: str = "1.1",
    ) -> Heard:
        """One request, written out, and its answer."""
        self.send(written(method, target, headers, body, version=version))
        return self.hear(method)

    def hear(self, method: str = "GET") -> Heard:
        """The next answer."""
        head, _, self._left = self._until(b"\r\n\r\n")
        self.is_fresh = False
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = Headers(
            (name.title(), value) for name, _, value in (x.partition(": ") for x in lines)
        )
        status = int(first.split()[1])
        length = int(pairs.get("Content-Length") or 0)
        if method == "HEAD" or status in (100, 204, 304):
            length = 0
        while len(self._left) < length:
            self._left += self._more()
        body, self._left = self._left[:length], self._left[length:]
        return Heard(status, pairs, body)

    def finish(self) -> None:
        """Nothing more will come from this side."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def is_over(self) -> bool:
        """Whether the server hangs up, having said nothing more."""
        try:
            return self._left == b"" and self.socket.recv(1) == b""
        except (ConnectionResetError, BrokenPipeError):
            return True

    def _until(self, mark: bytes) -> tuple[bytes, bytes, bytes]:
        while mark not in self._left:
            self._left += self._more()
        return self._left.partition(mark)

    def _more(self) -> bytes:
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError(f"the server hung up after {self._left!r}")
        return data


def written(
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    *,
    version: str = "1.1",
) -> bytes:
    """A request as bytes; a body without a length of its own gets one."""
    pairs = list(headers)
    if not any(name == "Host" for name, _ in pairs):
        pairs.insert(0, ("Host", "localhost:5000"))
    names = {name.lower() for name, _ in pairs}
    if body and not names & {"content-length", "transfer-encoding"}:
        pairs.append(("Content-Length", str(len(body))))
    lines = [f"{method} {target} HTTP/{version}", *(f"{name}: {value}" for name, value in pairs)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(body: bytes, size: int) -> bytes:
    """The body in chunks (RFC 9112 §7.1)."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def until(happens: Callable[[], bool]) -> bool:
    """Whether it happens within a test's patience."""
    give_up = time.monotonic() + PATIENCE_S
    while not happens():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.01)
    return True
