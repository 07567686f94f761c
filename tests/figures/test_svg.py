"""The SVG writer: nothing gets in that was not meant, nothing depends on the day."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.figures import svg
from labsim.figures.swatch import patterns, swatch
from labsim.figures.theme import FAULT, INK, PALETTE, PAPER, QUIET, Marks, contrast, mark

SVG = "{http://www.w3.org/2000/svg}"
DIGESTS = [f"sha256:{number:064x}" for number in range(60)]


def drawing(words: str = "hello") -> svg.Markup:
    return svg.document(100, 50, svg.text(1, 2, words), title="T", description="D")


def test_an_element_is_written_plainly() -> None:
    box = svg.rect(1, 2.0, 1 / 3, -0.0001, fill=None, stroke_width=1.5, class_="box")
    assert box == '<rect x="1" y="2" width="0.33" height="0" stroke-width="1.5" class="box"/>'


def test_text_is_escaped_and_markup_is_not() -> None:
    assert svg.group("<b>&", svg.rect(0, 0, 1, 1)) == (
        '<g>&lt;b&gt;&amp;<rect x="0" y="0" width="1" height="1"/></g>'
    )
    assert 'id="&quot;&gt;"' in svg.group("x", id='">')


@given(st.text())
def test_any_text_can_be_drawn(words: str) -> None:
    root = ET.fromstring(drawing(words))
    drawn = root.find(f"{SVG}text")
    assert drawn is not None
    if words.isprintable():
        assert (drawn.text or "") == words


def test_a_drawing_says_what_it_shows() -> None:
    root = ET.fromstring(drawing())
    assert root.get("role") == "img"
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert (title.text, desc.text) == ("T", "D")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"


def test_ids_differ_between_drawings_and_equal_drawings_are_equal() -> None:
    one, other = (re.findall(r'id="([^"]+)"', drawing(words)) for words in ("a", "b"))
    assert len(one) == len(other) == 2
    assert not {*one} & {*other}
    assert drawing("a") == drawing("a")


def test_monospaced_words_keep_their_width() -> None:
    assert 'textLength="39"' in svg.text(0, 0, "hello", mono=True)
    assert svg.mono_width("hello") == pytest.approx(39)


def test_inks_can_be_read() -> None:
    assert min(contrast(ink, PAPER) for ink in (INK, QUIET, FAULT)) >= 4.5
    assert min(contrast(look.ink, look.fill) for look in map(mark, DIGESTS)) >= 4.5
    assert {look.fill for look in map(mark, DIGESTS)} == {*PALETTE}


def test_a_layer_keeps_its_mark() -> None:
    assert all(Marks([digest])[digest] == mark(digest) for digest in DIGESTS)
    assert mark(DIGESTS[0]) == ("M", "#0072b2", "#ffffff", "plain")


def test_no_two_layers_of_a_picture_are_marked_alike() -> None:
    marks = Marks(DIGESTS)
    assert len(marks) == len({look.letter for look in marks.values()}) == 60
    assert all(
        (one.fill, one.pattern) != (two.fill, two.pattern)
        for one, two in combinations(list(marks.values())[:26], 2)
    )


def test_the_layer_that_is_named_first_keeps_its_letter() -> None:
    first, second = next(
        (one, two) for one, two in combinations(DIGESTS, 2) if mark(one) == mark(two)
    )
    assert Marks([first, second])[first] == mark(first) != Marks([first, second])[second]
    assert Marks([second, first, second])[second] == mark(second)


def test_a_swatch_refers_to_patterns_that_are_there() -> None:
    marks = Marks(DIGESTS[:26])
    shapes = [swatch(look, 0, 0, 40, 20) for look in marks.values()]
    page = svg.document(40, 20, patterns(marks.values()), *shapes, title="T", description="D")
    root = ET.fromstring(page)
    there = {element.get("id") for element in root.iter(f"{SVG}pattern")}
    asked = set(re.findall(r"url\(#([^)]+)\)", page))
    assert asked == there
    assert len(there) == 7  # five patterns, two of them in a second ink


def test_a_swatch_writes_what_there_is_room_for() -> None:
    look = mark(DIGESTS[0])
    assert ">M 30 MB<" in swatch(look, 0, 0, 90, 30, words="30 MB")
    assert ">M<" in swatch(look, 0, 0, 40, 30, words="30 MB")
    assert "<text" not in swatch(look, 0, 0, 5, 30, words="30 MB")
