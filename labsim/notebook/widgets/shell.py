"""The one front end: it shows markup made in Python and moves its clock and its selection.

Its JavaScript draws nothing, so what a learner sees is what the text says, and a figure's tests are
Python tests.  ``shell.js`` and ``shell.css`` travel in the wheel; nothing is loaded from a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from labsim.figures.figure import Figure

__all__ = ["Shell", "VIEW", "framed", "interactive", "live"]

VIEW = "application/vnd.jupyter.widget-view+json"
_HERE = Path(__file__).parent


class Shell(anywidget.AnyWidget):
    """A figure whose parts can be chosen and, where it has moments, whose clock can be moved.

    ``clock`` is in µs of simulated time, ``chosen`` the key of a part or empty; both may be set
    from Python as well as by hand.  The still figure is its text form.  Where the markup has a
    prompt, ``past`` are the lines before; what is typed there comes as a message, since traits are
    what a notebook file keeps.
    """

    _esm = _HERE / "shell.js"
    _css = _HERE / "shell.css"

    markup = traitlets.Unicode().tag(sync=True)
    moments: traitlets.List[Any] = traitlets.List().tag(sync=True)
    clock = traitlets.Int().tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)
    past: traitlets.List[Any] = traitlets.List().tag(sync=True)
    say = traitlets.Unicode().tag(sync=True)

    def __init__(self, figure: Figure, markup: str, moments: Sequence[Any] = ()) -> None:
        self.figure = figure
        super().__init__(markup=markup, moments=list(moments))

    def show(
        self, figure: Figure, markup: str, moments: Sequence[Any] = (), clock: int = 0
    ) -> None:
        """Another picture in the place of this one, in one message."""
        self.figure = figure
        with self.hold_sync():
            self.chosen, self.clock, self.say = "", clock, ""
            self.moments = list(moments)
            self.markup = markup

    def __repr__(self) -> str:
        return self.figure.text

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return live(self, self.figure.text, self.figure.html), {}


def live(widget: Any, text: str, html: str = "") -> dict[str, Any]:
    """What a widget shows: itself where it can be drawn, else a complete text and still picture."""
    bundle: dict[str, Any] = {"text/plain": text}
    if html:
        bundle["text/html"] = html
    return bundle | {
        VIEW: {"version_major": 2, "version_minor": 0, "model_id": widget.model_id},
    }


def interactive(figure: Figure, controls: str, hint: str, name: str) -> str:
    """The figure's markup with controls, and a live region that begins with a hint.

    Inside ``role="img"`` a screen reader sees no parts, so a figure with parts is a group.
    """
    return framed(controls, hint, figure.html, name)


def framed(controls: str, said: str, picture: str, name: str) -> str:
    """Controls, the sentence that is said, and a picture (any HTML) under it, as one group."""
    if "data-key" in picture or "data-lane" in picture:
        picture = picture.replace('role="img"', 'role="group"')
    return (
        f'<div class="labsim" role="group" aria-label="{escape(name)}"'
        ' data-lm-suppress-shortcuts="true">'
        f'{controls}<p role="status" data-say="{escape(said)}">{escape(said)}</p>{picture}</div>'
    )
