"""What was heard once leads, heard again, to the same outcome and the same trace."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.client.memory import Memory
from labsim.client.push import push
from labsim.client.session import Session
from labsim.errors import LabError, Unreachable
from labsim.link import Misfit, Run
from labsim.link.begun import addressed, begun
from labsim.link.paced import Heard, Onward, Paced, asked, retell
from labsim.reference import Reference
from labsim.registry import Registry
from labsim.trace import Exchange
from labsim.wire import Dialogue, Lane, Pause, Request, Response, Together
from tests.client.scene import A, B

HOST = "localhost:5000"
Answer = Callable[[Request], Response]


class Dice:
    """An ear that answers in any order, and now and then not at all."""

    def __init__(self, answer: Answer, seed: int, faults: float = 0.0) -> None:
        self.answer = answer
        self.dice = random.Random(seed)
        self.faults = faults
        self.waiting: list[Heard | Exchange] = []
        self.account: list[Heard] = []
        self.us = 0

    def ask(self, exchange: Exchange) -> None:
        self.waiting.append(exchange)

    def rest(self, lane: int, until_us: int) -> None:
        self.waiting.append(Heard(0, lane=lane))

    def hear(self) -> Heard:
        self.us += self.dice.randrange(1, 1000)
        one = self.waiting.pop(self.dice.randrange(len(self.waiting)))
        heard = (one if isinstance(one, Heard) else self.answered(one))._replace(us=self.us)
        self.account.append(heard)
        return heard

    def answered(self, exchange: Exchange) -> Heard:
        heard = Heard(0, exchange=exchange.index, asked=asked(exchange.request), up=exchange.up)
        if self.dice.random() < self.faults:
            return heard._replace(fault="EOF", up=exchange.up // 2)
        response = self.answer(exchange.request)
        return heard._replace(response=response, down=response.body.size)


def pushes(memory: Memory) -> Dialogue:
    """Two pushes on one memory: what the first learns the second uses."""
    outcomes = []
    for tag, image in (("a", A), ("b", B)):
        name = Reference(f"{HOST}/team/app:{tag}")
        outcomes.append((yield from push(Session(HOST), name, image, memory)))
    return outcomes


def same(one: Run, other: Run) -> None:
    assert one.trace.to_json() == other.trace.to_json()
    assert (one.outcome, one.ended_us) == (other.outcome, other.ended_us)
    assert (type(one.error), str(one.error)) == (type(other.error), str(other.error))


@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.05, 0.5]), st.integers(0, 10**9))
def test_a_push_heard_again_is_the_same_push(seed, faults, at_us):
    ear = Dice(Registry(HOST).handle, seed, faults)
    first = Paced(ear, at_us).run(pushes(Memory()))
    assert ear.account
    same(retell(pushes(Memory()), ear.account, at_us=at_us), first)


def test_orders_differ_and_each_is_repeated():
    traces = set()
    for seed in range(5):
        ear = Dice(Registry(HOST).handle, seed)
        run = Paced(ear, 0).run(pushes(Memory()))
        traces.add(retell(pushes(Memory()), ear.account).trace.to_json())
        assert run.trace.to_json() in traces
    assert len(traces) == 5


def once(target: str = "/") -> Dialogue:
    return (yield Request("GET", target, [("Authorization", "Bearer x")], host="here"))


ANSWERED = Heard(5, exchange=0, asked=("GET", "here", "/"), response=Response(200))


def test_a_redirect_is_one_more_exchange_of_the_lane():
    led = ANSWERED._replace(onward=Onward("GET", "there", "/b"), response=Response(307))
    then = ANSWERED._replace(us=9, exchange=1, asked=("GET", "there", "/b"))
    run = retell(once(), [led, then])
    assert run.result().status == 200
    assert [(x.host, x.target, x.status) for x in run.trace.exchanges] == [
        ("here", "/", 307),
        ("there", "/b", 200),
    ]
    assert not run.trace.exchanges[1].request.headers


def test_a_fault_of_the_network_may_pass_and_a_refusal_does_not():
    gone = retell(once(), [ANSWERED._replace(fault="EOF", response=None, up=7)]).error
    assert isinstance(gone, Unreachable)
    assert (gone.reason, gone.sent, gone.asked.target) == ("EOF", 7, "/")
    refused = retell(once(), [ANSWERED._replace(fault="No.", final=True)]).error
    assert type(refused) is LabError
    assert str(refused) == "No."


def test_what_came_before_a_connection_broke_is_told():
    part = Response(200, (), b"half")
    fault = retell(once(), [ANSWERED._replace(fault="EOF", response=part)]).error
    assert isinstance(fault, Unreachable)
    assert bytes(fault.partial.body) == b"half"


@pytest.mark.parametrize(
    ("heard", "sentence"),
    [
        ([], "no answer was recorded to GET here /"),
        (
            [ANSWERED._replace(asked=("PUT", "here", "/"))],
            "PUT here / was answered, and GET here /",
        ),
        ([ANSWERED._replace(exchange=3)], "was answered, and nothing is asked"),
        ([Heard(1, lane=0)], "a wait was recorded where nobody waits"),
        ([Heard(1, lane=-1)], "a wait was recorded where nobody waits"),
        ([ANSWERED, ANSWERED], "more was heard than is asked now"),
    ],
)
def test_a_record_of_something_else_is_a_misfit(heard, sentence):
    with pytest.raises(Misfit, match=sentence):
        retell(once(), heard)


def test_a_wait_is_over_when_it_was():
    def talk() -> Dialogue:
        yield Pause(5_000_000, "retry")
        return "done"

    run = retell(talk(), [Heard(5_000_321, lane=0)], at_us=10)
    assert (run.outcome, run.ended_us) == ("done", 5_000_331)
    assert run.trace.pauses == ((0, 10, 5_000_000, "retry"),)


# -- the first wish --------------------------------------------------------------------------------


def talks() -> list[Callable[[], Dialogue]]:
    def nothing() -> Dialogue:
        yield from ()
        return 5

    def failing() -> Dialogue:
        yield from ()
        raise LabError("no")

    def failing_later() -> Dialogue:
        yield Pause(1)
        raise LabError("later")

    def forgiving() -> Dialogue:
        try:
            yield Request("GET", "/", host="nobody")
        except Unreachable as fault:
            yield Pause(3)
            return fault.reason

    def lanes() -> Dialogue:
        return (yield Together([Lane("a", once()), Lane("b", nothing())], 2))

    return [nothing, failing, failing_later, forgiving, lanes, once]


@pytest.mark.parametrize("talk", talks())
def test_a_dialogue_that_was_looked_into_runs_as_if_it_was_not(talk):
    def answer(request: Request) -> Response:
        if request.host == "nobody":
            raise Unreachable("nobody", "gone")
        return Response(200)

    from labsim.link import converse

    wish, again = begun(talk())
    plain, looked = converse(talk(), answer), converse(again, answer)
    assert plain.trace == looked.trace
    assert str(plain.error) == str(looked.error)
    assert repr(plain.outcome) == repr(looked.outcome)
    assert (wish is None) == (not plain.trace.exchanges and not plain.trace.pauses)


@pytest.mark.parametrize(
    ("lanes", "host"), [("a", "a"), ("ab", "a"), (" b", "b"), ("  ", ""), ("", "")]
)
def test_a_dialogue_of_lanes_speaks_to_the_host_of_the_first_that_begins_with_a_request(
    lanes, host
):
    def lane(name: str) -> Dialogue:
        if name == " ":
            yield Pause(1)
        return (yield Request("GET", "/", host=name))

    def talk() -> Dialogue:
        yield Together([Lane(name, lane(name)) for name in lanes], 2)
        return (yield Request("PUT", "/", host="last"))

    from labsim.link import converse

    found, again = addressed(talk())
    assert found == host
    plain, looked = (converse(one, lambda _: Response(200)) for one in (talk(), again))
    assert plain.trace == looked.trace
    assert len(looked.trace.exchanges) == len(lanes) + 1


def test_a_dialogue_that_is_given_up_is_closed():
    closed = []

    def talk() -> Dialogue:
        try:
            yield Request("GET", "/")
        finally:
            closed.append(True)

    _, again = begun(talk())
    next(again)
    again.close()
    assert closed == [True]
