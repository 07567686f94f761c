"""Time on the link: closed forms, lanes, breaks; what a push costs is arithmetic, not luck.

The closed forms are those of a fair-share link: N equal flows at once are one flow on an N-th of
the width; nobody beats the width; a lone transfer takes its delay and its bytes over the width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.blob import Blob
from labsim.errors import LabError, RegistryError, Unreachable
from labsim.faults import drop_download, drop_upload, fail_after
from labsim.link import DIRECT, Link, Network, Run, answer, converse
from labsim.wire import Dialogue, Gate, Lane, Pause, Request, Response, Together

MB = 1_000_000
SECOND = 1_000_000


def nothing(size: int) -> Blob:
    """So many bytes that nobody will read."""
    return Blob.generated(lambda: iter(()), size)


def ask(*, up: int = 0, down: int = 0, times: int = 1) -> Dialogue:
    """Exchanges one after another; the target tells the registry how much to answer."""
    for _ in range(times):
        response = yield Request("PUT", f"/{down}", body=nothing(up), host="here")
    return response.status


def echo(request: Request) -> Response:
    return Response(200, (), nothing(int(request.target[1:])))


def together(talks: Sequence[Dialogue], at_most: int = 100) -> Dialogue:
    results = yield Together([Lane(str(at), talk) for at, talk in enumerate(talks)], at_most)
    return results


# --- closed forms --------------------------------------------------------------------------------


def test_a_lone_transfer_takes_its_delays_and_bytes_over_width() -> None:
    link = Link(delay_us=50_000, down_bytes_per_s=10 * MB)
    run = converse(ask(down=30 * MB, times=1), echo, link)
    assert run.ended_us == 50_000 + 3 * SECOND
    three = converse(ask(down=10 * MB, times=3), echo, link)
    assert three.ended_us == 3 * 50_000 + 3 * SECOND


@pytest.mark.parametrize("many", [2, 3, 7, 30])
def test_equal_flows_at_once_are_one_flow_on_their_share_of_the_width(many: int) -> None:
    size = 1_234_567
    crowd = converse(together([ask(up=size) for _ in range(many)]), echo, Link(0, many * MB))
    alone = converse(ask(up=size), echo, Link(0, MB))
    assert crowd.ended_us == alone.ended_us


def test_a_short_flow_leaves_its_share_to_the_long_one() -> None:
    """1 MB and 3 MB at 1 MB/s: the short one ends at 2 s, the long one at 4 s."""
    run = converse(together([ask(up=MB), ask(up=3 * MB)]), echo, Link(0, MB))
    assert [x.sent_us for x in run.trace.exchanges] == [2 * SECOND, 4 * SECOND]


def test_directions_do_not_disturb_each_other() -> None:
    run = converse(together([ask(up=2 * MB), ask(down=2 * MB)]), echo, Link(0, MB, MB))
    assert [x.done_us for x in run.trace.exchanges] == [2 * SECOND, 2 * SECOND]


@given(st.lists(st.integers(1, 5 * MB), min_size=1, max_size=12), st.integers(1, 6))
def test_nobody_is_faster_than_the_width_and_the_link_never_idles(
    sizes: list[int], at_most: int
) -> None:
    run = converse(together([ask(up=size) for size in sizes], at_most), echo, Link(0, MB))
    wanted = sum(sizes)  # µs at 1 MB/s
    assert wanted <= run.ended_us <= wanted + 2 * len(sizes)
    assert run.trace.bytes_up == sum(sizes)


@given(
    st.lists(st.tuples(st.integers(0, MB), st.integers(0, MB)), min_size=1, max_size=8),
    st.integers(1, 4),
    st.integers(0, 3),
)
def test_the_same_conversation_always_runs_the_same_way(
    bodies: list[tuple[int, int]], at_most: int, delay_ms: int
) -> None:
    def once() -> str:
        talks = [ask(up=up, down=down, times=2) for up, down in bodies]
        link = Link(delay_ms * 1000, 3 * MB, 5 * MB)
        return repr(
            [vars_of(x) for x in converse(together(talks, at_most), echo, link).trace.exchanges]
        )

    assert once() == once()


def vars_of(exchange: Any) -> tuple[int, ...]:
    return exchange.lane, exchange.at_us, exchange.sent_us, exchange.arriving_us, exchange.done_us


def test_a_link_without_delay_and_limit_takes_no_time() -> None:
    run = converse(
        together([ask(up=MB, down=MB, times=3) for _ in range(4)]), echo, DIRECT, at_us=7
    )
    assert (run.ended_us, run.outcome) == (7, [200] * 4)


# --- lanes ---------------------------------------------------------------------------------------


def test_lanes_start_in_order_and_at_most_so_many_at_a_time() -> None:
    link = Link(delay_us=10)
    run = converse(together([ask() for _ in range(5)], at_most=2), echo, link)
    assert [lane.started_us for lane in run.trace.lanes] == [0, 0, 0, 10, 10, 20]
    assert [lane.waited for lane in run.trace.lanes[1:]] == [False, False, True, True, True]
    assert [lane.parent for lane in run.trace.lanes] == [-1, 0, 0, 0, 0, 0]


def test_a_lane_that_only_notes_something_frees_its_place_at_once() -> None:
    def note() -> Dialogue:
        yield Pause(0, "here")

    run = converse(together([note(), ask()], at_most=1), echo, Link(delay_us=10))
    assert [lane.started_us for lane in run.trace.lanes] == [0, 0, 0]
    assert [pause.reason for pause in run.trace.pauses] == ["here"]


def test_ten_thousand_lanes_that_end_at_once_are_no_deep_recursion() -> None:
    def many() -> Dialogue:
        return (yield Together([Lane("", _value(at)) for at in range(10_000)], 3))

    assert converse(many(), echo).outcome == list(range(10_000))


def _value(value: int) -> Dialogue:
    yield Pause(0)
    return value


def _fails(after: int) -> Dialogue:
    for _ in range(after):
        yield Request("GET", "/0")
    raise RegistryError(403, "DENIED", "no")


def test_the_first_error_ends_the_matter_and_what_is_in_flight_is_still_recorded() -> None:
    closed = []

    def watched(talk: Dialogue, name: str) -> Dialogue:
        try:
            return (yield from talk)
        except GeneratorExit:
            closed.append(name)
            raise

    def sleeper() -> Dialogue:
        yield Pause(60 * SECOND, "retry")

    talks = [
        watched(ask(up=MB, times=2), "long"),
        watched(sleeper(), "sleeper"),
        watched(together([ask(up=MB, times=2)]), "nested"),
        _fails(1),
        ask(),
    ]
    run = converse(together(talks, at_most=4), echo, Link(10, MB))
    assert isinstance(run.error, RegistryError)
    assert sorted(closed) == ["long", "nested", "sleeper"]
    assert run.ended_us == 2 * SECOND + 10
    assert [x.up for x in run.trace.exchanges] == [MB, MB, 0]
    assert run.trace.lanes[5].started_us is None


def test_a_dialogue_may_catch_what_its_lanes_raise() -> None:
    def forgiving() -> Dialogue:
        try:
            yield from together([_fails(0), ask()])
        except LabError as error:
            return str(error)

    assert converse(forgiving(), echo).outcome == "DENIED: no"
    assert answer(forgiving(), echo) == "DENIED: no"


def test_without_a_clock_the_same_dialogue_has_the_same_outcome() -> None:
    talks = [ask(up=10, down=20, times=2) for _ in range(3)]
    assert answer(together(talks), echo) == [200, 200, 200]


def test_a_pause_takes_its_time() -> None:
    def waits() -> Dialogue:
        yield Pause(5 * SECOND, "retry")
        return (yield from ask())

    assert converse(waits(), echo, Link(delay_us=3), at_us=10).ended_us == 10 + 5 * SECOND + 3


# --- stamps --------------------------------------------------------------------------------------


def test_a_request_is_stamped_with_its_arrival_and_its_end() -> None:
    request = Request("PUT", "/5000000", body=nothing(2 * MB))

    def one() -> Dialogue:
        yield request

    converse(one(), echo, Link(100, MB, 5 * MB), at_us=1000)
    assert request.at_us == 1000 + 50
    assert request.done_us == 1000 + 2 * SECOND + 100 + SECOND


# --- what goes wrong -----------------------------------------------------------------------------


def tries(talk: Dialogue) -> Dialogue:
    try:
        return (yield from talk)
    except Unreachable as fault:
        return fault


def one(network: Network, link: Link, *, up: int = 0, down: int = 0) -> tuple[Run, Unreachable]:
    run = converse(tries(ask(up=up, down=down)), network, link)
    assert isinstance(run.outcome, Unreachable)
    return run, run.outcome


def test_an_upload_that_is_dropped_takes_the_time_of_the_bytes_that_left() -> None:
    run, fault = one(drop_upload(echo, MB), Link(0, MB), up=3 * MB)
    (exchange,) = run.trace.exchanges
    assert (exchange.up, exchange.done_us, fault.sent) == (MB, SECOND, MB)
    assert (exchange.status, exchange.fault) == (0, "connection reset by peer")
    assert fault.asked is exchange.request


def test_a_download_that_is_dropped_leaves_what_came() -> None:
    run, fault = one(drop_download(echo, MB), Link(0, 0, MB), down=3 * MB)
    (exchange,) = run.trace.exchanges
    assert (exchange.down, exchange.done_us) == (MB, SECOND)
    assert fault.partial.body.size == MB


def test_a_fault_for_one_of_two_uploads_at_once_leaves_the_other_whole() -> None:
    talks = [tries(ask(up=2 * MB)) for _ in range(2)]
    run = converse(together(talks), drop_upload(echo, MB, times=1), Link(0, MB))
    assert [x.up for x in run.trace.exchanges] == [MB, 2 * MB]
    assert [x.status for x in run.trace.exchanges] == [0, 200]


def test_a_link_that_breaks_takes_all_flows_with_it_and_stays_broken() -> None:
    """1 MB/s for two flows until 3 MB have gone up: at 3 s each has moved half of that."""
    talks = [tries(ask(up=2 * MB, times=1)) for _ in range(2)] + [tries(ask())]
    run = converse(together(talks, at_most=2), echo, Link(0, MB, 0, breaks_after=3 * MB))
    assert [x.up for x in run.trace.exchanges] == [1_500_000, 1_500_000, 0]
    assert [x.done_us for x in run.trace.exchanges] == [3 * SECOND] * 3
    assert [fault.reason for fault in run.outcome] == [
        "connection reset by peer",
        "connection reset by peer",
        "network is unreachable",
    ]


def test_a_link_without_limit_breaks_too() -> None:
    run, _ = one(echo, Link(breaks_after=MB), up=3 * MB)
    assert run.trace.exchanges[0].up == MB


def test_a_line_that_dies_after_some_requests() -> None:
    run = converse(ask(times=3), fail_after(echo, 2))
    assert isinstance(run.error, Unreachable)
    assert [x.status for x in run.trace.exchanges] == [200, 200, 0]
    with pytest.raises(Unreachable):
        run.result()


@given(st.lists(st.integers(1, MB), min_size=1, max_size=6), st.integers(1, 4 * MB))
def test_a_broken_link_has_carried_exactly_what_it_could(sizes: list[int], limit: int) -> None:
    link = Link(0, MB, 0, breaks_after=limit)
    run = converse(together([tries(ask(up=size)) for size in sizes]), echo, link)
    assert run.trace.bytes_up <= sum(sizes)
    carried = min(limit, sum(sizes))
    assert carried - len(sizes) <= run.trace.bytes_up <= carried + len(sizes)


# --- gates ---------------------------------------------------------------------------------------


def _opens(gate: Gate) -> Dialogue:
    response = yield Request("GET", "/0", host="here")
    gate.open = True
    yield gate
    return response.status


def _waits(gate: Gate) -> Dialogue:
    yield gate
    response = yield Request("GET", "/0", host="here")
    return response.status


def test_lanes_wait_at_a_gate_until_another_opens_it() -> None:
    gate = Gate()
    talk = together([_waits(gate), _opens(gate), _waits(gate)])
    run = converse(talk, echo, Link(delay_us=50_000))
    assert run.outcome == [200, 200, 200]
    assert [x.at_us for x in run.trace.exchanges] == [0, 50_000, 50_000]


def test_an_open_gate_holds_nobody_up() -> None:
    gate = Gate()
    gate.open = True
    run = converse(together([_waits(gate)]), echo, Link(delay_us=50_000))
    assert (run.outcome, run.ended_us) == ([200], 50_000)


def test_who_waits_at_a_gate_ends_when_another_lane_fails() -> None:
    run = converse(together([_waits(Gate()), _fails(0)]), echo, DIRECT)
    assert run.error is not None
    assert not run.trace.exchanges


def _opens_then_asks(gate: Gate) -> Dialogue:
    gate.open = True
    yield gate
    yield Request("GET", "/0", host="here")


def _waits_then_fails(gate: Gate) -> Dialogue:
    yield gate
    raise LabError("no good")


def test_a_lane_that_lets_through_one_that_fails_at_once_ends_with_it() -> None:
    gate = Gate()
    run = converse(together([_waits_then_fails(gate), _opens_then_asks(gate)]), echo, DIRECT)
    assert str(run.error) == "no good"
    assert not run.trace.exchanges


def test_without_a_clock_a_gate_is_opened_before_others_come_to_it() -> None:
    gate = Gate()
    assert answer(together([_opens(gate), _waits(gate)]), echo) == [200, 200]
