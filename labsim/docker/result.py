"""What a command leaves behind: an exit code at once, texts when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.moving import Frame
    from labsim.trace import Trace

__all__ = ["Output", "Result", "Shown", "written"]


class Shown:
    """A text that a terminal shows moving: called, it is the text that comes without one."""

    __slots__ = ("_text", "frames")

    def __init__(self, text: Callable[[], str], frames: Callable[[int], Iterable[Frame]]) -> None:
        self._text = text
        #: The moving form, for a terminal of so many columns.
        self.frames = frames

    def __call__(self) -> str:
        """The lines, one for each change of a state."""
        return self._text()


Text = str | Callable[[], str]


def written(text: Text) -> str:
    """The text itself, made now if it was not yet."""
    return text if isinstance(text, str) else text()


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

    __slots__ = ("_moving", "_parts", "exit_code", "trace", "why")

    def __init__(
        self,
        parts: list[tuple[bool, Text]],
        exit_code: int,
        trace: Trace | None = None,
        why: object = None,
    ) -> None:
        self._parts = parts
        self._moving = {at: text for at, (_, text) in enumerate(parts) if isinstance(text, Shown)}
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

    def frames(self, width: int = 80) -> Iterator[Frame]:
        """What a terminal of ``width`` columns shows, each change with its instant.

        All texts one after another are what the terminal is sent; :mod:`labsim.docker.moving` says
        how often a layer that moves is shown.  What does not move has the instant of what came
        before it.
        """
        from labsim.docker.moving import Frame

        at_us = self.trace.started_us if self.trace is not None else 0
        for at, (_, text) in enumerate(self.written):
            moving = self._moving.get(at)
            for frame in moving.frames(width) if moving else (Frame(at_us, text),):
                at_us = max(at_us, frame.at_us)
                yield frame

    @property
    def moves(self) -> bool:
        """Whether a terminal shows anything of it moving."""
        return bool(self._moving)

    def _text(self, wanted: bool | None) -> str:
        """The parts of one stream (``None``: of both)."""
        return "".join(text for stream, text in self.written if wanted in (None, stream))

    def __str__(self) -> str:
        return self.merged

    def __repr__(self) -> str:
        return f"<Result exit code {self.exit_code}>"
