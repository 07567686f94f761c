"""A Docker prompt inside the notebook, with a history and the Tab key."""

from __future__ import annotations

from html import escape

from labsim.docker.completion import complete
from labsim.docker.redaction import redact
from labsim.errors import LabError
from labsim.figures.figure import Figure
from labsim.lab import Lab
from labsim.notebook.widgets.panel import Panel, button, row
from labsim.notebook.widgets.shell import framed

__all__ = ["Terminal"]

PROMPT = "$ docker"
HINT = (
    "Type a docker command and press Enter. Up and Down walk through the lines before;"
    " Tab completes, and after Escape it leaves the prompt."
)
FIELD = (
    f'<label class="labsim-prompt"><span>{PROMPT}</span>'
    '<input type="text" data-line aria-label="docker command" autocomplete="off"'
    ' autocapitalize="off" spellcheck="false"></label>'
)


class Terminal(Panel):
    """What was typed and what Docker printed, and a prompt below it; the lab is the lesson's.

    Nobody can be asked for a password here, so Docker says what it says without a terminal:
    ``login -u cantdocpp --password-stdin < token.txt`` works.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.printed = ""
        self.clear = button("Clear", self._clear, tip="Empty the screen; nothing is undone")
        super().__init__("Terminal", ())
        self.children = (self.shell, row(self.clear))
        self.shell.observe(self._entered, names="entered")
        self.shell.observe(self._sought, names="sought")
        self._print(HINT)

    def enter(self, line: str) -> None:
        """Type a line and press Enter; ``docker`` may stand in front of it."""
        command = line.strip().removeprefix("docker ").strip()
        if not command or command == "docker":
            return
        shown = redact(command)  # a password that was typed is neither shown nor kept
        self.shell.past = [*(one for one in self.shell.past if one != shown), shown]
        try:
            result = self.lab.docker(command)
        except LabError as error:
            self._print(f"{shown}: {error}", f"{PROMPT} {shown}\n{error}\n")
            return
        out = result.merged
        ending = "" if out.endswith("\n") or not out else "\n"
        lines = len(out.splitlines())
        said = f"{shown}: exit code {result.exit_code}, {lines} line{'s' * (lines != 1)}."
        self._print(said, f"{PROMPT} {shown}\n{out}{ending}")

    def complete(self, line: str) -> str:
        """The line as far as it can be only one thing; what it may become is said."""
        words = complete(line, self.lab.seat)
        if not words:
            self.say("Nothing completes this.")
            return line
        start, blank, last = line.rpartition(" ")
        more = _shared(words)
        if len(words) == 1:
            self.say(f"Completed: {more}.")
            return f"{start}{blank}{more} "
        self.say(f"{len(words)} possibilities: {', '.join(words)}.")
        return f"{start}{blank}{more if more.startswith(last) else last}"

    def _entered(self, _: object) -> None:
        if line := self.shell.entered:
            self.shell.entered = ""
            self.enter(line)

    def _sought(self, _: object) -> None:
        if line := self.shell.sought:
            self.shell.sought = ""
            self.shell.line = self.complete(line)

    def _print(self, said: str, more: str = "") -> None:
        self.printed += more
        shown = self.printed.rstrip() or PROMPT
        self.figure, self.said = Figure(f"<pre>{escape(shown)}</pre>", shown), said
        screen = f'<pre data-foot tabindex="0">{escape(self.printed)}</pre>'
        log = f'<div role="log" aria-live="off" aria-label="What Docker printed">{screen}</div>'
        self.shell.show(self.figure, framed(log, said, FIELD, self.name))

    def _clear(self) -> None:
        self.printed = ""
        self._print("The screen is empty; nothing is undone.")

    @property
    def text(self) -> str:
        """The screen."""
        return self.figure.text


def _shared(words: list[str]) -> str:
    """What all of some words begin with; the first and the last in order differ most."""
    first, last = min(words), max(words)
    pairs = enumerate(zip(first, last, strict=False))
    return first[: next((at for at, (one, other) in pairs if one != other), len(first))]
