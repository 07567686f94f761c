"""Be the registry: the client asks, the learner answers, and the client believes it."""

from __future__ import annotations

import ipywidgets

from labsim.course.registrar import Play
from labsim.lab import Lab
from labsim.notebook.widgets.panel import Panel, button, row

__all__ = ["BeTheRegistry"]

#: As many buttons as a request ever has answers.
MOST = 4


class BeTheRegistry(Panel):
    """A request, a button for each answer, and what the spec says about the last one.

    *Hint* says what a true registry finds, *Undo* takes the last answer back, *Answer the rest*
    answers as a true registry does, *Again* begins from the start.  Nothing of it is done to the
    lab.
    """

    def __init__(self, lab: Lab, name: str = "") -> None:
        self.lab = lab
        self.pushed = name
        self.play = Play(lab, name)
        self.answers = [ipywidgets.Button(layout={"width": "auto"}) for _ in range(MOST)]
        for at, one in enumerate(self.answers):
            one.on_click(lambda _, at=at: self._answer(at))
        self.hint = button("Hint", self._hint, tip="What a true registry finds when it looks")
        self.undo = button("Undo", self._undo, tip="Take the last answer back")
        self.rest = button("Answer the rest", self._finish, tip="As a true registry does")
        self.again = button("Again", self._begin, tip="From the start")
        bar = row(*self.answers, self.hint, self.undo, self.rest, self.again)
        super().__init__("What the client asks", ())
        self.told = ipywidgets.HTML()
        self.children = (self.shell, bar, self.told)
        self._ask()

    def answer(self, number: int) -> None:
        """Give the answer of that number, or that status."""
        if self.trying(self.play.answer, number):
            self._ask()

    def _answer(self, at: int) -> None:
        self.answer(self.play.choices[at].status)

    def _hint(self) -> None:
        self.say(self.play.hint)

    def _undo(self) -> None:
        taken = self.play.undo()
        self._ask()
        self.say(f"{taken.said} is taken back. {self.play.sentence}")

    def _finish(self) -> None:
        self.play.finish()
        self._ask()

    def _begin(self) -> None:
        self.play = Play(self.lab, self.pushed)
        self._ask()

    def _ask(self) -> None:
        """Show the request and its answers, or what it all came to."""
        offered = self.play.choices
        for at, one in enumerate(self.answers):
            one.layout.display = None if at < len(offered) else "none"
            one.disabled = at >= len(offered)
            if at < len(offered):
                one.description = f"{offered[at].status}: {offered[at].words}"
        self.rest.disabled = self.hint.disabled = not offered
        self.undo.disabled = not self.play.turns
        shown = self.play.figure
        self.show(shown, shown.text.partition("\n")[0])
        table = self.play.conversation
        self.told.value = f'<div class="labsim">{table.html}</div>' if table.rows else ""
