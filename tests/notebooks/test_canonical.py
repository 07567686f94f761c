"""Lessons are in canonical form, and of the shape that a lesson has."""

from __future__ import annotations

import copy
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from tools.refresh_notebooks import LESSONS, WIDGET_VIEW, canonical, faults, main, written

PATHS = sorted(LESSONS.rglob("*.ipynb"))
each = pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])


def load(path: Path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_there_are_lessons():
    assert [path.name for path in PATHS][:1] == ["01-your-first-push.ipynb"]


@each
def test_a_lesson_is_written_as_running_it_again_would_write_it(path):
    assert path.read_text(encoding="utf-8") == written(canonical(load(path)))
    assert faults(load(path)) == []


@each
def test_a_lesson_keeps_nothing_of_the_kernel_that_ran_it(path):
    text = path.read_text(encoding="utf-8")
    assert WIDGET_VIEW not in text
    assert "model_id" not in text
    assert not re.search(r"0x[0-9a-f]{8,}", text)
    assert "iopub.execute_input" not in text


def test_a_lesson_has_25_to_30_cells():
    """What has no number is no lesson: the gallery."""
    lessons = [path for path in PATHS if path.name[:2].isdecimal()]
    assert {path.name for path in PATHS} - {path.name for path in lessons} == {"gallery.ipynb"}
    counts = {path.name: len(load(path)["cells"]) for path in lessons}
    assert {name: count for name, count in counts.items() if not 25 <= count <= 30} == {}


@each
def test_no_cell_defines_a_helper(path):
    for cell in load(path)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            assert not re.search(r"^\s*(def|class|async)\s|\blambda\b", source, re.MULTILINE)


@each
def test_headings_skip_no_level(path):
    text = "\n".join(
        "".join(cell["source"]) for cell in load(path)["cells"] if cell["cell_type"] == "markdown"
    )
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(inner <= outer + 1 for outer, inner in pairwise(levels))


@each
def test_every_picture_has_its_text_and_an_accessible_name(path):
    for cell in load(path)["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/html" in data:
                assert data["text/plain"]
                html = "".join(data["text/html"])
                assert "<svg" not in html or re.search(
                    r'role="img" aria-labelledby="\S+ \S+"', html
                )
            assert "image/svg+xml" not in data


@each
def test_cells_that_show_a_widget_are_marked(path):
    fronts = (
        "name_splitter(", "layer_picture(", "push_replay(", "predict(", "layer_graph(",
        "conversation(", "registry_shelves(", "digest_tree(", "image_shelf(", "push_fork(",
        "registry_browser(", "lab_bar(", "terminal(", "dockerfile_bench(", "be_the_registry(",
    )  # fmt: skip
    for cell in load(path)["cells"]:
        shows = cell["cell_type"] == "code" and any(f in "".join(cell["source"]) for f in fronts)
        assert ("front-end" in cell["metadata"].get("tags", ())) == shows, cell["id"]


# --- the form itself -----------------------------------------------------------------------------


@pytest.fixture
def raw():
    """A notebook as a kernel might leave it, with everything in it that differs from run to run."""
    return {
        "cells": [
            {
                "cell_type": "code",
                "id": "one",
                "execution_count": 7,
                "metadata": {"execution": {"iopub.status.busy": "2026"}, "tags": ["front-end"]},
                "source": "a\nb",
                "outputs": [
                    {"output_type": "stream", "name": "stderr", "text": "e1\n"},
                    {"output_type": "stream", "name": "stdout", "text": ["o1\n", "o2"]},
                    {"output_type": "stream", "name": "stderr", "text": "e2"},
                    {
                        "output_type": "execute_result",
                        "execution_count": 7,
                        "metadata": {"x": 1},
                        "data": {"text/plain": "t", WIDGET_VIEW: {"model_id": "f00"}},
                    },
                    {"output_type": "stream", "name": "stdout", "text": "o3"},
                ],
            },
            {"cell_type": "markdown", "id": "two", "metadata": {"x": 1}, "source": "# T"},
        ],
        "metadata": {
            "widgets": {"state": {}},
            "language_info": {"name": "python", "version": "3.11.7"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def test_canonical_form_keeps_what_was_said_and_drops_what_differs(raw):
    code, text = canonical(raw)["cells"]
    assert code["execution_count"] == 1
    assert code["metadata"] == {"tags": ["front-end"]}
    assert code["source"] == ["a\n", "b"]
    assert [(o.get("name"), o.get("text")) for o in code["outputs"]] == [
        ("stdout", ["o1\n", "o2"]),
        ("stderr", ["e1\n", "e2"]),
        (None, None),
        ("stdout", ["o3"]),
    ]
    assert code["outputs"][2] == {
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {},
        "data": {"text/plain": ["t"]},
    }
    assert text["metadata"] == {}
    assert canonical(raw)["metadata"]["language_info"] == {"name": "python"}
    assert written(canonical(raw)).endswith("}\n")


def test_canonical_form_is_its_own_canonical_form(raw):
    once = canonical(raw)
    assert canonical(copy.deepcopy(once)) == once


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": "1f0e2d3c"}, "not readable"),
        ({"id": "af0e2d3c"}, "not readable"),
        ({"id": "Two words"}, "not readable"),
        ({"id": "two"}, "appears twice"),
        ({"execution_count": None}, "was never run"),
    ],
)
def test_what_nobody_can_repair_is_named(raw, change, fault):
    assert faults(raw) == []
    raw["cells"][0] |= change
    assert any(fault in words for words in faults(raw))


def test_checking_a_file_says_what_is_wrong_and_writes_nothing(raw, tmp_path, capsys):
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert main(["--check", str(path)]) == 1
    assert "not in canonical form" in capsys.readouterr().err
    assert json.loads(path.read_text(encoding="utf-8")) == raw
    path.write_text(written(canonical(raw)), encoding="utf-8")
    assert main(["--check", str(path)]) == 0


@each
def test_no_cell_holds_a_password(path):
    """A secret in a cell stays there for everyone who opens the notebook."""
    written_out = re.compile(r"password\s*=\s*[\"']|sign_up\([\"'][^\"']*[\"'],\s*[\"']")
    for cell in load(path)["cells"]:
        assert not written_out.search("".join(cell["source"]))
