"""Images for a lab: each layer unpacked and held, and all of it found true."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from labsim.archive import Entry, Packed, Tar, Zipped, checked
from labsim.blob import Blob
from labsim.errors import LabError, Mismatch
from labsim.image import Config, Image, Platform
from labsim.image.layouts.documents import Listed, Part, check
from labsim.image.layouts.formats import chosen
from labsim.image.layouts.source import Source

__all__ = ["Finding", "check_inside", "findings", "unpacked"]


class Finding(NamedTuple):
    """An image that was read and found true: its names and what it is made of."""

    names: tuple[str, ...]
    config: Config
    layers: tuple[Packed | Zipped | Tar, ...]
    image: Image


def findings(source: Source, platform: Platform, limit: int) -> list[Finding]:
    """Every image in a source, checked; unpacked layers may come to ``limit`` bytes in all."""
    return unpacked(source, chosen(source, platform), limit)


def unpacked(source: Source, images: Iterable[Listed], limit: int) -> list[Finding]:
    """These images of a source, checked in the same way."""
    layers = _Layers(source, limit)
    return [layers.finding(listed) for listed in images]


class _Layers:
    """Reads each layer of a source once, and counts what they unpack to."""

    def __init__(self, source: Source, limit: int) -> None:
        self._source = source
        self._left = limit
        self._known: dict[str, Packed | Zipped | Tar] = {}

    def finding(self, listed: Listed) -> Finding:
        """An image with its layers; building it compares every DiffID with the config."""
        layers = tuple(map(self._layer, listed.parts))
        image = Image.read(listed.config, layers)
        return Finding(listed.names, listed.config, layers, image)

    def _layer(self, part: Part) -> Packed | Zipped | Tar:
        """A layer, unpacked once to see that it is one; a lab keeps its bytes."""
        known = self._known.get(part.file)
        blob = known or _held(self._source.stream(part.file))
        if part.promised:
            check(part.file, part.promised, blob)
        if known is None:
            known = self._known[part.file] = self._unpacked(part.file, blob)
            tar = known if isinstance(known, Tar) else known.tar
            check_inside(part.file, tar.entries)
            self._left -= tar.size
        return known

    def _unpacked(self, name: str, blob: Blob) -> Packed | Zipped | Tar:
        try:
            return checked(blob, limit=self._left)
        except LabError as error:
            raise type(error)(f"{name}: {error}") from error


def _held(blob: Blob) -> Blob:
    """Bytes that stay; what the lab itself keeps as a layer needs no second copy."""
    return blob if isinstance(blob, (Packed, Tar)) else Blob(bytes(blob))


def check_inside(name: str, entries: tuple[Entry, ...]) -> None:
    """Refuse a layer with a member that would be unpacked above its root."""
    for entry in entries:
        if ".." in entry.name.split("/"):
            raise Mismatch(f"{name}: the member {entry.name!r} leads out of the image")
