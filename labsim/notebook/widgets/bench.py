"""The Dockerfile bench: edit, move lines, touch a file; see the cut, and the bytes of a push."""

from __future__ import annotations

import ipywidgets

from labsim.course.bench import Bench, blocks
from labsim.errors import LabError
from labsim.figures.build import advice_figure
from labsim.lab import Lab
from labsim.notebook.widgets.panel import WIDE, Panel, button, choice, row

__all__ = ["DockerfileBench"]


class DockerfileBench(Panel):
    """A Dockerfile to type in, its instructions as a list to move them, and files to touch.

    It works in a fork of the lab; *Keep* writes the Dockerfile to the laptop.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.bench = Bench(lab)
        self.editor = ipywidgets.Textarea(
            description="Dockerfile:",
            continuous_update=False,
            rows=8,
            style=WIDE,
            layout={"width": "30em", "max_width": "100%"},
        )
        self.lines = ipywidgets.Select(
            description="Instruction:", rows=8, style=WIDE, layout={"width": "30em"}
        )
        self.lines.layout.max_width = "100%"
        self.up = button("Move up", lambda: self._move(-1))
        self.down = button("Move down", lambda: self._move(1))
        self.file = choice("File:", self.bench.files, _nothing, self.bench.likely or None)
        self.touch = button("Touch", self._touch, tip="An edit of one line")
        self.advise = button("Advise", self._advise, tip="Which order makes the push cheapest")
        self.keep = button("Keep", self._keep, tip="Write this Dockerfile to the laptop")
        acts = row(self.up, self.down, self.file, self.touch, self.advise, self.keep)
        super().__init__("The build, step by step", [row(self.editor, self.lines), acts])
        self._refresh()
        self.editor.observe(self._edited, names="value")

    def _refresh(self, at: int = 0) -> None:
        """The Dockerfile as it is, and what the last build came to."""
        self.editor.value = self.bench.text
        try:
            found = blocks(self.bench.text)
        except LabError:
            found = []
        self.lines.options = [(_first_line(one), place) for place, one in enumerate(found)]
        if found:
            self.lines.value = min(at, len(found) - 1)
        self.up.disabled = self.down.disabled = not found
        self.show(self.bench.figure, self.bench.sentence)

    # -- acting ------------------------------------------------------------------------------------

    def _edited(self, _: object) -> None:
        if self.editor.value != self.bench.text:
            self.bench.write(self.editor.value)
            self._refresh(self.lines.value or 0)

    def _move(self, by: int) -> None:
        self.trying(lambda: self._refresh(self.bench.move(self.lines.value, by)))

    def _touch(self) -> None:
        if self.trying(self.bench.touch, self.file.value):
            self._refresh(self.lines.value or 0)

    def _advise(self) -> None:
        self.trying(self._advised)

    def _advised(self) -> None:
        self.show(advice_figure(self.bench.advice(self.file.value or "")))

    def _keep(self) -> None:
        if self.trying(self.bench.keep, self.lab):
            self.say("The Dockerfile is on the laptop now; lab.undo() takes it back.")


def _nothing() -> None:
    """Which file is chosen matters when it is touched."""


def _first_line(block: str) -> str:
    """What stands for an instruction in the list: its first line that is no remark."""
    lines = [line.strip() for line in block.splitlines() if line.strip()]
    return next((line for line in lines if not line.startswith("#")), lines[0])
