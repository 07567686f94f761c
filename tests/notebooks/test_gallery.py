"""The gallery leaves nothing out, and its page is what the notebook says."""

from __future__ import annotations

import json
import re

from labsim import notebook, plots
from tools.gallery_page import GALLERY, PAGE, page

#: What a lesson asks, and what no picture is.
OF_A_LESSON = {"check", "predict", "reveal", "load_ipython_extension"}


def sources() -> str:
    cells = json.loads(GALLERY.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def called() -> set[str]:
    return set(re.findall(r"\b([a-z_]+)\(", sources()))


def test_every_picture_of_a_notebook_is_in_it():
    assert set(notebook.__all__) - OF_A_LESSON - called() == set()


def test_every_plot_is_in_it():
    drawn = {name for name in plots.__all__ if name.islower()} - {"figure_of", "twin"}
    assert drawn - called() == set()


def test_its_page_is_what_the_tool_writes():
    assert PAGE.read_text(encoding="utf-8") == page()


def test_a_page_says_each_picture_in_words_too():
    text = page()
    assert text.count('<div class="shown"') == text.count("The same in words") > 20
    assert "<script" not in text
