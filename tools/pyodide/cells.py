"""Runs inside Pyodide: execute code cells in IPython and say what each one showed.

``given`` is a JSON list of sources; the result is a JSON list of objects with ``stdout``,
``stderr``, ``shown`` (MIME bundles, a cell's value last) and ``error`` (null if it ran through).
"""

from __future__ import annotations

import json
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

given: str  # set by run.mjs


class Value(DisplayHook):
    """Keeps a cell's value, as a kernel would send it, instead of printing it."""

    bundles: list[dict[str, Any]] = []

    def write_output_prompt(self) -> None:
        """Print no ``Out[1]:``."""

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        """Keep the bundle."""
        self.bundles.append(format_dict)


class Shell(InteractiveShell):
    """A shell that shows nothing by itself."""

    displayhook_class = Value


def run(shell: InteractiveShell, source: str) -> dict[str, object]:
    """Execute one cell."""
    Value.bundles.clear()
    with capture_output() as captured:
        result = shell.run_cell(source, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    return {
        "stdout": captured.stdout,
        "stderr": captured.stderr,
        "shown": [output.data for output in captured.outputs] + Value.bundles,
        "error": None if error is None else f"{type(error).__name__}: {error}",
    }


_shell = Shell.instance(colors="nocolor")
json.dumps([run(_shell, source) for source in json.loads(given)])  # noqa: F821  run.mjs sets it
