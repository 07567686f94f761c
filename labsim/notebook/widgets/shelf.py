"""The image shelf: pick images, and see what they list, share and would free."""

from __future__ import annotations

import ipywidgets

from labsim.course import views
from labsim.course.shelf import shelf
from labsim.lab import Lab
from labsim.notebook.widgets.panel import Panel, button, row

__all__ = ["ImageShelf"]


class ImageShelf(Panel):
    """A box to tick for each name on the laptop, and below them the picked images as strata."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.boxes = {name: _box(name) for name in views.images(lab)}
        self.every = button("All", lambda: self.pick(*self.boxes))
        self.none = button("None", self.pick)
        boxes = row(*self.boxes.values(), self.every, self.none)
        super().__init__("The images that are picked", [boxes])
        for box in self.boxes.values():
            box.observe(self._moved, names="value")
        self._moved()

    @property
    def picked(self) -> list[str]:
        """The names that are ticked."""
        return [name for name, box in self.boxes.items() if box.value]

    def pick(self, *names: str) -> None:
        """Tick exactly these; the picture is drawn once."""
        for box in self.boxes.values():
            box.unobserve(self._moved, names="value")
        for name, box in self.boxes.items():
            box.value = name in names
            box.observe(self._moved, names="value")
        self._moved()

    def _moved(self, _: object = None) -> None:
        here = set(self.lab.images())
        self.show(shelf(self.lab, [name for name in self.picked if name in here]))


def _box(name: str) -> ipywidgets.Checkbox:
    return ipywidgets.Checkbox(
        value=True, description=name, indent=False, layout={"width": "auto", "margin": "0 1em 0 0"}
    )
