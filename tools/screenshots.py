"""Take a picture of every output of the lessons in JupyterLab and of every figure, light and dark.

The pictures are for people: tests assert on text and roles, a person looks for what is ugly, cut or
overlapping.  They land in ``screenshots/``, which git ignores, or in the folder that is named.  A
figure is taken on all kinds of input that its tests know, on pages of their own, at 100 and 200 %.

    python -m tools.screenshots [FOLDER]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import ViewportSize, sync_playwright

from labsim import export
from tests.figures.scenes import FIGURES, drawn
from tools.browsing import jupyter, launch_options, open_lesson, run_all
from tools.working_copy import LESSONS

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
#: Tall enough to hold a whole lesson.
WINDOW: ViewportSize = {"width": 1280, "height": 14_000}


def photograph(page: Any, name: str, folder: Path) -> int:
    """Every output of the open notebook as a picture of its own, and the whole as one."""
    cells = page.locator(".jp-Notebook .jp-Cell")
    count = 0
    for at in range(cells.count()):
        outputs = cells.nth(at).locator(".jp-OutputArea-output")
        if outputs.count():
            outputs.last.scroll_into_view_if_needed()
            cells.nth(at).screenshot(path=folder / f"{name}-{at:02}.png")
            count += 1
    page.locator(".jp-Notebook").first.screenshot(path=folder / f"{name}.png")
    return count


def lessons(browser: Any, shade: str, folder: Path) -> None:
    """Every lesson, run in a JupyterLab of its own."""
    with tempfile.TemporaryDirectory() as place, jupyter(Path(place), THEMES[shade]) as address:
        for lesson in sorted(LESSONS.glob("*.ipynb")):
            page = browser.new_page(viewport=WINDOW)
            open_lesson(page, address, lesson.name)
            run_all(page)
            taken = photograph(page, f"{lesson.stem}-{shade}", folder)
            print(f"{lesson.name}, {shade}: {taken} outputs")
            page.close()


def figures(browser: Any, shade: str, folder: Path) -> None:
    """Every scene of the figures' tests, as the page that ``export`` makes of it."""
    for zoom in (1, 2):
        # At 200 % a page has half as much room for twice as many pixels.
        window: ViewportSize = {"width": 1280 // zoom, "height": 800 // zoom}
        page = browser.new_page(viewport=window, color_scheme=shade, device_scale_factor=zoom)
        for name in FIGURES:
            with tempfile.TemporaryDirectory() as place:
                page.goto(export(drawn(name), Path(place) / "figure.html").as_uri())
            kept = f"figure-{name.replace(' ', '-')}-{shade}-{zoom}00.png"
            page.screenshot(path=folder / kept, full_page=True)
        page.close()
    print(f"figures, {shade}: {len(FIGURES)} scenes, in 100 % and 200 %")


def main(folder: Path) -> None:
    """All lessons in all themes, all figures in all shades."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for shade in THEMES:
            figures(browser, shade, folder)
            lessons(browser, shade, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
