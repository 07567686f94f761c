"""The runner: one heap orders what happens, ties are broken by a counter, and nothing sleeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Any

from labsim.blob import EMPTY
from labsim.errors import LabError, Unreachable
from labsim.link.flows import UNIT, Flows
from labsim.link.tasks import Group, Task
from labsim.link.values import Link, Network, Plan, Run
from labsim.trace import Exchange, LaneRecord, PauseRecord, Pipe, Trace
from labsim.wire import Dialogue, Gate, Pause, Request, Together

__all__ = ["Conversation"]

_ARRIVE, _DONE, _WAKE, _UP, _DOWN, _PLAN = range(6)
_RESET, _DEAD = "connection reset by peer", "network is unreachable"


class Conversation:
    """The runner: tasks, the heap, and the two directions of the link."""

    def __init__(
        self, network: Network, link: Link, at_us: int, plans: Sequence[Plan] = ()
    ) -> None:
        self.network = network
        self.delay_us = link.delay_us
        self.half_way_us = link.delay_us // 2
        self.now = at_us
        self.heap: list[tuple[int, int, int, Any]] = []
        self.counter = 0
        self.tasks: list[Task] = []
        self.exchanges: list[Exchange] = []
        self.pauses: list[PauseRecord] = []
        self.faults: dict[int, Unreachable] = {}
        #: A network that knows beforehand that a body will not get through says how far it gets.
        self.carries: Callable[[Request], int] | None = getattr(network, "carries", None)
        self.up = Flows(_UP, link.up_bytes_per_s, link.breaks_after, at_us)
        self.down = Flows(_DOWN, link.down_bytes_per_s, None, at_us)
        self.outcome: Any = None
        self.error: LabError | None = None
        for plan in plans:
            self._later(at_us + plan.us, _PLAN, plan)

    def run(self, talk: Dialogue) -> Run:
        """Step the command's dialogue, and whatever it starts, until it has come to its end."""
        began = self.now
        main = self._task("", talk)
        self._start(main)
        heap, tasks = self.heap, self.tasks
        while main.ended_us is None:
            self.now, _, kind, what = heappop(heap)
            if kind == _DONE:  # the answer is complete: the lane goes on with it
                what.done_us = what.request.done_us = self.now
                task, response = tasks[what.lane], what.response
                if response is None or task.cancelled:
                    self._let_down(task, what)
                else:
                    self._step(task, response, None)
            elif kind == _ARRIVE:
                self._arrive(what)
            elif kind == _WAKE:
                self._wake(what)
            elif kind == _PLAN:
                self._change(what.act())
            else:
                self._flowed(self.up if kind == _UP else self.down, what)
        return Run(self.outcome, self.error, self._trace(began), self.now)

    # --- tasks and lanes -------------------------------------------------------------------------

    def _task(self, subject: str, talk: Dialogue, group: Group | None = None) -> Task:
        task = Task(len(self.tasks), subject, talk, group)
        self.tasks.append(task)
        return task

    def _start(self, task: Task) -> None:
        task.started_us = self.now
        self._step(task, None, None)

    def _step(self, task: Task, reply: Any, error: LabError | None) -> None:
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
                exchange = Exchange(len(self.exchanges), task.lane, step, self.now)
                self.exchanges.append(exchange)
                if exchange.up or self.up.broken:
                    return self._send(exchange)
                return self._ask(exchange)
            reply = error = None
            if kind is not Together:
                if self._parks(task, step):
                    return None
            else:
                group = self._open(task, step)
                if not group.over:
                    return None
                task.below = None
                reply, error = group.results, group.error

    def _open(self, owner: Task, together: Together) -> Group:
        group = owner.below = Group(owner, together.at_most, self.now)
        for subject, talk in together.lanes:
            group.tasks.append(self._task(subject, talk, group))
        self._fill(group)
        return group

    def _fill(self, group: Group) -> None:
        """Start as many lanes as may run side by side; one that ends at once frees its place."""
        group.busy = True
        tasks, active = group.tasks, group.active
        while group.next < len(tasks) and len(active) < group.at_most and group.error is None:
            task = tasks[group.next]
            group.next += 1
            active.append(task)
            self._start(task)
        group.busy = False

    def _ended(self, task: Task, outcome: Any, error: LabError | None) -> None:
        task.ended_us = self.now
        group = task.group
        if group is None:
            self.outcome, self.error = outcome, error
            return
        group.active.remove(task)
        task.outcome = outcome
        if error is not None and group.error is None:
            group.error = error
            self._cancel(group)
        if group.busy:
            return
        if group.next < len(group.tasks):
            self._fill(group)
        if not group.active and group.over:
            self._resume(group)

    def _resume(self, group: Group) -> None:
        owner = group.owner
        owner.below = None
        if owner.cancelled:
            self._close(owner)
        else:
            self._step(owner, group.results, group.error)

    def _cancel(self, group: Group) -> None:
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

    def _close(self, task: Task) -> None:
        task.talk.close()
        self._ended(task, None, None)

    def _parks(self, task: Task, step: Pause | Gate) -> bool:
        """Whether a lane has to wait: for a time, or at a gate."""
        if type(step) is Gate:
            return self._kept_out(task, step)
        assert type(step) is Pause
        self.pauses.append(PauseRecord(task.lane, self.now, step.us, step.reason))
        if step.us:
            task.parked = True
            self._later(self.now + step.us, _WAKE, task)
        return task.parked

    def _kept_out(self, task: Task, gate: Gate) -> bool:
        """Whether a lane has to wait at a gate; an open one lets all through that have waited."""
        if not gate.open:
            task.parked = True
            gate.waiting.append(task)
            return True
        waiting, gate.waiting = gate.waiting, []
        for other in waiting:
            self._wake(other)
        if task.cancelled:  # one of them has failed, and with it all of them
            self._close(task)
        return task.cancelled

    def _wake(self, task: Task) -> None:
        if not task.cancelled:
            task.parked = False
            self._step(task, None, None)

    # --- exchanges -------------------------------------------------------------------------------

    def _later(self, at_us: int, kind: int, what: Any) -> None:
        self.counter += 1
        heappush(self.heap, (at_us, self.counter, kind, what))

    def _send(self, exchange: Exchange) -> None:
        """A request with a body sets out, or any request over a link that is broken."""
        flows = self.up
        if flows.broken:
            exchange.up = 0
            return self._lost(exchange, Unreachable(exchange.host, _DEAD))
        if self.carries is not None:
            exchange.up = min(exchange.up, self.carries(exchange.request))
        if flows.width:
            flows.join(exchange, exchange.up, self.now)
            return self._watch(flows)
        return self._upload(exchange, flows)

    def _upload(self, exchange: Exchange, flows: Flows) -> None:
        """An unlimited width moves a body in no time, but may still break under it."""
        flows.carry(exchange.up * UNIT)
        if flows.broken:
            exchange.up -= flows.excess // UNIT
            self._lost(exchange, Unreachable(exchange.host, _RESET))
        else:
            self._ask(exchange)

    def _watch(self, flows: Flows) -> None:
        plan = flows.plan = flows.plan + 1
        if flows.ends:
            self._later(flows.next_us(), flows.event, plan)

    def _flowed(self, flows: Flows, plan: int) -> None:
        """A body is through, or the link broken; a forecast that was overtaken is ignored."""
        if plan != flows.plan:
            return
        for exchange in flows.leave(self.now):
            if flows is self.up:
                self._ask(exchange)
            else:
                self._later(self.now, _DONE, exchange)
        if flows.broken:
            for exchange, left in flows.spill():
                exchange.up -= left
                self._lost(exchange, Unreachable(exchange.host, _RESET))
        self._watch(flows)

    def _arrive(self, exchange: Exchange) -> None:
        """The answer's body begins to come, unless the link broke behind its first byte."""
        if self.up.broken and not exchange.fault:
            self._torn(exchange, exchange.down)
        else:
            self.down.join(exchange, exchange.down, self.now)
            self._watch(self.down)

    def _change(self, link: Link) -> None:
        """The link becomes another while bodies are in flight, or none at all."""
        if link.breaks_after == 0:
            return self._drop()
        self.delay_us, self.half_way_us = link.delay_us, link.delay_us // 2
        for flows, width in ((self.up, link.up_bytes_per_s), (self.down, link.down_bytes_per_s)):
            if width != flows.width:
                flows.widen(width, self.now)
                self._watch(flows)
        return None

    def _drop(self) -> None:
        """The link is dead from now on: what was under way in either direction is lost."""
        self.up.broken = True
        self._flowed(self.up, self.up.plan)
        self.down.advance(self.now)
        for exchange, left in self.down.spill():
            self._torn(exchange, left)
        self._watch(self.down)

    def _torn(self, exchange: Exchange, left: int) -> None:
        """An answer that broke off: so many bytes of it never came."""
        exchange.down -= left
        exchange.response = None
        exchange.fault = _RESET
        fault = self.faults[exchange.index] = Unreachable(exchange.host, _RESET)
        fault.asked = exchange.request
        self._later(self.now, _DONE, exchange)

    def _ask(self, exchange: Exchange) -> None:
        """The request is complete at the registry: have it answered."""
        now = exchange.sent_us = self.now
        request, network = exchange.request, self.network
        request.at_us = exchange.at_us + self.half_way_us
        try:
            response = exchange.response = network(request)
        except Unreachable as fault:
            if exchange.up:
                exchange.up = min(exchange.up, fault.sent)
            self._lost(exchange, fault)
            return
        arriving_us = exchange.arriving_us = now + self.delay_us
        kind = _DONE
        if response.body is not EMPTY:
            exchange.down = response.body.size
            kind = _ARRIVE if exchange.down and self.down.width else _DONE
        counter = self.counter = self.counter + 1  # _later, written out: this happens most often
        heappush(self.heap, (arriving_us, counter, kind, exchange))

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

    def _let_down(self, task: Task, exchange: Exchange) -> None:
        """The lane has no use for an answer any more, or there is none."""
        if task.cancelled:
            self._close(task)
        else:
            self._step(task, None, self.faults.pop(exchange.index))

    def _trace(self, began: int) -> Trace:
        lanes = [
            LaneRecord(
                task.lane,
                task.subject,
                task.group.owner.lane if task.group else -1,
                task.group.queued_us if task.group else began,
                task.started_us,
                task.ended_us,
            )
            for task in self.tasks
        ]
        pipes = (Pipe(self.up.knots), Pipe(self.down.knots))
        return Trace(lanes, self.exchanges, self.pauses, pipes)
