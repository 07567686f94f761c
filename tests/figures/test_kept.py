"""The pictures of a laptop at work draw what their text says, and nothing outside."""

from __future__ import annotations

import re
from xml.etree.ElementTree import fromstring

import pytest

from labsim.figures.data import tables_of
from labsim.figures.theme import INK, PAPER, contrast
from tests.figures.kept import KEPT
from tests.figures.reading import SVG, drawn_rows

#: Figures by the tables that stand in them: (figure, table of the text, rows of the drawing).
TWINS = [
    ("keyring", "key", "keys"),
    ("keyring", "name", "names"),
    ("keyring-nobody", "name", "names"),
    ("build-legacy", "step", ""),
    ("build-failed", "step", ""),
    ("filter", "name", ""),
    ("filter-one", "name", ""),
    ("map", "image", "laptop"),
    ("map", "way", "network"),
    ("map", "repository", "registries"),
    ("ledger", "what", ""),
]


@pytest.mark.parametrize(("name", "table", "rows"), TWINS)
def test_the_drawing_has_the_rows_of_its_text(name, table, rows):
    figure = KEPT[name]()
    told = tables_of(figure.text)[table]
    assert told
    drawn = drawn_rows(figure.svg, rows)
    assert [{key: row.get(key) for key in told[0]} for row in drawn] == told


@pytest.mark.parametrize("name", ["build-edited", "build-reordered"])
def test_two_builds_are_drawn_in_the_order_of_the_text(name):
    figure = KEPT[name]()
    tables = tables_of(figure.text)
    told = [*tables["step"], *tables["step 2"]]
    drawn = [{key: row[key] for key in told[0]} for row in drawn_rows(figure.svg)]
    assert drawn == told


@pytest.mark.parametrize("name", ["filter", "filter-one"])
def test_each_segment_stands_below_the_one_of_the_pattern_that_it_met(name):
    figure = KEPT[name]()
    root = fromstring(figure.svg)
    boxes = [g for g in root.iter(f"{SVG}g") if g.get("data-column") is not None]
    lefts = {(g.get("data-column"), next(g.iter(f"{SVG}rect")).get("x")) for g in boxes}
    columns = {column for column, _ in lefts}
    assert len(lefts) == len(columns)
    told = tables_of(figure.text)["pattern"]
    patterns = {row["pattern"] for row in told}
    plates = [g for g in boxes if g.find(f"{SVG}g[@data-cell='pattern']") is not None]
    drawn = [
        (g.get("data-column"), *(drawn_word(g, column) for column in ("met", "verdict")))
        for g in boxes
        if g not in plates
    ]
    heads = {g.get("data-column"): drawn_word(g, "pattern") for g in plates}
    assert {*heads.values()} == patterns
    assert [(heads[column], met, verdict) for column, met, verdict in drawn] == [
        (row["pattern"], row["met"], row["verdict"]) for row in told
    ]


def drawn_word(group, column):
    cell = group.find(f"{SVG}g[@data-cell='{column}']")
    said = cell.find(f"{SVG}title")
    return (said if said is not None else cell.find(f"{SVG}text")).text


@pytest.mark.parametrize("name", KEPT)
def test_a_drawing_is_labelled_and_its_words_can_be_read(name):
    root = fromstring(KEPT[name]().svg)
    assert root.get("role") == "img"
    ids = {one.get("id") for one in root.iter()}
    assert {*root.get("aria-labelledby", "").split()} <= ids
    for words in root.iter(f"{SVG}text"):
        ink = words.get("fill", INK)
        # White words stand on the ink of a plate, or on a layer's own colour (tests of swatches).
        assert ink == PAPER or contrast(ink, PAPER) >= 4.5, words.text


@pytest.mark.parametrize("name", KEPT)
def test_nothing_is_drawn_outside(name):
    root = fromstring(KEPT[name]().svg)
    width, height = (float(root.get(side, 0)) for side in ("width", "height"))
    for one in root.iter(f"{SVG}text"):
        x, y, size = (float(one.get(name, 0)) for name in ("x", "y", "font-size"))
        wide = float(one.get("textLength", len(one.text or "") * size * 0.5))
        left = x - {"end": wide, "middle": wide / 2}.get(one.get("text-anchor", ""), 0)
        assert left >= 0, one.text
        assert left + wide <= width + 1, one.text
        assert 0 < y < height, one.text
    for one in root.iter(f"{SVG}rect"):
        assert float(one.get("x", 0)) + float(one.get("width", 0)) <= width


@pytest.mark.parametrize("name", KEPT)
def test_the_rows_say_what_the_text_says(name):
    """Whatever the data has in words is in the text too; amounts are there, rounded."""
    figure = KEPT[name]()
    for rows in figure.data.values():
        for row in rows:
            for cell in row.values():
                short = re.sub(r"^sha256:(\w{12})\w+$", r"\1", str(cell))
                assert not isinstance(cell, str) or short in figure.text
