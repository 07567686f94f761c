"""``docker load``: images out of an archive that lies on the laptop.

Daemon 20.10.24 reads what ``docker save`` writes and nothing else (an OCI layout without a
``manifest.json`` is none).  CLI 28.2.2 ``cli/command/image/load.go``; moby 20.10
``image/tarexport/load.go``.
"""

from __future__ import annotations

from labsim.blob import Blob
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.help import Flag
from labsim.errors import CommandError, LabError
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.image import Image

__all__ = ["COMMAND"]

NO_STDIN = "requested load from stdin, but stdin is empty\n"
_POST = 'Post "http://%2Fvar%2Frun%2Fdocker.sock/v1.41/images/load?quiet=1"'
_PLACES = ("", ".", "..", "/", "~", "/root", "/tmp")


def load(call: Call) -> int:
    """Take in every image of the archive under the names it has there."""
    images = _read(call)
    engine = call.seat.engine
    for image, names in images:
        for name in names:
            before = engine.names.get(name)
            if before is not None and before != image.id:
                call.out(
                    f"The image {name.familiar} already exists, "
                    f"renaming the old one with ID {before} to empty string\n"
                )
            call.out(f"Loaded image: {name.familiar}\n")
        engine.adopt(image, names)
    if images and not images[-1][1]:
        call.out("".join(f"Loaded image ID: {image.id}\n" for image, _ in images))
    return 0


def _read(call: Call) -> list[tuple[Image, list[Reference]]]:
    from labsim.archive import LIMIT
    from labsim.image.layouts.docker_archive import docker_archive
    from labsim.image.layouts.documents import Reader
    from labsim.image.layouts.source import TarSource
    from labsim.image.layouts.unpacked import unpacked

    archive = _archive(call)
    try:
        source = TarSource(archive, LIMIT)
    except LabError:
        raise CommandError(_no_tar(archive)) from None
    if "manifest.json" not in source:
        raise CommandError(_no_manifest(archive))
    try:
        found = unpacked(source, docker_archive(Reader(source)), LIMIT)
        return [(one.image, [_named(name) for name in one.names]) for one in found]
    except LabError as error:
        raise CommandError(f"labsim: {call.value('input') or 'stdin'}: {error}\n") from None


def _archive(call: Call) -> Blob:
    """The bytes to read: of a file, or of standard input."""
    path = call.value("input")
    if not path:
        if call.stdin is None:
            raise CommandError(NO_STDIN)
        return (call.seat.content(call.stdin_file) if call.stdin_file else None) or Blob(
            call.stdin.encode()
        )
    content = call.seat.content(path)
    if content is not None:
        return content
    folder = path.rstrip("/").removeprefix("./")
    if folder in _PLACES or any(name.startswith(f"{folder}/") for name in call.seat.files):
        raise CommandError(f"error during connect: {_POST}: read {path}: is a directory\n")
    raise CommandError(f"open {path}: no such file or directory\n")


def _no_tar(archive: Blob) -> str:
    """What the daemon's unpacker says; an empty file is an empty archive to it."""
    if not archive.size:
        return _no_manifest(archive)
    fault = "unexpected EOF" if archive.size < 512 else "archive/tar: invalid tar header"
    return f"Error processing tar file(exit status 1): {fault}\n"


def _no_manifest(archive: Blob) -> str:
    """It then looks for the list of an even older format, in a folder with a random number."""
    number = int(archive.digest.hex[:8], 16)
    folder = f"/var/lib/docker/tmp/docker-import-{number}"
    return f"open {folder}/repositories: no such file or directory\n"


def _named(name: str) -> Reference:
    return Reference(name).with_default_tag()


COMMAND = Command(
    "load",
    Count(0, 0),
    load,
    simulated=frozenset({"input", "quiet"}),
    hidden=(Flag("platform", kind="strings", api="1.48"),),
)
