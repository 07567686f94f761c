"""axe-core looks at every figure as a page of its own, and at such a page in the dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from labsim.doors.export import export
from tests.browser.axe import violations
from tests.figures.scenes import FIGURES, drawn
from tools.gallery_page import PAGE

pytestmark = pytest.mark.browser
#: The first scene of each figure, and what a name with a mistake in it shows.
SHOWN = [name for name in FIGURES if " " not in name or "error" in name]


@pytest.mark.parametrize("scene", SHOWN)
def test_a_figures_page_keeps_nobody_out(scene, page: Page, strangers, tmp_path):
    page.goto(export(drawn(scene), tmp_path / "figure.html").as_uri())
    assert violations(page) == []
    assert strangers == []


def test_neither_does_a_page_in_the_dark(page: Page, tmp_path):
    page.emulate_media(color_scheme="dark")
    page.goto(export(drawn(SHOWN[0]), tmp_path / "figure.html").as_uri())
    assert violations(page) == []


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_the_gallerys_page_keeps_nobody_out_and_asks_nobody(shade, page: Page, strangers):
    page.emulate_media(color_scheme=shade)
    page.goto(PAGE.as_uri())
    assert violations(page) == []
    words = page.locator("details").first
    words.locator("summary").press("Enter")
    expect(words.locator("pre")).to_be_visible()
    assert strangers == []


def test_the_guard_sees_what_is_wrong(page: Page):
    page.set_content(
        '<!doctype html><html lang="en"><title>t</title><main><h1>t</h1><svg role="img"></svg>'
        '<button></button><p style="color:#aaa;background:#fff">pale</p></main>'
    )
    assert [line.partition(":")[0] for line in violations(page)] == [
        "button-name, critical",
        "color-contrast, serious",
        "svg-img-alt, serious",
    ]
    assert [line.partition(":")[0] for line in violations(page, "svg")] == ["svg-img-alt, serious"]
