"""Who carries a conversation over real connections: one thread an exchange, one clock for all.

The dialogues themselves are stepped by whoever called, one at a time, when something was heard; the
threads only carry.  What was heard gets its instant when it is taken up, each a later one than the
last, so the order is that in which the lanes went on.
"""

from __future__ import annotations

import time
from heapq import heappop, heappush
from queue import Empty, SimpleQueue

from labsim.doors.remote.call import Call, Settings
from labsim.doors.remote.hosts import Hosts, Place, unnamed
from labsim.doors.remote.trouble import TIMED_OUT
from labsim.errors import LabError
from labsim.link.paced import Heard, Onward, asked
from labsim.trace import Exchange
from labsim.wire import Headers, Response

__all__ = ["Carrier"]

#: Go's ``net/http``: this many redirects, and no more.
_MOST_HOPS = 10
_REDIRECTS = (301, 302, 303, 307, 308)
_AS_GET = (301, 302, 303)
#: How long a thread has to notice that it was cut off, in seconds.
_GRACE_S = 1.0


class Carrier:
    """An ear with connections behind it (:class:`labsim.link.paced.Ear`).

    ``account`` is everything that it has heard.
    """

    def __init__(self, hosts: Hosts, settings: Settings) -> None:
        self.hosts = hosts
        self.settings = settings
        self.account: list[Heard] = []
        self._reports: SimpleQueue[tuple[int, Heard | BaseException]] = SimpleQueue()
        self._calls: dict[int, Call] = {}
        self._rests: list[tuple[int, int]] = []
        #: Exchanges that were over before they began: nobody had named their host.
        self._refused: list[Heard] = []
        #: By lane: where a redirect leads, with the query that nobody else gets to see.
        self._hops: dict[int, tuple[Place, str, int]] = {}
        self._counts: dict[int, int] = {}

    def ask(self, exchange: Exchange) -> None:
        """Send it, if its host is one that was named."""
        request = exchange.request
        found, target, hops = self.hosts.find(request.host), request.target, 0
        if exchange.lane in self._hops:
            found, target, hops = self._hops.pop(exchange.lane)
        self._counts[exchange.index] = hops
        if found is None:
            sentence = f"{request.host} is {unnamed(request.host)}"
            heard = Heard(0, exchange=exchange.index, asked=asked(request))
            self._refused.append(heard._replace(fault=sentence, final=True))
            return
        call = Call(exchange, found, target, self.settings, self._take)
        self._calls[exchange.index] = call
        call.start()

    def rest(self, lane: int, until_us: int) -> None:
        """Wake that lane later."""
        heappush(self._rests, (until_us, lane))

    def hear(self) -> Heard:
        """Wait for the next thing that happens."""
        heard = self._next()
        last = self.account[-1].us if self.account else 0
        now = max(self.settings.clock.now_us(), last + 1)
        sent_us = min(heard.sent_us, now)
        arriving_us = min(max(heard.arriving_us, sent_us), now)
        heard = heard._replace(us=now, sent_us=sent_us, arriving_us=arriving_us)
        self.account.append(heard)
        return heard

    def close(self) -> None:
        """Cut off what is still under way."""
        for call in self._calls.values():
            call.end(_GRACE_S)
        self._calls.clear()

    # -- waiting -----------------------------------------------------------------------------------

    def _take(self, call: Call, heard: Heard | BaseException) -> None:
        self._reports.put((call.exchange.index, heard))

    def _next(self) -> Heard:
        while True:
            if self._rests and not self.settings.clock.seconds_until(self._rests[0][0]):
                return Heard(0, lane=heappop(self._rests)[1])
            if self._refused:
                return self._refused.pop(0)
            try:
                index, heard = self._reports.get(timeout=self._patience_s())
            except Empty:
                if (late := self._too_late()) is not None:
                    return late
                continue
            call = self._calls.pop(index, None)
            if call is None:  # it was given up before it was heard of again
                continue
            if isinstance(heard, BaseException):
                raise heard
            return self._led(call, heard)

    def _patience_s(self) -> float:
        waits = [call.deadline - time.monotonic() for call in self._calls.values()]
        waits += [self.settings.clock.seconds_until(us) for us, _ in self._rests[:1]]
        return max(0.0, min(waits, default=_GRACE_S))

    def _too_late(self) -> Heard | None:
        """Cut off what has used up its patience; give up what does not even notice."""
        now = time.monotonic()
        for index, call in self._calls.items():
            if call.deadline > now:
                continue
            if call.cut_off:
                del self._calls[index]
                request = call.exchange.request
                return Heard(0, exchange=index, asked=asked(request), fault=TIMED_OUT)
            call.cut()
            call.deadline = now + _GRACE_S
        return None

    # -- redirects ---------------------------------------------------------------------------------

    def _led(self, call: Call, heard: Heard) -> Heard:
        """An answer as it is; of a redirect, where it leads."""
        response, request = heard.response, call.exchange.request
        location = response.headers.get("Location") if response is not None else ""
        if heard.fault or response is None or response.status not in _REDIRECTS or not location:
            return heard
        hops = self._counts[call.exchange.index] + 1
        if hops > _MOST_HOPS:
            return heard._replace(fault=f"stopped after {_MOST_HOPS} redirects", response=None)
        try:
            place, target = self.hosts.led(call.place, call.target, location)
        except LabError as fault:
            return heard._replace(fault=str(fault), final=True, response=None)
        self._hops[call.exchange.lane] = (place, target, hops)
        host = request.host if place == call.place else place.name
        bare = target.partition("?")[0]
        as_get = response.status in _AS_GET and request.method != "HEAD"
        onward = Onward("GET" if as_get else request.method, host, bare)
        return heard._replace(onward=onward, response=_bare(response, f"{place.url}{bare}"))


def _bare(response: Response, location: str) -> Response:
    """A redirect without the query of its address, which may be as good as a password."""
    headers = [
        (name, location if name.lower() == "location" else value)
        for name, value in response.headers
    ]
    return Response(response.status, Headers(headers), response.body)
