"""Execute the lessons and write them in canonical form.

A lesson's outputs are part of its source, so two runs must write the same bytes.  Canonical form
makes that so: no timings, no kernel patch version, no widget state, each stream in one block,
execution counts 1 to n, cell ids that a person can read, one newline at the end.

    python tools/refresh_notebooks.py            execute and rewrite notebooks/
    python tools/refresh_notebooks.py --check    only say which file is not in canonical form
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

Json = dict[str, Any]

LESSONS = Path(__file__).parent.parent / "notebooks"
CELL_TIMEOUT_S = 60
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
#: A widget's view names a model of the kernel that drew it: of no use to the next kernel.
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
READABLE_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}.*")


def canonical(notebook: Json) -> Json:
    """The same lesson with everything left out that differs from run to run."""
    cells = [_cell(cell) for cell in notebook["cells"]]
    for count, cell in enumerate((c for c in cells if c["cell_type"] == "code"), 1):
        cell["execution_count"] = count
        for output in cell["outputs"]:
            if output["output_type"] == "execute_result":
                output["execution_count"] = count
    metadata = {
        key: notebook["metadata"][key] for key in ("labsim",) if key in notebook["metadata"]
    }
    return {
        "cells": cells,
        "metadata": metadata | {"kernelspec": KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(cell: Json) -> Json:
    kept = {
        "cell_type": cell["cell_type"],
        "id": cell["id"],
        "metadata": {key: cell["metadata"][key] for key in ("tags",) if cell["metadata"].get(key)},
        "source": _lines(cell["source"]),
    }
    if cell["cell_type"] == "code":
        kept["execution_count"] = cell["execution_count"]
        kept["outputs"] = _outputs(cell["outputs"])
    return kept


def _outputs(outputs: list[Json]) -> list[Json]:
    """Rich outputs in order; the streams between two of them as one block each, stdout first.

    The kernel flushes its two streams when it likes, so how they interleave says nothing.
    """
    kept: list[Json] = []
    streams: dict[str, str] = {}
    for output in [*outputs, None]:
        if output is not None and output["output_type"] == "stream":
            name = output["name"]
            streams[name] = streams.get(name, "") + "".join(output["text"])
            continue
        kept += [
            {"name": name, "output_type": "stream", "text": _lines(streams[name])}
            for name in ("stdout", "stderr")
            if name in streams
        ]
        streams = {}
        if output is not None:
            kept.append(_rich(output))
    return kept


def _rich(output: Json) -> Json:
    if "data" not in output:
        return output
    data = {mime: _lines(value) for mime, value in output["data"].items() if mime != WIDGET_VIEW}
    return output | {"data": data, "metadata": {}}


def _lines(text: Any) -> Any:
    """Text as nbformat keeps it on disk: a list of lines, so that a diff shows what changed."""
    joined = "".join(text) if isinstance(text, list) else text
    return joined.splitlines(keepends=True) if isinstance(joined, str) else joined


def faults(notebook: Json) -> list[str]:
    """What keeps these cells from being canonical although nothing can be done about it here."""
    ids = [cell["id"] for cell in notebook["cells"]]
    wrong = [
        f"cell id {name!r} is not readable"
        for name in ids
        if not READABLE_ID.fullmatch(name) or RANDOM_ID.fullmatch(name)
    ]
    wrong += [f"cell id {name!r} appears twice" for name in sorted(set(ids)) if ids.count(name) > 1]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell["execution_count"] is None:
            wrong.append(f"cell {cell['id']!r} was never run, so nothing compares its output")
    return wrong


def written(notebook: Json) -> str:
    """The file's text."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def executed(path: Path) -> Json:
    """The notebook after a fresh kernel ran it, in a folder of its own."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=CELL_TIMEOUT_S,
            record_timing=False,
            kernel_name=KERNEL["name"],
            resources={"metadata": {"path": folder}},
        )
        client.execute()
    result: Json = json.loads(nbformat.writes(notebook))
    return result


def main(arguments: list[str] | None = None) -> int:
    """Refresh (or check) the notebooks named, or all lessons."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="execute and write nothing")
    parser.add_argument("paths", nargs="*", type=Path, default=sorted(LESSONS.rglob("*.ipynb")))
    asked = parser.parse_args(arguments)
    return max((_refresh(path, check=asked.check) for path in asked.paths), default=0)


def _refresh(path: Path, *, check: bool) -> int:
    before = path.read_text(encoding="utf-8")
    notebook = canonical(json.loads(before) if check else executed(path))
    after = written(notebook)
    problems = faults(notebook)
    if check and after != before:
        problems.append("not in canonical form: run `make notebooks`")
    for problem in problems:
        print(f"{path.name}: {problem}", file=sys.stderr)
    if not check and after != before:
        path.write_text(after, encoding="utf-8", newline="\n")
        print(f"{path.name}: rewritten")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
