"""Who asks too much: pulls that are counted as Docker Hub counts them, and a limit on everything.

A *pull* is a GET of a manifest that is answered with it, by tag or by digest; so an image for
several platforms costs two, the index and one of its manifests, for a client that fetches both.
A HEAD costs nothing, and says how many are left.  Who has shown an account is counted by its name,
anybody else by address: an IPv4 address, or the /64 that an IPv6 address is in.

The window opens with the first pull and closes after its length.

Source: docs.docker.com ``docker-hub/usage/pulls`` (2026-08).  How Docker's window moves is not
documented, and is an assumption.
"""

from __future__ import annotations

from collections.abc import Callable

from labsim.registry.answers import Astray, Refusal, plain
from labsim.registry.policy import Policy
from labsim.wire import Request

__all__ = ["Limits", "address"]

_MOST = 10_000  # who is remembered at a time; then those whose window opened first are forgotten
_REACHED = (
    "You have reached your pull rate limit. You may increase the limit by authenticating and "
    "upgrading: https://www.docker.com/increase-rate-limit"
)
_MINUTE_S = 60

_Pairs = tuple[tuple[str, str], ...]


class _Window:
    """Counts per name in a window of so many seconds."""

    __slots__ = ("_counts", "seconds")

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._counts: dict[str, tuple[int, int]] = {}

    def count(self, who: str, at_us: int) -> int:
        """How many there have been in the window that is open."""
        opened_us, count = self._counts.get(who, (at_us, 0))
        return count if at_us < opened_us + self.seconds * 1_000_000 else 0

    def add(self, who: str, at_us: int) -> None:
        """One more; the first opens the window."""
        if count := self.count(who, at_us):
            self._counts[who] = (self._counts[who][0], count + 1)
            return
        self._counts.pop(who, None)
        if len(self._counts) >= _MOST:
            del self._counts[next(iter(self._counts))]
        self._counts[who] = (at_us, 1)

    def closes_in_s(self, who: str, at_us: int) -> int:
        """Whole seconds until everything begins anew."""
        opened_us, _ = self._counts.get(who, (at_us, 0))
        return max(1, -((at_us - opened_us - self.seconds * 1_000_000) // 1_000_000))


class Limits:
    """The limits of one registry, by its policy; ``active`` where there is any."""

    __slots__ = ("_account_of", "_all", "_anonymous", "_known", "_most", "_pulls", "active")

    def __init__(self, account_of: Callable[[Request], str]) -> None:
        """``account_of`` says whose request it is, or ``""``."""
        self._account_of = account_of
        self._pulls, self._all = _Window(0), _Window(_MINUTE_S)
        self._anonymous = self._known = self._most = 0
        self.active = False

    def follow(self, policy: Policy) -> None:
        """Count by this policy from now on."""
        self._anonymous, self._known = policy["pulls_anonymous"], policy["pulls_account"]
        self._pulls.seconds = policy["pull_window_s"]
        self._most = policy["requests_a_minute"]
        self.active = bool(self._anonymous or self._known or self._most)

    def admit(self, request: Request) -> None:
        """429 in plain text for who sends too many requests of any kind."""
        who = address(request.peer)
        if self._most and self._all.count(who, request.at_us) >= self._most:
            wait = ("Retry-After", str(self._all.closes_in_s(who, request.at_us)))
            raise Astray(plain(429, "Too Many Requests\n", [wait]))

    def note(self, request: Request) -> None:
        """Count a request of any kind."""
        if self._most:
            self._all.add(address(request.peer), request.at_us)

    def may_pull(self, request: Request) -> None:
        """429 for a GET of a manifest by who has had all pulls of the window."""
        who, most = self._who(request)
        if most and request.method == "GET" and self._pulls.count(who, request.at_us) >= most:
            wait = ("Retry-After", str(self._pulls.closes_in_s(who, request.at_us)))
            headers = (wait, *self._said(who, most, request.at_us))
            raise Refusal("TOOMANYREQUESTS", message=_REACHED, headers=headers)

    def pulled(self, request: Request) -> _Pairs:
        """Count a manifest that is about to be served; returns what the answer says about it."""
        who, most = self._who(request)
        if not most:
            return ()
        if request.method == "GET":
            self._pulls.add(who, request.at_us)
        return self._said(who, most, request.at_us)

    def _who(self, request: Request) -> tuple[str, int]:
        """Who is counted, and how many pulls they have in a window; 0: any number."""
        account = self._account_of(request)
        if account:
            return account, self._known
        return address(request.peer), self._anonymous

    def _said(self, who: str, most: int, at_us: int) -> _Pairs:
        window = f"w={self._pulls.seconds}"
        left = max(0, most - self._pulls.count(who, at_us))
        return (
            ("Ratelimit-Limit", f"{most};{window}"),
            ("Ratelimit-Remaining", f"{left};{window}"),
            ("Docker-Ratelimit-Source", who),
        )


def address(peer: str) -> str:
    """Who an address is counted as: itself, or the /64 that an IPv6 address is in.

    >>> address("192.0.2.7"), address("2001:db8:1:2:3::4"), address("alice")
    ('192.0.2.7', '2001:db8:1:2::/64', 'alice')
    """
    if ":" not in peer:
        return peer
    from ipaddress import IPv6Address, IPv6Network  # 10 ms that only a door's visitors cost

    try:
        full = IPv6Address(peer.partition("%")[0])
    except ValueError:
        return peer
    return str(full.ipv4_mapped or IPv6Network((full, 64), strict=False))
