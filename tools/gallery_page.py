"""Write docs/gallery.html: the gallery as a page that stands alone, for who has no kernel.

It is what the notebook holds, cell by cell, each picture with its words below it.  Nothing is
fetched from anywhere, and nothing in it runs.

Usage: python -m tools.gallery_page
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import mistune

from tools.refresh_notebooks import LESSONS

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[1] / "docs" / "gallery.html"
GALLERY = LESSONS / "gallery.ipynb"
_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<!-- Written by `python -m tools.gallery_page`; do not edit. -->
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>labsim: the gallery</title>
<style>
:root { color-scheme: light dark; --rule: #8a8a8a; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem;
       padding: 0 1.5rem; }
pre, code { font: 14px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { overflow-x: auto; margin: 0.5rem 0; }
.source { border-left: 3px solid var(--rule); padding-left: 0.8rem; }
.shown { overflow-x: auto; padding: 0.25rem 0; }
:focus-visible { outline: 3px solid #0072b2; outline-offset: 2px; }
summary { cursor: pointer; width: fit-content; }
section { margin-bottom: 2rem; }
th, td { padding: 0.2rem 0.8rem 0.2rem 0; text-align: right; font-weight: normal; }
thead th { font-weight: 600; }
</style>
</head>
<body>
<main>
"""
_TAIL = "</main>\n</body>\n</html>\n"
_SCROLLS = 'tabindex="0" role="group" aria-label='


def page(path: Path = GALLERY) -> str:
    """The whole page, of any notebook in canonical form."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "".join((_HEAD, *(part for cell in cells for part in _cell(cell)), _TAIL))
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


def _cell(cell: dict[str, Any]) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield str(mistune.html(source))
        return
    yield f'<section id="{cell["id"]}">\n'
    yield f'<pre class="source" {_SCROLLS}"Cell {cell["id"]}"><code>{escape(source)}</code></pre>\n'
    for number, output in enumerate(cell["outputs"], 1):
        yield from _output(output, f"{cell['id']} {number}")
    yield "</section>\n"


def _output(output: dict[str, Any], name: str) -> Iterator[str]:
    """A picture with its words behind a button, or what was printed."""
    data = output.get("data", {})
    words = "".join(output.get("text") or data.get("text/plain", ""))
    said = f'<pre {_SCROLLS}"Words of {name}">{escape(words)}</pre>\n'
    if picture := "".join(data.get("text/html", "")):
        yield f'<div class="shown" {_SCROLLS}"Picture of {name}">\n{picture}\n</div>\n'
        yield f"<details><summary>The same in words</summary>\n{said}</details>\n"
    elif re.search(r"\S", words):
        yield said


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
