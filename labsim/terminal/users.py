"""``labsim users FILE add NAME``: one more account for ``labsim serve --users FILE``.

The password is asked for, or read from a pipe; it is never a word of the command, which others on
the machine can see and a shell remembers.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from labsim.errors import LabError
from labsim.terminal.prompt import ask, at_a_terminal

__all__ = ["main"]

_USAGE = "usage: labsim users FILE add NAME   (the password is asked for, or read from a pipe)"


def main(words: Sequence[str]) -> int:
    """Add the account; the exit code, 2 for what is no such command."""
    if words in (["--help"], ["-h"], ["help"]):
        print(_USAGE)
        return 0
    if len(words) != 3 or words[1] != "add":
        print(_USAGE, file=sys.stderr)
        return 2
    from labsim.doors.htpasswd import add_user

    file, _, name = words
    try:
        add_user(file, name, _password(name))
    except LabError as fault:
        print(f"labsim users: {fault}", file=sys.stderr)
        return 1
    print(f"{name} can log in where {file} is served: labsim serve --users {file}")
    return 0


def _password(name: str) -> str:
    if not at_a_terminal():
        return sys.stdin.readline().rstrip("\r\n")
    try:
        password = ask(f"Password for {name}: ", secret=True)
        again = ask("The same again: ", secret=True)
    except (EOFError, KeyboardInterrupt):
        raise LabError("nothing was written") from None
    if password != again:
        raise LabError("the two passwords differ: nothing was written")
    return password
