"""A cached build equals an uncached one, whatever was built before.

Everything is compared but the moments at which steps happened to be done: layers to the last byte,
settings, history.  (A cached step keeps the time of its first building, here as in Docker.)
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from labsim.blob import Blob
from labsim.engine.builder import ContextFile
from tests.engine.build_scene import NOW, Scene

NAMES = ("a.txt", "b.txt", "app/main.py", "app/lib/util.py")
LINES = (
    "ENV A=1",
    "ENV A=2 B=$A",
    "ARG V=1",
    "ARG V",
    "LABEL v=$V",
    "WORKDIR /w",
    "WORKDIR sub",
    "COPY . /all/",
    "COPY app /app",
    "COPY *.txt /texts/",
    "COPY --chown=1:2 a.txt x",
    "ADD b.txt /b/",
    "RUN echo $V $A > /v",
    "RUN touch /t && rm -rf /app /all/*.txt",
    "RUN apt-get update",
    "RUN rm -rf /var/lib/apt/lists/*",
    "USER me",
    'CMD ["x"]',
    "COPY --from=0 / /from/",
)


class BuildMachine(RuleBasedStateMachine):
    """One builder with a cache; each build is done again by one that has none."""

    @initialize(builder=st.sampled_from(["legacy", "buildkit"]))
    def begin(self, builder: str) -> None:
        self.scene = Scene(builder, {name: name for name in NAMES})
        self.lines: list[str] = ["COPY a.txt /a"]
        self.first: list[str] = ["COPY app /app"]

    @rule(
        name=st.sampled_from(NAMES),
        content=st.sampled_from("xyz"),
        mode=st.sampled_from([0o644, 0o755]),
    )
    def write(self, name: str, content: str, mode: int) -> None:
        self.scene.files[name] = ContextFile(Blob(content.encode()), mode)

    @rule(lines=st.lists(st.sampled_from(LINES), max_size=6))
    def edit(self, lines: list[str]) -> None:
        self.lines = ["COPY a.txt /a", *lines]

    @rule(lines=st.lists(st.sampled_from(LINES[:-1]), max_size=3))
    def edit_the_first_stage(self, lines: list[str]) -> None:
        self.first = ["COPY app /app", *lines]

    @rule(at=st.integers(0, 6), line=st.sampled_from(LINES))
    def change_a_line(self, at: int, line: str) -> None:
        self.lines = [*self.lines[: at + 1], line, *self.lines[at + 2 :]]

    @rule(value=st.sampled_from(["", "1", "2"]))
    def build(self, value: str) -> None:
        dockerfile = "\n".join(["FROM shell AS first", *self.first, "FROM shell", *self.lines, ""])
        options = {"args": {"V": value}} if value else {}
        self.scene.now = NOW
        cached = self.scene.build(dockerfile, **options)
        fresh = Scene(self.scene.builder, self.scene.files).build(dockerfile, **options)
        assert (cached.fault, cached.image is None) == (fresh.fault, fresh.image is None)
        if cached.image is not None and fresh.image is not None:
            assert _told(cached.image) == _told(fresh.image)


def _told(image: object) -> list[object]:
    """An image without the moments at which its steps happened to be done."""
    document = image.config.document  # type: ignore[attr-defined]  # an image
    history = [{k: v for k, v in row.items() if k != "created"} for row in document["history"]]
    run = {key: value for key, value in document["config"].items() if key != "Image"}
    return [run, history, document["rootfs"], document["architecture"]]


TestBuildMachine = BuildMachine.TestCase
