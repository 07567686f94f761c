"""What BuildKit calls the steps of a build: the stage, the place in it, the line.

``[build 2/5] COPY . .``: only what changes files is counted, and the base where it is an image.
The stage is named where there are several, an image that only a ``COPY --from`` or a mount needs
(or the empty one that a cache begins with) being one of them; a place is as wide as the last one.

Source: moby/buildkit ``dockerfile2llb/convert.go`` (``prefixCommand``, ``addState``); verified
against daemon 20.10.24.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labsim.dockerfile import Stage
from labsim.dockerfile.mounts import mounts_of
from labsim.engine.builder.order import Order, base_of, earlier, taken_from

__all__ = ["FILES", "Naming"]

#: The instructions that change files.
FILES = ("COPY", "ADD", "RUN", "WORKDIR")


class Naming:
    """The names of one build; ``stages`` are those that are built."""

    def __init__(self, order: Order, stages: Sequence[Stage], meta: Mapping[str, str]) -> None:
        self._order, self._stages, self._meta = order, stages, meta
        every = order.dockerfile.stages
        self._several = len(every) > 1 or any(map(self._brings_another, every))

    def _brings_another(self, stage: Stage) -> bool:
        """Whether an instruction of a stage needs an image (or nothing) as a stage of its own."""
        names = [name for step in stage.steps for name in taken_from(step)]
        mounts = [mount for step in stage.steps for mount in mounts_of(step)]
        if any(mount.kind == "cache" and not mount.source_of for mount in mounts):
            return True
        return any(earlier(self._order, name, stage) is None for name in names)

    def label(self, stage: Stage) -> str:
        """What a stage is called, where that is said."""
        return (stage.name or f"stage-{stage.number}") if self._several else ""

    def step(self, stage: Stage, number: int, line: str) -> str:
        """The ``number``-th step of a stage that changes files."""
        return f"{self._place(stage, number + self._pulled(stage))} {line}"

    def headings(self) -> dict[str, str]:
        """What the steps that fetch an image are called, by its name, before its reference.

        The last stage that begins with the image gives the name; of one that is only copied from
        there is none here.
        """
        begun = [stage for stage in self._stages if self._pulled(stage)]
        return {
            base_of(self._order, stage, self._meta): f"{self._place(stage, 1)} FROM"
            for stage in begun
        }

    def _pulled(self, stage: Stage) -> bool:
        """Whether a stage begins with an image."""
        base = base_of(self._order, stage, self._meta)
        return base != "scratch" and earlier(self._order, base, stage) is None

    def _place(self, stage: Stage, number: int) -> str:
        total = sum(step.name in FILES for step in stage.steps) + self._pulled(stage)
        label = f"{self.label(stage)} " if self._several else ""
        return f"[{label}{number:>{len(str(total))}}/{total}]"
