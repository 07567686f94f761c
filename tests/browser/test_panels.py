"""The pictures of widgets with controls, each alone in a blank page with its Python behind it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from labsim import Lab
from labsim.notebook.widgets.bar import LabBar
from labsim.notebook.widgets.bench import DockerfileBench
from labsim.notebook.widgets.browser import RegistryBrowser
from labsim.notebook.widgets.futures import Futures
from labsim.notebook.widgets.registrar import BeTheRegistry
from labsim.notebook.widgets.shelf import ImageShelf
from tests.browser.axe import violations
from tests.browser.blank import button, refresh, show

pytestmark = pytest.mark.browser


@pytest.fixture
def lab() -> Lab:
    """A lab with golang and debian here, and the learner's image pushed."""
    lab = Lab()
    lab.login("cantdocpp", "lab")
    lab.pull("golang")
    lab.pull("debian:stable")
    lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
    lab.push("cantdocpp/golang:1.0")
    return lab


# --- the image shelf -----------------------------------------------------------------------------


def test_the_shelf_redraws_and_says_so_in_the_same_live_region(page: Page, lab):
    shelf = ImageShelf(lab)
    show(page, shelf)
    region = page.get_by_role("status").element_handle()
    expect(page.get_by_role("status")).to_have_text(shelf.said)
    shelf.boxes["debian:stable"].value = False
    refresh(page, shelf)
    expect(page.get_by_role("status")).to_have_text(re.compile("^2 of 3 names"))
    assert page.evaluate("(one) => one === document.querySelector('[role=status]')", region)
    expect(page.get_by_role("row", name=re.compile("^freed"))).to_contain_text("42 MB")


def test_the_focus_stays_on_a_layer_when_the_picture_changes(page: Page, lab):
    shelf = ImageShelf(lab)
    show(page, shelf)
    layer = page.get_by_role("button", name=re.compile(r"\(src\)"))
    layer.focus()
    shelf.boxes["debian:stable"].value = False
    refresh(page, shelf)
    expect(layer).to_be_focused()


def test_no_message_leaves_while_the_mouse_moves(page: Page, lab):
    show(page, ImageShelf(lab))
    for x in range(0, 600, 40):
        page.mouse.move(x, 200)
    assert page.evaluate("calls") == []


# --- the fork of a push --------------------------------------------------------------------------


def test_two_futures_move_on_one_clock_and_ask_nothing(page: Page, lab):
    futures = Futures(lab)
    show(page, futures)
    page.get_by_role("slider", name="Simulated time").focus()
    page.keyboard.press("Home")
    button(page, "Step").click()
    button(page, "Step").click()
    at_us = page.evaluate("model.get('clock')")
    assert futures.shell.clock == at_us > 0
    futures.fork.click()
    refresh(page, futures)
    expect(page.get_by_role("slider", name="Simulated time")).to_have_value(str(at_us))
    expect(page.locator("figcaption")).to_have_count(3)
    page.evaluate("calls.length = 0")
    page.get_by_role("slider").press("End")
    expect(page.get_by_role("status")).to_contain_text("in the fork")
    assert [call[0] for call in page.evaluate("calls")] == ["clock", "save"]
    heads = page.locator("[data-head]").evaluate_all(
        "(all) => all.map((head) => head.getAttribute('transform') === "
        "`translate(${head.dataset.head} 0)`)"
    )
    assert heads == [True, True]
    expect(page.locator("[data-state=failed]")).not_to_have_count(0)


def test_undo_after_a_fork_leads_back_to_the_push_as_it_was(page: Page, lab):
    futures = Futures(lab)
    futures.shell.clock = 500_000
    futures.fork.click()
    show(page, futures)
    other = futures.other
    assert other is not None
    other.undo()
    other.undo()
    other.push("cantdocpp/golang:1.0")
    again = Futures(other)
    futures.drop.click()
    refresh(page, futures)
    assert again.text == futures.text
    expect(page.locator("figcaption")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("3.681 s")


def test_no_two_drawings_share_an_id(page: Page, lab):
    futures = Futures(lab)
    futures.change.value = futures.change.options[3][1]
    futures.fork.click()  # at the very end: nothing differs
    show(page, futures)
    ids = page.locator("[id]").evaluate_all("(all) => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))


# --- the registry browser ------------------------------------------------------------------------


def test_a_manifest_can_be_walked_by_keyboard(page: Page, lab):
    browser = RegistryBrowser(lab, "docker.io", "cantdocpp/golang")
    browser.reference.value = "1.0"
    show(page, browser)
    expect(page.get_by_role("status")).to_have_text(browser.said)
    expect(page.get_by_role("table")).to_contain_text("layer 4")
    page.keyboard.press("Tab")
    part = page.locator(":focus")
    expect(part).to_have_attribute("role", "button")
    page.keyboard.press("Enter")
    expect(part).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("The manifest as it was pushed")).to_contain_text('"schemaVersion": 2')


def test_what_the_registry_refuses_is_said_and_the_picture_stays(page: Page, lab):
    browser = RegistryBrowser(lab, "docker.io", "library/golang")
    show(page, browser)
    browser.turn.click()
    refresh(page, browser)
    expect(page.get_by_role("status")).to_contain_text("nobody here may make it public or private")
    expect(page.locator("svg")).to_be_visible()


# --- the lab bar ---------------------------------------------------------------------------------


def test_the_history_goes_over_commands_and_over_the_events_of_one(page: Page, lab):
    bar = LabBar(lab)
    show(page, bar)
    expect(page.get_by_role("status")).to_have_text(
        re.compile("^After 5 of 5 actions: docker push")
    )
    bar.history.value = 2
    refresh(page, bar)
    expect(page.get_by_role("status")).to_have_text("After 2 of 5 actions: docker pull golang.")
    bar.shows.value = "what was said"
    refresh(page, bar)
    slider = page.get_by_role("slider", name="Simulated time")
    slider.press("Home")
    button(page, "Step").click()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^0\.\d+ s: the command"))
    bar.shows.value = "the lab"
    refresh(page, bar)
    expect(slider).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("After 2 of 5 actions: docker pull golang.")


# --- the Dockerfile bench ------------------------------------------------------------------------


def test_every_touch_shows_where_the_build_is_cut(page: Page):
    bench = DockerfileBench(Lab())
    show(page, bench)
    expect(page.get_by_role("status")).to_contain_text("the cut is above [2/4] WORKDIR /srv")
    bench.touch.click()
    refresh(page, bench)
    expect(page.get_by_role("status")).to_contain_text("the cut is above [3/4] COPY . .")
    expect(page.get_by_role("img")).to_contain_text("after an edit of app.py")
    bench.advise.click()
    refresh(page, bench)
    expect(page.locator("pre")).to_contain_text("COPY requirements.txt ./")


# --- be the registry -----------------------------------------------------------------------------


def test_the_client_asks_and_every_answer_is_said(page: Page):
    play = BeTheRegistry(Lab())
    show(page, play)
    expect(page.get_by_label("The request")).to_contain_text("GET /v2/")
    play.answer(401)
    refresh(page, play)
    expect(page.get_by_role("status")).to_have_text(re.compile("^401 is right. The client asks"))
    assert "401, right" in play.told.value
    expect(page.get_by_role("link")).to_have_text("end-1, “Determining Support”")
    play.hint.click()
    refresh(page, play)
    expect(page.get_by_role("status")).to_contain_text("A true registry finds that cantdocpp/mine")
    play.answer(200)
    refresh(page, play)
    expect(page.get_by_text("Told 200 of this blob of 70 MB")).to_be_visible()
    assert "200, wrong" in play.told.value
    play.rest.click()
    refresh(page, play)
    expect(page.get_by_label("The request")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("the client gave up")
    expect(page.get_by_role("table", name=re.compile("^What the wrong"))).to_be_visible()
    assert violations(page, "main") == []
    play.undo.click()
    refresh(page, play)
    expect(page.get_by_role("status")).to_contain_text("is taken back")
    expect(page.get_by_label("The request")).to_contain_text("PUT /v2/")
