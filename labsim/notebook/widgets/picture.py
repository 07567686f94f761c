"""Pictures whose parts can be chosen, and the replay, whose clock can be moved."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from labsim.figures.figure import Figure
from labsim.figures.replay import Moment, Replay
from labsim.notebook.widgets.shell import Shell, interactive

__all__ = ["REPLAY", "controls", "layers", "moments", "replay", "selectable"]

SPEED = (
    "<label>Speed <select data-speed><option value=0.5>half</option>"
    "<option value=1 selected>normal</option><option value=2>double</option>"
    "<option value=4>fourfold</option></select></label>"
)
LOOP = "<label><input type=checkbox data-loop> Again and again</label>"
REPLAY = "Replay of the conversation"
CHOOSE = "Choose a layer to see which images stand on it."


def layers(figure: Figure) -> Shell:
    """The local store; choosing a layer shows who shares it."""
    return selectable(figure, CHOOSE, "Layers of the local store")


def selectable(figure: Figure, hint: str, name: str) -> Shell:
    """A figure with parts to choose, under a hint that says what choosing one shows."""
    return Shell(figure, interactive(figure, "", hint, name))


def replay(shown: Replay) -> Shell:
    """A push or a pull on its clock: a slider over simulated time, play and step buttons."""
    markup = interactive(shown.movable, controls(shown.length_us), "", REPLAY)
    shell = Shell(shown.figure, markup, moments(shown.moments))
    shell.clock = shown.length_us
    return shell


def moments(told: Iterable[Moment]) -> list[dict[str, Any]]:
    """Moments as the front end reads them."""
    return [
        {"at": moment.at_us, "say": moment.sentence, "lanes": [list(lane) for lane in moment.lanes]}
        for moment in told
    ]


def controls(length_us: int) -> str:
    """What moves a clock of so many µs."""
    return (
        '<div class="labsim-controls">'
        f"{_button('play', 'Play', ' data-idle=Play data-busy=Pause')}"
        f"{_button('back', 'Step back')}{_button('step', 'Step')}{SPEED}{LOOP}"
        '<input type="range" data-clock min="0" step="any" '
        f'max="{length_us}" value="{length_us}" aria-label="Simulated time">'
        "</div>"
    )


def _button(does: str, words: str, more: str = "") -> str:
    return f'<button type="button" data-do="{does}"{more}>{escape(words)}</button>'
