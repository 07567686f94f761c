"""Widgets with controls: what a press does, one sentence for it, and a text that is complete."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.notebook import image_shelf
from labsim.notebook.widgets.panel import Panel
from labsim.notebook.widgets.shell import VIEW


@pytest.fixture
def scene(lab) -> Lab:
    """A lab with three images, one of them pushed, and one of the learner's own."""
    lab.login("cantdocpp", "lab")
    for name in ("golang", "debian:stable"):
        lab.pull(name)
    lab.tag("golang", "cantdocpp/golang:v1")
    lab.push("cantdocpp/golang:v1")
    lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
    lab.push("cantdocpp/golang:1.0")
    return lab


MAKERS = (image_shelf,)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_panel_says_one_sentence_and_its_text_is_the_same_each_time(scene, make):
    one, other = make(), make()
    assert isinstance(one, Panel)
    assert one.said
    assert "\n" not in one.said
    bundle = one._repr_mimebundle_()
    assert bundle["text/plain"] == other._repr_mimebundle_()["text/plain"] == repr(one)
    assert bundle["text/plain"].startswith(one.said)
    assert bundle["text/html"] == other._repr_mimebundle_()["text/html"]
    assert VIEW in bundle
    assert one.shell.markup.count('role="status"') == 1


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_panel_can_be_shown_before_anything_was_done(lab, make):
    assert repr(make())


# --- the image shelf -----------------------------------------------------------------------------


def test_the_totals_of_the_shelf_move_with_every_box(scene):
    shelf = image_shelf()
    assert shelf.said.startswith("4 of 4 names: SIZE adds up to 1022 MB, 342 MB are kept")
    shelf.boxes["golang:latest"].value = False
    assert shelf.said.startswith("3 of 4 names: SIZE adds up to 722 MB, 342 MB are kept")
    shelf.none.click()
    assert shelf.said == "None of 4 names is picked."
    assert "<svg" not in shelf.shell.markup
    shelf.every.click()
    assert shelf.picked == list(shelf.boxes)


def test_all_boxes_at_once_are_one_message(scene):
    shelf = image_shelf()
    drawn: list[object] = []
    shelf.shell.observe(drawn.append, names="markup")
    shelf.none.click()
    assert len(drawn) == 1


def test_an_image_that_was_removed_since_is_not_counted(scene):
    shelf = image_shelf()
    scene.rmi("cantdocpp/golang:1.0")
    shelf.boxes["debian:stable"].value = False
    assert shelf.said.startswith("2 of 3 names")
