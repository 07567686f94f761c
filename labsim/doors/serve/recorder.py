"""What came through a door, as a trace: the last so many exchanges, and never a body's bytes.

Of a body its size is kept, and its digest where that was worked out anyway; of a manifest what it
lists, which is all that a story needs.  A password or a token is gone before anything is kept, and
so is the digest of a body that held one.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

from labsim.blob import EMPTY, Blob
from labsim.story.events import listed
from labsim.trace import Exchange, Listed, Trace
from labsim.wire import Headers, Request, Response, discreet

__all__ = ["Moments", "Recorder"]


#: A refused manifest is read for the story's sake too, but nobody is made to read a bomb twice.
_READ_REFUSED = 64 * 1024


class Moments:
    """When an exchange went through its instants, and how many bytes travelled."""

    __slots__ = ("arriving_us", "at_us", "done_us", "down", "fault", "sent_us", "up")

    def __init__(self, at_us: int) -> None:
        self.at_us = self.sent_us = self.arriving_us = self.done_us = at_us
        self.up = self.down = 0
        self.fault = ""


class Recorder:
    """Keeps the last ``most`` exchanges; times count from ``started_us``."""

    __slots__ = ("_kept", "_started_us")

    def __init__(self, started_us: int, most: int = 10_000) -> None:
        self._kept: deque[Exchange] = deque(maxlen=most)
        self._started_us = started_us

    def note(self, request: Request, response: Response | None, moments: Moments) -> None:
        """Write down one exchange."""
        zero, secret = self._started_us, "/token" in request.path
        exchange = Exchange(0, 0, _discreet(request, secret), moments.at_us - zero)
        exchange.sent_us = max(moments.sent_us, moments.at_us) - zero
        exchange.arriving_us = max(moments.arriving_us, moments.at_us) - zero
        exchange.done_us = moments.done_us - zero
        exchange.up, exchange.down = moments.up, moments.down
        if response is None:
            exchange.fault = moments.fault
        else:
            exchange.lists = _lists(request, response)
            body = _named(response.body, secret)
            exchange.response = Response(response.status, response.headers, body)
        self._kept.append(exchange)

    @property
    def trace(self) -> Trace:
        """Everything kept, oldest first."""
        kept = list(self._kept)
        for index, exchange in enumerate(kept):
            exchange.index = index
        return Trace(exchanges=kept)

    def last(self, count: int) -> list[Exchange]:
        """The newest few."""
        return list(islice(reversed(self._kept), count))[::-1]

    def __len__(self) -> int:
        return len(self._kept)


def _discreet(request: Request, secret: bool) -> Request:
    headers = request.headers
    if headers.get("Authorization"):
        headers = Headers((name, discreet(name, value)) for name, value in headers)
    return Request(
        request.method,
        request.target,
        headers,
        _named(request.body, secret),
        host=request.host,
        peer=request.peer,
        at_us=request.at_us,
    )


def _named(body: Blob, secret: bool) -> Blob:
    """The body without its bytes."""
    if not body.size:
        return EMPTY
    return Blob.unread(body.size, None if secret else body.known)


def _lists(request: Request, response: Response) -> tuple[Listed, ...]:
    """What a manifest that was put or served lists: what it is, digest, size."""
    if "/manifests/" not in request.path:
        return ()
    body = request.body if request.method == "PUT" else response.body
    if not body.held or (not response.ok and body.size > _READ_REFUSED):
        return ()
    return listed(bytes(body))
