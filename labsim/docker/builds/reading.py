"""What ``docker build`` reads before it builds: its options, the folder, and the bases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import normpath
from typing import NamedTuple

from labsim.docker.builds.archives import context_files, is_archive
from labsim.docker.grammar import Call
from labsim.docker.platforms import read
from labsim.dockerfile import Expander
from labsim.engine.builder import Context, ContextFile, Order
from labsim.engine.builder.order import meta_args
from labsim.errors import (
    CommandError,
    InvalidDockerfile,
    InvalidReference,
    Mismatch,
    NotSimulated,
    UnknownImage,
)
from labsim.image import HERE, Image, Platform
from labsim.reference import Reference
from labsim.wire import Pause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.dockerfile import Dockerfile, Stage
    from labsim.engine.builder import Built
    from labsim.link import Run
    from labsim.trace import Trace
    from labsim.wire import Dialogue

__all__ = [
    "Folder",
    "Pulled",
    "base_image",
    "check_platforms",
    "folder",
    "lasted",
    "order",
    "platform_of",
    "tags_of",
]


class Folder(NamedTuple):
    """A build context before its Dockerfile is read: ``text`` is the Dockerfile, if it is there.

    ``name`` is what that is called in the context, ``place`` where it was looked for.
    """

    files: Mapping[str, ContextFile]
    name: str
    text: str | None
    place: str = ""

    @property
    def context(self) -> Context:
        """The files that may be copied."""
        return Context.of(self.files, (self.name,)).open

    @property
    def sent(self) -> int:
        """Bytes of the tar that the legacy builder is sent."""
        tree = Context.of(self.files, (self.name,)).tree
        return 1024 + sum(512 + node.size + -node.size % 512 for node in tree.values())


def folder(call: Call) -> Folder:
    """The files under PATH, and the Dockerfile that ``--file`` names or that lies there."""
    path, wanted = call.arguments[0], call.value("file")
    if path == "-":
        return _from_stdin(call)
    if "://" in path or path.startswith(("git@", "github.com/")):
        raise NotSimulated(f"{call.path} with a URL")
    if wanted == "-":
        return Folder(_under(call, path), "Dockerfile", call.stdin or "")
    files = _under(call, path)
    place = normpath(wanted) if wanted else normpath(f"{path}/Dockerfile")
    found = call.seat.files.get(place)
    text = None if found is None else found.decode("utf-8-sig", errors="replace")
    root = normpath(path)
    name = place if root == "." else place.removeprefix(f"{root}/")
    return Folder(files, name, text, place)


def _from_stdin(call: Call) -> Folder:
    """A context in a tar, or else a Dockerfile without one."""
    if call.stdin is None:
        raise CommandError("labsim: nothing comes in: to feed a Dockerfile, write  < file\n")
    given = call.seat.content(call.stdin_file) if call.stdin_file else None
    if given is None or not is_archive(given):
        return Folder({}, "Dockerfile", call.stdin)
    try:
        files = context_files(given)
    except Mismatch as fault:
        raise CommandError(f"labsim: the context cannot be read: {fault}\n") from None
    name = normpath(call.value("file") or "Dockerfile")
    found = files.get(name)
    text = None if found is None else bytes(found.content).decode("utf-8-sig", errors="replace")
    return Folder(files, name, text)


def _under(call: Call, path: str) -> dict[str, ContextFile]:
    """Every file in a folder of the seat, by its name from there."""
    from labsim.blob import Blob

    root = normpath(path)
    if root in call.seat.files:
        raise CommandError(f"unable to prepare context: context must be a directory: {path}\n")
    head = "" if root == "." else f"{root}/"
    found = {}
    for name, content in call.seat.files.items():
        if name.startswith(head) and not (name.startswith("~") and not head):
            mode, mtime = call.seat.stat(name)
            found[name[len(head) :]] = ContextFile(Blob(content), mode, mtime)
    if not found and root != ".":
        raise CommandError(f'unable to prepare context: path "{path}" not found\n')
    return found


def tags_of(call: Call) -> list[Reference]:
    """The names that ``--tag`` gives, in order, as they were typed."""
    found = []
    for text in call.values("tag"):
        try:
            found.append(Reference(text))
        except InvalidReference as error:
            from labsim.docker import help as helps

            usage = helps.usage("build", call.path)
            tail = f"Run '{call.path} --help' for more information"
            raise CommandError(
                f'invalid argument "{text}" for "-t, --tag" flag: {error.fault}\n\n'
                f"{usage}\n\n{tail}\n",
                125,
            ) from None
    return found


def platform_of(text: str) -> Platform:
    """``--platform`` as an image's platform; empty: this machine's."""
    return read(text, "Error response from daemon: ") if text else HERE


def check_platforms(wanted: Order, stages: Iterable[Stage], empty: str = "") -> None:
    """Refuse what ``FROM --platform`` names wrongly, and any platform but the one built for.

    ``empty`` is what is said of none, if that has words of its own.
    """
    expander = Expander(meta_args(wanted), escape=wanted.dockerfile.escape)
    for stage in stages:
        given = stage.start.flag("platform")
        if not given:
            continue
        text = expander.word(given)
        if not text and empty:
            raise InvalidDockerfile(empty.format(given), stage.start.line)
        try:
            platform = read(text)
        except CommandError as error:
            words = f"failed to parse platform {text}: {error.stderr.strip()}"
            raise InvalidDockerfile(words, stage.start.line) from None
        if platform != wanted.platform:
            where = f"line {stage.start.line} of the Dockerfile"
            nearest = "docker build --platform is for all stages"
            raise NotSimulated(f"FROM --platform={text} ({where}; {nearest})")


def order(call: Call, dockerfile: Dockerfile, context: Context) -> Order:
    """What the options ask for."""
    args = {}
    for given in call.values("build-arg"):
        name, equals, value = given.partition("=")
        if equals:
            args[name] = value
    labels = [label.partition("=") for label in call.values("label")]
    secrets = tuple(_secrets(call))
    return Order(
        dockerfile,
        context,
        args,
        call.value("target"),
        call.flag("no-cache"),
        platform_of(call.value("platform")),
        tuple((name, value) for name, _, value in labels),
        secrets,
    )


def _secrets(call: Call) -> Iterator[str]:
    """The ids of ``--secret``; that its file is there is checked, and nobody reads it.

    Source: docker/cli 20.10 ``cli/command/image/build_buildkit.go`` (``parseSecret``).
    """
    for text in call.values("secret"):
        given: dict[str, str] = {}
        for field in text.split(",") if text else ():
            key, equals, value = field.partition("=")
            key = {"source": "src"}.get(key.lower(), key.lower())
            if not equals:
                raise _bad_secret(text, f"invalid field '{field}' must be a key=value pair")
            if key not in ("id", "src", "type", "env"):
                raise _bad_secret(text, f"unexpected key '{key}' in '{field}'")
            given[key] = value
        if not given:
            raise _bad_secret(text, "failed to parse csv secret: EOF")
        if "env" in given or given.get("type", "file") == "env":
            raise NotSimulated(f"{call.path} --secret of an environment variable")
        name = given.get("id") or given.get("src", "")
        place = given.get("src") or name
        if normpath(place) not in call.seat.files:
            no_file = "no such file or directory"
            raise _bad_secret(text, f"failed to stat {place}: stat {place}: {no_file}")
        yield name


def _bad_secret(text: str, why: str) -> CommandError:
    return CommandError(f"could not parse secrets: [{text}]: {why}\n")


class Pulled(NamedTuple):
    """A base image: where it came from, and the conversation that brought it, if there was one.

    ``digest`` is what a store of blobs has under its name; empty where it has none.
    """

    image: Image | None
    reference: Reference
    run: Run | None = None
    digest: str = ""


def base_image(call: Call, name: str, platform: Platform, *, keep: bool) -> Pulled:
    """The image of that name: one that is here, or one that is fetched.

    ``keep`` is the legacy builder's way: what it pulls has a name afterwards.  BuildKit keeps its
    bases to itself, and asks the registry each time what the name means now.
    """
    engine = call.seat.engine
    meant = Reference.any(name)
    if not call.flag("pull") or not isinstance(meant, Reference):
        try:
            found = engine.image(name)
            if not call.value("platform") or found.config.platform == platform:
                tidy = meant if isinstance(meant, Reference) else Reference("image")
                return Pulled(found, tidy.with_default_tag(), None, engine.resolve(name))
        except UnknownImage:
            if not isinstance(meant, Reference):
                raise
    assert isinstance(meant, Reference)
    wanted = meant.with_default_tag()
    shelf = engine if keep else engine.builds.shelf(engine)
    run = call.seat.converse(shelf.pull(wanted, platform=platform))
    if run.error is not None:
        return Pulled(None, wanted, run)
    return Pulled(shelf.image(str(wanted)), wanted, run, shelf.resolve(str(wanted)))


def lasted(call: Call, built: Built, traces: Sequence[Trace]) -> None:
    """Let the time pass that a build took, and keep what was said for it, and the reasons."""
    from labsim.engine.builder.reasons import Reasons

    call.trace = traces[-1] if traces else None
    call.why = Reasons(built)
    call.seat.converse(_while_building(built.us))


def _while_building(us: int) -> Dialogue:
    """A while in which nobody is spoken to."""
    yield Pause(us, "building")
