"""``docker save``: images into a file of the laptop, as an archive that any Docker loads.

The lab has no pipes, so without ``--output`` standard output is the terminal.  CLI 28.2.2
``cli/command/image/save.go``; which names go in: moby 20.10 ``image/tarexport/save.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.help import Flag
from labsim.docker.phrases import daemon_error, daemon_fault
from labsim.errors import CommandError, InvalidReference, UnknownImage
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ImageID
    from labsim.engine.engine import Engine
    from labsim.image import Image

__all__ = ["COMMAND", "meant_images"]

NO_TERMINAL = "cowardly refusing to save to a terminal. Use the -o flag or redirect\n"
#: Folders that every laptop has.
_FOLDERS = (".", "..", "/", "~", "/root", "/tmp")


def save(call: Call) -> int:
    """Write the images that are named, each with the names that were meant."""
    from labsim.docker.saving import docker_archive  # few lines need it

    path = call.value("output")
    if not path:
        raise CommandError(NO_TERMINAL)
    _check_path(call, path)
    call.seat.put(path, docker_archive(meant_images(call.seat.engine, call.arguments)))
    return 0


def meant_images(engine: Engine, names: Iterable[str]) -> dict[Image, list[Reference]]:
    """The images that are named, each with the tags that were meant."""
    meant: dict[ImageID, list[Reference]] = {}
    for name in names:
        for image_id, reference in _meant(engine, name):
            tags = meant.setdefault(image_id, [])
            tags += [reference] if reference and reference not in tags else []
    return {engine.image(image_id): tags for image_id, tags in meant.items()}


def _check_path(call: Call, path: str) -> None:
    """A file in a folder that is there; a folder is there when a file is in it."""
    folder, slash, name = path.rpartition("/")
    if not name or _is_folder(call, path):
        raise CommandError("failed to save image: cannot write to a directory\n")
    if slash and folder and not _is_folder(call, folder):
        raise CommandError(
            f"failed to save image: invalid output path: stat {folder}: no such file or directory\n"
        )


def _is_folder(call: Call, path: str) -> bool:
    path = path.removeprefix("./")
    return path in _FOLDERS or any(name.startswith(f"{path}/") for name in call.seat.files)


def _meant(engine: Engine, name: str) -> Iterator[tuple[ImageID, Reference | None]]:
    """The images and tags that a name stands for: of a bare repository, all its tags."""
    try:
        reference = Reference.any(name)
    except InvalidReference as error:
        raise daemon_error(daemon_fault(error)) from None
    if isinstance(reference, Reference) and not (reference.tag or reference.digest):
        if tags := engine.names.tags(reference.name):
            yield from ((image_id, tag) for tag, image_id in tags)
            return
    elif isinstance(reference, Reference):
        found = engine.names.get(reference)
        if found is None:
            raise daemon_error("reference does not exist")
        yield found, None if reference.digest else reference
        return
    try:
        yield engine.resolve(name), None
    except UnknownImage:
        raise daemon_error(f"No such image: {name}") from None


COMMAND = Command(
    "save",
    ANY,
    save,
    simulated=frozenset({"output"}),
    hidden=(Flag("platform", kind="strings", api="1.48"),),
)
