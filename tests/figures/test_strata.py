"""The layer picture: what it says in words, and that it draws what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from hypothesis import given
from hypothesis import strategies as some

from labsim import catalogue
from labsim.course import views
from labsim.figures.strata import GAP, Strata, column, strata
from labsim.graph import Sharing
from labsim.image import Config, Image

SVG = "{http://www.w3.org/2000/svg}"
COLUMN = column(4)
NAMES = sorted(catalogue.IMAGES)


def bricks(svg: str) -> Iterator[Element]:
    """The groups of a picture that can be chosen, one a layer."""
    return (g for g in fromstring(svg).iter(f"{SVG}g") if g.get("data-key"))


def box(brick: Element) -> tuple[float, ...]:
    """Left, top, width and height of a brick."""
    rect = next(brick.iter(f"{SVG}rect"))
    return tuple(float(rect.get(side, 0)) for side in ("x", "y", "width", "height"))


def test_the_size_column_adds_up_to_1072_mb_and_the_store_holds_350(images):
    shown = Strata.of(images)
    assert (shown.listed, shown.stored) == (1_072_000_000, 350_000_000)
    text = strata(images).text
    assert text.startswith(
        "5 names, 4 images, 5 layers: the SIZE column adds up to 1072 MB, the store holds 350 MB."
    )


def test_a_pile_says_what_removing_all_its_names_frees(images):
    freed = {frozenset(pile.names): pile.unique for pile in Strata.of(images).piles}
    assert freed == {
        frozenset({"debian:stable"}): 0,
        frozenset({"golang:latest"}): 0,
        frozenset({"cantdocpp/golang:1.0", "cantdocpp/golang:latest"}): 42_000_000,
        frozenset({"alpine:3"}): 8_000_000,
    }


def test_the_sharing_report_agrees(images):
    report = Sharing(images)
    shown = Strata.of(images)
    assert shown.stored == report.store
    for pile in shown.piles:
        assert pile.unique == report.freed(*pile.names)


def test_each_layer_is_drawn_once_as_wide_as_the_images_that_share_it(images):
    figure = strata(images, views.titles())
    widths = {
        g.get("aria-label", "").split("(")[1].split(")")[0]: box(g)[2] for g in bricks(figure.svg)
    }
    three, two = 3 * COLUMN + 2 * GAP, 2 * COLUMN + GAP
    assert widths == {"os": three, "go": two, "deps": COLUMN, "src": COLUMN, "mus": COLUMN}


def test_heights_are_bytes_except_for_thin_layers_and_the_picture_says_so(images):
    svg = strata(images, views.titles()).svg
    high = {g.get("aria-label", "").split("(")[1].split(")")[0]: box(g)[3] + 2 for g in bricks(svg)}
    assert abs(high["go"] / high["os"] - 220 / 80) < 0.01
    assert high["src"] == high["mus"] == 24
    assert "the thinnest layers are drawn taller" in svg


def test_the_text_says_all_that_the_picture_says(images):
    figure = strata(images, views.titles())
    drawn = " ".join(node.text or "" for node in fromstring(figure.svg).iter(f"{SVG}text"))
    for part in (*images, *views.titles().values()):
        assert (part in figure.text) == (part in drawn), part
    for words in re.findall(r"[\d.]+ [kM]?B|[0-9a-f]{12}", drawn):
        assert words in figure.text


def test_an_empty_store_is_a_sentence():
    figure = strata({})
    assert figure.text == "No image is here: the store is empty."
    assert figure.text in figure.svg


def test_a_hostile_name_stays_text(images):
    image = next(iter(images.values()))
    svg = strata({'<script>alert("x")</script>': image}).svg
    assert "<script" not in svg
    assert fromstring(svg) is not None


def test_the_same_layer_upon_another_base_is_another_brick():
    go = catalogue.layer("go")
    images = {}
    for base in ("os", "mus"):
        stack = (catalogue.layer(base), go)
        config = Config.make([layer.diff_id for layer in stack], created="2025-01-20T09:00:00Z")
        images[f"{base}:1"] = Image(config, stack)
    shown = Strata.of(images)
    assert len(shown.bricks) == 4
    assert len({brick.mark for brick in shown.bricks}) == 3


def test_images_stand_in_the_order_given_and_a_base_before_what_is_built_on_it():
    def order(*names):
        shown = Strata.of({name: catalogue.image(name) for name in names})
        return [pile.names[0] for pile in shown.piles]

    assert order("alpine", "debian") == ["alpine", "debian"]
    assert order("debian", "alpine") == ["debian", "alpine"]
    assert order("golang", "alpine", "debian") == ["debian", "golang", "alpine"]


@given(some.lists(some.sampled_from(NAMES), unique=True))
def test_bricks_of_any_store_lie_side_by_side_and_sharers_stand_together(names):
    images = {name: catalogue.image(name) for name in names}
    boxes = [box(brick) for brick in bricks(strata(images).svg)]
    assert len(boxes) == len(Strata.of(images).bricks)
    for at, (x, y, wide, high) in enumerate(boxes):
        for left, top, width, height in boxes[:at]:
            apart = x >= left + width or left >= x + wide or y >= top + height or top >= y + high
            assert apart


@given(some.permutations(NAMES[:6]))
def test_the_order_of_names_changes_the_order_and_not_the_sums(names):
    images = {name: catalogue.image(name) for name in names}
    shown = Strata.of(images)
    assert shown.stored == Sharing(images).store
    assert sorted(name for pile in shown.piles for name in pile.names) == sorted(names)
