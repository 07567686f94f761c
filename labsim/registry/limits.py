"""Who asks too much: pulls that are counted as Docker Hub counts them, and a limit on everything.

A *pull* is a GET that is answered with the manifest of an image, by tag or by digest.  An index
costs nothing, and each image behind it that is fetched costs one: an image for several platforms is
"one pull for each different architecture".  A HEAD costs nothing, and says how many are left.  Who
has shown an account is counted by its name, anybody else by address: an IPv4 address, or the /64
that an IPv6 address is in.  The window rolls: a pull counts for its length, whenever it was.

Who has had too many *requests* of any kind is told so in three words, as by the Hub's limit on
abuse; a request that was refused counts, or passwords could be tried for ever.

Sources: docs.docker.com ``docker-hub/usage/pulls`` and ``docker-hub/usage`` (2026-08; what a pull
is, the headers, the words, both limits); docker.com blog of 2020-10-30 (the window rolls);
docker/hub-feedback#2464 (an IPv6 source without its ``/64``).  Not documented, and assumed: that an
index is refused as well where nothing is left, that only what is served counts, that the source of
an account is its name, and ``Retry-After``.
"""

from __future__ import annotations

from collections.abc import Callable

from labsim.image import DOCKER_INDEX, OCI_INDEX
from labsim.registry.answers import Astray, Refusal, plain
from labsim.registry.operator import OPERATOR
from labsim.registry.policy import Policy
from labsim.wire import Request

__all__ = ["Limits", "Window", "address"]

_MOST = 10_000  # who is remembered at a time; then those who have been quiet for longest are not
_STEPS = 60
_REACHED = (
    "You have reached your pull rate limit. You may increase the limit by authenticating and "
    "upgrading: https://www.docker.com/increase-rate-limit"
)
_MINUTE_S = 60
_INDEXES = frozenset((DOCKER_INDEX, OCI_INDEX))

_Pairs = tuple[tuple[str, str], ...]


class Window:
    """Counts per name, each for so many seconds.

    What comes within a sixtieth of the window counts as if it had come at once, so that nobody
    takes more memory than sixty-one numbers; it is forgotten that much early.
    """

    __slots__ = ("_counts", "seconds")

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        #: Pairs of a moment and a count, oldest first.
        self._counts: dict[str, list[tuple[int, int]]] = {}

    def count(self, who: str, at_us: int) -> int:
        """How many there have been in the window that ends now."""
        return sum(count for _, count in self._within(who, at_us))

    def add(self, who: str, at_us: int) -> None:
        """One more."""
        moments = self._within(who, at_us)
        self._counts.pop(who, None)  # whoever is active is moved to the end
        if len(self._counts) >= _MOST:
            del self._counts[next(iter(self._counts))]
        began_us, count = moments[-1] if moments else (at_us, 0)
        if moments and (at_us - began_us) * _STEPS < self.seconds * 1_000_000:
            moments.pop()
        else:
            began_us, count = at_us, 0
        self._counts[who] = [*moments, (began_us, count + 1)]

    def frees_in_s(self, who: str, at_us: int) -> int:
        """Whole seconds until one more is possible to who has had all."""
        moments = self._within(who, at_us)
        first_us = moments[0][0] if moments else at_us
        return max(1, -((at_us - first_us - self.seconds * 1_000_000) // 1_000_000))

    def _within(self, who: str, at_us: int) -> list[tuple[int, int]]:
        since_us = at_us - self.seconds * 1_000_000
        return [moment for moment in self._counts.get(who, ()) if moment[0] > since_us]


class Limits:
    """The limits of one registry, by its policy; ``active`` where there is any.

    ``on_all`` is whether there is one on requests of any kind, which takes a look at each.
    """

    __slots__ = (
        "_account_of",
        "_all",
        "_anonymous",
        "_known",
        "_most",
        "_pulls",
        "active",
        "on_all",
    )

    def __init__(self, account_of: Callable[[Request], str]) -> None:
        """``account_of`` says whose request it is, or ``""``."""
        self._account_of = account_of
        self._pulls, self._all = Window(0), Window(_MINUTE_S)
        self._anonymous = self._known = self._most = 0
        self.active = self.on_all = False

    def follow(self, policy: Policy) -> None:
        """Count by this policy from now on."""
        self._anonymous, self._known = policy["pulls_anonymous"], policy["pulls_account"]
        self._pulls.seconds = policy["pull_window_s"]
        self._most = policy["requests_a_minute"]
        self.on_all = self._most > 0
        self.active = bool(self._anonymous or self._known or self._most)

    def admit(self, request: Request) -> None:
        """429 in plain text for who sends too many requests of any kind."""
        if self._has_had_all(request):
            wait = self._all.frees_in_s(address(request.peer), request.at_us)
            raise Astray(plain(429, "Too Many Requests\n", [("Retry-After", str(wait))]))

    def note(self, request: Request) -> None:
        """Count a request of any kind; who has had all is not held up by asking again."""
        if self._most and not self._has_had_all(request):
            self._all.add(address(request.peer), request.at_us)

    def _has_had_all(self, request: Request) -> bool:
        if not self._most or request.peer == OPERATOR:
            return False
        return self._all.count(address(request.peer), request.at_us) >= self._most

    def may_pull(self, request: Request) -> None:
        """429 for a GET of a manifest by who has had all pulls of the window."""
        who, most = self._who(request)
        if most and request.method == "GET" and self._pulls.count(who, request.at_us) >= most:
            wait = ("Retry-After", str(self._pulls.frees_in_s(who, request.at_us)))
            headers = (wait, *self._said(who, most, request.at_us))
            raise Refusal("TOOMANYREQUESTS", message=_REACHED, headers=headers)

    def pulled(self, request: Request, media_type: str) -> _Pairs:
        """Count a manifest that is about to be served; returns what the answer says about it."""
        who, most = self._who(request)
        if not most:
            return ()
        if request.method == "GET" and media_type not in _INDEXES:
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
    """Who an address is counted as: itself, or the first of the /64 that an IPv6 address is in.

    >>> address("192.0.2.7"), address("2001:db8:1:2:3::4"), address("alice")
    ('192.0.2.7', '2001:db8:1:2::', 'alice')
    """
    if ":" not in peer:
        return peer
    from ipaddress import IPv6Address, IPv6Network  # 10 ms that only a door's visitors cost

    try:
        full = IPv6Address(peer.partition("%")[0])
    except ValueError:
        return peer
    return str(full.ipv4_mapped or IPv6Network((full, 64), strict=False).network_address)
