"""What Docker 29 loads: an OCI layout as it stands, or what older Dockers save.

For the older it writes manifests of Docker's own type. Of an older archive the layers are tars;
where the same layer is here packed, that blob is used. A layout's image without a name keeps none
and is told by its id. An image that is called by nothing but a tag is loaded under that word as a
name; Docker then has a name that it cannot find again.

Sources: moby 29.7 ``daemon/containerd/image_exporter.go`` (``LoadImage``); containerd 2.3
``core/images/archive/importer.go`` and ``client/import.go``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from labsim.archive import LIMIT
from labsim.blob import Blob
from labsim.errors import CommandError, LabError
from labsim.image import (
    DOCKER_CONFIG,
    DOCKER_LAYER,
    DOCKER_LAYER_TAR,
    DOCKER_MANIFEST,
    INDEX_TYPES,
    MANIFEST_TYPES,
    Descriptor,
    Index,
    Manifest,
    Platform,
    read_manifest,
)
from labsim.image.layouts.docker_archive import docker_archive
from labsim.image.layouts.documents import Listed, Reader, file_of
from labsim.image.layouts.oci_layout import every, index_of, names_of
from labsim.image.layouts.source import TarSource
from labsim.image.layouts.unpacked import unpacked
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import Digest, ImageID
    from labsim.engine.containerd import Containerd
    from labsim.image import Layer

__all__ = ["load"]

_NO_FORMAT = "unrecognized image format\n"


class _Found(NamedTuple):
    """A document with all the blobs that come with it, and what it is called."""

    target: Manifest | Index
    blobs: tuple[Blob, ...]
    names: tuple[Reference, ...]


def load(
    engine: Containerd, archive: Blob, platforms: Sequence[Platform], at_us: int
) -> Iterator[str]:
    """Take in every image of an archive; a line for each name, or for the id of one without.

    :class:`~labsim.errors.CommandError` for what is none, and then nothing is taken in.
    """
    source = _source(archive)
    reader = Reader(source)
    if "oci-layout" in source:
        found = list(_of_a_layout(reader, platforms))
    elif "manifest.json" in source:
        found = list(_of_an_archive(engine, reader))
    else:
        raise CommandError(_NO_FORMAT)
    image_ids = [engine.hold(one.target, one.blobs, one.names) for one in found]
    for image_id in image_ids:
        engine.note(image_id, at_us)
    _check(engine, list(zip(found, image_ids, strict=True)), platforms)
    for one, image_id in zip(found, image_ids, strict=True):
        yield from (f"Loaded image: {name.familiar}\n" for name in one.names)
        if not one.names:
            yield f"Loaded image ID: {image_id}\n"


def _source(archive: Blob) -> TarSource:
    """The archive, if it is one; an empty file is an archive of nothing to Go."""
    if not archive.size:
        raise CommandError(_NO_FORMAT)
    try:
        return TarSource(archive, LIMIT)
    except LabError:
        fault = "unexpected EOF" if archive.size < 512 else "archive/tar: invalid tar header"
        raise CommandError(f"{fault}\n") from None


def _check(
    engine: Containerd,
    loaded: Sequence[tuple[_Found, ImageID]],
    platforms: Sequence[Platform],
) -> None:
    """Each image must have one of the platforms that were asked for (it is loaded all the same)."""
    if not platforms:
        return
    wanted = f"([{' '.join(map(str, platforms))}])"
    lacking = [
        one.names[0].familiar if one.names else str(image_id)
        for one, image_id in loaded
        if not any(
            asked.runs(platform) and engine.content.complete(child)
            for child, platform in engine.manifests(image_id)
            for asked in platforms
        )
    ]
    if len(lacking) == 1:
        raise CommandError(
            f"image {lacking[0]} was loaded, but doesn't provide the requested platform {wanted}\n"
        )
    if lacking:
        raise CommandError(
            f"images [{', '.join(lacking)}] were loaded, "
            f"but don't provide the requested platform {wanted}\n"
        )


# -- an OCI layout ---------------------------------------------------------------------------------


def _of_a_layout(reader: Reader, platforms: Sequence[Platform]) -> Iterator[_Found]:
    """One for each entry of ``index.json``; entries of the same document are one image."""
    index = index_of(reader)
    read = _read(reader, index)
    entries: dict[Digest, tuple[Descriptor, dict[Reference, None]]] = {}
    for entry in index.manifests:
        _, names = entries.setdefault(entry.digest, (entry, {}))
        names.update((Reference(name).with_default_tag(), None) for name in names_of(entry))
    for entry, names in entries.values():
        target = read_manifest(entry.media_type, reader.blob(entry))
        blobs = tuple(_blobs(reader, read, target, platforms))
        yield _Found(target, blobs, tuple(names))


def _read(reader: Reader, index: Index) -> dict[Digest, Blob]:
    """The configs and layers of every image that is there, unpacked once to see that it is one."""
    listed = [one for one in every(reader, index) if isinstance(one, Listed)]
    found = unpacked(reader.source, listed, LIMIT)
    blobs = (blob for one in found for blob in (one.config, *one.layers))
    return {blob.digest: blob for blob in blobs}


def _blobs(
    reader: Reader,
    read: Mapping[Digest, Blob],
    document: Manifest | Index,
    platforms: Sequence[Platform],
) -> Iterator[Blob]:
    """What a document leads to, as far as it is there, and for the platforms that are wanted."""
    if isinstance(document, Manifest):
        there = (one for one in document.blobs if file_of(one.digest) in reader.source)
        yield from (read.get(one.digest) or reader.blob(one) for one in there)
        return
    for child in document.manifests:
        if file_of(child.digest) not in reader.source or not _is_wanted(child, platforms):
            continue
        if child.media_type in (*MANIFEST_TYPES, *INDEX_TYPES):
            found = read_manifest(child.media_type, reader.blob(child))
            yield found
            yield from _blobs(reader, read, found, platforms)
        else:
            yield reader.blob(child)


def _is_wanted(child: Descriptor, platforms: Sequence[Platform]) -> bool:
    if not platforms or child.platform is None:
        return True
    return any(one.runs(child.platform) for one in platforms)


# -- an archive of an older Docker -----------------------------------------------------------------


def _of_an_archive(engine: Containerd, reader: Reader) -> Iterator[_Found]:
    """One for each image of ``manifest.json``, its layers as they lie in the archive."""
    packed = {layer.diff_id: blob for layer, blob in _packed(engine)}
    for found in unpacked(reader.source, docker_archive(reader), LIMIT):
        layers = [
            packed.get(layer.diff_id, given)
            for layer, given in zip(found.image.layers, found.layers, strict=True)
        ]
        names = tuple(Reference(name).with_default_tag() for name in found.names)
        blobs = (found.config, *layers)
        yield _Found(_manifest(found.config, layers, found.image.layers), blobs, names)


def _packed(engine: Containerd) -> Iterator[tuple[Layer, Blob]]:
    """The layers of every image here, with the blobs that they came in."""
    for row in engine.images():
        for descriptor, _ in engine.manifests(row.id):
            manifest = engine.content.document(descriptor)
            if not isinstance(manifest, Manifest) or not engine.content.complete(descriptor):
                continue
            for one in manifest.layers:
                yield engine.content.layer(one), engine.content[one.digest]


def _manifest(config: Blob, blobs: Sequence[Blob], layers: Sequence[Layer]) -> Manifest:
    """Docker's own manifest in the order of OCI's keys, as containerd's importer writes it."""
    rows = [
        Descriptor.of(
            DOCKER_LAYER_TAR if blob.digest.hex == layer.diff_id.hex else DOCKER_LAYER, blob
        )
        for blob, layer in zip(blobs, layers, strict=True)
    ]
    document = {
        "schemaVersion": 2,
        "mediaType": DOCKER_MANIFEST,
        "config": Descriptor.of(DOCKER_CONFIG, config).document(),
        "layers": [row.document() for row in rows],
    }
    text = json.dumps(document, separators=(",", ":"))
    return Manifest.read(DOCKER_MANIFEST, Blob(text.encode()))
