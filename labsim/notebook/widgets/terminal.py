"""A Docker prompt inside the notebook, with a history, the Tab key and questions for passwords.

All that it decides is decided by :class:`labsim.terminal.session.Session`.  The front end speaks to
it in messages, which no notebook file keeps, and not in traits, which the widget state in a
notebook file consists of: so a password is in neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from labsim.figures.figure import Figure
from labsim.lab import Lab
from labsim.notebook.widgets.panel import Panel, button, row
from labsim.notebook.widgets.shell import framed
from labsim.terminal.screen import Row
from labsim.terminal.session import Session

__all__ = ["Terminal"]

WELCOME = "Type help for what can be typed."
KEYS = (
    "Enter runs the line, Up and Down walk through those before, Tab completes, Ctrl+L empties the"
    " screen. After Escape the next key is the browser’s again: Escape, then Tab, leaves."
)
QUESTION_KEYS = "Enter answers, Ctrl+C breaks off."
#: Nothing that a browser would offer to keep, correct or check elsewhere.
PLAIN = 'autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false"'


class Terminal(Panel):
    """A screen and a prompt below it; ``enter``, ``answer``, ``cancel`` and ``clear`` are its keys.

    Without a lab, lines go to the one that was last made current, as those of ``%docker`` do.
    """

    def __init__(self, lab: Lab | None = None) -> None:
        self.session = Session(lab)
        self.stop = button("Break off", self.cancel, tip="Answer no question; what Ctrl+C does")
        self.empty = button("Clear", self.clear, tip="Empty the screen; nothing is undone")
        super().__init__("Terminal", ())
        self.children = (self.shell, row(self.stop, self.empty))
        self.shell.on_msg(self._heard)
        self._draw(WELCOME)

    def enter(self, text: str) -> None:
        """Type a line, or several, and press Enter."""
        self.session.enter(text)
        self._draw()

    def answer(self, text: str) -> None:
        """Answer the question that is asked."""
        self.session.answer(text)
        self._draw()

    def cancel(self) -> None:
        """Break off: what asks is given up, and so is what waits behind it."""
        self.session.cancel()
        self._draw()

    def clear(self) -> None:
        """Empty the screen."""
        self.session.clear()
        self._draw()

    def complete(self, line: str) -> str:
        """The line as far as it can be only one thing; what it may become is said."""
        completed = self.session.complete(line)
        self.say(completed.said)
        return completed.line

    def _heard(self, _: object, content: Mapping[str, Any], __: object) -> None:
        """A message of the front end: what it is to do, and to which text."""
        text = str(content.get("text", ""))
        match content.get("do"):
            case "command":
                self.enter(text)
            case "answer" if self.session.asked is not None:
                self.answer(text)
            case "cancel":
                self.cancel()
            case "clear":
                self.clear()
            case "complete":
                self.shell.send({"was": text, "text": self.complete(text)})

    def _draw(self, said: str = "") -> None:
        """The screen as it is now."""
        session = self.session
        self.stop.layout.display = None if session.asked else "none"
        self.said = said or session.said
        rows = "".join(map(_row, session.screen.rows))
        screen = f'<pre data-foot tabindex="0">{rows}</pre>' if rows else ""
        log = f'<div role="log" aria-live="off" aria-label="The screen">{screen}</div>'
        self.figure = Figure(f"<pre>{escape(session.text)}</pre>", session.text)
        self.shell.past = session.history
        self.shell.show(self.figure, framed(log, self.said, self._field(), self.name))

    def _field(self) -> str:
        """Where the next line is typed: a command, or the answer to a question."""
        asked, prompt = self.session.asked, self.session.prompt.strip()
        kind = "password" if asked and asked.secret else "text"
        name = prompt if asked else f"{prompt} command"
        help_id = f"labsim-keys-{self.shell.model_id}"
        return (
            f'<label class="labsim-prompt"><span>{escape(prompt)}</span>'
            f'<input type="{kind}" data-line="{"answer" if asked else "command"}" {PLAIN}'
            f' aria-label="{escape(name)}" aria-describedby="{help_id}"></label>'
            f'<p class="labsim-keys" id="{help_id}">{QUESTION_KEYS if asked else KEYS}</p>'
        )

    @property
    def text(self) -> str:
        """The screen and the prompt."""
        return self.figure.text


def _row(row: Row) -> str:
    """A line with its gutter, which is no part of what is copied."""
    gutter = f'<span class="labsim-gutter">{row.gutter}</span>' if row.gutter else ""
    return f'<span class="labsim-{row.kind}">{gutter}{escape(row.text)}</span>\n'
