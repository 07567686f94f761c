"""Figures and tables: a picture and a text, or a table for a page and the same for a terminal."""

from __future__ import annotations

from labsim.course import views
from labsim.figures.figure import Figure, Table, bytes_text, columns
from labsim.story import ledger


def test_a_figure_is_a_picture_with_its_text():
    figure = Figure("<svg></svg>", "nothing")
    bundle = figure._repr_mimebundle_()
    assert bundle == {"text/plain": "nothing", "text/html": "<svg></svg>"}
    assert repr(figure) == "nothing"


def test_amounts_are_flush_right_and_words_flush_left():
    assert columns([("A", "B"), ("x", "1 MB"), ("long", "16 MB")]) == (
        "A         B\nx      1 MB\nlong  16 MB"
    )


def test_a_digest_is_no_amount():
    assert columns([("BLOB", "X"), ("12", "a"), ("2649089a0df8", "b")]).splitlines()[1] == (
        "12            a"
    )


def test_bytes_keep_one_decimal():
    assert bytes_text(1_049_999) == "1 MB"
    assert bytes_text(3_250_000_000) == "3250 MB"


def test_a_table_is_a_real_table_with_escaped_cells():
    table = Table("Caption <1>", ("what", "size"), [("a<b", "1 MB")], "Sum & total")
    assert table.text == "Caption <1>\n\nWHAT  SIZE\na<b   1 MB\n\nSum & total"
    assert "<caption" in table.html
    assert "a&lt;b" in table.html
    assert '<th scope="row"' in table.html
    assert "Sum &amp; total" in table.html


def test_the_ledger_tells_each_blob_once_and_adds_up(lab):
    table = views.ledger(lab)
    assert [row[0].split()[-1] for row in table.rows] == ["os", "go", "config", "manifest"]
    assert table.total == "Layers: would have been 100 MB, was 0 B. Config and manifest: 1.9 kB."
    lab.push("cantdocpp/golang:1.0")
    assert "would have been 116 MB, was 16 MB" in views.ledger(lab).total


def test_there_is_one_ledger_with_one_wording(lab):
    table, told = views.ledger(lab), ledger(lab.trace)
    assert [row[1:] for row in table.rows] == [row[1:] for row in told.cells()]
    assert table.total == told.total == str(told).splitlines()[-1]
    assert [word.upper() for word in table.header] == str(told).splitlines()[0].split()


def test_a_layer_keeps_its_letter_in_every_picture(lab):
    lab.push("cantdocpp/golang:1.0")
    strata = views.layers(lab).text
    for row in views.ledger(lab).rows[:4]:
        letter, name = row[0].split()
        assert f"\n{letter} " in strata
        assert name in strata
