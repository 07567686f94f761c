"""Two futures of a push: the same up to the instant of the fork, and what differs after it."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.course import views
from labsim.course.futures import CHANGES, fork, pair, place
from labsim.errors import LabError
from labsim.story import ledger

NAME = "cantdocpp/golang:1.0"


@pytest.fixture(scope="module")
def lab() -> Lab:
    """A lab whose last push is not its last action."""
    lab = Lab()
    lab.login("cantdocpp", "lab")
    lab.pull("golang")
    lab.build(NAME, base="golang", layers=["deps", "src"])
    lab.push(NAME)
    lab.docker("images")
    lab.tag(NAME, "other:1")
    return lab


def before(lab: Lab, at_us: int) -> list[tuple[object, ...]]:
    """What was asked up to an instant of the last push."""
    trace = views.last_trace(lab)
    until = trace.started_us + at_us
    return [(x.method, x.target, x.at_us) for x in trace.exchanges if x.at_us < until]


def test_the_last_push_is_found_where_it_stands(lab):
    assert lab.journal[place(lab)] == ["docker", f"push {NAME}"]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.title)
@pytest.mark.parametrize("at_us", [0, 100_000, 1_500_000, 3_600_000])
def test_up_to_the_fork_both_futures_are_the_same(lab, change, at_us):
    other = fork(lab, at_us, change)
    assert before(other, at_us) == before(lab, at_us)
    assert other.journal[: place(lab)] == lab.journal[: place(lab)]


def test_each_change_has_its_consequence(lab):
    drop, mounts, slow, fast, late = (fork(lab, 60_000, change) for change in CHANGES)
    assert drop.results[-1][1].exit_code == 1
    assert ledger(views.last_trace(mounts)).was == 116_000_000
    times = [views.replayed(one).length_us for one in (fast, lab, slow, late)]
    assert times == sorted(set(times))


def test_mounts_that_were_granted_before_the_fork_stay(lab):
    assert ledger(views.last_trace(fork(lab, 1_500_000, CHANGES[1]))).was == 16_000_000


def test_undo_after_a_fork_takes_back_the_push_and_then_the_change(lab):
    script = lab.script
    other = fork(lab, 500_000, CHANGES[0])
    assert other.undo() == ["docker", f"push {NAME}"]
    assert other.undo() == ["during", "500000us", "drop"]
    assert other.push(NAME).trace == views.last_trace(lab)
    assert lab.script == script


def test_both_are_told_beside_each_other_with_one_clock(lab):
    both = pair(lab, fork(lab, 500_000, CHANGES[0]), 500_000, CHANGES[0])
    assert both.length_us == both.replays[1].length_us > both.replays[0].length_us
    assert both.summary.startswith("As it was: ")
    assert "then it failed." in both.summary
    lanes = {len(moment.lanes) for moment in both.moments}
    assert lanes == {sum(len(one.moments[0].lanes) for one in both.replays)}
    for at_us in (0, 300_000):
        moment = next(one for one in reversed(both.moments) if one.at_us <= at_us)
        assert moment.sentence == both.replays[0].at(at_us).sentence
    forked = next(one for one in both.moments if one.at_us == 500_000)
    assert ("busy", "950 kB of 1 MB") in forked.lanes
    assert ("busy", "950 kB of 950 kB") in forked.lanes
    assert "; in the fork 50.700 s: " in both.moments[-1].sentence
    assert "broke off after 950 kB" in both.text


def test_an_instant_outside_and_a_lab_without_a_push_are_refused(lab):
    with pytest.raises(LabError, match=r"60.000 s is no instant of it: it took 3.\d+ s"):
        fork(lab, 60_000_000, CHANGES[0])
    with pytest.raises(LabError, match="nothing has been pushed or pulled yet"):
        fork(Lab(), 0, CHANGES[0])
