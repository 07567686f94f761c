"""The lab at a prompt: ``docker …`` lines and the lab's own verbs, one door with the notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TextIO

from labsim.docker.shell import split
from labsim.errors import CommandError, LabError
from labsim.lab.laptop import Ask

# A docker line needs none of the lab's own verbs, so they are loaded when one is typed.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.course.predict import Prediction
    from labsim.lab import Lab

__all__ = ["Shell", "Turns"]

_USAGE_WIDTH = 26
#: What does nothing to a lab, and so is no row of the verbs.
_OWN = {
    "inspect": "what the images in files consist of",
    "shell": "a prompt, for docker lines and the lab's own verbs",
    "serve": "a registry that docker, podman and skopeo can push to",
    "users": "one more account for whom labsim serve lets in",
    "version": "the version of labsim",
    "help": "every verb with what it does",
    "exit": "leave; the lab stays as it is",
}
_HEAD = """\
Usage:  labsim [--file FILE] VERB ...
        labsim [--file FILE] docker COMMAND ...
        labsim [--file FILE] shell

docker COMMAND ...  as in your terminal: type docker help
At the prompt of the shell the same is typed without labsim in front.

The lab's own verbs:
"""
_FOOT = """
  labsim shell                a prompt, for docker lines and these verbs
  labsim serve                a registry for docker, podman, skopeo: labsim serve --help
  labsim users FILE add NAME  one more account for labsim serve --users FILE
  labsim fsck DIR             whether what it keeps in a folder is whole: labsim fsck --help
  labsim inspect FILE...      what the images in files consist of; no lab is needed
  labsim VERB --help          how one of them is typed
  labsim --version            the version of labsim
  labsim --file FILE VERB ... another lab than the one in ~/.labsim/my.lab; the
                              variable LABSIM_FILE names another for all commands

The lab is kept between commands, in that file.  labsim reset starts over.
What script prints is such a file: labsim script > copy.lab, then labsim --file copy.lab shell
(images that were loaded, and passwords, lie beside the lab's own file and are not in it).
"""


class Turns(Protocol):
    """Where the lab is kept between two lines: a file, or a notebook's memory."""

    def turn(self) -> AbstractContextManager[Lab]:
        """The lab as it is now; what is done to it is kept when the turn ends."""


class Shell:
    """Runs lines on a lab; remembers the exit code of the last one."""

    def __init__(self, file: Turns, out: TextIO, err: TextIO, *, ask: Ask | None = None) -> None:
        self.file = file
        self.out = out
        self.err = err
        self.ask = ask
        self.exit_code = 0
        self.over = False
        self._noted: tuple[str, ...] = ()
        self._predictions: dict[str, Prediction] = {}

    def run(self, line: str) -> int:
        """One line as it was typed; its exit code."""
        try:
            words, file = split(line)
            if file and words[:1] != ("docker",):
                raise LabError("only a docker line reads from a file with  <")
        except LabError as error:
            return self._failed(error)
        if not words:
            return self.exit_code
        if words[0] == "docker":
            return self._guarded(self._docker, line.strip().removeprefix("docker").lstrip())
        return self.words(words)

    def words(self, words: Sequence[str], stdin: str = "") -> int:
        """One command that is already cut into words; its exit code."""
        verb, *rest = words
        if verb == "docker":
            return self._guarded(self._docker, rest, stdin)
        if verb == "inspect":
            return self._guarded(self._inspect, rest)
        if rest in (["-h"], ["--help"]):
            return self._guarded(self._usage, verb)
        if verb in ("exit", "quit"):
            self.over = True
            return self.exit_code
        if verb in ("help", "-h", "--help"):
            self.out.write(help_text())
            return self._done(0)
        return self._guarded(self._verb, verb, rest)

    def prompt(self) -> str:
        """Whose laptop this is (where the lab cannot be opened, each command says why)."""
        try:
            with self.file.turn() as lab:
                return f"{lab.user}$ "
        except (LabError, OSError):
            return "$ "

    def complete(self, line: str) -> list[str]:
        """What may stand at the end of a line that somebody is typing."""
        from labsim.terminal.completing import complete  # only a person at a prompt needs it

        with self.file.turn() as lab:
            return complete(line, lab, ("docker", "exit", "help", "inspect"))

    def lines(self, lines: Iterable[str]) -> int:
        """Run lines until they end or somebody says ``exit``; the last exit code."""
        for line in lines:
            self.run(line)
            if self.over:
                break
        return self.exit_code

    def _guarded(self, act: Callable[..., int], *words: object) -> int:
        """Do it; what goes wrong is one sentence, and Ctrl-C ends the command, not the session."""
        try:
            return act(*words)
        except LabError as error:
            return self._failed(error)
        except BrokenPipeError:
            raise
        except OSError as error:
            return self._failed(LabError(f"{error.filename}: {error.strerror}"))
        except (EOFError, KeyboardInterrupt):
            self.out.write("\n")
            return self._done(130)

    def _docker(self, words: str | Sequence[str], stdin: str = "") -> int:
        with self.file.turn() as lab:
            self._note(lab.notes)
            result = lab.docker(words, stdin, ask=self.ask)
        if result.moves and self.out.isatty() and self.err.isatty():
            from labsim.doors.playing import columns, play  # only a terminal shows it moving

            play(result.frames(columns()), self.out)
            return self._done(result.exit_code)
        for to_stderr, text in result.written:  # in this order, also where both end in one file
            stream = self.err if to_stderr else self.out
            stream.write(text)
            stream.flush()
        return self._done(result.exit_code)

    def _inspect(self, words: Sequence[str]) -> int:
        """Look into files; no lab is opened for that."""
        from labsim.terminal.inspection import run

        return self._done(run(words, self.out, self.err))

    def _usage(self, name: str) -> int:
        """How one verb is typed, and what it does."""
        from labsim.terminal.verbs import VERBS

        if name not in VERBS and name not in _OWN:
            raise _no_verb(name)
        usage, says = (VERBS[name].usage, VERBS[name].says) if name in VERBS else ("", _OWN[name])
        typed = f"labsim {name} {usage}".rstrip()
        self.out.write(f"Usage:  {typed}\n\n{says}\n")
        return self._done(0)

    def _verb(self, name: str, words: Sequence[str]) -> int:
        from labsim.terminal.verb import Desk
        from labsim.terminal.verbs import VERBS

        if name not in VERBS:
            raise _no_verb(name)
        with self.file.turn() as lab:
            self._note(lab.notes)
            text = VERBS[name].run(Desk(lab, self.ask, self._predictions), words)
        if text:
            self.out.write(text if text.endswith("\n") else f"{text}\n")
        return self._done(0)

    def _note(self, notes: Sequence[str]) -> None:
        """Say once what is to be known about the lab."""
        for note in notes:
            if note not in self._noted:
                self.err.write(f"labsim: {note}\n")
        self._noted = tuple(notes)

    def _failed(self, error: LabError) -> int:
        if isinstance(error, CommandError):
            self.err.write(error.stderr)
            return self._done(error.exit_code)
        self.err.write(f"labsim: {error}\n")
        return self._done(1)

    def _done(self, exit_code: int) -> int:
        self.out.flush()
        self.err.flush()
        self.exit_code = exit_code
        return exit_code


def _no_verb(name: str) -> LabError:
    """The refusal; a word of Docker's own gets its docker back."""
    from labsim.docker.dispatch import is_command  # only a mistyped line needs it

    if is_command(name):
        return LabError(f"{name} is no verb of the lab: did you mean  docker {name}  ?")
    return LabError(f"{name} is no verb of the lab: type help for those that are")


def help_text() -> str:
    """Every verb with what it does."""
    from labsim.terminal.verbs import VERBS

    rows = [(f"{verb.name} {verb.usage}".rstrip(), verb.says) for verb in VERBS.values()]
    rows += [(name, _OWN[name]) for name in ("help", "exit")]
    return _HEAD + "".join(_help_row(usage, says) for usage, says in rows) + _FOOT


def _help_row(usage: str, says: str) -> str:
    """A long usage has its sentence below it, as Docker's own help does."""
    if len(usage) > _USAGE_WIDTH:
        return f"  {usage}\n  {' ' * _USAGE_WIDTH}  {says}\n"
    return f"  {usage.ljust(_USAGE_WIDTH)}  {says}\n"
