"""Lab: laptops, registries, a link and a clock, and the journal of all that was done to them.

Every change is an action in the journal, and every other state is reached by replaying one: undo,
redo, going back, forking, sharing and grading are the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import labsim
from labsim.errors import CommandError, LabError
from labsim.lab.given import (
    bytes_given,
    seed_given,
    text_given,
    whole_given,
    words_given,
    write_given,
)
from labsim.lab.journal import Entry, Head, blobs_by_digest
from labsim.lab.past import Past
from labsim.lab.redaction import Typed, http_entry, is_verdict, shell_line
from labsim.lab.tokens import veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import networkx

    from labsim.blob import Blob
    from labsim.digest import Digest
    from labsim.docker import Result
    from labsim.engine.builder.advice import Advice
    from labsim.engine.dialect import Dialect
    from labsim.image import Image
    from labsim.lab.account import AccountPage
    from labsim.lab.comparison import Comparison
    from labsim.lab.journal import Files, Secrets
    from labsim.lab.laptop import Ask, Laptop
    from labsim.lab.outside import Outside
    from labsim.registry import Registry
    from labsim.trace import Trace
    from labsim.wire import Response

__all__ = ["Lab"]


class Lab:
    """A place to try things in.

    ``engine`` is what the laptops run, ``world`` how everything begins, and ``seed`` decides the
    ids that registries make up.  A new lab becomes the current one, which ``%docker`` acts on.
    """

    _current: Lab | None = None

    def __init__(self, engine: str = "classic", world: str = "w1", seed: int = 0) -> None:
        engine, world = text_given(engine, "an engine's name"), text_given(world, "a world's name")
        self._past = Past(Head(labsim.__version__, world, str(engine), seed_given(seed)))
        #: How a person is asked for what a command prompts for; ``None``: there is no terminal.
        self.ask: Ask | None = None
        Lab._current = self

    @classmethod
    def _with(cls, past: Past) -> Lab:
        """A lab with this past, which does not become the current one."""
        lab = cls.__new__(cls)
        lab._past = past
        lab.ask = None
        return lab

    def __repr__(self) -> str:
        head, count = self._past.head, len(self._past.entries)
        actions = "1 action" if count == 1 else f"{count} actions"
        said = (f"{actions}, at {self.user}'s laptop", *self.notes)
        return f"<Lab {head.world}, {head.engine} engine: {'; '.join(said)}>"

    # -- doing -------------------------------------------------------------------------------------

    def do(self, action: Sequence[str], *, files: Files | None = None) -> Any:
        """Do one action, as it stands in a journal; ``files`` are the bytes that it names."""
        words = [str(word) for word in words_given(action, "an action")]
        if words[:1] == ["docker"] and len(words) == 2 and not is_verdict(words[1]):
            return self.docker(words[1])
        state, given = self._past.state, blobs_by_digest(files or {})
        if words[:1] == ["http"]:
            words, given, typed = veiled(words, given, state)
            entry = http_entry(words, state.password_typed, state.password)
            return self._past.do(Entry(entry.action, (*entry.secrets, *typed)), given)
        return self._past.do(http_entry(words, state.password_typed, state.password), given)

    def docker(
        self, line: str | Sequence[str], stdin: str = "", *, ask: Ask | None = None
    ) -> Result:
        """Type a docker command; what Docker refuses is in the result, and not raised."""
        what = "a docker line"
        text = line if isinstance(line, str) else shell_line(words_given(line, what))
        given = text_given(text, what), text_given(stdin, "stdin")
        return self._past.type(Typed(*given, ask or self.ask, self._past.state.password_typed))

    def pull(self, name: str) -> Result:
        """``docker pull NAME``; raises ``CommandError`` where Docker fails."""
        return self._succeed(["pull", name])

    def push(self, name: str) -> Result:
        """``docker push NAME``."""
        return self._succeed(["push", name])

    def tag(self, source: str, target: str) -> Result:
        """``docker tag SOURCE TARGET``."""
        return self._succeed(["tag", source, target])

    def rmi(self, *names: str) -> Result:
        """``docker rmi NAME…``."""
        return self._succeed(["rmi", *names])

    def login(self, user: str, password: str, host: str = "") -> Result:
        """``docker login -u USER --password-stdin [HOST]``; the password is not written down."""
        words = ["login", "-u", user, "--password-stdin", *([host] if host else [])]
        return self._succeed(words, password)

    def logout(self, host: str = "") -> Result:
        """``docker logout [HOST]``."""
        return self._succeed(["logout", *([host] if host else [])])

    def _succeed(self, words: Sequence[str], stdin: str = "") -> Result:
        result = self.docker(words, stdin)
        if result.exit_code:
            raise CommandError(result.stderr, result.exit_code)
        return result

    # -- lab verbs: nothing that real Docker has ---------------------------------------------------

    def as_user(self, person: str) -> Laptop:
        """Sit down at somebody else's laptop."""
        laptop: Laptop = self.do(["as", person])
        return laptop

    def wait(self, length: str) -> None:
        """Let time pass: ``"90s"``, ``"3d"``, ``"1h30m"``."""
        self.do(["wait", length])

    def write(self, path: str, content: str | bytes, *, mode: int = 0o644) -> None:
        """Put a file on the laptop."""
        action, files = write_given(path, content, mode)
        self.do(action, files=files)

    def read(self, path: str) -> str:
        """The text of a file on the laptop, such as ``~/.docker/config.json``."""
        return self.seat.read(path).decode(errors="replace")

    def build(self, name: str, *, base: str, layers: Sequence[str], edited: str = "") -> Image:
        """Make an image of a base and ready layers; ``edited`` names one that has changed."""
        words = ["build", name, f"base={base}", f"layers={','.join(words_given(layers, 'layers'))}"]
        image: Image = self.do([*words, f"edited={edited}"] if edited else words)
        return image

    def sign_up(self, user: str, password: str, host: str = "docker.io") -> AccountPage:
        """Make an account at a registry; the password is not written down."""
        action = ["sign_up", user] if host == "docker.io" else ["sign_up", user, f"host={host}"]
        self._past.do(Entry(action, (text_given(password, "a password"),)), {})
        return self.account(user, host)

    def visibility(self, repository: str, visibility: str) -> None:
        """Make a repository ``public`` or ``private``, as its owner would on the web page."""
        self.do(["visibility", repository, visibility])

    def policy(self, host: str, setting: str) -> None:
        """Turn a switch: ``lab.policy("docker.io", "mount_from_reserved=off")``."""
        self.do(["policy", host, setting])

    def collect(
        self, host: str, *, untagged: bool = False, dry_run: bool = False, grace: str = "1d"
    ) -> dict[str, Any]:
        """Have a registry throw away what nothing names and nobody was told of within the grace."""
        action = ["collect", host, f"grace={grace}", *["untagged=on"] * untagged]
        report: dict[str, Any] = self.do([*action, "dry_run=on"] if dry_run else action)
        return report

    def http(
        self,
        method: str,
        target: str,
        *,
        host: str = "docker.io",
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Response:
        """Send one request to a registry by hand."""
        from labsim.blob import Blob  # loaded by whoever has a body to send

        blob = Blob(bytes_given(body, "the body"))
        action = ["http", method, target, *([] if host == "docker.io" else [f"host={host}"])]
        action += [f"header={name}: {value}" for name, value in headers]
        action += [f"body={blob.digest}"] if body else []
        response: Response = self.do(action, files={blob.digest: blob} if body else {})
        return response

    def load(self, names: Sequence[str], config: Blob, layers: Sequence[Blob]) -> Image:
        """Take in an image from its config and layers; a door reads them from files."""
        action = ["load", ",".join(names), config.digest, *(layer.digest for layer in layers)]
        image: Image = self.do(action, files={blob.digest: blob for blob in (config, *layers)})
        return image

    # -- faults, and real registries ---------------------------------------------------------------

    def stop(self, host: str) -> None:
        """Let a registry go down: nobody answers there."""
        self.do(["stop", host])

    def start(self, host: str) -> None:
        """Let a registry come up again."""
        self.do(["start", host])

    def cut(self, after: str) -> None:
        """Let the link break when so many bytes of the next push have gone up: ``"20MB"``."""
        self.do(["cut", after])

    def link(self, *, up: str = "", down: str = "", delay: str = "") -> None:
        """Change the link: ``lab.link(up="10MB/s", delay="20ms")``; ``"0"`` is no limit."""
        wish = {"up": up, "down": down, "delay": delay}
        self.do(["link", *(f"{key}={value}" for key, value in wish.items() if value)])

    def during(self, after: str, *words: str) -> None:
        """During the next conversation ``"drop"`` the link, or do a ``link`` or a ``policy``."""
        self.do(["during", after, *words])

    @property
    def outside(self) -> Outside | None:
        """Who brings real registries; a door does (:func:`labsim.doors.remote.connect`)."""
        return self._past.outside

    @outside.setter
    def outside(self, outside: Outside | None) -> None:
        self._past.outside = outside

    # -- the journal -------------------------------------------------------------------------------

    @property
    def journal(self) -> list[list[str]]:
        """Every action so far, as plain data."""
        return [list(entry.action) for entry in self._past.entries]

    @property
    def undone(self) -> list[list[str]]:
        """What :meth:`redo` would do again, the next one first."""
        return [list(entry.action) for entry in reversed(self._past.undone)]

    @property
    def script(self) -> str:
        """The journal as text: with :attr:`attachments`, all that anybody needs to get here."""
        return self._past.script

    @property
    def attachments(self) -> dict[Digest, Blob]:
        """The bytes that the script names by digest."""
        return dict(self._past.files)

    @property
    def secrets(self) -> Secrets:
        """What was typed into which action: for a door that keeps it apart from the script."""
        return self._past.secrets

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know about the lab, such as that another version of labsim has written it."""
        return self._past.notes

    @classmethod
    def replay(cls, script: str, files: Files | None = None, *, secrets: Secrets = ()) -> Lab:
        """The lab that a script leads to; ``files`` are the bytes that it names.

        With the :attr:`secrets` of the lab that wrote it, passwords are judged as they were there.
        """
        found = blobs_by_digest({} if files is None else files)
        return cls._with(Past.told(text_given(script, "a script"), found, secrets))

    def at(self, n: int) -> Lab:
        """Another lab, where only the first ``n`` actions have happened."""
        return self._with(self._past.first(whole_given(n, "a number of actions")))

    def fork(self) -> Lab:
        """Another lab in the same state, which goes its own way from here."""
        return self.at(len(self._past.entries))

    def undo(self) -> list[str]:
        """Take the last action back; the action.  Commands that only looked are no actions here."""
        return list(self._past.back().action)

    def redo(self) -> list[str]:
        """Do again what was undone last; the action."""
        return list(self._past.forth().action)

    def reset(self) -> None:
        """Take everything back; ``redo`` brings it again, action by action."""
        self._past.back_to(0)

    # -- looking -----------------------------------------------------------------------------------

    @property
    def user(self) -> str:
        """Who is sitting there."""
        return self._past.state.user

    @property
    def seat(self) -> Laptop:
        """The laptop of whoever is sitting there."""
        return self._past.state.laptop

    @property
    def engine(self) -> Dialect:
        """What the laptops run: a name, which also tells whose words and versions it stands for."""
        return self._past.state.dialect

    @property
    def files(self) -> Mapping[str, bytes]:
        """The files on the laptop."""
        return self.seat.files

    @property
    def now_us(self) -> int:
        """The lab's clock: µs since the Unix epoch."""
        return self._past.state.now_us

    @property
    def hosts(self) -> tuple[str, ...]:
        """The registries there are."""
        return self._past.state.world.hosts

    def registry(self, host: str) -> Registry:
        """A registry to look at; changing it is what actions are for."""
        return self._past.state.registry(host)

    def image(self, name: str) -> Image:
        """The local image with this name or id."""
        return self.seat.engine.image(name)

    def images(self) -> dict[str, Image]:
        """Every local image by each of its names, in the order of ``docker images``."""
        return self.seat.images()

    def account(self, user: str = "", host: str = "docker.io") -> AccountPage:
        """The page of an account (your own when none is named)."""
        from labsim.lab.account import account_page

        return account_page(self._past.state, user or self.user, host)

    def why(self, thing: Any) -> Any:
        """Why an event of a story, or a build, went as it did; of an image's name: what changes."""
        from labsim.lab.provenance import why

        return why(self, thing)

    def compare(self, script: str = "") -> Comparison:
        """Run a script (this lab's own, if none is given) on both engines, and show both."""
        from labsim.lab.comparison import compare

        return compare(self._past, text_given(script, "a script"))

    def advise(self, dockerfile: str = "Dockerfile", *, edited: str = "") -> Advice:
        """Which order of a Dockerfile's lines makes the push after an edit cheapest, in bytes."""
        from labsim.lab.advising import advice

        return advice(self, text_given(dockerfile, "a Dockerfile"), text_given(edited, "edited"))

    def last(self, command: str) -> Result | None:
        """The result of the last ``docker COMMAND``, or ``None``."""
        return next((one for name, one in reversed(self.results) if name == command), None)

    @property
    def results(self) -> tuple[tuple[str, Result], ...]:
        """Every docker command so far, by its verb, with its result."""
        return tuple(self._past.state.results)

    @property
    def trace(self) -> Trace | None:
        """The last conversation that a docker command had."""
        return next((one.trace for _, one in reversed(self.results) if one.trace), None)

    def graph(self) -> networkx.DiGraph:
        """The local images and their layers as a graph."""
        from labsim.graph import layer_graph

        return layer_graph(self.images())

    # -- the current lab ---------------------------------------------------------------------------

    def use(self) -> Lab:
        """Make this the lab that ``%docker`` acts on."""
        Lab._current = self
        return self

    @staticmethod
    def current() -> Lab:
        """The lab that was last made current."""
        if Lab._current is None:
            raise LabError("there is no lab yet: make one with  lab = Lab()")
        return Lab._current
