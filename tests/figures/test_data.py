"""The facts of a figure as rows: given exactly, or read out of the text's tables."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as some

from labsim.course import views
from labsim.figures.data import Tables, as_csv, as_json, tables_of
from labsim.figures.figure import Figure, Table, columns
from labsim.story import ledger
from tests.figures.kept import pushed

WORDS = some.text("abcXYZ 0189.<>é", min_size=1, max_size=9).map(lambda text: f"x{text.strip()}y")


@given(some.lists(some.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_table_of_columns_is_read_back(rows):
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    text = "A sentence before.\n\n" + columns([("FIRST ONE", "SECOND", "THIRD"), *rows])
    assert tables_of(text) == {
        "words": [{"text": "A sentence before."}],
        "first one": [
            dict(zip(("first one", "second", "third"), row, strict=True)) for row in rows
        ],
    }


def test_a_figure_that_gives_no_rows_has_those_of_its_text():
    lab = pushed()
    tables = views.layers(lab).data
    assert [*tables] == ["words", "image id", "layer"]
    *images, total = tables["image id"]
    assert {row["names"] for row in images} == {*lab.images()}
    assert (total["image id"], total["listed"]) == ("total", "650 MB")
    assert {row["made by"] for row in tables["layer"]} == {"os", "go", "deps", "src", "mus"}


def test_a_figure_without_a_table_has_its_words():
    assert Figure("<svg></svg>", "nothing here").data == {"words": [{"text": "nothing here"}]}


def test_the_ledger_has_exact_bytes_and_whole_digests():
    lab = pushed()
    assert lab.trace is not None
    table, told = views.ledger(lab), ledger(lab.trace)
    rows = table.data["blobs"]
    assert [(row["blob"], row["packed"], row["moved"]) for row in rows] == [
        (entry.blob, entry.size, entry.moved) for entry in told.rows
    ]
    assert [row["source"] for row in rows[:3]] == ["library/golang", "library/golang", None]
    assert table.data["layers"] == [{"would have been": told.would_have_been, "was": told.was}]


def test_a_table_without_exact_facts_has_its_cells():
    assert Table("c", ("a", "b"), [("1", "2")]).data == {"rows": [{"a": "1", "b": "2"}]}


def test_json_and_csv_say_the_same():
    tables: Tables = {"one": [{"a": 1, "b": 'x, "y"\n<z>'}], "two": [{"a": None, "c": True}]}
    assert json.loads(as_json(tables)) == tables
    rows = list(csv.DictReader(io.StringIO(as_csv(tables))))
    assert rows == [
        {"table": "one", "a": "1", "b": 'x, "y"\n<z>', "c": ""},
        {"table": "two", "a": "", "b": "", "c": "true"},
    ]
