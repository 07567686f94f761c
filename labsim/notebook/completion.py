"""The Tab key after ``%docker``: verbs, options, image names and tags.

One matcher serves ``%docker`` lines and the lines of a ``%%docker`` cell; what it offers is what
:mod:`labsim.docker.completion` knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from labsim.docker.completion import complete
from labsim.errors import LabError
from labsim.lab import Lab

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["register", "typed"]


@context_matcher()
def docker_matcher(context: CompletionContext) -> SimpleMatcherResult:
    """What may stand where the cursor is; nothing outside ``%docker``."""
    line = typed(context.full_text, context.cursor_line, context.cursor_position)
    if line is None:
        return SimpleMatcherResult(completions=[])
    try:
        words = complete(line, Lab.current().seat)
    except LabError:
        words = []
    return SimpleMatcherResult(
        completions=[SimpleCompletion(text=word, type="docker") for word in words],
        matched_fragment=line.rpartition(" ")[2],
        suppress=True,
    )


def typed(text: str, line: int, column: int) -> str | None:
    r"""What stands after ``docker`` up to the cursor, or None when this is no Docker line.

    >>> typed("%docker image l", 0, 15), typed("%%docker\npull go", 1, 7), typed("x = 1", 0, 5)
    ('image l', 'pull go', None)
    """
    before = text.split("\n")[line][:column].lstrip()
    if before.startswith("%docker "):
        return before.removeprefix("%docker ").lstrip()
    if text.split(maxsplit=1)[:1] == ["%%docker"] and line > 0:
        return before.removeprefix("docker ").lstrip()
    return None


def register(shell: InteractiveShell) -> None:
    """Ask our matcher first."""
    shell.Completer.custom_matchers.insert(0, docker_matcher)
