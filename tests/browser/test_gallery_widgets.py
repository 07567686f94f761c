"""The gallery, whole, in JupyterLab: its widgets answer, by role, by keyboard, to everybody."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tools.browsing import open_lesson, run_all
from tools.gallery_page import GALLERY

pytestmark = pytest.mark.browser

CELLS = json.loads(GALLERY.read_text(encoding="utf-8"))["cells"]


@pytest.fixture(scope="module")
def gallery(served: Any, browser: Any) -> Any:
    """The gallery after Run All, in a window of its own."""
    page = browser.new_page(viewport={"width": 1280, "height": 2000})
    open_lesson(page, served.address, served.copy("gallery.ipynb", "the-gallery.ipynb"))
    run_all(page)
    yield page
    page.close()


def shown(page: Page, name: str) -> Locator:
    """What the cell of that id shows."""
    at = next(at for at, cell in enumerate(CELLS) if cell["id"] == name)
    return page.locator(".jp-Notebook .jp-Cell").nth(at).locator(".jp-Cell-outputArea")


def press(there: Locator, name: str) -> None:
    """Press a button by keyboard alone."""
    button = there.get_by_role("button", name=name, exact=True)
    button.focus()
    button.press("Enter")


def says(there: Locator, words: str) -> None:
    expect(there.get_by_role("status")).to_contain_text(re.compile(words))


def test_every_cell_runs_and_shows_no_error(gallery):
    expect(gallery.locator(".jp-Notebook [data-mime-type*=error]")).to_have_count(0)
    prompts = gallery.locator(".jp-CodeCell .jp-InputArea-prompt").all_inner_texts()
    assert prompts == [f"[{at}]:" for at in range(1, len(prompts) + 1)]


def test_images_are_picked_by_keyboard(gallery):
    shelf = shown(gallery, "shelf-of-images")
    shelf.get_by_label("debian:stable", exact=True).press("Space")
    says(shelf, r"^6 of 7 names: SIZE adds up to 1860 MB")
    press(shelf, "None")
    says(shelf, "^None of 7 names is picked")
    press(shelf, "All")
    says(shelf, "^7 of 7 names")


def test_a_picture_that_is_too_wide_scrolls(gallery):
    box = shown(gallery, "shelf-of-images").locator(".labsim")
    assert box.evaluate("(one) => one.scrollWidth > one.clientWidth")
    assert box.evaluate("(one) => getComputedStyle(one).overflowX") == "auto"


def test_a_push_is_forked_by_keyboard_and_both_futures_play(gallery):
    fork = shown(gallery, "fork-of-push")
    slider = fork.get_by_role("slider", name="Simulated time")
    slider.press("Home")
    for _ in range(4):
        press(fork, "Step")
    press(fork, "Fork here")
    expect(fork.locator("figcaption")).to_have_count(3)
    slider.press("End")
    says(fork, r"in the fork 50\.\d+ s: ")
    press(fork, "Only as it was")
    expect(fork.locator("figcaption")).to_have_count(0)


def test_the_registry_is_another_for_anyone(gallery):
    browser = shown(gallery, "browser")
    press(browser, "Make private")
    says(browser, "^cantdocpp/golang is private")
    browser.get_by_label("Look as:").select_option("anyone")
    says(browser, r"^As anyone, docker.io has 10 repositories; 1 more is not there for them\.")
    browser.get_by_label("Look as:").select_option("cantdocpp")
    browser.get_by_label("Repository:").select_option("cantdocpp/golang")
    press(browser, "Make public")
    says(browser, "^cantdocpp/golang is public")


def test_a_command_is_typed_and_undone_with_the_bar(gallery):
    terminal, bar = shown(gallery, "prompt"), shown(gallery, "history")
    field = terminal.get_by_label("docker command")
    field.press_sequentially("tag golang me/app")
    field.press("Enter")
    says(terminal, "^tag golang me/app: exit code 0, 0 lines")
    expect(field).to_be_focused()
    field.press("ArrowUp")
    expect(field).to_have_value("tag golang me/app")
    press(bar, "Refresh")
    press(bar, "Undo")
    says(bar, "^Undone: docker tag golang me/app$")
    press(bar, "Redo")
    says(bar, "^Done again: docker tag golang me/app$")
    press(bar, "Undo")
    field.fill("images -q me/app")
    field.press("Enter")
    says(terminal, "^images -q me/app: exit code 0, 0 lines")


def test_a_line_is_moved_and_a_file_touched(gallery):
    bench = shown(gallery, "bench")
    bench.get_by_label("Instruction:").select_option("RUN pip install -r requirements.txt")
    press(bench, "Move up")
    says(bench, "^With RUN pip up: ")
    press(bench, "Touch")
    says(bench, r"^After an edit of app\.py: 2 of 3 steps cached, the cut is above \[4/4\] COPY")
    expect(bench.get_by_label("Dockerfile:")).to_have_value(re.compile("requirements.txt\nCOPY"))


def test_the_client_is_answered(gallery):
    play = shown(gallery, "registrar")
    press(play, "401: with a token")
    says(play, "^401 is right. The client asks whether this repository has a blob")
    press(play, "Answer the rest")
    says(play, "0 of 13 answers were not a true registry's; .* and a pull works")


def test_what_the_widgets_show_keeps_nobody_out(gallery):
    assert violations(gallery, ".jp-OutputArea-output .widget-vbox") == []
