"""What is said about each engine: one module a dialect, and one protocol for both.

A command asks the voice of the engine that it speaks to; so the commands are the same for both, and
no command asks which engine there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from labsim.engine.dialect import CLASSIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.grammar import Call
    from labsim.docker.result import Text
    from labsim.docker.versions import Versions
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary
    from labsim.errors import CommandError, InvalidReference, LabError
    from labsim.image import Platform
    from labsim.link import Run
    from labsim.reference import Reference

__all__ = ["Plan", "Voice", "voice_of"]

#: What a push will send: each tag, with what its lanes are about, in their order, as the voice that
#: made the plan wants to read it.
Plan = list[tuple[str, Sequence[Any]]]


class Voice(Protocol):
    """The words for one engine; a module that has these functions."""

    @property
    def FILTERS(self) -> tuple[str, ...]:  # noqa: N802 a constant of a module
        """The filters of ``docker images`` that its daemon knows."""

    def versions(self) -> Versions:
        """What ``docker version`` prints."""

    def plan(
        self,
        engine: Engine,
        reference: Reference,
        *,
        everything: bool,
        platform: Platform | None,
    ) -> Plan:
        """What will be pushed."""

    def pushed(self, run: Run, plan: Plan) -> Text:
        """Every tag's layers and closing line, as far as the push got."""

    def push_failure(self, error: LabError, reference: Reference) -> str:
        """Why a push stopped."""

    def platform_note(self) -> str:
        """What is said first of a push of one platform."""

    def notes(self, run: Run) -> str:
        """What is said last, of what was pushed otherwise than by its name."""

    def pulled(self, run: Run, meant: Reference) -> Text:
        """Every tag's lines, as far as the pull got."""

    def pull_failure(
        self, run: Run, meant: Reference, platform: Platform | None
    ) -> CommandError | None:
        """Why a pull stopped, if it did."""

    def view(self, call: Call, images: Sequence[ImageSummary]) -> str | None:
        """The list of images where it is no table; None where it is."""

    def listed(self, call: Call, images: Sequence[ImageSummary]) -> Sequence[ImageSummary]:
        """The images without those that are listed only when somebody asks for all."""

    def bad_filter(self, filter_: str) -> CommandError:
        """A filter that there is not, or a value that it cannot have."""

    def bad_pattern(self) -> CommandError | None:
        """A pattern that is none; None where it just fits nothing."""

    def fits(self, name: Reference, pattern: str) -> bool:
        """Whether a ``reference`` filter lists this name."""

    def name_fault(self, error: InvalidReference) -> str:
        """What is wrong with a name, as the daemon says it."""


def voice_of(engine: Engine) -> Voice:
    """The voice for an engine; its module is loaded now."""
    if engine.dialect == CLASSIC:
        from labsim.docker.voices import classic

        return classic
    from labsim.docker.voices import containerd

    return containerd
