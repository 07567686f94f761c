"""``%docker …`` and ``%%docker``: type to the lab what you would type to Docker.

What Docker writes to its two streams goes to the kernel's two streams.  A command that fails says
so as Docker does, on standard error, and sets ``_exit_code``; the cell goes on.  Nothing in the
line is expanded: ``{}`` and ``$`` mean what they mean to Docker.

``%docker --progress pull golang`` shows a pull or a push moving first, as a terminal does; what
stays below the cell are the same lines as without.  ``%docker --map pull golang`` draws the map of
the lab below them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.display import clear_output, display

from labsim.docker.moving import pages
from labsim.doors.playing import paced
from labsim.lab import Lab
from labsim.notebook.prompt import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker import Result

__all__ = ["DockerMagics", "commands", "own_words", "register"]

#: Where IPython keeps the exit code of the last command (``!command`` and ``%%bash`` do the same).
EXIT_CODE = "_exit_code"
#: In front of a command: show it moving.  It is the magic's own, and Docker never sees it.
MOVING = "--progress"
#: The same: draw laptop, network and registries afterwards.
MAP = "--map"


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
        lab = Lab.current()
        own, command = own_words(line)
        result = lab.docker(command, ask=ask)
        if MOVING in own and result.moves:
            _play(result)
        sys.stdout.write(result.stdout)
        sys.stderr.write(result.stderr)
        if MAP in own:
            from labsim.course.views import the_map

            display(the_map(lab))
        if self.shell is not None:
            self.shell.user_ns[EXIT_CODE] = result.exit_code


def own_words(line: str) -> tuple[set[str], str]:
    """The magic's own options in front of a command, and the command.

    >>> own_words("--map --progress pull golang") == ({"--map", "--progress"}, "pull golang")
    True
    """
    own: set[str] = set()
    first, _, rest = line.strip().partition(" ")
    while first in (MOVING, MAP):
        own.add(first)
        line = rest
        first, _, rest = line.strip().partition(" ")
    return own, line


def _play(result: Result) -> None:
    """Show it as a terminal does, on the lab's clock; then it makes room for its lines."""
    shown = display(Pretty(""), display_id=True)
    for page in paced(pages(result.frames())):
        shown.update(Pretty(page.text))
    clear_output(wait=True)


class Pretty:
    """A text that is shown as it is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


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
