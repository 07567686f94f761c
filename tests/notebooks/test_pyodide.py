"""The first lesson in the browser's Python: its cells print there what the lesson shows here.

Pyodide runs under node, with the same wheels that a browser would load.  A cell that needs a front
end (tagged ``front-end``) is run too, since later cells may need it, but only its errors count.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import absent

pytestmark = pytest.mark.pyodide

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tools" / "pyodide"
LESSON = ROOT / "notebooks" / "01-your-first-push.ipynb"
#: Forms that are text; the picture in text/html is text too, and must be the same one.
TEXT_FORMS = ("text/plain", "text/html", "text/markdown")


@pytest.fixture(scope="module")
def pyodide(peer):
    """``pyodide(sources)``: run cells in one fresh session there; what each one showed."""
    node = peer("node")
    if not (HERE / "node_modules" / "pyodide").is_dir():
        absent("Pyodide is not here: run  make pyodide")
    subprocess.run([sys.executable, "-c", _BUILD], cwd=HERE, check=True, timeout=120)

    def run(sources: list[str]) -> list[dict]:
        ran = subprocess.run(
            [node, HERE / "run.mjs", HERE / "wheels", HERE / "cells.py"],
            input=json.dumps(sources),
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=180,
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return run


#: The wheel is of the source as it is now, not as it was when the others were fetched.
_BUILD = "import prepare; prepare.wheel()"


def code_cells(path: Path) -> list[dict]:
    """The code cells of a lesson."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def needs_front_end(cell: dict) -> bool:
    """Whether what it shows is the front end's to draw."""
    return "front-end" in cell["metadata"].get("tags", [])


def committed(cell: dict) -> dict[str, object]:
    """What a cell shows in the lesson as it is committed."""
    streams = {"stdout": "", "stderr": ""}
    shown = []
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            streams[output["name"]] += "".join(output["text"])
        else:
            shown.append(texts(output["data"]))
    return {**streams, "shown": shown}


def texts(bundle: dict) -> dict[str, str]:
    """The text forms of a MIME bundle."""
    return {form: "".join(bundle[form]) for form in TEXT_FORMS if form in bundle}


def test_the_first_lesson_prints_in_pyodide_what_is_committed(pyodide):
    cells = code_cells(LESSON)
    ran = pyodide(["".join(cell["source"]) for cell in cells])
    assert [one["error"] for one in ran if one["error"]] == []
    for cell, one in zip(cells, ran, strict=True):
        if not needs_front_end(cell):
            there = {**one, "shown": [texts(bundle) for bundle in one["shown"]]}
            del there["error"]
            assert there == committed(cell), cell["id"]
    assert sum(not needs_front_end(cell) for cell in cells) >= 10


def test_pyodide_is_another_python_without_threads_or_numpy(pyodide):
    version, numpy, wrong = pyodide(
        ["import sys\nsys.platform, sys.version_info[:2]", "import numpy", "1 + 1"]
    )
    assert version["shown"] == [{"text/plain": "('emscripten', (3, 14))"}]
    assert numpy["error"] == "ModuleNotFoundError: No module named 'numpy'"
    assert wrong["shown"] == [{"text/plain": "2"}]
