"""From an ASGI scope to the head of a request, and from an answer to ASGI's headers.

Names of headers are looked up, not computed: a few dozen make up nearly all traffic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from labsim.doors.serve.reach import Reach, is_host
from labsim.registry.answers import Refusal, plain
from labsim.registry.call import count
from labsim.wire import Headers, Request, Response

__all__ = ["Head", "Malformed", "encoded_headers", "read_head", "refusal"]

_KNOWN = (
    "Accept",
    "Accept-Encoding",
    "Accept-Ranges",
    "Allow",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Date",
    "Docker-Content-Digest",
    "Docker-Distribution-Api-Version",
    "Docker-Upload-Uuid",
    "Etag",
    "Expect",
    "Host",
    "If-Match",
    "If-None-Match",
    "Link",
    "Location",
    "OCI-Chunk-Min-Length",
    "OCI-Filters-Applied",
    "OCI-Subject",
    "OCI-Tag",
    "Range",
    "Ratelimit-Limit",
    "Ratelimit-Remaining",
    "Retry-After",
    "Transfer-Encoding",
    "User-Agent",
    "Warning",
    "Www-Authenticate",
    "X-Content-Type-Options",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
)
_NAMES = {name.lower().encode(): name for name in _KNOWN}
_BYTES = {name: raw for raw, name in _NAMES.items()}
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto")
_SAFE = "".join(map(chr, range(32, 127)))


class Malformed(Exception):
    """A head that is no request; carries the answer."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.answer = plain(status, f"{words}\n")


class Head(NamedTuple):
    """A request without its body, and what a door knows beside it.

    ``length`` is that of the body: 0 for none, None where only its end will tell.  ``origin`` is
    where the client thinks it is, ``scheme`` what the connection itself speaks.
    """

    request: Request
    length: int | None
    origin: str
    expects: bool
    scheme: str


class _Reading:
    """The few headers that a door itself must understand."""

    __slots__ = ("expects", "forwarded", "host", "length")

    def __init__(self) -> None:
        self.host: str | None = None
        self.length: int | None = 0
        self.expects = False
        self.forwarded: dict[str, str] = {}

    def hear(self, name: str, value: str) -> None:
        """Take note of one; a ``Malformed`` if it cannot be, or contradicts another."""
        if name == "Host":
            if self.host is not None or not is_host(value):
                raise Malformed(400, "the Host header is given twice, or is no host")
            self.host = value
        elif name == "Content-Length":
            length = count(value)
            if length is None or self.length is None or self.length not in (0, length):
                raise Malformed(400, "the length of the body is no number, or given twice")
            self.length = length
        elif name == "Transfer-Encoding":
            if value.lower() != "chunked" or self.length:
                raise Malformed(400, "the length of the body is given in two ways")
            self.length = None
        elif name == "Expect":
            self.expects = True
        elif name in _FORWARDED:
            self.forwarded[name] = value


_HEARD = frozenset(("Host", "Content-Length", "Transfer-Encoding", "Expect", *_FORWARDED))


def read_head(scope: Mapping[str, Any], reach: Reach, at_us: int) -> Head:
    """The request of a scope, as the registry is to see it; ``Malformed`` where there is none."""
    reading = _Reading()
    headers = []
    for raw, value in scope["headers"]:
        name = _NAMES.get(raw) or raw.decode("latin-1").title()
        text = value.decode("latin-1")
        if name in _HEARD:
            reading.hear(name, text)
        if name != "Host":
            headers.append((name, text))
    if reading.host is None and scope["http_version"] != "1.0":
        raise Malformed(400, "a request without a Host header")
    host = reading.host or ""
    request = Request(
        scope["method"],
        _target(scope, reach),
        Headers(headers),
        host=host,
        peer=reach.peer(scope, reading.forwarded),
        at_us=at_us,
    )
    origin = reach.origin(scope["scheme"], host, reading.forwarded)
    return Head(request, reading.length, origin, reading.expects, scope["scheme"])


def _target(scope: Mapping[str, Any], reach: Reach) -> str:
    raw, query = scope.get("raw_path"), scope["query_string"]
    path = (raw or scope["path"].encode()).decode("latin-1")
    if reach.prefix:
        below = reach.within(path)
        if below is None:
            raise Malformed(404, "404 page not found")
        path = below
    return f"{path}?{query.decode('latin-1')}" if query else path


def encoded_headers(
    pairs: Iterable[Pair], moved: Callable[[str, str], str] | None = None
) -> list[Raw]:
    """An answer's headers as they are sent; nothing in a value can end the header.

    ``moved`` puts the client's origin into those that hold an address.
    """
    return [_ENCODED.get(pair) or _encoded(pair, moved) for pair in pairs]


Pair = tuple[str, str]
Raw = tuple[bytes, bytes]
#: The same few headers go out all the time.
_ENCODED: dict[Pair, Raw] = {}
_MOST_ENCODED = 4096
_ADDRESSES = frozenset(("Location", "Link", "Www-Authenticate"))


def _encoded(pair: Pair, moved: Callable[[str, str], str] | None) -> Raw:
    name, value = pair
    if name in _ADDRESSES and moved is not None:
        value = moved(name, value)
    plain = value.isascii() and value.isprintable()
    raw = _BYTES.get(name) or name.lower().encode("latin-1")
    made = raw, value.encode() if plain else _harmless(value)
    if name not in _ADDRESSES:
        if len(_ENCODED) >= _MOST_ENCODED:
            _ENCODED.clear()
        _ENCODED[pair] = made
    return made


def _harmless(value: str) -> bytes:
    from urllib.parse import quote

    return quote(value, safe=_SAFE).encode()


def refusal(code: str, words: str, status: int, *headers: tuple[str, str]) -> Response:
    """A refusal of the door's own, in the registry's words."""
    return Refusal(code, message=words, status=status, headers=headers).answer
