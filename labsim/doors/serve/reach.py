"""How clients reach a door, and how its registry is told: hosts, schemes, a prefix, a proxy.

A registry writes its own addresses into answers: in ``Location``, in ``Link``, and where to fetch a
token.  It may think of itself as ``https://registry-1.docker.io``; a client came to
``http://localhost:5000``, perhaps through a proxy that speaks TLS, perhaps below ``/registry``.
Inward the door takes the prefix away; outward it puts the client's own origin in the place of the
registry's.  What a client claims in ``X-Forwarded-…`` counts only behind a proxy, which overwrites
it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from labsim.errors import LabError

__all__ = ["DIRECT", "Reach", "is_host", "is_loopback", "outward"]

_HOST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]")
_REALM = 'realm="'


class Reach(NamedTuple):
    """``prefix`` is what stands before ``/v2/`` in the client's URLs, such as ``/registry``."""

    prefix: str = ""
    behind_proxy: bool = False

    @classmethod
    def at(cls, prefix: str, *, behind_proxy: bool = False) -> Reach:
        """The same from what a person typed."""
        prefix = prefix.rstrip("/")
        if prefix and (not prefix.startswith("/") or not prefix.isascii() or set(prefix) & _ENDS):
            raise LabError(f"{prefix!r} is no prefix: write it like /registry")
        return cls(prefix, behind_proxy)

    def within(self, path: str) -> str | None:
        """The path as the registry knows it; None: it is not below the prefix."""
        if path.startswith(f"{self.prefix}/"):
            return path[len(self.prefix) :]
        return path if self.behind_proxy else None  # a proxy may have taken the prefix away

    def origin(self, scheme: str, host: str, forwarded: Mapping[str, str]) -> str:
        """Where the client thinks it is: ``https://example.org/registry``."""
        if self.behind_proxy:
            said = forwarded.get("X-Forwarded-Proto", "")
            scheme = said if said in ("http", "https") else scheme
            said = forwarded.get("X-Forwarded-Host", "")
            host = said if said and is_host(said) else host
        return f"{scheme}://{host}{self.prefix}"

    def peer(self, scope: Mapping[str, Any], forwarded: Mapping[str, str]) -> str:
        """The address of whoever asks; a proxy writes it at the end of a list."""
        client = scope.get("client")
        peer = str(client[0]) if client else ""
        if not self.behind_proxy:
            return peer
        said = forwarded.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return said if _address(said) else peer


DIRECT = Reach()
_ENDS = frozenset('?#"<>\\ ')


def outward(name: str, value: str, origin: str, prefix: str, own: Iterable[str]) -> str:
    """A header's value with the client's origin in the place of the registry's own."""
    if name == "Www-Authenticate":
        before, realm, rest = value.partition(_REALM)
        url, quote, more = rest.partition('"')
        return before + realm + _moved(url, origin, prefix, own) + quote + more
    if name == "Link":
        return f"<{prefix}{value[1:]}" if value.startswith("</") else value
    return _moved(value, origin, prefix, own)


def _moved(url: str, origin: str, prefix: str, own: Iterable[str]) -> str:
    if url.startswith("/"):
        return prefix + url
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if not separator or scheme not in ("http", "https") or host not in own:
        return url
    return f"{origin}{slash}{path}"


@lru_cache(maxsize=256)
def is_host(text: str) -> bool:
    """Whether this can be the value of ``Host``: nothing in it that means something in a URL."""
    return len(text) < 256 and _HOST.issuperset(text)


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can speak to, or from, this address or host[:port]."""
    if host.lower().partition(":")[0] in ("localhost", "localhost."):
        return True
    address = _address(host) or _address(host.rpartition(":")[0].strip("[]"))
    return address is not None and address.is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
