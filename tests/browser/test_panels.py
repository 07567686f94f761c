"""The pictures of widgets with controls, each alone in a blank page with its Python behind it."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from labsim import Lab
from labsim.notebook.widgets.bar import LabBar
from labsim.notebook.widgets.bench import DockerfileBench
from labsim.notebook.widgets.browser import RegistryBrowser
from labsim.notebook.widgets.futures import Futures
from labsim.notebook.widgets.registrar import BeTheRegistry
from labsim.notebook.widgets.shelf import ImageShelf
from labsim.notebook.widgets.terminal import Terminal
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
    heads = page.locator("[data-head]").evaluate_all(
        "(all) => all.map((head) => head.getAttribute('transform') === "
        "`translate(${head.dataset.head} 0)`)"
    )
    assert heads == [True, True]
    assert [call[0] for call in page.evaluate("calls")] == ["clock", "save"]
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


# --- the terminal --------------------------------------------------------------------------------


@pytest.fixture
def prompt(page: Page, lab) -> Locator:
    """The field of a terminal, focused."""
    show(page, Terminal(lab))
    field = page.get_by_label("cantdocpp$ command")
    field.focus()
    return field


def typed(field: Locator, line: str) -> None:
    """Type a line and press Enter."""
    field.press_sequentially(line)
    field.press("Enter")


def test_a_line_is_entered_and_its_output_is_there(page: Page, prompt, lab):
    typed(prompt, "docker pull -q alpine:3")
    expect(page.get_by_role("log")).to_contain_text("docker.io/library/alpine:3")
    said = "docker pull -q alpine:3: exit code 0, 1 line."
    expect(page.get_by_role("status")).to_have_text(said)
    expect(prompt).to_have_value("")
    expect(prompt).to_be_focused()
    assert "alpine:3" in lab.images()


def test_standard_error_and_the_exit_code_have_a_gutter(page: Page, prompt):
    typed(prompt, "docker pull nothing")
    expect(page.get_by_role("log")).to_contain_text("err| Error response from daemon")
    expect(page.get_by_role("log")).to_contain_text("exit| 1")


def test_the_same_line_can_be_entered_twice(page: Page, prompt):
    for count in (1, 2):
        typed(prompt, "docker images -q golang")
        line = r"cantdocpp\$ docker images -q golang\s+\w{12}\s*"
        expect(page.get_by_role("log")).to_have_text(re.compile(rf"^({line}){{{count}}}$"))


def test_up_and_down_walk_through_the_lines_and_come_back_to_the_draft(page: Page, prompt):
    for line in ("docker images", "files"):
        typed(prompt, line)
        expect(page.get_by_role("status")).to_contain_text(f"{line}: exit code 0")
    prompt.press_sequentially("doc")
    up = [("ArrowUp", "files"), ("ArrowUp", "docker images"), ("ArrowUp", "docker images")]
    for key, shown in (*up, ("ArrowDown", "files"), ("ArrowDown", "doc")):
        prompt.press(key)
        expect(prompt).to_have_value(shown)


def test_tab_completes_in_front_of_the_cursor_and_says_what_is_possible(page: Page, prompt):
    prompt.press_sequentially("docker image ta")
    prompt.press("Tab")
    expect(prompt).to_have_value("docker image tag ")
    prompt.fill("docker pu")
    prompt.press("Tab")
    expect(page.get_by_role("status")).to_have_text("2 possibilities: pull, push.")
    expect(prompt).to_have_value("docker pu")
    prompt.fill("docker image ta golang")
    for _ in " golang":
        prompt.press("ArrowLeft")
    prompt.press("Tab")
    expect(prompt).to_have_value("docker image tag  golang")


def test_nobody_is_kept_in_the_prompt(page: Page, prompt):
    help_text = page.locator(f"id={prompt.get_attribute('aria-describedby')}")
    expect(help_text).to_contain_text("Escape, then Tab, leaves")
    prompt.press_sequentially("docker pu")
    prompt.press("Escape")
    prompt.press("Tab")
    expect(prompt).not_to_be_focused()
    prompt.fill("")
    prompt.press("Tab")
    expect(prompt).not_to_be_focused()
    prompt.press_sequentially("docker pu")
    prompt.press("Shift+Tab")
    expect(prompt).not_to_be_focused()


def test_control_l_empties_the_screen_and_control_c_the_line(page: Page, prompt):
    typed(prompt, "files")
    expect(page.get_by_role("log")).to_contain_text("token.txt")
    prompt.press_sequentially("docker rmi gol")
    prompt.press("Control+l")
    expect(page.get_by_role("log")).to_have_text("")
    expect(prompt).to_have_value("docker rmi gol")
    prompt.press("Control+c")
    expect(prompt).to_have_value("")
    expect(page.get_by_role("log")).to_have_text("cantdocpp$ ^C")


PASTE = """(field, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const paste = { clipboardData, bubbles: true, cancelable: true };
  field.dispatchEvent(new ClipboardEvent("paste", paste));
}"""


def test_pasted_lines_are_run_in_order_and_the_last_one_waits(page: Page, prompt, lab):
    prompt.evaluate(PASTE, "docker tag golang \\\n  a:1\nas alice\ndocker im")
    expect(page.get_by_label("alice$ command")).to_have_value("docker im")
    assert lab.journal[-2:] == [["docker", "tag golang    a:1"], ["as", "alice"]]


def test_a_password_is_typed_unseen_and_sent_once(page: Page, prompt, lab):
    typed(prompt, "docker login -u alice")
    field = page.get_by_label("Password:")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("type", "password")
    typed(field, "lab")
    expect(prompt).to_be_focused()
    expect(page.get_by_role("log")).to_contain_text("Login Succeeded")
    assert lab.journal[-1] == ["docker", "login -u alice", "right"]
    calls = page.evaluate("calls")
    assert [call for call in calls if '"lab"' in json.dumps(call)] == [
        ["send", {"do": "answer", "text": "lab"}]
    ]
    prompt.press("ArrowUp")
    expect(prompt).to_have_value("docker login -u alice")


def test_what_is_typed_ahead_is_kept_when_the_screen_changes(page: Page, prompt):
    prompt.press_sequentially("docker im")
    page.evaluate("receive({markup: model.get('markup').replace('Terminal', 'Screen')})")
    expect(page.get_by_role("group", name="Screen")).to_be_visible()
    expect(prompt).to_have_value("docker im")
    expect(prompt).to_be_focused()


def test_the_prompt_shows_that_it_has_the_focus(prompt):
    assert prompt.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave_in_a_terminal(page: Page, prompt, scheme):
    page.emulate_media(color_scheme=scheme)
    typed(prompt, "docker pull nothing")
    typed(prompt, "docker login -u alice")
    expect(page.get_by_label("Password:")).to_be_focused()
    assert violations(page, "main") == []


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
    expect(page.locator("blockquote")).to_contain_text("(end-1)")
    play.answer(200)
    refresh(page, play)
    assert "200, wrong" in play.told.value
    play.rest.click()
    refresh(page, play)
    expect(page.get_by_label("The request")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("the client gave up")
