"""The one front end in a blank page: what it does with a clock and a selection, and nothing else.

The page holds the real ``shell.js`` and a small model; the markup comes from Python.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from labsim import Lab
from labsim.course import views
from labsim.notebook.widgets import picture
from tests.browser.blank import button, show

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab() -> Lab:
    """A lab with debian and golang here, and the learner's image pushed."""
    lab = Lab()
    lab.docker("login -u cantdocpp --password-stdin < token.txt")
    lab.pull("debian:stable")
    lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
    lab.push("cantdocpp/golang:1.0")
    return lab


@pytest.fixture
def replay(page: Page, lab: Lab) -> Page:
    show(page, picture.replay(views.replayed(lab)))
    return page


@pytest.fixture
def layers(page: Page, lab: Lab) -> Page:
    show(page, picture.layers(views.layers(lab)))
    return page


def words(page: Page) -> list[str]:
    return page.locator("[data-words]").all_text_contents()


# --- the replay ----------------------------------------------------------------------------------


def test_a_replay_opens_at_its_end_with_every_outcome(replay, lab):
    told = views.replayed(lab)
    assert words(replay) == [line for _, line in told.moments[-1].lanes]
    expect(replay.get_by_role("status")).to_have_text(told.moments[-1].sentence)
    slider = replay.get_by_role("slider", name="Simulated time")
    expect(slider).to_have_value(str(told.length_us))
    expect(slider).to_have_attribute("aria-valuetext", told.moments[-1].sentence)


def test_stepping_shows_each_moment_that_python_knows(replay, lab):
    moments = views.replayed(lab).moments
    for moment in reversed(moments[-6:-1]):
        button(replay, "Step back").click()
        assert words(replay) == [line for _, line in moment.lanes]
    button(replay, "Step").click()
    assert words(replay) == [line for _, line in moments[-5].lanes]
    assert replay.evaluate("model.get('clock')") == moments[-5].at_us


def test_the_slider_moves_by_keyboard_and_lanes_wait_at_the_start(replay, lab):
    slider = replay.get_by_role("slider")
    slider.focus()
    slider.press("Home")
    first = views.replayed(lab).moments[0]
    assert words(replay) == [line for _, line in first.lanes]
    lanes = replay.locator("[data-lane]")
    assert lanes.evaluate_all("(all) => all.map((lane) => lane.dataset.state)") == [
        state for state, _ in first.lanes[:-1]
    ]
    expect(replay.locator("[data-head]")).to_have_attribute("transform", "translate(0 0)")
    slider.press("ArrowRight")
    assert replay.evaluate("model.get('clock')") > 0


def test_play_runs_to_the_end_and_can_be_paused(replay, lab):
    replay.clock.install()
    button(replay, "Play").click()
    replay.clock.run_for(2000)
    button(replay, "Pause").click()
    stopped = replay.evaluate("model.get('clock')")
    assert 0 < stopped < views.replayed(lab).length_us
    replay.clock.run_for(2000)
    assert replay.evaluate("model.get('clock')") == stopped
    button(replay, "Play").click()
    replay.clock.run_for(12_000)
    assert replay.evaluate("model.get('clock')") == views.replayed(lab).length_us
    expect(button(replay, "Play")).to_be_visible()


def test_with_reduced_motion_play_goes_from_moment_to_moment(replay, lab):
    replay.emulate_media(reduced_motion="reduce")
    replay.clock.install()
    button(replay, "Play").click()
    instants = {moment.at_us for moment in views.replayed(lab).moments}
    seen = []
    for _ in range(4):
        replay.clock.run_for(1300)
        seen.append(replay.evaluate("model.get('clock')"))
    assert set(seen) <= instants
    assert len(set(seen)) == 4


def test_it_plays_at_another_speed(replay, lab):
    replay.clock.install()
    replay.get_by_label("Speed").select_option("fourfold")
    button(replay, "Play").click()
    replay.clock.run_for(2200)
    assert replay.evaluate("model.get('clock')") == views.replayed(lab).length_us
    expect(button(replay, "Play")).to_be_visible()


def test_it_begins_again_where_that_is_asked_for(replay, lab):
    replay.clock.install()
    replay.get_by_label("Again and again").check()
    button(replay, "Play").click()
    replay.clock.run_for(10_000)
    assert 0 < replay.evaluate("model.get('clock')") < views.replayed(lab).length_us
    expect(button(replay, "Pause")).to_be_visible()


def test_with_reduced_motion_nothing_begins_again(page, lab):
    page.emulate_media(reduced_motion="reduce")
    show(page, picture.replay(views.replayed(lab)))
    expect(page.get_by_label("Again and again")).to_be_disabled()


def test_playing_asks_the_kernel_nothing_until_it_rests(replay):
    replay.clock.install()
    button(replay, "Play").click()
    replay.clock.run_for(3000)
    assert ["save"] not in replay.evaluate("calls")
    button(replay, "Pause").click()
    assert replay.evaluate("calls.filter(([what]) => what === 'save').length") == 1


def test_a_step_touches_only_what_changes(replay, lab):
    moments = views.replayed(lab).moments
    replay.evaluate(
        """window.touched = [];
        new MutationObserver((all) => touched.push(...all.map((one) => one.target.nodeName)))
          .observe(document.querySelector("svg"), {subtree: true, childList: true,
            characterData: true, attributes: true, attributeFilter: ["data-state"]});"""
    )
    button(replay, "Step back").click()
    replay.wait_for_function("touched.length > 0")
    pairs = list(zip(moments[-1].lanes, moments[-2].lanes, strict=True))
    changed = sum(a[0] != b[0] for a, b in pairs[:-1]) + sum(a[1] != b[1] for a, b in pairs)
    assert replay.evaluate("touched.length") == changed


def test_python_can_move_the_clock(replay, lab):
    middle = views.replayed(lab).moments[7]
    replay.evaluate("(us) => model.set('clock', us)", middle.at_us)
    assert words(replay) == [line for _, line in middle.lanes]


def test_what_was_rendered_can_be_taken_away_again(replay):
    replay.evaluate("cleanup()")
    assert replay.evaluate("listeners.length") == 0


# --- the layers ----------------------------------------------------------------------------------


def test_choosing_a_layer_says_who_stands_on_it_and_dims_the_rest(layers):
    parts = layers.locator("[data-key]")
    expect(parts).to_have_count(4)
    golang = layers.get_by_role("button", name=re.compile(r"^Layer \w \(go\)"))
    golang.click()
    expect(golang).to_have_attribute("aria-pressed", "true")
    expect(layers.get_by_role("status")).to_have_text(
        re.compile(r"220 MB of files, stored once, under .*cantdocpp/golang:1\.0")
    )
    dimmed = layers.locator(".part:not(.is-with)")
    assert dimmed.count() > 0
    expect(dimmed.first).to_have_css("opacity", "0.3")
    golang.click()
    expect(layers.get_by_role("status")).to_have_text(
        "Choose a layer to see which images stand on it."
    )
    expect(golang).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_layer_is_chosen_by_keyboard_with_the_focus_to_be_seen(layers, key):
    layers.keyboard.press("Tab")
    focused = layers.locator(":focus")
    expect(focused).to_have_attribute("role", "button")
    assert focused.evaluate("(part) => getComputedStyle(part).outlineStyle") == "solid"
    layers.keyboard.press(key)
    expect(focused).to_have_attribute("aria-pressed", "true")
    assert layers.evaluate("calls.at(-1)") == ["save"]


def test_the_front_end_draws_nothing(layers, lab):
    count = "document.querySelectorAll('main *').length"
    before = layers.evaluate(count)
    for at in range(4):
        layers.locator("[data-key]").nth(at).click()
    assert layers.evaluate(count) == before
