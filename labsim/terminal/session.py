r"""A session at the lab's prompt that nobody has to wait in: what a terminal inside a page needs.

A program at a terminal stops where it asks a question.  Nothing can stop here, since the answer
comes as a message later; so a line that asks is given up (a lab keeps nothing of a command that was
broken off) and typed again when there is an answer.  Lines that were pasted behind it wait too.

>>> from labsim import Lab
>>> session = Session(Lab())
>>> session.enter("docker login -u cantdocpp localhost:5000")
>>> session.asked
Question(prompt='Password: ', secret=True)
>>> session.answer("lab")
>>> session.exit_code
0
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from labsim.errors import LabError
from labsim.lab import Lab
from labsim.terminal.discretion import discreet
from labsim.terminal.screen import Screen
from labsim.terminal.shell import Shell

__all__ = ["Completed", "Question", "Session"]

CANCELLED = "^C"
#: What a shell returns for a command that was broken off.
BROKEN_OFF = 130


class Question(NamedTuple):
    """What a command asks, and whether the answer must not be shown."""

    prompt: str
    secret: bool


class Completed(NamedTuple):
    """A line as far as it can be only one thing, and a sentence about what it may become."""

    line: str
    said: str


class _Unanswered(BaseException):
    """A command asks what nobody has answered yet (no Exception: nothing may catch it midway)."""

    def __init__(self, question: Question) -> None:
        self.question = question


class Session:
    """Lines typed to a lab, and the screen that they leave; without a lab, to the current one.

    ``screen``, ``history`` and ``said`` hold no secret.  An answer is held only until the line that
    asked for it is done.
    """

    def __init__(self, lab: Lab | None = None) -> None:
        self._lab = lab
        self.screen = Screen()
        self.history: list[str] = []
        self.asked: Question | None = None
        self.said = ""
        self._line = ""
        self._waiting: list[str] = []
        self._answers: list[str] = []
        self._unused: Iterator[str] = iter(())
        new = Screen()
        self._shell = Shell(self, new.stream("out"), new.stream("err"), ask=self._ask)

    @property
    def lab(self) -> Lab:
        """The lab that lines are typed to."""
        return self._lab if self._lab is not None else Lab.current()

    @contextmanager
    def turn(self) -> Iterator[Lab]:
        """The lab, as the shell asks for it."""
        yield self.lab

    @property
    def prompt(self) -> str:
        """What stands in front of the line that is typed now."""
        return self.asked.prompt if self.asked else self._shell.prompt()

    @property
    def exit_code(self) -> int:
        """Of the last line that came to an end."""
        return self._shell.exit_code

    # -- typing ------------------------------------------------------------------------------------

    def enter(self, text: str) -> None:
        r"""Type a line, or several; a ``\`` at the end of one joins it to the next."""
        lines = text.replace("\\\n", " ").splitlines()
        self._waiting += [line for line in lines if line.strip()]
        self._go_on()

    def answer(self, text: str) -> None:
        """Answer the question that is asked; LabError when there is none."""
        if self.asked is None:
            raise LabError("nothing is asked")
        shown = "" if self.asked.secret else text
        self.screen.add("typed", f"{self.asked.prompt}{shown}")
        self._answers.append(text)
        self.asked = None
        self._attempt()
        self._go_on()

    def cancel(self) -> None:
        """What Ctrl-C does: the command that asks, and the lines that wait, are given up."""
        self.screen.add("typed", f"{self.prompt}{CANCELLED}")
        self.said = "Broken off."
        if self.asked is not None:
            self._shell.exit_code = BROKEN_OFF
            self.screen.add("exit", str(BROKEN_OFF))
        self.asked, self._answers, self._waiting = None, [], []

    def clear(self) -> None:
        """Empty the screen; nothing is undone."""
        self.screen.clear()
        self.said = "The screen is empty; nothing is undone."

    def complete(self, line: str) -> Completed:
        """What the Tab key does at the end of this line."""
        words = self._shell.complete(line)
        start, blank, last = line.rpartition(" ")
        if not words:
            return Completed(line, "Nothing completes this.")
        if len(words) == 1:
            ending = "" if words[0].endswith("=") else " "
            return Completed(f"{start}{blank}{words[0]}{ending}", f"Completed: {words[0]}.")
        more = _shared(words)
        said = f"{len(words)} possibilities: {', '.join(words)}."
        return Completed(f"{start}{blank}{more if more.startswith(last) else last}", said)

    @property
    def text(self) -> str:
        """The screen, with the prompt at its end."""
        return f"{self.screen.text}\n{self.prompt}".strip()

    # -- doing -------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Run the lines that wait, up to one that asks."""
        while self._waiting and self.asked is None:
            self._line = self._waiting.pop(0).strip()
            shown = discreet(self._line)
            self.screen.add("typed", f"{self.prompt}{shown}")
            self.history = [*(one for one in self.history if one != shown), shown]
            self._attempt()

    def _attempt(self) -> None:
        """Run the line with the answers there are: it comes to an end, or it asks."""
        new, who = Screen(), self.lab.user
        self._shell.out, self._shell.err = new.stream("out"), new.stream("err")
        self._unused = iter(self._answers)
        try:
            self._shell.run(self._line)
        except _Unanswered as unanswered:
            self._put(unanswered.question)
        else:
            self._end(new, who)

    def _ask(self, prompt: str, secret: bool) -> str:
        """The next answer; where there is none yet, the line is given up until there is."""
        answer = next(self._unused, None)
        if answer is None:
            raise _Unanswered(Question(prompt, secret))
        return answer

    def _put(self, question: Question) -> None:
        """Ask; of a prompt of several lines the last one stands in front of the answer."""
        before, newline, last = question.prompt.rpartition("\n")
        if newline:
            self.screen.add("out", before)
        self.asked = Question(last, question.secret)
        hidden = " What is typed is not shown." if question.secret else ""
        self.said = f"{discreet(self._line)} asks: {last.strip().rstrip(':')}.{hidden}"

    def _end(self, new: Screen, who: str) -> None:
        """The line has come to an end: its output, its exit code, and a sentence about both."""
        if self._shell.over:
            self._shell.over = False
            new.add("out", "The prompt stays, and so does the lab.")
        self.screen.extend(new.rows)
        lines, errors = len(new.rows), sum(row.kind == "err" for row in new.rows)
        said = f"{discreet(self._line)}: exit code {self.exit_code}, {_lines(lines)}"
        said += f", {errors} of them on standard error" if errors else ""
        self.said = f"{said}."
        if self.lab.user != who:
            self.said += f" This is {self.lab.user}'s laptop."
        if self.exit_code:
            self.screen.add("exit", str(self.exit_code))
        self._line, self._answers = "", []


def _lines(count: int) -> str:
    return f"{count} line{'s' * (count != 1)}"


def _shared(words: list[str]) -> str:
    """What all of some words begin with; the first and the last in order differ most."""
    first, last = min(words), max(words)
    pairs = enumerate(zip(first, last, strict=False))
    return first[: next((at for at, (one, other) in pairs if one != other), len(first))]
