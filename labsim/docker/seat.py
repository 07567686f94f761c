"""Where somebody sits who types ``docker …``: what the commands need of a laptop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.blob import Blob
    from labsim.engine.engine import Engine
    from labsim.link import Run
    from labsim.wire import Dialogue

__all__ = ["Seat"]


class Seat(Protocol):
    """A laptop with a person in front of it; the lab provides one."""

    @property
    def engine(self) -> Engine:
        """The laptop's images, tags and credentials."""

    @property
    def now(self) -> int:
        """The lab's clock, in µs since 1970."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """The person's files."""

    def content(self, path: str) -> Blob | None:
        """What is in a file, for ``< token.txt``; ``None`` where there is none."""

    def put(self, path: str, content: Blob) -> None:
        """Write a file, or replace one; it may be too large to be held as bytes."""

    def stat(self, path: str) -> tuple[int, int]:
        """A file's mode, and when it was last written (in seconds since 1970)."""

    def ask(self, prompt: str, secret: bool) -> str | None:
        """Show a prompt, return what is typed (a secret is not echoed); ``None``: nobody there."""

    def converse(self, talk: Dialogue) -> Run:
        """Run a dialogue over the laptop's link; the clock moves on."""
