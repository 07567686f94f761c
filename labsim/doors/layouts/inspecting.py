"""``inspect``: what the images in a file consist of, and what of it is wasted.

Believes as little as :func:`~labsim.doors.layouts.load` does, and keeps less: a layer is read once,
in pieces, and of its content only the list of members stays.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from labsim.archive.measuring import Measured, measure
from labsim.archive.overlay import Overlay, overlay
from labsim.archive.reading import Room
from labsim.blob import Blob
from labsim.digest import ChainID, Digest
from labsim.doors.layouts.source import opened
from labsim.errors import InvalidReference, LabError, UnknownImage
from labsim.image import Config, Platform
from labsim.image.layouts.documents import Listed, Other, Part, check
from labsim.image.layouts.formats import all_of
from labsim.image.layouts.source import Source
from labsim.image.layouts.unpacked import check_inside
from labsim.reference import Reference

__all__ = ["LAYER_LIMIT", "Inspected", "InspectedImage", "InspectedLayer", "inspect"]

#: The most bytes that one layer may unpack to, unless told otherwise: large models are this large.
LAYER_LIMIT = 16_000_000_000
#: What a hidden file takes in memory, roughly.
_HIDDEN = 250


class InspectedLayer(NamedTuple):
    """One layer of an image: its file, what was found in it, and the step that made it."""

    file: str
    measured: Measured
    chain_id: ChainID
    created_by: str


class InspectedImage(NamedTuple):
    """One image for one platform; ``manifest`` is None where the file has none for it."""

    names: tuple[str, ...]
    platform: str
    config: Config
    manifest: Digest | None
    layers: tuple[InspectedLayer, ...]
    overlay: Overlay

    @property
    def name(self) -> str:
        """What to call it in one word."""
        return self.names[0] if self.names else self.config.image_id.short


class Inspected(NamedTuple):
    """What a file holds; ``listed_in`` is the document that was followed."""

    path: str
    listed_in: str
    images: tuple[InspectedImage, ...]
    others: tuple[Other, ...]


def inspect(path: str | Path, *, platform: str = "", limit: int = LAYER_LIMIT) -> Inspected:
    """Look into a ``docker save`` archive or an OCI layout; nothing is taken in.

    Every image of every platform is looked at, or those of the one asked for.  ``limit`` bounds
    what one layer unpacks to.  Anything wrong is one sentence that names the file, as in
    :func:`~labsim.doors.layouts.load`.
    """
    if not str(path):
        raise LabError("inspect: the path is empty")
    wanted = Platform.read(platform) if platform else None
    try:
        with opened(Path(path), limit) as source:
            listed_in, images, others = all_of(source)
            scales = _Scales(source, limit)
            weighed = tuple(map(scales.image, _of(wanted, images)))
    except LabError as error:
        raise type(error)(f"{path}: {error}") from error
    return Inspected(str(path), listed_in, weighed, () if wanted else tuple(others))


def _of(wanted: Platform | None, images: list[Listed]) -> list[Listed]:
    """The images of one platform, or all; there must be one."""
    found = [one for one in images if wanted is None or wanted.runs(one.platform)]
    if not images:
        raise UnknownImage("there is no image in it")
    if not found:
        there = ", ".join(dict.fromkeys(str(one.platform) for one in images))
        raise UnknownImage(f"there is no image for {wanted} in it, only for {there}")
    return found


class _Scales:
    """Measures each layer of a source once."""

    def __init__(self, source: Source, limit: int) -> None:
        self._source = source
        self._limit = limit
        self._room = Room()
        self._known: dict[str, Measured] = {}

    def image(self, listed: Listed) -> InspectedImage:
        """An image with its layers, each of which the config must list."""
        found = [self._layer(part) for part in listed.parts]
        listed.config.check_layers([one.diff_id for one in found])
        laid = overlay([one.entries for one in found])
        self._room.take(_HIDDEN * len(laid.hidden))
        config = listed.config
        chain = ChainID.chain(config.diff_ids)
        steps = [step.created_by for step in config.history if not step.empty_layer]
        files = [part.file for part in listed.parts]
        steps += [""] * (len(found) - len(steps))  # a config may tell of fewer than it has
        layers = tuple(map(InspectedLayer, files, found, chain, steps))
        names = tuple(map(_shown, listed.names))
        manifest = listed.manifest.digest if listed.manifest else None
        return InspectedImage(names, str(listed.platform), config, manifest, layers, laid)

    def _layer(self, part: Part) -> Measured:
        known = self._known.get(part.file) or self._measured(part)
        self._known[part.file] = known
        if part.promised:
            check(part.file, part.promised, _named(known))
        return known

    def _measured(self, part: Part) -> Measured:
        """One pass; where that fails, the file's own fault is told first."""
        blob = self._source.stream(part.file)
        algorithm = "sha256"
        if part.promised:
            algorithm = part.promised.digest.algorithm
            if blob.size != part.promised.size:
                check(part.file, part.promised, blob)
        try:
            found = measure(blob.chunks(), limit=self._limit, room=self._room, algorithm=algorithm)
        except LabError as error:
            if part.promised:
                check(part.file, part.promised, blob)
            raise type(error)(f"{part.file}: {error}") from error
        check_inside(part.file, found.entries)
        return found


def _named(found: Measured) -> Blob:
    """A blob of that name and size, without its bytes."""
    return Blob.generated(lambda: iter(()), found.size, found.digest)


def _shown(name: str) -> str:
    """A full name as a person would write it; a bare tag, or what is no name, as it stands."""
    if ":" not in name and "/" not in name:
        return name
    try:
        return Reference(name).with_default_tag().familiar
    except InvalidReference:
        return name
