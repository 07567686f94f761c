"""The explorer of a name: type a name and see its parts, each with what filled it."""

from __future__ import annotations

import ipywidgets

from labsim.figures.name import name_figure
from labsim.notebook.widgets.panel import WIDE, Panel, choice, row

__all__ = ["EXAMPLES", "NameSplitter"]

#: Names worth a look: what is filled in, what decides between host and namespace, what is refused.
EXAMPLES = (
    "golang",
    "cantdocpp/golang:v1",
    "ghcr.io/alice/app:2",
    "localhost:5000/team/app",
    "team/app@sha256:" + "ab" * 32,
    "https://ghcr.io/alice/app",
    "Golang",
    "app:v1:v2",
)


class NameSplitter(Panel):
    """A text field, and below it what the name in it means; ``figure`` is what is shown now."""

    def __init__(self, text: str) -> None:
        self.field = ipywidgets.Text(
            value=text,
            description="Image name:",
            continuous_update=True,
            style=WIDE,
            layout={"width": "28em", "max_width": "100%"},
        )
        examples = [("choose one", ""), *((name[:40], name) for name in EXAMPLES)]
        self.example = choice("Examples:", examples, self._take, "")
        super().__init__("The parts of a name", [row(self.field, self.example)])
        self.field.observe(self._split, names="value")
        self._split()

    def _take(self) -> None:
        if self.example.value:
            self.field.value = self.example.value

    def _split(self, _: object = None) -> None:
        self.show(name_figure(self.field.value))
