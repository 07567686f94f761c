"""Delay and width: a conversation carried over a simulated link, and who waits for whom.

One heap orders what happens; ties are broken by a counter, so the same conversation always runs
the same way.  Nothing sleeps: time is an integer of microseconds that jumps from event to event.

Bodies in flight share the width of their direction equally.  Stepping all of them at every event
would cost O(n); instead each direction keeps a *virtual time*: the millionths of a byte that every
flow has been given so far.  A flow that joins at ``v`` ends at ``v + its size``, so a heap on that
end makes each event O(log n), and no rate is ever stored (processor sharing by virtual time).
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, NamedTuple

from labsim.errors import LabError, Unreachable
from labsim.trace import Exchange, LaneRecord, PauseRecord, Pipe, Trace
from labsim.wire import Dialogue, Pause, Request, Response, Together

__all__ = ["DIRECT", "Link", "Network", "Run", "answer", "converse"]

Network = Callable[[Request], Response]
_UNIT = 1_000_000
_ARRIVE, _DONE, _WAKE, _UP, _DOWN = range(5)


class Link(NamedTuple):
    """What lies between a laptop and its registries; zero bytes per second means no limit.

    ``delay_us`` is one round trip, paid once by each exchange.  ``breaks_after`` is how many bytes
    of request bodies it carries before it is dead for good.
    """

    delay_us: int = 0
    up_bytes_per_s: int = 0
    down_bytes_per_s: int = 0
    breaks_after: int | None = None


#: No delay and no limit: what two programs in one process have between them.
DIRECT = Link()


class Run(NamedTuple):
    """How a conversation ended: what it returned or the error it raised, and its trace."""

    outcome: Any
    error: LabError | None
    trace: Trace
    ended_us: int

    def result(self) -> Any:
        """The outcome; or the error, raised."""
        if self.error is not None:
            raise self.error
        return self.outcome


def converse(talk: Dialogue, network: Network, link: Link = DIRECT, *, at_us: int = 0) -> Run:
    """Run a dialogue to its end over ``link``; a LabError that it raises is in the :class:`Run`."""
    return _Conversation(network, link, at_us).run(talk)


def answer(talk: Dialogue, network: Network) -> Any:
    """Run a dialogue with no clock and no trace, lane after lane; returns its outcome or raises."""
    try:
        step = talk.send(None)
        while True:
            try:
                reply = _reply(step, network)
            except LabError as fault:
                step = talk.throw(fault)
            else:
                step = talk.send(reply)
    except StopIteration as stop:
        return stop.value


def _reply(step: Any, network: Network) -> Any:
    if type(step) is Together:
        return [answer(lane.talk, network) for lane in step.lanes]
    if type(step) is Pause:
        return None
    try:
        return network(step)
    except Unreachable as fault:
        fault.asked = step
        raise


class _Task:
    """A dialogue that runs in a lane: what it waits for, and whose lane it is."""

    __slots__ = ("below", "cancelled", "ended_us", "group", "lane", "parked", "started_us", "talk")

    def __init__(self, lane: int, talk: Dialogue, group: _Group | None) -> None:
        self.lane = lane
        self.talk = talk
        self.group = group
        self.below: _Group | None = None
        self.parked = self.cancelled = False
        self.started_us: int | None = None
        self.ended_us: int | None = None


class _Group:
    """The lanes of one Together: those that wait, those under way, and what they returned."""

    __slots__ = (
        "active",
        "at_most",
        "busy",
        "error",
        "next",
        "owner",
        "queued_us",
        "results",
        "tasks",
    )

    def __init__(self, owner: _Task, at_most: int, queued_us: int) -> None:
        self.owner = owner
        self.at_most = at_most
        self.queued_us = queued_us
        self.tasks: list[_Task] = []
        self.results: dict[int, Any] = {}
        self.active: list[_Task] = []
        self.next = 0
        self.error: LabError | None = None
        self.busy = False

    @property
    def over(self) -> bool:
        """Whether nothing is under way and nothing will start."""
        return not self.active and (self.error is not None or self.next == len(self.tasks))


class _Flows:
    """One direction of a link: the bodies in flight, sharing its width in virtual time."""

    __slots__ = ("at_us", "ends", "event", "knots", "limit", "moved", "plan", "share", "width")

    def __init__(self, event: int, width: int, limit: int | None, at_us: int) -> None:
        self.event = event
        self.width = width
        self.limit = None if limit is None else limit * _UNIT
        self.moved = 0
        self.share = 0
        #: Counts the forecasts; only the last one is still true.
        self.plan = 0
        self.at_us = at_us
        self.ends: list[tuple[int, int, Exchange]] = []
        self.knots: list[tuple[int, int]] = []

    def advance(self, now: int) -> None:
        """Give every flow its share of the time since the last event."""
        if self.ends and now > self.at_us:
            given = self.width * (now - self.at_us)
            self.moved += given
            self.share += given // len(self.ends)
        self.at_us = now
        if self.knots and self.knots[-1][0] == now:
            self.knots.pop()
        self.knots.append((now, self.share))

    def join(self, exchange: Exchange, size: int, now: int) -> None:
        """A body of that size enters."""
        self.advance(now)
        heappush(self.ends, (self.share + size * _UNIT, exchange.index, exchange))

    def next_us(self) -> int:
        """The first instant at which a body is through, or the link breaks (flows must exist)."""
        wait = -((self.share - self.ends[0][0]) * len(self.ends) // self.width)
        if self.limit is not None:
            wait = min(wait, -((self.moved - self.limit) // self.width))
        return self.at_us + max(0, wait)

    @property
    def broken(self) -> bool:
        """Whether it has carried all it will ever carry."""
        return self.limit is not None and self.moved >= self.limit

    def leave(self, now: int) -> list[Exchange]:
        """Take out the bodies that are through by now, in order of sending."""
        self.advance(now)
        through = []
        while self.ends and self.ends[0][0] <= self.share:
            through.append(heappop(self.ends)[2])
        return through

    def spill(self) -> list[tuple[Exchange, int]]:
        """A broken link: all bodies in flight, and how many bytes each had moved."""
        lost = [(x, x.up - (end - self.share) // _UNIT) for end, _, x in sorted(self.ends)]
        self.ends.clear()
        return lost


class _Conversation:
    """The runner: tasks, the heap, and the two directions of the link."""

    def __init__(self, network: Network, link: Link, at_us: int) -> None:
        self.network = network
        self.delay_us = link.delay_us
        self.now = at_us
        self.heap: list[tuple[int, int, int, Any]] = []
        self.counter = 0
        self.tasks: list[_Task] = []
        self.exchanges: list[Exchange] = []
        self.pauses: list[PauseRecord] = []
        self.subjects: list[str] = []
        self.faults: dict[int, Unreachable] = {}
        #: A network that knows beforehand that a body will not get through says how far it gets.
        self.carries: Callable[[Request], int] | None = getattr(network, "carries", None)
        self.up = _Flows(_UP, link.up_bytes_per_s, link.breaks_after, at_us)
        self.down = _Flows(_DOWN, link.down_bytes_per_s, None, at_us)
        self.outcome: Any = None
        self.error: LabError | None = None

    def run(self, talk: Dialogue) -> Run:
        """Step the command's dialogue, and whatever it starts, until nothing is left to happen."""
        began = self.now
        main = self._task("", talk, None)
        self._start(main)
        heap = self.heap
        while heap:
            self.now, _, kind, what = heappop(heap)
            if kind == _DONE:
                self._done(what)
            elif kind == _ARRIVE:
                self.down.join(what, what.down, self.now)
                self._watch(self.down)
            elif kind == _WAKE:
                self._wake(what)
            else:
                self._flowed(self.up if kind == _UP else self.down, what)
        return Run(self.outcome, self.error, self._trace(began), self.now)

    # --- tasks and lanes -------------------------------------------------------------------------

    def _task(self, subject: str, talk: Dialogue, group: _Group | None) -> _Task:
        task = _Task(len(self.tasks), talk, group)
        self.tasks.append(task)
        self.subjects.append(subject)
        return task

    def _start(self, task: _Task) -> None:
        task.started_us = self.now
        self._step(task, None, None)

    def _step(self, task: _Task, reply: Any, error: LabError | None) -> None:
        """Run a dialogue until it has to wait for something, or ends."""
        talk = task.talk
        while True:
            try:
                step = talk.send(reply) if error is None else talk.throw(error)
            except StopIteration as stop:
                return self._ended(task, stop.value, None)
            except LabError as fault:
                return self._ended(task, None, fault)
            kind = type(step)
            if kind is Request:
                return self._send(task, step)
            reply = error = None
            if kind is Pause:
                self.pauses.append(PauseRecord(task.lane, self.now, step.us, step.reason))
                if step.us:
                    task.parked = True
                    return self._later(self.now + step.us, _WAKE, task)
            else:
                group = self._open(task, step)
                if not group.over:
                    return None
                task.below = None
                reply, error = _gathered(group), group.error

    def _open(self, owner: _Task, together: Together) -> _Group:
        group = owner.below = _Group(owner, together.at_most, self.now)
        for subject, talk in together.lanes:
            group.tasks.append(self._task(subject, talk, group))
        self._fill(group)
        return group

    def _fill(self, group: _Group) -> None:
        """Start as many lanes as may run side by side; one that ends at once frees its place."""
        group.busy = True
        tasks, active = group.tasks, group.active
        while group.next < len(tasks) and len(active) < group.at_most and group.error is None:
            task = tasks[group.next]
            group.next += 1
            active.append(task)
            self._start(task)
        group.busy = False

    def _ended(self, task: _Task, outcome: Any, error: LabError | None) -> None:
        task.ended_us = self.now
        group = task.group
        if group is None:
            self.outcome, self.error = outcome, error
            return
        group.active.remove(task)
        group.results[task.lane] = outcome
        if error is not None and group.error is None:
            group.error = error
            self._cancel(group)
        if group.busy:
            return
        self._fill(group)
        if group.over:
            self._resume(group)

    def _resume(self, group: _Group) -> None:
        owner = group.owner
        owner.below = None
        if owner.cancelled:
            self._close(owner)
        else:
            self._step(owner, _gathered(group), group.error)

    def _cancel(self, group: _Group) -> None:
        """What is under way is still answered; what waits, or only pauses, ends now."""
        busy, group.busy = group.busy, True
        for task in list(group.active):
            task.cancelled = True
            if task.below is not None:
                task.below.error = task.below.error or group.error
                self._cancel(task.below)
            elif task.parked:
                self._close(task)
        group.busy = busy
        if group.over and not busy and group.owner.cancelled:
            self._resume(group)

    def _close(self, task: _Task) -> None:
        task.talk.close()
        self._ended(task, None, None)

    def _wake(self, task: _Task) -> None:
        if not task.cancelled:
            task.parked = False
            self._step(task, None, None)

    # --- exchanges -------------------------------------------------------------------------------

    def _later(self, at_us: int, kind: int, what: Any) -> None:
        self.counter += 1
        heappush(self.heap, (at_us, self.counter, kind, what))

    def _send(self, task: _Task, request: Request) -> None:
        exchange = Exchange(len(self.exchanges), task.lane, request, self.now)
        self.exchanges.append(exchange)
        if self.carries is not None and exchange.up:
            exchange.up = min(exchange.up, self.carries(request))
        flows = self.up
        if flows.broken:
            exchange.up = 0
            self._lost(exchange, Unreachable(request.host, "network is unreachable"))
        elif not exchange.up:
            self._ask(exchange)
        elif flows.width:
            flows.join(exchange, exchange.up, self.now)
            self._watch(flows)
        else:
            self._poured(exchange, flows)

    def _poured(self, exchange: Exchange, flows: _Flows) -> None:
        """An unlimited width moves a body in no time; it may still break under it."""
        flows.moved += exchange.up * _UNIT
        if flows.broken:
            over = flows.moved - (flows.limit or 0)
            exchange.up -= over // _UNIT
            self._lost(exchange, Unreachable(exchange.host, "connection reset by peer"))
        else:
            self._ask(exchange)

    def _watch(self, flows: _Flows) -> None:
        flows.plan += 1
        if flows.ends:
            self._later(flows.next_us(), flows.event, flows.plan)

    def _flowed(self, flows: _Flows, plan: int) -> None:
        """A body is through, or the link broken; a forecast that was overtaken is ignored."""
        if plan != flows.plan:
            return
        for exchange in flows.leave(self.now):
            if flows is self.up:
                self._ask(exchange)
            else:
                self._later(self.now, _DONE, exchange)
        if flows.broken:
            for exchange, moved in flows.spill():
                exchange.up = moved
                self._lost(exchange, Unreachable(exchange.host, "connection reset by peer"))
        self._watch(flows)

    def _ask(self, exchange: Exchange) -> None:
        """The request is complete at the registry: have it answered."""
        now, request = self.now, exchange.request
        exchange.sent_us = now
        request.at_us = now + self.delay_us // 2
        try:
            response = self.network(request)
        except Unreachable as fault:
            if exchange.up:
                exchange.up = min(exchange.up, fault.sent)
            self._lost(exchange, fault)
            return
        exchange.response = response
        exchange.arriving_us = now + self.delay_us
        size = exchange.down = response.body.size
        kind = _ARRIVE if size and self.down.width else _DONE
        self._later(exchange.arriving_us, kind, exchange)

    def _lost(self, exchange: Exchange, fault: Unreachable) -> None:
        """Nobody will answer; what came before the line went dead still arrives."""
        exchange.sent_us = self.now
        exchange.arriving_us = self.now + self.delay_us
        exchange.fault = fault.reason
        fault.asked = exchange.request
        if fault.partial is not None:
            exchange.down = fault.partial.body.size
        self.faults[exchange.index] = fault
        kind = _ARRIVE if exchange.down and self.down.width else _DONE
        self._later(exchange.arriving_us, kind, exchange)

    def _done(self, exchange: Exchange) -> None:
        """The answer is complete: the lane goes on with it."""
        task = self.tasks[exchange.lane]
        exchange.done_us = exchange.request.done_us = self.now
        if task.cancelled:
            self._close(task)
        elif exchange.response is None:
            self._step(task, None, self.faults.pop(exchange.index))
        else:
            self._step(task, exchange.response, None)

    def _trace(self, began: int) -> Trace:
        lanes = [
            LaneRecord(
                task.lane,
                self.subjects[task.lane],
                task.group.owner.lane if task.group else -1,
                task.group.queued_us if task.group else began,
                task.started_us,
                task.ended_us,
            )
            for task in self.tasks
        ]
        pipes = (Pipe(self.up.knots), Pipe(self.down.knots))
        return Trace(lanes, self.exchanges, self.pauses, pipes)


def _gathered(group: _Group) -> list[Any]:
    return [group.results.get(task.lane) for task in group.tasks]
