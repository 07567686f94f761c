"""A seat with no network: images of a few bytes, and nobody at the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from labsim.archive import file, tar
from labsim.blob import Blob
from labsim.docker import Result, run
from labsim.engine.classic import Classic
from labsim.errors import Unreachable
from labsim.image import Config, Image, Layer
from labsim.link import Run, converse
from labsim.reference import Reference
from labsim.wire import Dialogue, Request, Response

#: 2025-01-20 09:00:00 UTC, in µs.
NOW = 1_737_363_600_000_000


class BareSeat:
    """A :class:`labsim.docker.Seat`; ``answers`` are typed at its prompts, one after another."""

    def __init__(self, now: int = NOW) -> None:
        self.engine = Classic()
        self.now = now
        self.files: dict[str, bytes] = {}
        self.answers: list[str] = []
        self.prompts: list[tuple[str, bool]] = []

    def content(self, path: str) -> Blob | None:
        found = self.files.get(path.removeprefix("./"))
        return None if found is None else Blob(found)

    def put(self, path: str, content: Blob) -> None:
        self.files[path.removeprefix("./")] = bytes(content)

    def stat(self, path: str) -> tuple[int, int]:
        return 0o644, self.now // 1_000_000

    def ask(self, prompt: str, secret: bool) -> str | None:
        self.prompts.append((prompt, secret))
        return self.answers.pop(0) if self.answers else None

    def converse(self, talk: Dialogue) -> Run:
        return converse(talk, _nobody, at_us=self.now)

    def docker(self, line: str | Sequence[str], stdin: str | None = None) -> Result:
        return run(line, self, stdin)

    def image(self, *names: str, created: str = "2025-01-17T09:00:00Z", **config: object) -> Image:
        """Have an image of one small layer under these names."""
        layer = Layer.of(tar([file("hello", b"hi" * 600)]))
        made = Image(Config.make([layer.diff_id], created=created, **config), [layer])  # type: ignore[arg-type]  # as they are
        self.engine.adopt(made, [Reference(name) for name in names])
        return made


def _nobody(request: Request) -> Response:
    raise Unreachable(request.host, "connection refused")
