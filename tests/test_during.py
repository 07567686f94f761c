"""What happens while a conversation is held: the link drops or changes, a registry is switched."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.link import Link, Plan, converse
from labsim.story import ledger
from labsim.wire import Request, Response
from tests.test_link import MB, SECOND, ask, echo

NAME = "cantdocpp/app:1"


@pytest.fixture
def lab() -> Lab:
    """A lab with an image built on golang, and not yet pushed."""
    lab = Lab()
    lab.pull("golang")
    lab.login("cantdocpp", "lab")
    lab.build(NAME, base="golang", layers=["deps", "src"])
    return lab


def change(us: int, **link: int) -> Plan:
    return Plan(us, lambda: Link(**link))


# --- on the link: closed forms -------------------------------------------------------------------


def test_a_body_in_flight_goes_on_at_the_new_width():
    plan = change(SECOND, up_bytes_per_s=1 * MB)
    run = converse(ask(up=5 * MB), echo, Link(up_bytes_per_s=2 * MB), plans=[plan])
    assert run.ended_us == SECOND + 3 * SECOND
    (exchange,) = run.trace.exchanges
    assert run.trace.moved(exchange, SECOND).up == 2 * MB
    assert run.trace.moved(exchange, 2 * SECOND).up == 3 * MB


def test_a_new_width_is_for_the_way_down_too_and_a_new_delay_for_what_is_asked_next():
    plan = change(SECOND, down_bytes_per_s=4 * MB, delay_us=100_000)
    run = converse(ask(down=4 * MB, times=2), echo, Link(down_bytes_per_s=2 * MB), plans=[plan])
    assert run.ended_us == SECOND + SECOND // 2 + 100_000 + SECOND


def test_a_link_that_drops_loses_what_is_on_its_way_up_to_the_byte():
    run = converse(
        ask(up=5 * MB), echo, Link(up_bytes_per_s=2 * MB), plans=[change(SECOND, breaks_after=0)]
    )
    assert "connection reset by peer" in str(run.error)
    assert [x.up for x in run.trace.exchanges] == [2 * MB]
    assert run.ended_us == SECOND


@pytest.mark.parametrize("delay_us", [0, 3 * SECOND])
def test_a_link_that_drops_loses_what_is_on_its_way_down(delay_us):
    link = Link(delay_us=delay_us, down_bytes_per_s=2 * MB)
    run = converse(ask(down=5 * MB), echo, link, plans=[change(SECOND, breaks_after=0)])
    assert run.error is not None
    assert [x.down for x in run.trace.exchanges] == [0 if delay_us else 2 * MB]
    assert run.trace.exchanges[0].response is None


def test_what_is_asked_after_the_drop_finds_no_network():
    def stubborn():
        try:
            yield Request("PUT", "/0", body=bytes(4), host="here")
        except Exception:
            response = yield Request("GET", "/0", host="here")
            return response.status

    link = Link(up_bytes_per_s=1)
    run = converse(stubborn(), echo, link, plans=[change(SECOND, breaks_after=0)])
    assert "network is unreachable" in str(run.error)


def test_a_plan_for_after_the_end_changes_nothing():
    late = Plan(9 * SECOND, lambda: pytest.fail("nobody is talking any more"))
    run = converse(ask(up=MB), lambda _: Response(201), Link(up_bytes_per_s=MB), plans=[late])
    assert (run.outcome, run.ended_us) == (201, SECOND)


# --- in a lab ------------------------------------------------------------------------------------


def test_a_switch_that_is_turned_before_the_mounts_has_everything_sent(lab):
    lab.during("0.1s", "policy", "docker.io", "mount_from_reserved=off")
    lab.push(NAME)
    assert ledger(lab.trace).was == 116_000_000


def test_a_switch_that_is_turned_after_the_mounts_changes_nothing(lab):
    other = lab.fork()
    lab.during("3s", "policy", "docker.io", "mount_from_reserved=off")
    assert lab.push(NAME).trace == other.push(NAME).trace
    assert lab.registry("docker.io").policy["mount_from_reserved"] is False


def test_it_holds_for_one_conversation_and_can_be_undone(lab):
    lab.during("0.5s", "drop")
    assert lab.docker(f"push {NAME}").exit_code == 1
    assert lab.docker(f"push {NAME}").exit_code == 0
    lab.undo()
    lab.undo()
    lab.undo()
    assert lab.push(NAME).exit_code == 0


def test_a_script_with_it_replays_to_the_same_trace(lab):
    lab.during("1s", "link", "up=1MB/s", "delay=80ms")
    pushed = lab.push(NAME)
    again = Lab.replay(lab.script)
    assert again.trace == pushed.trace
    assert "during 1s link up=1MB/s delay=80ms\n" in lab.script
