"""A name as a picture: the parts, who filled them, and the place of a fault."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.errors import InvalidReference
from labsim.figures.name import name_figure
from labsim.figures.theme import FAULT, QUIET
from labsim.reference import Reference

SVG = "{http://www.w3.org/2000/svg}"


def words(text: str) -> dict[str, str | None]:
    """Every text of the picture and its ink (None: the usual one)."""
    root = ET.fromstring(name_figure(text).svg)
    return {element.text or "": element.get("fill") for element in root.iter(f"{SVG}text")}


def test_what_was_filled_in_is_grey() -> None:
    drawn = words("golang")
    assert [drawn[part] for part in ("docker.io", "library", "golang", "latest")] == [
        QUIET,
        QUIET,
        None,
        QUIET,
    ]


def test_every_part_has_its_label_and_its_reason() -> None:
    drawn = words("ghcr.io/team/app:v1")
    explanation = Reference("ghcr.io/team/app:v1").explain()
    for part in explanation.parts:
        assert {part.label, part.origin, part.rule} <= drawn.keys()
        assert not part.text or part.shown in drawn


def test_the_text_twin_is_the_explanation() -> None:
    assert name_figure("golang").text == str(Reference("golang").explain())


def test_a_wrong_name_is_shown_with_its_caret() -> None:
    drawn = words("https://ghcr.io/x")
    assert drawn["^~~~~~~~"] == drawn["invalid reference format"] == FAULT
    assert {"https://ghcr.io/x", "no scheme: drop https://"} <= drawn.keys()


def test_the_text_twin_of_a_wrong_name_is_the_error() -> None:
    with pytest.raises(InvalidReference) as caught:
        Reference("golang:")
    assert name_figure("golang:").text == str(caught.value)


def test_the_caret_stands_below_the_fault() -> None:
    root = ET.fromstring(name_figure("golang:-x").svg)
    texts = {element.text: element for element in root.iter(f"{SVG}text")}
    advance = float(texts["golang:-x"].get("textLength", 0)) / len("golang:-x")
    shift = float(texts["^"].get("x", 0)) - float(texts["golang:-x"].get("x", 0))
    assert shift == pytest.approx(7 * advance)


def test_a_very_long_wrong_name_is_cut_around_its_fault() -> None:
    long = "b" * 100 + "!" + "a" * 400
    cut = next(text for text in words(long) if "!" in text and "…" in text)
    assert cut.startswith("…b")
    assert cut.endswith("a…")
    assert long in name_figure(long).text


@given(st.text(max_size=40))
def test_any_text_is_a_picture(text: str) -> None:
    figure = name_figure(text)
    root = ET.fromstring(figure.svg)
    assert root.get("role") == "img"
    assert figure.text
