"""What goes wrong between a laptop and a registry, as wrappers around a network.

Each takes a network (a function from request to response) and gives one that fails now and then,
for the requests that ``when`` picks, ``times`` times (None: always).  They can be nested.

>>> from labsim.wire import Request, Response
>>> def fine(request):
...     return Response(200)
>>> flaky = answer_with(fine, 429, when=lambda asked: asked.method == "POST")
>>> [flaky(Request(method, "/v2/")).status for method in ("GET", "POST", "POST")]
[200, 429, 200]
"""

from __future__ import annotations

from collections.abc import Callable

from labsim.blob import Blob
from labsim.errors import Unreachable
from labsim.wire import Request, Response

__all__ = ["Faulty", "answer_with", "down", "drop_download", "drop_upload", "fail_after"]

Network = Callable[[Request], Response]
When = Callable[[Request], bool]
_RESET = "connection reset by peer"


def _any(_: Request) -> bool:
    return True


class Faulty:
    """A network with one fault in it; ``carries`` tells a runner how far a request's body gets."""

    __slots__ = ("claimed", "left", "network", "reach", "strike", "when")

    def __init__(
        self,
        network: Network,
        strike: Callable[[Network, Request], Response],
        *,
        when: When = _any,
        times: int | None = None,
        reach: int | None = None,
    ) -> None:
        self.network = network
        self.strike = strike
        self.when = when
        self.left = times
        self.reach = reach
        #: Requests that it has picked and not struck yet: their bodies are still on the way.
        self.claimed: set[Request] = set()

    def __call__(self, request: Request) -> Response:
        """Answer as the network would, or strike."""
        if not self._claim(request):
            return self.network(request)
        self.claimed.discard(request)
        return self.strike(self.network, request)

    def _claim(self, request: Request) -> bool:
        if request in self.claimed:
            return True
        if self.left == 0 or not self.when(request):
            return False
        if self.left is not None:
            self.left -= 1
        self.claimed.add(request)
        return True

    def carries(self, request: Request) -> int:
        """How many bytes of the request's body will leave."""
        beneath = getattr(self.network, "carries", None)
        size = request.body.size if beneath is None else beneath(request)
        if self.reach is not None and self._claim(request):
            return int(min(size, self.reach))
        return int(size)


def answer_with(
    network: Network,
    status: int,
    body: bytes = b"",
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),),
    *,
    when: When = _any,
    times: int | None = 1,
) -> Faulty:
    """The registry is not asked; this is answered instead."""
    return Faulty(network, lambda _, __: Response(status, headers, body), when=when, times=times)


def drop_upload(
    network: Network, after_bytes: int = 0, *, when: When = _any, times: int | None = 1
) -> Faulty:
    """The connection breaks when that much of the request's body has left; nobody is asked."""

    def strike(_: Network, request: Request) -> Response:
        raise Unreachable(request.host, _RESET, sent=min(after_bytes, request.body.size))

    return Faulty(network, strike, when=when, times=times, reach=after_bytes)


def drop_download(
    network: Network, after_bytes: int = 0, *, when: When = _any, times: int | None = 1
) -> Faulty:
    """The registry answers, and the connection breaks when that much of the body has come."""

    def strike(beneath: Network, request: Request) -> Response:
        response = beneath(request)
        came = Response(response.status, response.headers, response.body.slice(0, after_bytes))
        raise Unreachable(request.host, _RESET, sent=request.body.size, partial=came)

    return Faulty(network, strike, when=when, times=times)


def down(network: Network, reason: str = "connection refused", *, when: When = _any) -> Faulty:
    """Nobody is there."""

    def strike(_: Network, request: Request) -> Response:
        raise Unreachable(request.host, reason)

    return Faulty(network, strike, when=when, reach=0)


def fail_after(network: Network, requests: int, reason: str = "network is unreachable") -> Faulty:
    """The first so many requests pass; after them the line is dead."""
    passed = 0

    def dead(_: Request) -> bool:
        return passed >= requests

    def count(request: Request) -> Response:
        nonlocal passed
        passed += 1
        return network(request)

    return down(count, reason, when=dead)


def corrupt(network: Network, *, when: When, times: int | None = 1) -> Faulty:
    """The registry answers with one bit of the body turned over."""

    def strike(beneath: Network, request: Request) -> Response:
        response = beneath(request)
        data = bytearray(bytes(response.body))
        data[-1] ^= 1
        return Response(response.status, response.headers, Blob(bytes(data)))

    return Faulty(network, strike, when=when, times=times)
