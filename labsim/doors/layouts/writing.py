"""``save``: an image of a lab as an OCI layout that real tools read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from labsim.archive import Member, directory, file, tar
from labsim.blob import Blob
from labsim.errors import InvalidReference, LabError
from labsim.image import Index
from labsim.reference import Reference

# For checkers only: the lab is an argument.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.lab import Lab

__all__ = ["save"]


def save(lab: Lab, name: str, path: str | Path) -> Path:
    """Write the image ``name`` of the current laptop to ``path``, and return that path.

    A path that ends with ``.tar`` becomes an archive (replacing one that is there), any other a
    new folder.  The media types are OCI's throughout; the layers are packed as a push of this lab
    sends them.  Content is streamed, so a large image needs no memory; what cannot be finished is
    removed.
    """
    target = Path(path)
    if not target.name:
        raise LabError(f"save: the path '{path}' names no file")
    part = target.with_name(f"{target.name}.part")
    members = list(_members(lab, name))
    try:
        if target.suffix == ".tar":
            _write(part, tar(members))
        else:
            _write_folder(part, target, members)
        part.replace(target)
    except OSError as error:
        raise LabError(f"{path}: it cannot be written: {error.strerror}") from error
    finally:
        _remove(part)
    return target


def _members(lab: Lab, name: str) -> Iterable[Member]:
    """The files of the layout, in an order that a reader of a stream would like."""
    image = lab.image(name)
    manifest = image.manifest("oci")
    descriptor = manifest.descriptor._replace(
        annotations=_annotations(lab, name), platform=image.config.platform
    )
    blobs = {blob.digest: blob for blob in (manifest, *image.blobs)}
    yield file("oci-layout", json.dumps({"imageLayoutVersion": "1.0.0"}).encode())
    yield file("index.json", Blob(bytes(Index.oci([descriptor]))))
    yield directory("blobs")
    yield directory("blobs/sha256")
    for digest, blob in blobs.items():
        yield file(f"blobs/sha256/{digest.hex}", blob)


def _annotations(lab: Lab, name: str) -> tuple[tuple[str, str], ...]:
    """The name in the two places where tools look; none for an image that was asked for by id."""
    try:
        reference = Reference(name).with_default_tag()
    except InvalidReference:
        return ()
    if reference.familiar not in lab.images():
        return ()
    return (
        ("io.containerd.image.name", str(reference)),
        ("org.opencontainers.image.ref.name", reference.tag or ""),
    )


def _write_folder(part: Path, target: Path, members: Iterable[Member]) -> None:
    if target.exists():
        raise LabError(f"{target}: it exists already")
    _remove(part)
    part.mkdir()
    for member in members:
        if member.name.endswith("/"):
            (part / member.name).mkdir()
        else:
            _write(part / member.name, member.content)


def _write(path: Path, content: Blob) -> None:
    with path.open("wb") as stream:
        stream.writelines(content.chunks())


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink(missing_ok=True)
