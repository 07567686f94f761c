"""Run as a program: sends requests on kept connections, and says what came back.

Standard input: ``{"port": …, "connections": …, "count": …, "requests": [base64, …]}``; a connection
takes the next request when its last was answered.  Standard output: the statuses with their counts.
"""

from __future__ import annotations

import base64
import json
import selectors
import socket
import sys
from collections import Counter
from collections.abc import Iterator

__all__ = ["run"]


class _Line:
    """One connection: what it has sent, and the answer as far as it has come."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._came = b""
        self._head = False

    def send(self, request: bytes) -> None:
        self._head = request.startswith(b"HEAD")
        self.socket.sendall(request)

    def hear(self) -> int:
        """The status if the answer is complete, else 0."""
        self._came += self.socket.recv(1 << 18)
        head, end, body = self._came.partition(b"\r\n\r\n")
        if not end:
            return 0
        status = int(head[9:12])
        length = 0 if self._head or status == 204 else _length(head)
        if len(body) < length:
            return 0
        self._came = body[length:]
        return status


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def run(port: int, connections: int, requests: Iterator[bytes]) -> Counter[int]:
    """Send them all; statuses with their counts."""
    heard: Counter[int] = Counter()
    with selectors.DefaultSelector() as ready:
        for request in (next(requests, b"") for _ in range(connections)):
            if request:
                line = _Line(port)
                line.send(request)
                ready.register(line.socket, selectors.EVENT_READ, line)
        while ready.get_map():
            for key, _ in ready.select():
                line = key.data
                status = line.hear()
                if not status:
                    continue
                heard[status] += 1
                following = next(requests, b"")
                if following:
                    line.send(following)
                else:
                    ready.unregister(line.socket)
                    line.socket.close()
    return heard


def main() -> None:
    """One load, as standard input says."""
    wish = json.load(sys.stdin)
    requests = [base64.b64decode(one) for one in wish["requests"]]
    numbers = range(wish["count"])
    heard = run(wish["port"], wish["connections"], (requests[at % len(requests)] for at in numbers))
    print(json.dumps(heard))


if __name__ == "__main__":
    main()
