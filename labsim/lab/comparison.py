"""One script on both engines, side by side: what each printed, step by step.

What both print is written once; where they differ, ``-`` marks the lines of the first engine and
``+`` those of the second.  Nothing that either printed is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from labsim.engine.dialect import CLASSIC, CONTAINERD, Dialect
from labsim.errors import LabError
from labsim.lab.journal import Head, Numbered, read_script, shown_action
from labsim.lab.past import Past

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.blob import Blob
    from labsim.digest import Digest

__all__ = ["Comparison", "Marked", "Step", "compare"]


class Marked(NamedTuple):
    """A line, and who printed it: ``" "`` both, ``"-"`` the first engine, ``"+"`` the second."""

    mark: str
    line: str


class Step(NamedTuple):
    """One action, and what it printed on each engine, exit codes included."""

    action: str
    first: str
    second: str

    @property
    def same(self) -> bool:
        """Whether both printed the same."""
        return self.first == self.second

    @property
    def lines(self) -> list[Marked]:
        """Every line of both, in order."""
        ours, theirs = self.first.splitlines(), self.second.splitlines()
        found: list[Marked] = []
        matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
        for kind, start, stop, other, end in matcher.get_opcodes():
            if kind == "equal":
                found += (Marked(" ", line) for line in ours[start:stop])
            else:
                found += (Marked("-", line) for line in ours[start:stop])
                found += (Marked("+", line) for line in theirs[other:end])
        return found


class Comparison:
    """What a script printed on two engines; ``str()`` is all of it."""

    __slots__ = ("first", "second", "steps")

    def __init__(self, first: Dialect, second: Dialect, steps: Sequence[Step]) -> None:
        self.first = first
        self.second = second
        self.steps = tuple(steps)

    @property
    def different(self) -> tuple[Step, ...]:
        """The steps that did not print the same."""
        return tuple(step for step in self.steps if not step.same)

    @property
    def summary(self) -> str:
        """How many steps differ, in words."""
        count = len(self.steps)
        steps = f"{count} step{'s' * (count != 1)}"
        return f"{steps}, {len(self.different) or 'none'} of them different"

    def __str__(self) -> str:
        legend = (f"- {self.first}: {self.first.words}", f"+ {self.second}: {self.second.words}")
        blocks = [line for number, step in enumerate(self.steps, 1) for line in _told(number, step)]
        return "\n".join((*legend, *blocks, "", self.summary))

    __repr__ = __str__


def _told(number: int, step: Step) -> Iterator[str]:
    yield ""
    yield f"{number}. {step.action}" + ("" if step.same else "   (different)")
    for mark, line in step.lines:
        yield f"  {mark} {line}".rstrip()


def compare(past: Past, script: str = "") -> Comparison:
    """Run a script on both engines, each from the start; without one, what ``past`` has done.

    A script without a head begins in that past's world, with its seed.
    """
    head, actions = _read(script or past.script, past.head)
    first, second = (
        list(_printed(head._replace(engine=str(engine)), actions, past.files))
        for engine in (CLASSIC, CONTAINERD)
    )
    shown = [shown_action(action) for _, action in actions]
    steps = [Step(*row) for row in zip(shown, first, second, strict=True)]
    return Comparison(CLASSIC, CONTAINERD, steps)


def _read(script: str, head: Head) -> tuple[Head, list[Numbered]]:
    """A script with its head, or bare lines under ours."""
    lines = [line for line in script.split("\n") if line.strip()[:1] not in ("", "#")]
    if lines and lines[0].startswith("labsim "):
        return read_script(script)
    named = f"labsim {head.version} world={head.world} engine={head.engine} seed={head.seed}"
    found, actions = read_script(f"{named}\n{script}")
    return found, [Numbered(number - 1, action) for number, action in actions]


def _printed(
    head: Head, actions: Sequence[Numbered], files: Mapping[Digest, Blob]
) -> Iterator[str]:
    """What each action prints; one that cannot be done prints why."""
    past = Past(head)
    for _, action in actions:
        known = len(past.state.results)
        try:
            past.write(action, files)
        except LabError as error:
            yield str(error)
            continue
        results = past.state.results[known:]
        yield "".join(
            result.merged + (f"[exit {result.exit_code}]\n" if result.exit_code else "")
            for _, result in results
        )
