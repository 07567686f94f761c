"""Which hosts may be spoken to, and where each of them really is: no other is ever reached."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from labsim.errors import LabError

__all__ = ["Hosts", "Place"]

_NAME = re.compile(r"(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?", re.ASCII)
_PORTS = {"http": 80, "https": 443}
#: Where the API of a registry answers whose name in a reference is another.
_API = {"docker.io": "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}


class Place(NamedTuple):
    """A host as the lab calls it, and the address where it is."""

    name: str
    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """What stands in a ``Host`` header (RFC 9110 §7.2): no port where it is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"{self.scheme}://{self.authority}"


class Hosts:
    """Names as in references, each with the address of a real registry or token server."""

    def __init__(self, hosts: Mapping[str, str]) -> None:
        """``{"localhost:5000": "http://127.0.0.1:5000"}``."""
        if not isinstance(hosts, Mapping):
            raise TypeError(
                "hosts must map names to addresses, such as"
                ' {"localhost:5000": "http://127.0.0.1:5000"}'
            )
        self._places: dict[str, Place] = {}
        for name, url in hosts.items():
            place = _place(name, url)
            for called in (place.name, _API.get(place.name, place.name)):
                self._places[called] = place
        #: A server may call itself by its address instead of the name that it has here.
        self._by_authority = {place.authority.lower(): place for place in self._places.values()}

    def __repr__(self) -> str:
        places = dict.fromkeys(self._places.values())
        return ", ".join(f"{place.name} at {place.url}" for place in places)

    @property
    def secure(self) -> bool:
        """Whether any of them speaks TLS."""
        return any(place.scheme == "https" for place in self._places.values())

    def find(self, host: str) -> Place | None:
        """Where that host is; None if nobody named it."""
        name = host.lower()
        return self._places.get(name) or self._by_authority.get(name)

    def led(self, place: Place, target: str, location: str) -> tuple[Place, str]:
        """Where a redirect from there leads: a place, and a target on it (RFC 9110 §10.2.2)."""
        try:
            url = urlsplit(urljoin(place.url + target, location))
            found = self._at(place, url)
        except ValueError:
            raise LabError(f"{place.name} redirects to what is no address") from None
        if found is None:
            origin = f"{url.scheme}://{url.netloc.rpartition('@')[2]}"
            raise LabError(f"{place.name} redirects to {origin}, {unnamed(url.netloc, origin)}")
        return found, f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"

    def _at(self, here: Place, url: SplitResult) -> Place | None:
        if url.scheme not in _PORTS or not url.hostname or "@" in url.netloc:
            return None
        there = Place("", url.scheme, url.hostname, url.port or _PORTS[url.scheme])
        if there[1:] == here[1:]:
            return here
        for place in self._places.values():
            if there[1:] == place[1:]:
                return place
        return self._places.get(there.authority.lower())


def unnamed(host: str, url: str = "") -> str:
    """What to do about a host that nobody has named."""
    host = host.rpartition("@")[2]
    return (
        "a host that was not named, so nothing is sent there; name it beside the others:"
        f' remote.connect(lab, {{…, "{host}": "{url or f"https://{host}"}"}})'
    )


def _place(name: object, url: object) -> Place:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise LabError(
            f"{name!r} is no host: write it as in an image's name, such as localhost:5000"
        )
    if not isinstance(url, str):
        raise TypeError(f"the address of {name} must be text, not {type(url).__name__}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in _PORTS or not _is_bare(parts):
        raise LabError(
            f"the address of {name} must be http:// or https:// with a host and nothing behind it,"
            " such as http://127.0.0.1:5000"
        )
    return Place(name.lower(), parts.scheme, host, port or _PORTS[parts.scheme])


def _is_bare(parts: SplitResult) -> bool:
    """Nothing but scheme, host and port; an address is no place for a password either."""
    rest = parts.path.rstrip("/") or parts.query or parts.fragment
    return not rest and "@" not in parts.netloc and parts.netloc.isascii()
