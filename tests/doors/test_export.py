"""``export``: a figure as a file by its suffix, the same bytes again, a sentence for the rest."""

from __future__ import annotations

import csv
import json
import re
import sys
from html.parser import HTMLParser
from xml.etree.ElementTree import fromstring

import pytest

from labsim import Lab, LabError, export
from labsim.course import views
from labsim.doors.export import FORMATS
from labsim.figures.comparison import comparison_figure
from labsim.figures.figure import Figure
from labsim.figures.filter import filter_figure
from tests.figures.kept import pushed

FIGURE = filter_figure("*/golang", ["golang", "script/golang:v1"])


@pytest.mark.parametrize("suffix", [".svg", ".html", ".json", ".csv"])
def test_the_same_figure_is_the_same_bytes(tmp_path, suffix):
    one, other = (export(FIGURE, tmp_path / f"{name}{suffix}") for name in "ab")
    assert one.read_bytes() == other.read_bytes() != b""
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a{suffix}", f"b{suffix}"]


def test_an_svg_is_the_drawing(tmp_path):
    text = export(FIGURE, tmp_path / "x.svg").read_text(encoding="utf-8")
    root = fromstring(text)
    drawn = fromstring(FIGURE.svg)
    assert text.startswith("<?xml")
    assert [one.tag for one in root.iter()] == [one.tag for one in drawn.iter()]
    assert (root.get("width"), root.get("role")) == (drawn.get("width"), "img")


def test_json_and_csv_are_the_rows(tmp_path):
    read = json.loads(export(FIGURE, tmp_path / "x.json").read_text(encoding="utf-8"))
    assert read == FIGURE.data
    with export(FIGURE, tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows if row["table"] == "names"] == [
        row["name"] for row in FIGURE.data["names"]
    ]


class Page(HTMLParser):
    """What a page fetches, what it is called, and what stands in its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.text: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        if self.tags:
            self.text.setdefault(self.tags[-1], data)


def test_a_page_stands_alone_and_has_the_words(tmp_path):
    text = export(FIGURE, tmp_path / "x.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.fetched == []
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    assert "default-src 'none'" in text
    assert '<html lang="en">' in text
    assert page.text["h1"].strip() == page.text["title"].strip() != ""
    assert FIGURE.text in page.text["pre"]
    assert not {"script", "link", "img", "iframe"} & {*page.tags}


def test_a_table_can_be_drawn_and_is_a_table_on_a_page(tmp_path):
    table = views.ledger(pushed())
    drawn = fromstring(export(table, tmp_path / "x.svg").read_text(encoding="utf-8"))
    words = {one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert table.total in words
    page = export(table, tmp_path / "x.html").read_text(encoding="utf-8")
    assert table.html in page
    assert "<title>What became of each blob</title>" in page


def test_a_replay_is_exported_as_its_figure(tmp_path):
    replay = views.replayed(pushed())
    export(replay, tmp_path / "x.svg")
    assert "<svg" in (tmp_path / "x.svg").read_text(encoding="utf-8")


def test_hostile_words_stay_words_on_a_page(tmp_path):
    figure = Figure("<svg><title>&lt;script&gt;</title></svg>", "<script>alert(1)</script>")
    text = export(figure, tmp_path / "x.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<title>&lt;script&gt;</title>" in text


def test_a_png_is_twice_the_size_of_the_drawing(tmp_path):
    pytest.importorskip("resvg_py", reason="resvg-py is not installed (labsim[png])")
    data = export(FIGURE, tmp_path / "x.png").read_bytes()
    width, height = (int.from_bytes(data[at : at + 4]) for at in (16, 20))
    root = fromstring(FIGURE.svg)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    for pixels, side in ((width, "width"), (height, "height")):
        assert abs(pixels - 2 * float(root.get(side, 0))) <= 1


def test_without_its_library_a_png_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(LabError, match=r'a \.png needs a library: pip install "labsim\[png\]"'):
        export(FIGURE, tmp_path / "x.png")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["x", "x.gif", "x.", ".svg"])
def test_a_name_without_a_known_suffix_is_a_sentence(tmp_path, name):
    with pytest.raises(LabError, match=r"names no format; end it with one of \.svg, \.png"):
        export(FIGURE, tmp_path / name)
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(LabError, match="it cannot be written: No such file or directory"):
        export(FIGURE, tmp_path / "nowhere" / "x.svg")


def test_what_is_no_figure_is_a_sentence(tmp_path):
    with pytest.raises(LabError, match="takes a figure, a table or a plot, and int is none"):
        export(7, tmp_path / "x.svg")


def test_a_page_is_no_drawing(tmp_path):
    figure = comparison_figure(Lab().compare())
    for suffix in FORMATS:
        if suffix in (".svg", ".png"):
            with pytest.raises(LabError, match="this figure is a page, not a drawing"):
                export(figure, tmp_path / f"x{suffix}")
        else:
            assert export(figure, tmp_path / f"x{suffix}").read_bytes()


def test_a_failed_export_leaves_the_older_file(tmp_path, monkeypatch):
    target = export(FIGURE, tmp_path / "x.svg")
    before = target.read_bytes()
    with pytest.raises(LabError):
        export(comparison_figure(Lab().compare()), target)
    assert target.read_bytes() == before
