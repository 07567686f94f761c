r"""``export``: a figure as a file, in the format that the file's name asks for.

==========  ==================================================================================
``.svg``    the drawing alone
``.png``    the drawing as pixels, twice its size; needs ``pip install "labsim[png]"``
``.html``   a page that stands alone: the drawing, and below it the same in words
``.json``   the facts: one list of objects for each table
``.csv``    the facts: one line for each row
==========  ==================================================================================

All but the pixels are the same bytes for the same figure, on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from re import DOTALL, search
from typing import Any

from labsim.errors import LabError
from labsim.figures.data import as_csv, as_json
from labsim.figures.figure import Figure, Table

__all__ = ["FORMATS", "export"]

#: Pixels for each of the drawing's own: sharp on a good screen and on paper.
ZOOM = 2


def export(figure: Any, path: str | Path) -> Path:
    """Write a figure, a table or a plot to ``path``, replacing a file there; the path.

    The suffix is the format.  LabError where there is no such format, where the figure has none, or
    where the file cannot be written; then nothing is left behind.
    """
    target = Path(path)
    write = FORMATS.get(target.suffix.lower())
    if write is None:
        known = ", ".join(FORMATS)
        raise LabError(f"export: '{path}' names no format; end it with one of {known}")
    content = write(_shown(figure))
    part = target.with_name(f"{target.name}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        raise LabError(f"{path}: it cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _shown(figure: Any) -> Figure | Table:
    """The figure itself, the one that a replay has, or the one of a plot."""
    if isinstance(figure, Figure | Table):
        return figure
    if isinstance(inner := getattr(figure, "figure", None), Figure):
        return inner
    if hasattr(figure, "get_xlabel"):  # matplotlib's axes, which only plots may import
        from labsim.plots import figure_of

        return figure_of(figure)
    raise LabError(
        f"export takes a figure, a table or a plot, and {type(figure).__name__} is none of them"
    )


def _svg(figure: Figure | Table) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_drawing(figure)}\n'.encode()


def _drawing(figure: Figure | Table) -> str:
    drawing = figure.svg
    if not drawing.startswith("<svg"):
        raise LabError("export: this figure is a page, not a drawing: give .html, .json or .csv")
    return drawing.replace(_FLUID, "", 1)


#: A page may make a drawing narrower; outside of one, renderers take the height for none.
_FLUID = ' style="max-width:100%;height:auto"'


def _png(figure: Figure | Table) -> bytes:
    drawing = _drawing(figure)
    try:
        import resvg_py
    except ImportError:
        raise LabError(
            'export: a .png needs a library: pip install "labsim[png]"; .svg and .html need none'
        ) from None
    pixels: bytes = resvg_py.svg_to_bytes(
        svg_string=drawing,
        zoom=ZOOM,
        dpi=96,  # of a plot's points; by itself the library takes them for nothing
        sans_serif_family="DejaVu Sans",
        monospace_family="DejaVu Sans Mono",
    )
    return bytes(pixels)


def _html(figure: Figure | Table) -> bytes:
    text = figure.text
    title = escape(_title(figure))
    return _PAGE.format(title=title, figure=figure.html, text=escape(text)).encode()


def _title(figure: Figure | Table) -> str:
    """The drawing's own title, a table's caption, or the first words."""
    if isinstance(figure, Table):
        return figure.caption
    found = search(r"<title\b[^>]*>(.*?)</title>", figure.svg, DOTALL)
    first = figure.text.partition("\n")[0]
    return unescape(found[1]) if found else first


#: Nothing is fetched from anywhere, and the page says so to the browser.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem;
        padding: 0 1.5rem; }}
h1 {{ font-size: 1.3rem; }}
h2 {{ font-size: 1rem; margin-top: 2rem; }}
.figure {{ overflow-x: auto; }}
pre {{ overflow-x: auto; font: 14px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }}
th, td {{ padding: 0.2rem 0.8rem 0.2rem 0; text-align: right; font-weight: normal; }}
thead th {{ font-weight: 600; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<div class="figure" tabindex="0" role="group" aria-label="The figure">
{figure}
</div>
<h2 id="words">The same in words</h2>
<pre tabindex="0" role="group" aria-labelledby="words">{text}</pre>
</main>
</body>
</html>
"""


def _json(figure: Figure | Table) -> bytes:
    return as_json(figure.data).encode()


def _csv(figure: Figure | Table) -> bytes:
    return as_csv(figure.data).encode()


FORMATS: dict[str, Callable[[Figure | Table], bytes]] = {
    ".svg": _svg,
    ".png": _png,
    ".html": _html,
    ".json": _json,
    ".csv": _csv,
}
