"""The name splitter: type a name and see its parts, each with what filled it."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets

from labsim.figures.figure import Figure
from labsim.figures.name import name_figure
from labsim.notebook.widgets.shell import live

__all__ = ["NameSplitter"]


class NameSplitter(ipywidgets.VBox):
    """A text field, and below it what the name in it means; ``figure`` is what is shown now."""

    def __init__(self, text: str) -> None:
        self.field = ipywidgets.Text(
            value=text,
            description="Image name:",
            continuous_update=True,
            style={"description_width": "initial"},
        )
        self.said = ipywidgets.HTML()
        self.picture = ipywidgets.HTML()
        self.field.observe(self._split, names="value")
        self._split()
        super().__init__([self.field, self.said, self.picture])

    def _split(self, _: object = None) -> None:
        self.figure: Figure = name_figure(self.field.value)
        sentence = escape(self.figure.text.partition("\n")[0])
        self.said.value = f'<span role="status">{sentence}</span>'
        self.picture.value = self.figure.html

    def __repr__(self) -> str:
        return self.figure.text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return live(self, self.figure.text, self.figure.html)
