"""Images picked out of a store: the totals move with them, and add up."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.course import views
from labsim.course.shelf import Totals, shelf, totals
from labsim.errors import UnknownImage


@pytest.fixture(scope="module")
def lab() -> Lab:
    """Debian (80 MB), golang on it (300 MB, two names), and an image of one's own on that (342)."""
    lab = Lab()
    for name in ("golang", "debian:stable"):
        lab.pull(name)
    lab.tag("golang", "a/b:1")
    lab.build("me/app:1", base="golang", layers=["deps", "src"])
    return lab


MB = 1_000_000


@pytest.mark.parametrize(
    ("picked", "expected"),
    [
        ((), (0, 0, 0, 0, 0)),
        (("debian:stable",), (80, 80, 0, 80, 0)),
        (("debian:stable", "golang:latest"), (380, 300, 80, 220, 0)),
        (("golang:latest", "a/b:1"), (600, 300, 0, 300, 0)),
        (("me/app:1",), (342, 342, 0, 342, 42)),
        (("golang:latest", "a/b:1", "me/app:1"), (942, 342, 300, 42, 262)),
    ],
)
def test_the_totals_of_what_is_picked(lab, picked, expected):
    found = totals(lab.images(), picked)
    assert found == Totals(*(size * MB for size in expected))
    assert found.kept == found.shared + found.unique


def test_everything_picked_is_the_whole_store(lab):
    images = lab.images()
    assert totals(images, images).freed == totals(images, images).kept == 342 * MB


def test_a_layer_keeps_its_mark_when_fewer_images_are_picked(lab):
    every, one = shelf(lab, lab.images()), shelf(lab, ["me/app:1"])
    marks = [{row["diff id"]: row["layer"] for row in fig.data["layer"]} for fig in (every, one)]
    assert marks[1].items() <= marks[0].items()
    assert len(marks[1]) == 4


def test_text_and_picture_begin_with_one_sentence(lab):
    figure = shelf(lab, ["debian:stable", "golang:latest"])
    assert figure.text.startswith(
        "2 of 4 names: SIZE adds up to 380 MB, 300 MB are kept, removing them frees 0 B.\n"
    )
    assert "<table" in figure.html
    assert "<svg" in figure.html
    assert shelf(lab, []).text.startswith("None of 4 names is picked.\n")
    assert shelf(Lab(), []).text.startswith("No image is here.\n")
    assert views.images(lab)


def test_a_name_that_is_not_here_is_refused(lab):
    with pytest.raises(UnknownImage, match="no image of that name is here: nothing:1"):
        totals(lab.images(), ["nothing:1"])
