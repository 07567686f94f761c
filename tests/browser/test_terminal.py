"""The prompt in JupyterLab with a kernel behind it: lines arrive, a password is in no file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tools.browsing import open_lesson, run_all

pytestmark = pytest.mark.browser

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
