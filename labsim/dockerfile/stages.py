"""A Dockerfile as stages: each begins with ``FROM``, and the last is what is built.

Source: moby/buildkit ``frontend/dockerfile/instructions/parse.go`` (``Parse``), ``commands.go``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from labsim.dockerfile.arguments import arguments
from labsim.dockerfile.instructions import Instruction, instruction
from labsim.dockerfile.source import Source
from labsim.errors import InvalidDockerfile

__all__ = ["Dockerfile", "Stage", "read"]


class Stage(NamedTuple):
    """A ``FROM`` and the instructions that follow it; ``name`` is empty where it has none."""

    number: int
    start: Instruction
    steps: tuple[Instruction, ...]

    @property
    def base(self) -> str:
        """What it begins with, variables not yet filled in."""
        return self.start.words[0]

    @property
    def name(self) -> str:
        """What ``AS`` calls it."""
        return self.start.words[2].lower() if len(self.start.words) == 3 else ""


class Dockerfile(NamedTuple):
    """All that a Dockerfile says: the ``ARG`` lines above the first ``FROM``, then stages."""

    args: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    escape: str
    directives: dict[str, str]
    #: Lines with an empty line inside, which Docker warns about.
    warnings: tuple[str, ...]

    def stage(self, name: str) -> Stage | None:
        """The stage of that name, or of that number."""
        wanted = name.lower()
        for stage in reversed(self.stages):
            if stage.name == wanted or str(stage.number) == wanted:
                return stage
        return None

    @property
    def length(self) -> int:
        """How many instructions there are."""
        return len(self.args) + sum(1 + len(stage.steps) for stage in self.stages)


def read(text: str, *, buildkit: bool = True) -> Dockerfile:
    """The Dockerfile that a text is; without ``buildkit``, as the legacy builder reads it."""
    if not text:
        raise InvalidDockerfile("the Dockerfile cannot be empty")
    source = Source(text, heredocs=buildkit)
    cut = [(line, arguments(line, source.escape)) for line in source.lines()]
    if not cut:
        raise InvalidDockerfile("file with no instructions")
    found = (instruction(line, given, buildkit=buildkit) for line, given in cut)
    args, stages = _staged(found)
    warnings = tuple(source.warnings)
    return Dockerfile(tuple(args), tuple(stages), source.escape, source.directives, warnings)


def _staged(found: Iterable[Instruction]) -> tuple[list[Instruction], list[Stage]]:
    args: list[Instruction] = []
    starts: list[Instruction] = []
    steps: list[list[Instruction]] = []
    for one in found:
        if one.name == "FROM":
            starts.append(one)
            steps.append([])
        elif starts:
            steps[-1].append(one)
        elif one.name == "ARG":
            args.append(one)
        else:
            raise InvalidDockerfile("no build stage in current context", one.line)
    pairs = enumerate(zip(starts, steps, strict=True))
    return args, [Stage(number, start, tuple(rest)) for number, (start, rest) in pairs]
