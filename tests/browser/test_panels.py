"""The pictures of widgets with controls, each alone in a blank page with its Python behind it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from labsim import Lab
from labsim.notebook.widgets.shelf import ImageShelf
from tests.browser.blank import refresh, show

pytestmark = pytest.mark.browser


@pytest.fixture
def lab() -> Lab:
    """A lab with golang and debian here, and the learner's image pushed."""
    lab = Lab()
    lab.login("cantdocpp", "lab")
    lab.pull("golang")
    lab.pull("debian:stable")
    lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
    lab.push("cantdocpp/golang:1.0")
    return lab


# --- the image shelf -----------------------------------------------------------------------------


def test_the_shelf_redraws_and_says_so_in_the_same_live_region(page: Page, lab):
    shelf = ImageShelf(lab)
    show(page, shelf)
    region = page.get_by_role("status").element_handle()
    expect(page.get_by_role("status")).to_have_text(shelf.said)
    shelf.boxes["debian:stable"].value = False
    refresh(page, shelf)
    expect(page.get_by_role("status")).to_have_text(re.compile("^2 of 3 names"))
    assert page.evaluate("(one) => one === document.querySelector('[role=status]')", region)
    expect(page.get_by_role("row", name=re.compile("^freed"))).to_contain_text("42 MB")


def test_the_focus_stays_on_a_layer_when_the_picture_changes(page: Page, lab):
    shelf = ImageShelf(lab)
    show(page, shelf)
    layer = page.get_by_role("button", name=re.compile(r"\(src\)"))
    layer.focus()
    shelf.boxes["debian:stable"].value = False
    refresh(page, shelf)
    expect(layer).to_be_focused()


def test_no_message_leaves_while_the_mouse_moves(page: Page, lab):
    show(page, ImageShelf(lab))
    for x in range(0, 600, 40):
        page.mouse.move(x, 200)
    assert page.evaluate("calls") == []
