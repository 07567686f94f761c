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


def typed_lines(prompt: Callable[[], str]) -> Iterator[str]:
    """Lines as they are typed, with editing and history; Ctrl-C drops a line, Ctrl-D ends."""
    if not at_a_terminal():
        yield from sys.stdin
        return
    with contextlib.suppress(ImportError):  # Windows has a line editor of its own
        import readline  # noqa: F401  being loaded is all it takes
    while True:
        try:
            yield input(prompt())
        except KeyboardInterrupt:
            print()
        except EOFError:
            print()
            return
