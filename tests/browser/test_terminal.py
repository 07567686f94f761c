"""The prompt alone in a page, and in JupyterLab: keys, pasted lines, and a password in no file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from labsim import Lab
from labsim.notebook.widgets.terminal import Terminal
from tests.browser.axe import violations
from tests.browser.blank import show
from tools.browsing import open_lesson, run_all

pytestmark = pytest.mark.browser


@pytest.fixture
def lab() -> Lab:
    """A lab with golang."""
    lab = Lab()
    lab.pull("golang")
    return lab


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


# --- in JupyterLab -------------------------------------------------------------------------------

SOURCE = """\
from labsim import Lab
from labsim.notebook import terminal
lab = Lab()
made = lab.sign_up("gopher", "hunter" + "2")
terminal()"""


@pytest.fixture
def opened(page: Page, served: Any) -> Page:
    """A notebook of one cell that shows a terminal, run."""
    cell = {"cell_type": "code", "id": "one", "metadata": {}, "source": SOURCE, "outputs": []}
    notebook = {"cells": [{**cell, "execution_count": None}], "metadata": {}}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    text = json.dumps({**notebook, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})
    (served.folder / "terminal.ipynb").write_text(text, encoding="utf-8")
    open_lesson(page, served.address, "terminal.ipynb")
    run_all(page)
    return page


def saved(page: Page, path: Path, words: str) -> str:
    """What is in a file as soon as it has these words."""
    for _ in range(100):
        if words in (text := path.read_text(encoding="utf-8")):
            return text
        page.wait_for_timeout(100)
    pytest.fail(f"{path.name} never got {words!r}")


def test_lines_keys_and_a_password_go_to_the_kernel_and_into_no_file(opened, served, strangers):
    field = opened.get_by_label("cantdocpp$ command")
    field.press_sequentially("docker log")
    field.press("Tab")
    expect(opened.get_by_text("2 possibilities: login, logout.")).to_be_visible()
    field.press_sequentially("in -u gopher")
    field.press("Enter")
    password = opened.get_by_label("Password:")
    expect(password).to_be_focused()
    password.press_sequentially("hunter2")
    password.press("Enter")
    expect(opened.get_by_role("log")).to_contain_text("Login Succeeded")
    expect(field).to_be_focused()
    field.press("ArrowUp")
    expect(field).to_have_value("docker login -u gopher")
    field.press("Escape")
    field.press("Tab")
    expect(field).not_to_be_focused()
    opened.keyboard.press("Control+s")
    assert violations(opened, ".jp-OutputArea-output") == []
    kept = saved(opened, served.folder / "terminal.ipynb", "cantdocpp$")
    assert "hunter2" not in kept
    assert strangers == []
