"""Which images a ``docker save`` means, and what a ``docker load`` finds, on the classic store.

Daemon 20.10.24 reads what ``docker save`` writes and nothing else (an OCI layout without a
``manifest.json`` is none).  Sources: moby 20.10 ``image/tarexport/save.go`` and ``load.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labsim.archive import LIMIT, Tar
from labsim.blob import Blob
from labsim.docker.phrases import daemon_error, daemon_fault
from labsim.docker.voices.classic.saving import docker_archive
from labsim.errors import CommandError, InvalidReference, LabError, UnknownImage
from labsim.image.layouts.docker_archive import docker_archive as images_in
from labsim.image.layouts.documents import Reader
from labsim.image.layouts.source import TarSource
from labsim.image.layouts.unpacked import Finding, unpacked
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ImageID
    from labsim.engine.engine import Engine

__all__ = ["load", "saved"]


def saved(engine: Engine, names: Sequence[str]) -> Tar:
    """The archive of the images that are named, each with the names that were meant."""
    meant: dict[ImageID, list[Reference]] = {}
    for name in names:
        for image_id, reference in _meant(engine, name):
            listed = meant.setdefault(image_id, [])
            listed += [reference] if reference and reference not in listed else []
    return docker_archive({engine.image(image_id): listed for image_id, listed in meant.items()})


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


def load(engine: Engine, archive: Blob) -> Iterator[str]:
    """Take in every image of the archive under the names it has there, and tell it."""
    images = [
        (one.image, [Reference(name).with_default_tag() for name in one.names])
        for one in _read(archive)
    ]
    for image, names in images:
        for name in names:
            before = engine.names.get(name)
            if before is not None and before != image.id:
                yield (
                    f"The image {name.familiar} already exists, "
                    f"renaming the old one with ID {before} to empty string\n"
                )
            yield f"Loaded image: {name.familiar}\n"
        engine.adopt(image, names)
    if images and not images[-1][1]:
        yield from (f"Loaded image ID: {image.id}\n" for image, _ in images)


def _read(archive: Blob) -> list[Finding]:
    try:
        source = TarSource(archive, LIMIT)
    except LabError:
        raise CommandError(_no_tar(archive)) from None
    if "manifest.json" not in source:
        raise CommandError(_no_manifest(archive))
    return unpacked(source, images_in(Reader(source)), LIMIT)


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
