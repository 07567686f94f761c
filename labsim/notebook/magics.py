"""``%docker …`` and ``%%docker``: type to the lab what you would type to Docker.

What Docker writes to its two streams goes to the kernel's two streams.  A command that fails says
so as Docker does, on standard error, and sets ``_exit_code``; the cell goes on.  Nothing in the
line is expanded: ``{}`` and ``$`` mean what they mean to Docker.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from labsim.lab import Lab
from labsim.notebook.prompt import ask

__all__ = ["DockerMagics", "commands", "register"]

#: Where IPython keeps the exit code of the last command (``!command`` and ``%%bash`` do the same).
EXIT_CODE = "_exit_code"


@magics_class
class DockerMagics(Magics):
    """The two magics; they act on the lab that was last made current (``lab.use()``)."""

    @no_var_expand
    @line_cell_magic
    def docker(self, line: str, cell: str | None = None) -> None:
        """Run one Docker command, or, as ``%%docker``, one for each line of the cell."""
        typed = [line] if cell is None else list(commands(cell))
        for command in typed:
            self._run(command)

    def _run(self, line: str) -> None:
        result = Lab.current().docker(line, ask=ask)
        sys.stdout.write(result.stdout)
        sys.stderr.write(result.stderr)
        if self.shell is not None:
            self.shell.user_ns[EXIT_CODE] = result.exit_code


def commands(cell: str) -> Iterable[str]:
    r"""The commands of a cell, one a line.

    A ``\`` at its end joins a line to the next, ``#`` begins a remark, ``docker`` may lead a line.
    """
    for line in cell.replace("\\\n", " ").splitlines():
        words = line.strip()
        if words and not words.startswith("#"):
            yield words.removeprefix("docker ").lstrip()


def register(shell: InteractiveShell) -> None:
    """Make the magics known."""
    shell.register_magics(DockerMagics)
