"""What ``docker build`` reads before it builds: its options, the folder, and the bases."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import normpath
from typing import NamedTuple

from labsim.docker.grammar import Call
from labsim.docker.platforms import read
from labsim.engine.builder import Context, ContextFile, Order
from labsim.errors import CommandError, InvalidReference, NotSimulated, UnknownImage
from labsim.image import HERE, Image, Platform
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.dockerfile import Dockerfile
    from labsim.link import Run

__all__ = ["Folder", "Pulled", "base_image", "folder", "order", "platform_of", "tags_of"]


class Folder(NamedTuple):
    """A build context before its Dockerfile is read: ``text`` is the Dockerfile, if it is there."""

    files: Mapping[str, ContextFile]
    name: str
    text: str | None

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
        if call.stdin is None:
            raise CommandError("labsim: nothing comes in: to feed a Dockerfile, write  < file\n")
        return Folder({}, "Dockerfile", call.stdin)
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
    """The names that ``--tag`` gives, in order."""
    found = []
    for text in call.values("tag"):
        try:
            found.append(Reference(text).with_default_tag())
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


def order(call: Call, dockerfile: Dockerfile, context: Context) -> Order:
    """What the options ask for."""
    args = {}
    for given in call.values("build-arg"):
        name, equals, value = given.partition("=")
        if equals:
            args[name] = value
    labels = [label.partition("=") for label in call.values("label")]
    return Order(
        dockerfile,
        context,
        args,
        call.value("target"),
        call.flag("no-cache"),
        platform_of(call.value("platform")),
        tuple((name, value) for name, _, value in labels),
    )


class Pulled(NamedTuple):
    """A base image: where it came from, and the conversation that brought it, if there was one."""

    image: Image | None
    reference: Reference
    run: Run | None = None


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
                return Pulled(found, tidy.with_default_tag())
        except UnknownImage:
            if not isinstance(meant, Reference):
                raise
    assert isinstance(meant, Reference)
    wanted = meant.with_default_tag()
    shelf = engine if keep else engine.builds.shelf(engine)
    run = call.seat.converse(shelf.pull(wanted, platform=platform))
    image = None if run.error is not None else shelf.image(str(wanted))
    return Pulled(image, wanted, run)
