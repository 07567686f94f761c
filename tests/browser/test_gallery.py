"""The gallery, whole, in JupyterLab: every picture is drawn, nobody is kept out or asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tools.browsing import open_lesson, run_all
from tools.gallery_page import GALLERY

pytestmark = pytest.mark.browser

CELLS = json.loads(GALLERY.read_text(encoding="utf-8"))["cells"]


def shows(cell: dict[str, Any]) -> bool:
    """Whether the saved notebook has a picture there, or a table."""
    return any("text/html" in output.get("data", {}) for output in cell.get("outputs", ()))


def test_the_whole_gallery_runs_and_every_picture_is_drawn(page: Page, served: Any, strangers):
    open_lesson(page, served.address, GALLERY.name)
    run_all(page)
    expect(page.locator(".jp-Notebook [data-mime-type*=error]")).to_have_count(0)
    cells = page.locator(".jp-Notebook .jp-Cell")
    drawn = {
        cell["id"]: cells.nth(at).locator("svg, table").count()
        for at, cell in enumerate(CELLS)
        if shows(cell)
    }
    assert drawn
    assert [name for name, count in drawn.items() if not count] == []
    assert violations(page, ".jp-OutputArea-output") == []
    assert strangers == []
