"""Run the lessons in JupyterLab, light and dark, and take a picture of every output.

The pictures are for people: tests assert on text and roles, a person looks for what is ugly, cut or
overlapping.  They land in ``screenshots/``, which git ignores, or in the folder that is named.

    python -m tools.screenshots [FOLDER]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import ViewportSize, sync_playwright

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


def main(folder: Path) -> None:
    """All lessons in all themes."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for shade, theme in THEMES.items():
            with tempfile.TemporaryDirectory() as place, jupyter(Path(place), theme) as address:
                for lesson in sorted(LESSONS.glob("*.ipynb")):
                    page = browser.new_page(viewport=WINDOW)
                    open_lesson(page, address, lesson.name)
                    run_all(page)
                    taken = photograph(page, f"{lesson.stem}-{shade}", folder)
                    print(f"{lesson.name}, {shade}: {taken} outputs")
                    page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
