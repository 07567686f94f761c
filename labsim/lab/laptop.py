"""Somebody's machine: an engine, some files, and a place to type.  It is docker's seat."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labsim.errors import LabError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.blob import Blob
    from labsim.docker import Result
    from labsim.engine.engine import Engine
    from labsim.image import Image
    from labsim.lab.redaction import Typed
    from labsim.lab.state import State
    from labsim.link import Run
    from labsim.wire import Dialogue

__all__ = ["CONFIG_JSON", "Ask", "Laptop", "command_of", "tidy_path"]

#: Asks a person: the prompt, and whether the answer must not be shown.  ``EOFError``: nobody there.
Ask = Callable[[str, bool], str | None]

#: Where a person's own files are, whose user is root, as in a container.
HOME = "/root"
CONFIG_JSON = "~/.docker/config.json"


class Laptop:
    """One person's machine; ``editions`` counts the versions of each layer that it builds with."""

    __slots__ = (
        "_ask_person",
        "_kept",
        "_state",
        "_stats",
        "_written",
        "editions",
        "engine",
        "person",
    )

    def __init__(
        self, person: str, engine: Engine, files: Mapping[str, bytes], state: State
    ) -> None:
        self.person = person
        self.engine = engine
        self.editions: dict[str, int] = {}
        self._ask_person: Ask | None = None
        self._written = dict(files)
        self._kept: dict[str, Blob] = {}
        self._stats = dict.fromkeys(files, (0o644, state.now_us // 1_000_000))
        self._state = state

    def __repr__(self) -> str:
        return f"<{self.person}'s laptop: {self.engine.contents}>"

    @property
    def now(self) -> int:
        """The lab's clock: µs since the Unix epoch."""
        return self._state.now_us

    @property
    def files(self) -> Mapping[str, bytes]:
        """Every file by its path, with those that docker itself writes."""
        config = self.engine.credentials
        own = {CONFIG_JSON: config.text.encode()} if config.written else {}
        if self._kept:
            from labsim.lab.kept import Kept

            return Kept({**self._written, **own}, self._kept)
        return {**self._written, **own} if own else self._written

    def stat(self, path: str) -> tuple[int, int]:
        """A file's mode, and when it was last written (in seconds since 1970)."""
        return self._stats.get(path, (0o600, self._state.now_us // 1_000_000))

    def write(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Put a file there, or replace one."""
        name = tidy_path(path)
        if name == CONFIG_JSON:
            raise LabError(f"{CONFIG_JSON} is written by docker login and docker logout")
        self._written[name] = content
        self._kept.pop(name, None)
        self._stats[name] = mode, self._state.now_us // 1_000_000

    def content(self, path: str) -> Blob | None:
        """A file's content, by any spelling of its path."""
        from labsim.blob import Blob

        name = tidy_path(path)
        found = self._kept.get(name)
        if found is None and name in self.files:
            return Blob(self.files[name])
        return found

    def put(self, path: str, content: Blob) -> None:
        """Put a file there that docker wrote; it is made anew whenever it is read."""
        name = tidy_path(path)
        if name == CONFIG_JSON:
            raise LabError(f"{CONFIG_JSON} is written by docker login and docker logout")
        self._written.pop(name, None)
        self._kept[name] = content
        self._stats[name] = 0o600, self._state.now_us // 1_000_000

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        name = tidy_path(path)
        try:
            return self.files[name]
        except KeyError:
            there = ", ".join(self.files) or "none"
            raise LabError(f"{self.person} has no file {name!r}; there is: {there}") from None

    def images(self) -> dict[str, Image]:
        """Every image here by each of its names; by its id where it has none."""
        found: dict[str, Image] = {}
        for row in self.engine.images():
            names = [reference.familiar for reference in row.tags] or [row.id.short]
            found.update(dict.fromkeys(names, row.image))
        return found

    def type(self, typed: Typed) -> Result:
        """Type a docker command."""
        from labsim.docker import run

        self._ask_person = typed.ask
        try:
            result = run(typed.line, self, typed.stdin or None)
        finally:
            self._ask_person = None
        self._state.results.append((command_of(typed.line), result))
        return result

    def converse(self, talk: Dialogue) -> Run:
        """Hold a conversation with a registry over the lab's link."""
        return self._state.converse(talk)

    def ask(self, prompt: str, secret: bool) -> str | None:
        """What the person types at a prompt; ``None`` when there is no terminal."""
        if self._ask_person is None:
            return None
        try:
            return self._ask_person(prompt, secret)
        except EOFError:
            return None


def command_of(line: str) -> str:
    """The name of the command in a line: ``push``, also in ``docker image push``."""
    groups = ("docker", "image", "container", "buildx", "builder")
    words = (word for word in line.split() if word not in groups and word[:7] != "DOCKER_")
    return next(words, "")


def tidy_path(path: str) -> str:
    """One spelling for each file: no ``./`` in front, and ``~`` for the home that Docker names."""
    name = path.removeprefix("./")
    if name.startswith(f"{HOME}/"):
        name = "~" + name.removeprefix(HOME)
    if not name or name.endswith("/") or "\0" in name:
        raise LabError(f"{path!r} is no name for a file")
    return name
