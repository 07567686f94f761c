"""A panel: controls in a row, and below them the sentence and the picture that they lead to.

Every widget with controls of its own is one.  The controls are ipywidgets; what they do is decided
in Python, and comes back as one sentence, which a screen reader hears, and one picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets

from labsim.errors import LabError
from labsim.figures.figure import Figure, Table
from labsim.figures.replay import Replay
from labsim.notebook.widgets.picture import controls, moments
from labsim.notebook.widgets.shell import Shell, framed, live

__all__ = ["Panel", "button", "choice", "row"]

#: A label is as wide as its words, and never cut.
WIDE = {"description_width": "initial"}


class Panel(ipywidgets.VBox):
    """Controls and a :class:`Shell`; ``said`` is the sentence, ``figure`` the picture shown now.

    ``name`` is what a screen reader calls the picture's group.
    """

    def __init__(self, name: str, controls: Iterable[ipywidgets.Widget]) -> None:
        self.name = name
        self.figure: Figure | Table = Figure("", "")
        self.said = ""
        self.shell = Shell(Figure("", ""), framed("", "", "", name))
        super().__init__([*controls, self.shell])

    def show(self, figure: Figure | Table, said: str = "") -> None:
        """Say this sentence (by default the first line of the figure's text) and show this."""
        self.figure = figure
        self.said = said or figure.text.partition("\n")[0]
        picture = Figure(figure.html, self.text)
        self.shell.show(picture, framed("", self.said, figure.html, self.name))

    def show_replay(self, replay: Replay, name: str) -> None:
        """Show a conversation on its clock, at its end, in a group of this name."""
        self.figure = replay.figure
        self.said = replay.figure.text.partition("\n")[0]
        markup = framed(controls(replay.length_us), self.said, replay.movable.svg, name)
        self.shell.show(replay.figure, markup, moments(replay.moments), replay.length_us)

    def trying(self, act: Callable[..., Any], *words: Any) -> bool:
        """Do something to the lab; what the lab refuses is said, and the picture stays."""
        try:
            act(*words)
        except LabError as error:
            self.say(str(error).splitlines()[0])
            return False
        return True

    def say(self, words: str) -> None:
        """Say a sentence and leave the picture as it is."""
        self.shell.say = self.said = words

    @property
    def text(self) -> str:
        """All that is shown, as text: the sentence, and what the picture says."""
        if self.figure.text.startswith(self.said):
            return self.figure.text
        return f"{self.said}\n\n{self.figure.text}"

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return live(self, self.text, self.figure.html)


def button(words: str, act: Callable[[], Any], *, tip: str = "") -> ipywidgets.Button:
    """A button that is as wide as its words."""
    made = ipywidgets.Button(description=words, tooltip=tip, layout={"width": "auto"})
    made.on_click(lambda _: act())
    return made


def choice(
    words: str, options: Iterable[Any], act: Callable[[], Any], value: Any = None
) -> ipywidgets.Dropdown:
    """A list to choose one of; ``act`` is called when another is chosen."""
    made = ipywidgets.Dropdown(
        options=list(options),
        value=value,
        description=words,
        style=WIDE,
        layout={"width": "auto", "max_width": "100%"},
    )
    made.observe(lambda _: act(), names="value")
    return made


def row(*controls: ipywidgets.Widget) -> ipywidgets.HBox:
    """Controls side by side; those that find no room begin another line."""
    return ipywidgets.HBox(controls, layout={"flex_flow": "row wrap", "align_items": "center"})
