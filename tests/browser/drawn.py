"""What the first lesson shows in a browser when all of it has run, with nothing predicted."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, Page, expect

from tools.working_copy import LESSONS

LESSON = "01-your-first-push.ipynb"
CELLS = json.loads((LESSONS / LESSON).read_text(encoding="utf-8"))["cells"]


def outputs(page: Page, name: str) -> Locator:
    """What the cell of that id shows."""
    at = next(at for at, cell in enumerate(CELLS) if cell["id"] == name)
    return page.locator(".jp-Notebook .jp-Cell").nth(at).locator(".jp-Cell-outputArea")


def expect_every_widget(page: Page) -> None:
    """Every cell has its number, none an error, and every widget is there to be used."""
    prompts = page.locator(".jp-CodeCell .jp-InputArea-prompt").all_inner_texts()
    assert prompts == [f"[{at}]:" for at in range(1, len(prompts) + 1)]
    expect(page.locator(".jp-Notebook [data-mime-type*=error]")).to_have_count(0)

    expect(outputs(page, "names").get_by_label("Image name:")).to_have_value("golang")
    expect(outputs(page, "names").locator("svg[role=img]")).to_contain_text("library")
    for cell in ("layers-after-tag", "build"):
        expect(
            outputs(page, cell).get_by_role("button", name=re.compile("^Layer "))
        ).not_to_have_count(0)
    expect(outputs(page, "replay-v1").get_by_role("slider", name="Simulated time")).to_be_visible()
    expect(
        outputs(page, "replay-v1").get_by_role("button", name="Play", exact=True)
    ).to_be_visible()
    for cell in ("predict-first", "predict-second"):
        expect(outputs(page, cell).get_by_role("button", name="Commit")).to_be_enabled()
    expect(outputs(page, "push-first")).to_contain_text(
        re.compile(r"no prediction\s+Outcome\s+16 MB")
    )
    expect(outputs(page, "push-second")).to_contain_text(
        re.compile(r"no prediction\s+Outcome\s+1 MB")
    )
    expect(outputs(page, "push-v1").get_by_role("table")).to_contain_text(
        "mounted from library/golang"
    )
    for cell in ("task-name", "task-publish", "task-registry"):
        expect(outputs(page, cell).get_by_role("status")).to_contain_text("Not attempted.")
