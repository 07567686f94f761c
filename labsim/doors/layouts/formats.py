"""The two ways in which tools keep images in files, read with suspicion.

``docker save``
    ``manifest.json`` lists, for each image, the file of its config, its names and the files of its
    layers: plain tars, the lowest first.  Docker 25 and later store these under ``blobs/sha256/``.
OCI layout
    ``index.json`` points, by digest, at manifests or indexes of manifests, and these at the rest,
    all in ``blobs/``: OCI image-spec 1.1 ``image-layout.md``.

A Docker archive of today is both; then its ``manifest.json`` is read, because it has the names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from labsim.archive import Packed, Tar, Zipped, checked
from labsim.blob import Blob
from labsim.digest import Digest
from labsim.doors.layouts.source import NEITHER, Source
from labsim.errors import LabError, Mismatch
from labsim.image import (
    DOCKER_CONFIG,
    OCI_CONFIG,
    Config,
    Descriptor,
    Image,
    Index,
    Manifest,
    Platform,
    read_manifest,
)

__all__ = ["Finding", "findings"]

_HEX = 64
#: Indexes within indexes: one is usual, more is a riddle.
_DEEPEST = 4
_IMAGE_NAME = "io.containerd.image.name"
_REF_NAME = "org.opencontainers.image.ref.name"


class Finding(NamedTuple):
    """An image that was read and found true: its names and what it is made of."""

    names: tuple[str, ...]
    config: Config
    layers: tuple[Packed | Zipped | Tar, ...]
    image: Image


def findings(source: Source, platform: Platform, limit: int) -> list[Finding]:
    """Every image in a source, checked; unpacked layers may come to ``limit`` bytes in all."""
    reader = _Reader(source, limit)
    if "manifest.json" in source:
        return list(_docker_archive(reader))
    if "index.json" in source:
        return list(_oci_layout(reader, platform))
    raise Mismatch(f"{NEITHER}: there is no manifest.json and no index.json")


class _Reader:
    """Reads each file of a source once, and counts what its layers unpack to."""

    def __init__(self, source: Source, limit: int) -> None:
        self.source = source
        self._left = limit
        self._layers: dict[str, Packed | Zipped | Tar] = {}

    def json(self, name: str) -> Any:
        """A file as JSON."""
        try:
            return json.loads(bytes(self.source.get(name)))
        except (ValueError, RecursionError) as error:
            if isinstance(error, LabError):
                raise
            raise Mismatch(f"{name} is not JSON") from error

    def named(self, name: str) -> Blob:
        """A file whose name may be its digest; then it must be."""
        blob = self.source.get(name)
        digits = name.rpartition("/")[2].removesuffix(".json")
        if len(digits) == _HEX and set(digits) <= set("0123456789abcdef") and _tells(name):
            _check(name, Descriptor("", Digest(f"sha256:{digits}"), blob.size), blob)
        return blob

    def blob(self, descriptor: Descriptor) -> Blob:
        """The file that a descriptor points at."""
        name = f"blobs/{descriptor.digest.algorithm}/{descriptor.digest.hex}"
        blob = self.source.get(name)
        _check(name, descriptor, blob)
        return blob

    def layer(self, name: str, blob: Blob) -> Packed | Zipped | Tar:
        """A layer, unpacked once to see that it is one."""
        if name not in self._layers:
            with_tar = _blamed(name, blob, self._left)
            tar = with_tar if isinstance(with_tar, Tar) else with_tar.tar
            for entry in tar.entries:
                if ".." in entry.name.split("/"):
                    raise Mismatch(f"{name}: the member {entry.name!r} leads out of the image")
            self._left -= tar.size
            self._layers[name] = with_tar
        return self._layers[name]


def _tells(name: str) -> bool:
    """Whether a Docker archive names such a file by its digest (not so ``<id>/layer.tar``)."""
    return name.endswith(".json") or name.startswith("blobs/sha256/")


def _check(name: str, descriptor: Descriptor, blob: Blob) -> None:
    try:
        descriptor.check(blob)
    except Mismatch as error:
        raise Mismatch(f"{name}: {error}") from error


def _blamed(name: str, blob: Blob, limit: int) -> Packed | Zipped | Tar:
    try:
        return checked(blob, limit=limit)
    except LabError as error:
        raise type(error)(f"{name}: {error}") from error


# -- docker save -----------------------------------------------------------------------------------


def _docker_archive(reader: _Reader) -> Iterator[Finding]:
    listed = reader.json("manifest.json")
    if not isinstance(listed, list):
        raise Mismatch(f"{NEITHER}: manifest.json is no list of images")
    if not listed:
        raise Mismatch("manifest.json lists no image")
    for item in listed:
        config_name, names, layer_names = _item(item)
        config = Config.read(reader.named(config_name))
        layers = [reader.layer(name, reader.named(name)) for name in layer_names]
        yield _found(names, config, layers)


def _item(item: object) -> tuple[str, list[str], list[str]]:
    """One image of a ``manifest.json``: its config's file, its names, its layers' files."""
    wanted = item if isinstance(item, dict) else {}
    config, names, layers = map(wanted.get, ("Config", "RepoTags", "Layers"))
    if not isinstance(config, str) or not _are_texts(names or []) or not _are_texts(layers or []):
        raise Mismatch("manifest.json does not say Config, RepoTags and Layers of an image")
    return config, names or [], layers or []


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


# -- OCI layout ------------------------------------------------------------------------------------


def _oci_layout(reader: _Reader, platform: Platform) -> Iterator[Finding]:
    version = reader.json("oci-layout")
    if not isinstance(version, dict) or version.get("imageLayoutVersion") != "1.0.0":
        raise Mismatch("oci-layout does not say imageLayoutVersion 1.0.0")
    index = Index.read("application/vnd.oci.image.index.v1+json", reader.source.get("index.json"))
    for group in _by_name(index.manifests):
        one_of_many = len(group) > 1 and all(child.platform for child in group)
        chosen = [Index.oci(group).choose(platform)] if one_of_many else group
        for child in chosen:
            manifest = _manifest(reader, child, platform)
            yield _found(_names(child), *_content(reader, manifest))


def _by_name(children: Iterable[Descriptor]) -> list[list[Descriptor]]:
    """The children of an index, those of the same name together."""
    groups: dict[tuple[str, ...], list[Descriptor]] = {}
    for child in children:
        groups.setdefault(tuple(_names(child)), []).append(child)
    return list(groups.values())


def _names(child: Descriptor) -> list[str]:
    """What an image is called: its full name, else a reference that is more than a tag."""
    if name := child.annotation(_IMAGE_NAME):
        return [name]
    name = child.annotation(_REF_NAME)
    return [name] if ":" in name or "/" in name else []


def _manifest(reader: _Reader, child: Descriptor, platform: Platform) -> Manifest:
    """The manifest a descriptor stands for, through indexes, for a platform."""
    for _ in range(_DEEPEST):
        found = read_manifest(child.media_type, reader.blob(child))
        if isinstance(found, Manifest):
            return found
        child = found.choose(platform)
    raise Mismatch(f"{child.digest} is an index within too many indexes")


def _content(reader: _Reader, manifest: Manifest) -> tuple[Config, list[Packed | Zipped | Tar]]:
    if manifest.config.media_type not in (OCI_CONFIG, DOCKER_CONFIG):
        raise Mismatch(f"{manifest.digest} is no image: its config is {manifest.config.media_type}")
    config = Config.read(reader.blob(manifest.config))
    layers = [
        reader.layer(f"blobs/sha256/{child.digest.hex}", reader.blob(child))
        for child in manifest.layers
    ]
    return config, layers


def _found(
    names: Iterable[str], config: Config, layers: Iterable[Packed | Zipped | Tar]
) -> Finding:
    """Building the image compares every DiffID with the config."""
    kept = tuple(layers)
    return Finding(tuple(names), config, kept, Image.read(config, kept))
