"""A conversation on its clock: rows, words, moments, and what they must agree on."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from labsim import Lab
from labsim.course import views
from labsim.figures.lanes import Lanes
from labsim.figures.replay import replay
from labsim.figures.timeline import AXIS, LEFT, timeline
from labsim.story import ledger
from labsim.trace import Trace


@pytest.fixture
def broken(lab: Lab) -> Lab:
    """The same in a lab of its own, over a link that breaks in the middle of a layer."""
    lab = lab.fork()
    lab.cut("5MB")
    lab.docker("push cantdocpp/golang:1.0")
    return lab


@pytest.fixture
def pushed(lab: Lab) -> Lab:
    """The built image pushed: two layers found, two sent."""
    lab = lab.fork()
    lab.push("cantdocpp/golang:1.0")
    return lab


def rows(lab: Lab) -> dict[str, str]:
    return {row.title: row.outcome for row in views.replayed(lab).shown.rows}


def test_each_row_says_what_became_of_its_layer(pushed):
    assert rows(pushed) == {
        "the command": "published as 1.0",
        "src": "sent 1 MB",
        "deps": "sent 15 MB",
        "go": "already there",
        "os": "already there",
        "config": "sent 1.5 kB",
    }


def test_a_mount_names_where_it_came_from(lab):
    assert rows(lab)["go"] == "mounted from library/golang"


def test_a_pull_is_told_as_well(lab):
    lab.docker("pull busybox")
    told = rows(lab)
    assert any(outcome.startswith("fetched") for outcome in told.values())


def test_a_broken_link_is_seen_in_the_row_it_broke(broken):
    shown = views.replayed(broken)
    failed = [row for row in shown.shown.rows if row.failed]
    assert [row.title for row in failed] == ["the command", "deps"]
    assert dict(shown.moments[-1].lanes)["failed"] == "broke off after 4 MB"
    assert shown.shown.summary.endswith(" of layers travelled, then it failed.")


def test_the_text_lists_every_exchange(pushed):
    text = views.replayed(pushed).figure.text
    assert text.splitlines()[0].endswith("layers of 116 MB, of which 16 MB travelled.")
    steps = text.split("\n\n")[2].splitlines()[1:]
    assert len(steps) == len(pushed.trace.exchanges)


def test_bytes_in_the_rows_add_up_to_the_ledger(pushed):
    shown = views.replayed(pushed).shown
    assert sum(row.moved for row in shown.rows if row.mark) == ledger(pushed.trace).was


def test_moments_begin_with_silence_and_end_with_the_outcomes(pushed):
    told = views.replayed(pushed)
    first, last = told.moments[0], told.moments[-1]
    assert first.at_us == 0
    assert last.at_us == told.length_us
    assert [words for _, words in last.lanes[:-1]] == [row.outcome for row in told.shown.rows]
    assert last.lanes[-1] == ("done", told.shown.summary)
    assert {state for state, _ in first.lanes[1:-1]} == {"waiting"}


def test_a_moment_in_the_middle_of_an_upload_counts_its_bytes(pushed):
    told = views.replayed(pushed)
    row = next(at for at, row in enumerate(told.shown.rows) if row.title == "deps")
    upload = next(step for step in told.shown.rows[row].steps if step.act.name == "send")
    seen = [told.at(us).lanes[row][1] for us in range(upload.start_us, upload.end_us, 100_000)]
    assert seen[0] == "0 B of 15 MB"
    assert len(set(seen)) > 8
    assert all(words.endswith(" of 15 MB") for words in seen)


def test_a_lane_waits_for_other_lanes_or_before_it_tries_again(pushed, broken):
    for lab, title in ((pushed, "the command"), (broken, "deps")):
        told = views.replayed(lab)
        at, row = next((n, r) for n, r in enumerate(told.shown.rows) if r.title == title)
        start, end = row.waits[0]
        state, words = told.at((start + end) // 2).lanes[at]
        assert (state, words[:5]) == ("busy", "waits")
        assert "stroke-dasharray" in told.figure.svg
    assert [row.waits for row in views.replayed(pushed).shown.rows if row.title == "os"] == [()]


def test_the_moment_of_an_instant_is_the_last_one_begun(pushed):
    told = views.replayed(pushed)
    for moment, following in zip(told.moments, told.moments[1:], strict=False):
        assert told.at(moment.at_us) is moment
        assert told.at(following.at_us - 1) is moment
    assert told.at(-5) is told.moments[0]
    assert told.at(told.length_us * 2) is told.moments[-1]


def test_a_trace_read_back_from_json_is_drawn_the_same(pushed):
    again = Trace.from_json(pushed.trace.to_json())
    assert timeline(again).svg == timeline(pushed.trace).svg
    assert timeline(again).text == timeline(pushed.trace).text


def test_the_still_picture_has_no_playhead_and_the_movable_one_has(pushed):
    told = views.replayed(pushed)
    assert "data-head" not in told.figure.svg
    assert "data-head" in told.movable.svg
    for svg in (told.figure.svg, told.movable.svg):
        assert fromstring(svg).get("role") == "img"


def test_an_empty_conversation_is_drawn_too():
    shown = Lanes.of(Trace(), {})
    assert shown.rows == ()
    assert replay(Trace()).moments


def test_bars_of_a_row_do_not_leave_the_axis(pushed):
    svg = fromstring(views.replayed(pushed).figure.svg)
    lanes = [g for g in svg.iter("{http://www.w3.org/2000/svg}g") if g.get("data-lane")]
    assert len(lanes) == 6
    for lane in lanes:
        for rect in lane.iter("{http://www.w3.org/2000/svg}rect"):
            assert float(rect.get("x", 0)) + float(rect.get("width", 0)) <= LEFT + AXIS + 3
