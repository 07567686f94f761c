"""The labsim command.

::

    labsim docker COMMAND …     one command, as in a terminal with Docker, on the lab in a file
    labsim shell                a prompt, for docker lines and the lab's own verbs
    labsim VERB …               one of those verbs (labsim help lists them)
    labsim serve …              a registry that real clients can push to
    labsim daemon …             the lab's laptop behind Docker's API, for the real docker command
    labsim users FILE add NAME  one more account for labsim serve --users FILE
    labsim fsck DIR             whether what it keeps in a folder is whole
    labsim inspect FILE…        what the images in files consist of
    labsim version

The lab is kept in ``~/.labsim/my.lab``; ``--file FILE`` before the verb, or the variable
``LABSIM_FILE``, names another.  The exit code is the command's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import labsim
from labsim.doors.labfile import LabFile
from labsim.terminal.prompt import ask, at_a_terminal, typed_lines
from labsim.terminal.shell import Shell

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code."""
    _utf8()
    words = list(sys.argv[1:] if argv is None else argv)
    path, words = _file(words)
    if words in (["version"], ["--version"]):
        print(f"labsim {labsim.__version__}")
        return 0
    if words[:1] == ["serve"]:
        from labsim.terminal.serving import main as serve  # argparse is for those who serve

        return serve(words[1:])
    if words[:1] == ["daemon"]:
        from labsim.terminal.daemon import main as daemon

        return daemon(words[1:])
    if words[:1] == ["fsck"]:
        from labsim.terminal.fsck import main as fsck

        return fsck(words[1:])
    if words[:1] == ["users"]:
        from labsim.terminal.users import main as users  # bcrypt is for those who have passwords

        return users(words[1:])
    shell = Shell(LabFile(path), sys.stdout, sys.stderr, ask=ask if at_a_terminal() else None)
    try:
        if words == ["shell"]:
            return _interactive(shell, path)
        return shell.words(words or ["help"], stdin=_stdin(words))
    except BrokenPipeError:  # the reader has seen enough, as in `labsim docker images | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _file(words: list[str]) -> tuple[Path, list[str]]:
    """Where the lab is kept, and the words that are left."""
    if words[:1] == ["--file"] and len(words) > 1:
        return Path(words[1]), words[2:]
    named = os.environ.get("LABSIM_FILE")
    return Path(named) if named else Path.home() / ".labsim" / "my.lab", words


def _stdin(words: list[str]) -> str:
    """What was piped in, for the one command that reads it."""
    return sys.stdin.read() if "--password-stdin" in words and not sys.stdin.isatty() else ""


def _interactive(shell: Shell, path: Path) -> int:
    if at_a_terminal():
        print(f"labsim {labsim.__version__}, the lab in {path}. Type help, or exit.")
    return shell.lines(typed_lines(shell.prompt, shell.complete))


def _utf8() -> None:
    """A µs or a name must not end a command on a console with an old code page.

    Nor must bytes that are no UTF-8: typed ones are shown escaped, piped ones are replaced.
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            errors = "replace" if stream is sys.stdin else "backslashreplace"
            stream.reconfigure(encoding="utf-8", errors=errors)


if __name__ == "__main__":
    sys.exit(main())
