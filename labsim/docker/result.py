"""What a command leaves behind: an exit code at once, texts when somebody looks."""

from __future__ import annotations

from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.trace import Trace

__all__ = ["Output", "Result"]

Text = str | Callable[[], str]


class Output:
    """The two streams while a command runs, in the order it writes to them."""

    __slots__ = ("parts",)

    def __init__(self) -> None:
        self.parts: list[tuple[bool, Text]] = []

    def out(self, text: Text) -> None:
        """Write to standard output; a function is called when the text is first looked at."""
        self.parts.append((False, text))

    def err(self, text: Text) -> None:
        """Write to standard error."""
        self.parts.append((True, text))


class Result:
    """The outcome of one command: ``.stdout .stderr .merged .exit_code .trace``.

    Texts are made on first look from what was recorded, so a command that nobody reads costs no
    rendering.  ``merged`` is what a terminal shows: both streams in the order they were written.
    """

    __slots__ = ("_parts", "exit_code", "trace", "why")

    def __init__(
        self,
        parts: list[tuple[bool, Text]],
        exit_code: int,
        trace: Trace | None = None,
        why: object = None,
    ) -> None:
        self._parts = parts
        self.exit_code = exit_code
        self.trace = trace
        #: The reasons for what was done, where the command keeps them (a build does).
        self.why = why

    @property
    def stdout(self) -> str:
        """What went to standard output."""
        return self._text(False)

    @property
    def stderr(self) -> str:
        """What went to standard error."""
        return self._text(True)

    @property
    def merged(self) -> str:
        """Both streams, as a terminal shows them."""
        return self._text(None)

    @property
    def ok(self) -> bool:
        """Whether the exit code is 0."""
        return self.exit_code == 0

    @property
    def written(self) -> list[tuple[bool, str]]:
        """Each text in the order of writing, and whether it went to standard error."""
        for at, (to_stderr, text) in enumerate(self._parts):
            if not isinstance(text, str):
                self._parts[at] = (to_stderr, text())  # rendered once and kept
        return [(to_stderr, str(text)) for to_stderr, text in self._parts]

    def _text(self, wanted: bool | None) -> str:
        """The parts of one stream (``None``: of both)."""
        return "".join(text for stream, text in self.written if wanted in (None, stream))

    def __str__(self) -> str:
        return self.merged

    def __repr__(self) -> str:
        return f"<Result exit code {self.exit_code}>"
