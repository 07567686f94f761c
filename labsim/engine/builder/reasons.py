"""Why each step of a build was found in the cache or not, for people."""

from __future__ import annotations

from labsim.engine.builder.order import Built, Step

__all__ = ["Reasons"]


class Reasons:
    """A build's steps with their reasons; ``str()`` has a line for each."""

    __slots__ = ("built",)

    def __init__(self, built: Built) -> None:
        self.built = built

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, in the order of the build."""
        return self.built.steps

    @property
    def cached(self) -> int:
        """How many of them were found."""
        return sum(step.cached for step in self.steps)

    def __str__(self) -> str:
        rows = [
            f"{'cached' if step.cached else 'built ':6}  {step.name}\n        because {step.why}"
            for step in self.steps
            if step.why
        ]
        if not rows:
            return "Nothing here changes a file, so nothing was looked up in the cache."
        return "\n".join(rows)

    __repr__ = __str__
