"""What came through a door, as a trace: the last so many exchanges, and never a body's bytes.

Of a body its size is kept, and its digest where that was worked out anyway; of a manifest what it
lists, which is all that a story needs.  A password or a token is gone before anything is kept, and
so is the digest of a body that held one (:mod:`~labsim.doors.serve.discretion`).

What clients say can be long, and they can say it often.  So a record has a most, beyond which it is
cut, and all of them together have one, beyond which the oldest go.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

from labsim.blob import EMPTY, Blob
from labsim.doors.serve.discretion import kept_headers, kept_target
from labsim.secrecy import veiled
from labsim.story.events import listed
from labsim.trace import Exchange, Listed, Trace
from labsim.wire import Headers, Request, Response

__all__ = ["Moments", "Recorder"]


#: A refused manifest is read for the story's sake too, but nobody is made to read a bomb twice.
_READ_REFUSED = 64 * 1024
_READ = 512 * 1024
#: Of one record: characters of a text, headers, and blobs that a manifest lists.
_LONGEST, _MOST_HEADERS, _MOST_LISTED = 1024, 40, 1000
_LONGEST_DIGEST = 200  # a sha512 has 135
#: Bytes, about: of a record without anything, of a header or a blob in it; and of all records.
_EMPTY, _PAIR, _LISTED = 2000, 200, 300
_HELD = 64 << 20


class Moments:
    """When an exchange went through its instants, and how many bytes travelled."""

    __slots__ = ("arriving_us", "at_us", "done_us", "down", "fault", "sent_us", "up")

    def __init__(self, at_us: int) -> None:
        self.at_us = self.sent_us = self.arriving_us = self.done_us = at_us
        self.up = self.down = 0
        self.fault = ""


class Recorder:
    """Keeps the last ``most`` exchanges, in ``held`` bytes; times count from ``started_us``."""

    __slots__ = ("_held", "_kept", "_left", "_most", "_started_us")

    def __init__(self, started_us: int, most: int = 10_000, held: int = _HELD) -> None:
        self._kept: deque[Exchange] = deque()
        self._held: deque[int] = deque()
        self._most, self._left = most, held
        self._started_us = started_us

    def note(self, request: Request, response: Response | None, moments: Moments) -> None:
        """Write down one exchange."""
        zero, secret = self._started_us, _has_secrets(request.path)
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
            exchange.response = Response(response.status, _veiled(response.headers), body)
        self._keep(exchange)

    def _keep(self, exchange: Exchange) -> None:
        self._kept.append(exchange)
        self._held.append(size := _weight(exchange))
        self._left -= size
        while self._kept and (len(self._kept) > self._most or self._left < 0):
            self._kept.popleft()
            self._left += self._held.popleft()

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


def _has_secrets(path: str) -> bool:
    """Whether a body at this place may be a password's or a token's."""
    return "/token" in path or "/_lab/" in path


def _discreet(request: Request, secret: bool) -> Request:
    return Request(
        _cut(request.method),
        _cut(kept_target(request.target)),
        _veiled(request.headers),
        _named(request.body, secret),
        host=request.host,
        peer=request.peer,
        at_us=request.at_us,
    )


def _veiled(headers: Headers) -> Headers:
    """What may be kept, and not more than a client has reason to send."""
    kept = islice(kept_headers(headers), _MOST_HEADERS)
    return Headers((name, _cut(veiled(name, value))) for name, value in kept)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _weight(exchange: Exchange) -> int:
    """About how many bytes of memory a record takes."""
    pairs = [*exchange.request.headers, *(exchange.response.headers if exchange.response else ())]
    texts = len(exchange.request.target) + sum(len(value) for _, value in pairs)
    return _EMPTY + texts + len(pairs) * _PAIR + len(exchange.lists) * _LISTED


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
    if not body.held or body.size > (_READ if response.ok else _READ_REFUSED):
        return ()
    likely = (row for row in listed(bytes(body)) if _is_likely(*row))
    return tuple(islice(likely, _MOST_LISTED))


def _is_likely(_part: str, digest: str, size: int) -> bool:
    """Whether an entry can be a blob's; what was refused may say anything."""
    return len(digest) <= _LONGEST_DIGEST and 0 <= size < 1 << 63
