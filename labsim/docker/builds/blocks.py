"""BuildKit's progress: one block for each thing that it does, with its lines and its time.

Source: moby/buildkit ``util/progress/progressui/printer.go``, as in CLI 20.10.24 without the line
under each heading that names the vertex by a hash: later clients leave it out, and nothing in a lab
has those hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.builder import Step

__all__ = ["Block", "begun_at", "of_step", "plain"]


class Block(NamedTuple):
    """One thing that is done.

    ``lines`` are what is done in it, ``log`` what a command printed; ``begins_us`` counts from the
    beginning of the build.
    """

    name: str
    lines: tuple[str, ...] = ()
    us: int = 0
    cached: bool = False
    fault: str = ""
    log: tuple[str, ...] = ()
    begins_us: int = 0

    @property
    def ends_us(self) -> int:
        """When it was done."""
        return self.begins_us + self.us

    def logged(self) -> Iterator[str]:
        """What a command printed, each line with the seconds since it began."""
        for at, line in enumerate(self.log):
            yield f"{0.2 + at / 10:.3f} {line}"

    def text(self, number: int) -> str:
        """The block under its number."""
        shown = [self.name, *(f"{line} done" for line in self.lines), *self.logged()]
        return "".join(f"#{number} {line}\n" for line in (*shown, self._ending()))

    def _ending(self) -> str:
        if self.fault:
            return f"ERROR: {self.fault}"
        return "CACHED" if self.cached else f"DONE {self.us / 1_000_000:.1f}s"

    def trouble(self, *, logged: bool) -> str:
        """The block once more below all others, where it is what failed."""
        log = "".join(f"{line}\n" for line in self.logged()) if logged else ""
        return f"------\n > {self.name}:\n{log}------\n" if self.fault else ""


def plain(blocks: Sequence[Block], first: str = "", *, logged: bool = False) -> str:
    """Everything that is printed without a terminal; ``logged``: what failed with its output."""
    text = "\n".join(block.text(number) for number, block in enumerate(blocks, 1))
    return first + text + "".join(block.trouble(logged=logged) for block in blocks)


def of_step(step: Step, fault: str, begins_us: int) -> Block:
    """A step of a build that began then."""
    at_us = begins_us + step.begins_us
    return Block(step.name, (), step.us, step.cached, fault, step.output, at_us)


def begun_at(blocks: Iterable[Block], begins_us: int) -> list[Block]:
    """Blocks that are done one after another, from then on."""
    found = []
    for block in blocks:
        found.append(block._replace(begins_us=begins_us))
        begins_us += block.us
    return found
