"""The gate on the first widget: how soon it can be seen, beside an empty button of ipywidgets.

Both are run in a JupyterLab, each in a fresh kernel and a fresh page, in turn, with all that they
import.  What is timed is from Shift+Enter until the browser shows it, so it is wall time.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from benchmarks.ratio import report
from tools.browsing import chromium, jupyter, launch_options, open_lesson

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(chromium() is None, reason="Chromium is not installed"),
]

ROUNDS = 3
#: A cell that only shows that the kernel is awake, and one that shows something.
BUTTON = ("1", "import ipywidgets\nipywidgets.Button()")
_LINES = (
    "%load_ext labsim",
    "from labsim import Lab",
    "from labsim.notebook import name_splitter",
    "lab = Lab()",
    'name_splitter("golang")',
)
OURS = ("1", "\n".join(_LINES))


def notebook(cells: tuple[str, str]) -> str:
    """A notebook of these two cells, never run."""
    made: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"cell-{at}",
            "metadata": {},
            "source": source,
            "execution_count": None,
            "outputs": [],
        }
        for at, source in enumerate(cells)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
    return json.dumps({"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(**launch_options())
        yield started
        started.close()


def seconds(browser: Browser, address: str, name: str, shown: str) -> float:
    """From running the second cell to what it shows."""
    page = browser.new_page()
    open_lesson(page, address, name)
    page.locator(".jp-Notebook .jp-Cell").first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-InputArea-prompt").first.filter(has_text="[1]").wait_for(timeout=60_000)
    began = time.perf_counter()
    page.keyboard.press("Shift+Enter")
    page.locator(shown).first.wait_for(timeout=60_000)
    spent = time.perf_counter() - began
    page.close()
    return spent


def test_the_first_widget_is_seen_soon(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Modules are compiled once, as an installed package's are: in a round that is not counted.
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "bytecode"))
    with jupyter(tmp_path) as address:
        times: dict[str, list[float]] = {"ours": [], "button": []}
        for at in range(ROUNDS + 1):
            for kind, cells, shown in (
                ("button", BUTTON, ".jp-OutputArea button.jupyter-button"),
                ("ours", OURS, ".jp-OutputArea svg[role=img]"),
            ):
                name = f"{kind}-{at}.ipynb"
                (tmp_path / "lessons" / name).write_text(notebook(cells), encoding="utf-8")
                times[kind].append(seconds(browser, address, name, shown))
    mine, floor = (statistics.median(times[kind][1:]) for kind in ("ours", "button"))
    report(
        "first widget to be seen",
        f"{mine / floor:.1f} x an empty button ({mine:.2f} s to {floor:.2f} s)",
        "at most 2 x",
    )
    assert mine <= 2 * floor
