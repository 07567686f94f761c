"""The person at the terminal: line editing where there is some, and passwords without echo."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

__all__ = ["at_a_terminal", "ask", "typed_lines"]


def at_a_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(prompt: str, secret: bool) -> str:
    """Ask for a line; a secret is not echoed.  EOFError where the terminal was closed."""
    if secret:
        import getpass  # loads termios, which only a terminal needs

        return getpass.getpass(prompt)
    return input(prompt)


def typed_lines(prompt: Callable[[], str], complete: Callable[[str], list[str]]) -> Iterator[str]:
    """Lines as they are typed, with editing and history; Ctrl-C drops a line, Ctrl-D ends."""
    if not at_a_terminal():
        yield from sys.stdin
        return
    with contextlib.suppress(ImportError):  # Windows has a line editor of its own
        _edit_lines(complete)
    while True:
        try:
            yield input(prompt())
        except KeyboardInterrupt:
            print()
        except EOFError:
            print()
            return


def _edit_lines(complete: Callable[[str], list[str]]) -> None:
    """Arrow keys, history, and Tab."""
    import readline

    def candidate(word: str, at: int) -> str | None:
        found = complete(readline.get_line_buffer()[: readline.get_endidx()])
        return found[at] if at < len(found) else None

    readline.set_completer(candidate)
    readline.set_completer_delims(" ")  # a name's ":" and "/" belong to the word
    readline.parse_and_bind("tab: complete")
