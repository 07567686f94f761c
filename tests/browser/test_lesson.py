"""The lesson, whole, in JupyterLab: every cell run, every widget drawn, no stranger asked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.drawn import CELLS, LESSON, expect_every_widget, outputs
from tools.browsing import open_lesson, run_all

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(page: Page, served: Any, strangers: list[str], request: pytest.FixtureRequest) -> Page:
    """The lesson, open, with a kernel of its own and nothing run."""
    name = f"{request.function.__name__}.ipynb"
    open_lesson(page, served.address, served.copy(LESSON, name))
    return page


@pytest.fixture
def lesson(opened: Page) -> Page:
    """The lesson after Run All, with nothing predicted."""
    run_all(opened)
    return opened


def test_the_whole_lesson_runs_and_every_widget_is_drawn(lesson, strangers):
    expect_every_widget(lesson)
    assert violations(lesson, ".jp-OutputArea-output") == []
    assert strangers == []


def test_the_widgets_answer_a_learner(lesson, strangers):
    field = outputs(lesson, "names").get_by_label("Image name:")
    field.fill("ghcr.io/alice/app:2")
    expect(outputs(lesson, "names").locator("svg[role=img]")).to_contain_text("ghcr.io")
    field.fill("Golang")
    expect(outputs(lesson, "names").get_by_role("status")).to_contain_text("must be lowercase")

    replay = outputs(lesson, "replay-v1")
    replay.get_by_role("slider").focus()
    lesson.keyboard.press("Home")
    expect(replay.locator("[data-lane='1']")).to_have_attribute("data-state", "waiting")
    replay.get_by_role("button", name="Step", exact=True).click()
    expect(replay.get_by_role("status")).to_contain_text("0.040 s")

    layer = outputs(lesson, "build").get_by_role("button", name=re.compile(r"\(go\)"))
    layer.focus()
    lesson.keyboard.press("Enter")
    expect(outputs(lesson, "build").get_by_role("status")).to_contain_text("cantdocpp/golang:1.0")

    late = outputs(lesson, "predict-first")
    late.get_by_label("16 MB", exact=True).check()
    late.get_by_role("button", name="Commit").click()
    expect(late.get_by_role("status")).to_contain_text("Too late")
    assert strangers == []


def test_a_prediction_committed_before_the_push_stands_beside_the_outcome(opened, strangers):
    page = opened
    stop = next(at for at, cell in enumerate(CELLS) if cell["id"] == "predict-first")
    page.locator(".jp-Notebook .jp-Cell").nth(stop + 1).locator(".jp-InputArea-editor").click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Above Selected Cell", exact=True).click()
    asked = outputs(page, "predict-first")
    asked.get_by_label("116 MB", exact=True).check()
    asked.get_by_role("button", name="a guess").click()
    asked.get_by_role("button", name="Commit").click()
    expect(asked.get_by_role("status")).to_contain_text("Committed: 116 MB")
    page.keyboard.press("Escape")
    page.locator(".jp-Notebook .jp-Cell").nth(stop + 1).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    told = outputs(page, "push-first").get_by_role("status")
    expect(told).to_contain_text(re.compile(r"116 MB, a guess\s+Outcome\s+16 MB"))
    assert strangers == []


def test_a_password_is_typed_into_a_prompt_that_does_not_echo(lesson, strangers):
    sandbox = lesson.locator(".jp-Notebook .jp-Cell").last
    sandbox.locator(".cm-content").fill("%docker login -u cantdocpp ghcr.io")
    sandbox.locator(".cm-content").press("Control+Enter")
    prompt = sandbox.locator("input.jp-Stdin-input")
    expect(prompt).to_have_attribute("type", "password")
    prompt.fill("lab")
    prompt.press("Enter")
    expect(sandbox.locator(".jp-OutputArea")).to_contain_text("Login Succeeded")
    assert not re.search(r"\blab\b", sandbox.locator(".jp-OutputArea").inner_text())
    assert strangers == []


def test_the_tab_key_offers_what_docker_would_take(lesson):
    sandbox = lesson.locator(".jp-Notebook .jp-Cell").last
    sandbox.locator(".cm-content").fill("%docker image ")
    sandbox.locator(".cm-content").press("Tab")
    items = lesson.locator(".jp-Completer-item")
    expect(items.first).to_be_visible()
    expect(lesson.locator(".jp-Completer")).to_contain_text("push")
