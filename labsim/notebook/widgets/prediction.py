"""The prediction widget: choose an answer and how sure you are, then commit for good."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets

from labsim.course.predict import CONFIDENCE, Prediction
from labsim.errors import LabError
from labsim.lab import Lab
from labsim.notebook.widgets.shell import live

__all__ = ["PredictionWidget"]

WIDE = {"description_width": "initial"}


class PredictionWidget(ipywidgets.VBox):
    """Buttons for the answers, buttons for the confidence, and one to commit."""

    def __init__(self, prediction: Prediction, lab: Lab) -> None:
        self.prediction = prediction
        self.lab = lab
        self.answer = ipywidgets.RadioButtons(
            options=[(f"{c.megabytes} MB", c.megabytes) for c in prediction.question.choices],
            value=prediction.megabytes,
            description="Your prediction:",
            style=WIDE,
        )
        self.confidence = ipywidgets.ToggleButtons(
            options=[(words, level) for level, words in CONFIDENCE.items()],
            value=prediction.confidence or 2,
            description="How sure?",
            style=WIDE,
        )
        self.button = ipywidgets.Button(description="Commit", button_style="primary")
        self.said = ipywidgets.HTML()
        self.button.on_click(self._commit)
        question = ipywidgets.HTML(f"<strong>{escape(prediction.question.ask)}</strong>")
        super().__init__([question, self.answer, self.confidence, self.button, self.said])
        self._lock()

    def _commit(self, _: object) -> None:
        if self.answer.value is None:
            self._say("Choose an answer first.")
            return
        try:
            self.prediction.commit(self.lab, self.answer.value, self.confidence.value)
        except LabError as error:
            self._say(f"Too late: {error}.")
        self._lock()

    def _lock(self) -> None:
        """Once committed, an answer stays."""
        if self.prediction.committed:
            for part in (self.answer, self.confidence, self.button):
                part.disabled = True
            self._say(f"Committed: {self.prediction.megabytes} MB. Now run the push.")

    def _say(self, words: str) -> None:
        self.said.value = f'<span role="status">{escape(words)}</span>'

    def __repr__(self) -> str:
        return str(self.prediction)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return live(self, str(self.prediction))
