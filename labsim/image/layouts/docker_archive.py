"""What ``docker save`` writes: ``manifest.json`` lists images by the files they are made of.

For each image: the file of its config, its names, the files of its layers, tars, the lowest first.
Docker 25 and later store these under ``blobs/sha256/``, older ones under ``<id>/layer.tar``; podman
and skopeo write ``<DiffID>.tar``.
"""

from __future__ import annotations

from collections.abc import Iterator

from labsim.digest import Digest
from labsim.errors import Mismatch
from labsim.image import Config, Descriptor
from labsim.image.layouts.documents import Listed, Part, Reader, check
from labsim.image.layouts.source import NEITHER

__all__ = ["docker_archive"]

_HEX = 64


def docker_archive(reader: Reader) -> Iterator[Listed]:
    """Every image that ``manifest.json`` lists."""
    listed = reader.json("manifest.json")
    if not isinstance(listed, list):
        raise Mismatch(f"{NEITHER}: manifest.json is no list of images")
    if not listed:
        raise Mismatch("manifest.json lists no image")
    for item in listed:
        config_name, names, layers = _item(item)
        config = _config(reader, config_name)
        parts = reader.layers(tuple(_part(reader, name) for name in layers), "manifest.json")
        yield Listed(tuple(names), config, parts, config.platform)


def _item(item: object) -> tuple[str, list[str], list[str]]:
    """One image of a ``manifest.json``: its config's file, its names, its layers' files."""
    wanted = item if isinstance(item, dict) else {}
    config, names, layers = map(wanted.get, ("Config", "RepoTags", "Layers"))
    if not isinstance(config, str) or not _are_texts(names or []) or not _are_texts(layers or []):
        raise Mismatch("manifest.json does not say Config, RepoTags and Layers of an image")
    return config, names or [], layers or []


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _config(reader: Reader, name: str) -> Config:
    blob = reader.document(name)
    if promised := _part(reader, name).promised:
        check(name, promised, blob)
    return Config.read(blob)


def _part(reader: Reader, name: str) -> Part:
    """A file whose name may be its digest; then it must be."""
    size = reader.source.stream(name).size
    digits = name.rpartition("/")[2].removesuffix(".json")
    if len(digits) == _HEX and set(digits) <= set("0123456789abcdef") and _tells(name):
        return Part(name, Descriptor("", Digest(f"sha256:{digits}"), size))
    return Part(name, None)


def _tells(name: str) -> bool:
    """Whether a Docker archive names such a file by its digest (not so ``<id>/layer.tar``)."""
    return name.endswith(".json") or name.startswith("blobs/sha256/")
