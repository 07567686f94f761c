"""The lab bar: undo, redo, reset and share, and a walk through all that was done.

The history goes over commands, and over the events of one push: a state is shown as its map, and
what an action said to a registry as a replay.
"""

from __future__ import annotations

import ipywidgets

from labsim.course.history import changed, conversation, state, steps
from labsim.figures.figure import Figure, scroll
from labsim.lab import Lab
from labsim.lab.journal import shown_action
from labsim.notebook.widgets.panel import WIDE, Panel, button, row

__all__ = ["LabBar"]

STATE, SAID = "the lab", "what was said"


class LabBar(Panel):
    """Buttons that act on the lab, a list of its states, and the state that is chosen there.

    Looking at an earlier state changes nothing; *Go back to here* undoes what came after it (and
    redo brings it again), *Fork here* makes another lab that goes its own way, and uses it.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.undo = button("Undo", self._undo, tip="Take the last action back")
        self.redo = button("Redo", self._redo, tip="Do again what was undone last")
        self.reset = button("Reset", self._reset, tip="Take everything back; redo brings it again")
        self.share = button("Share", self._share, tip="The script that leads to this state")
        self.again = button("Refresh", self.refresh, tip="After actions in other cells")
        self.back = button("Go back to here", self._back)
        self.fork = button("Fork here", self._fork)
        self.history = ipywidgets.Select(
            description="After:", rows=6, style=WIDE, layout={"width": "34em", "max_width": "100%"}
        )
        self.shows = ipywidgets.ToggleButtons(
            options=[STATE, SAID],
            description="Show:",
            style={**WIDE, "button_width": "auto"},
            layout={"width": "auto"},
        )
        super().__init__("The lab at the chosen moment", self._controls())
        self.refresh()
        self.shows.observe(self._look, names="value")

    def _controls(self) -> tuple[ipywidgets.Widget, ...]:
        acts = row(self.undo, self.redo, self.reset, self.share, self.again)
        return acts, row(self.history, self.shows, self.back, self.fork)

    def refresh(self, said: str = "") -> None:
        """Read the lab again, and show the state that it is in."""
        found = steps(self.lab)
        self.history.unobserve_all("value")
        self.history.options = [(one.title, one.after) for one in reversed(found)]
        self.history.value = found[-1].after
        self.history.observe(self._look, names="value")
        self.undo.disabled = self.reset.disabled = not self.lab.journal
        self.redo.disabled = not self.lab.undone
        self._look(said=said)

    def _look(self, _: object = None, said: str = "") -> None:
        """Show the chosen state, or what led to it."""
        now = self.history.value == len(self.lab.journal)
        self.back.disabled = self.fork.disabled = now
        if self.shows.value == STATE:
            self.show(state(self.lab, self.history.value), said)
        else:
            self.trying(self._said)

    def _said(self) -> None:
        told = conversation(self.lab, self.history.value)
        self.show_replay(told, "What the action said, on its clock")

    # -- acting ------------------------------------------------------------------------------------

    def _undo(self) -> None:
        self.trying(lambda: self.refresh(f"Undone: {shown_action(self.lab.undo())}"))

    def _redo(self) -> None:
        self.trying(lambda: self.refresh(f"Done again: {shown_action(self.lab.redo())}"))

    def _reset(self) -> None:
        self.lab.reset()
        self.refresh("Everything is taken back; redo brings it again, action by action.")

    def _back(self) -> None:
        there = self.history.value
        while any(map(changed, self.lab.journal[there:])):
            self.lab.undo()
        self.refresh(f"Back to after {len(self.lab.journal)} actions; redo brings the rest again.")

    def _fork(self) -> None:
        there = self.history.value
        self.lab = self.lab.at(there).use()
        self.refresh(f"A fork after {there} actions is the lab that %docker acts on now.")

    def _share(self) -> None:
        script = self.lab.script
        said = "This script leads anybody to this state: Lab.replay(script)."
        page = scroll(script, "The script of the lab")
        self.show(Figure(page, f"{said}\n\n{script}"), said)
