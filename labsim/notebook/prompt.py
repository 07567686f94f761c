"""A prompt in a notebook that leaves no trace: neither in the notebook file nor in the history.

The kernel asks the front end, the front end asks the person, and a secret is never echoed.  Where
nobody can be asked (a notebook that is executed, a kernel that refuses input) there is no terminal,
and Docker's own words for that case are the right ones.
"""

from __future__ import annotations

from IPython.core.error import StdinNotImplementedError

__all__ = ["ask"]


def ask(prompt: str, secret: bool = False) -> str:
    """What the person types; :class:`EOFError` where there is nobody to ask."""
    import builtins
    import getpass

    try:
        # ipykernel puts its own functions into both places for as long as a cell runs.
        return getpass.getpass(prompt) if secret else builtins.input(prompt)
    except StdinNotImplementedError:
        raise EOFError(prompt) from None
