"""``load``: from a file to images in a lab, or to one sentence that says why not."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from labsim.archive import LIMIT
from labsim.doors.layouts.source import opened
from labsim.errors import InvalidReference, LabError, Mismatch
from labsim.image import Image, Platform
from labsim.image.layouts.unpacked import Finding, findings
from labsim.reference import Reference

# For checkers only: loading without a lab needs none.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.lab import Lab

__all__ = ["Loaded", "LoadedImage", "load"]


class LoadedImage(NamedTuple):
    """One image that was read, with the names its file gave it."""

    names: tuple[str, ...]
    image: Image


class Loaded(tuple[LoadedImage, ...]):
    """What :func:`load` found, in the order of the file; ``str()`` lists it."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(
            f"{', '.join(names) or '(no name)'}: {image.id}, {_layers(len(image.layers))}"
            for names, image in self
        )


def _layers(count: int) -> str:
    return f"{count} layer{'s' * (count != 1)}"


def load(
    path: str | Path,
    into: Lab | None = None,
    *,
    platform: str = "linux/amd64",
    limit: int = LIMIT,
) -> Loaded:
    """Read the images of a ``docker save`` archive or an OCI layout, into the current laptop.

    ``path`` is a tar (packed as a whole or not) or a folder.  Of an index with several platforms
    the one asked for is taken.  ``limit`` bounds the bytes that are read and that all layers
    together unpack to.  Anything wrong is one sentence that names the file, a
    :class:`~labsim.errors.Mismatch` as a rule; then the lab is as it was.
    """
    if not str(path):
        raise LabError("load: the path is empty")
    try:
        with opened(Path(path), limit) as source:
            found = findings(source, Platform.read(platform), limit)
        named = [(_names(finding), finding) for finding in found]
    except LabError as error:
        raise type(error)(f"{path}: {error}") from error
    if into is not None:
        for names, finding in named:
            into.load(names, finding.config, finding.layers)
    return Loaded(LoadedImage(names, finding.image) for names, finding in named)


def _names(finding: Finding) -> tuple[str, ...]:
    """The names as a person would write them, each one checked."""
    return tuple(_name(name) for name in finding.names)


def _name(name: str) -> str:
    try:
        return Reference(name).with_default_tag().familiar
    except InvalidReference as error:
        raise Mismatch(f"the name {name!r} is not valid: {error.fault}") from error
