"""An OCI layout: ``index.json`` points at manifests, or at indexes of them, and all by digest.

Source: OCI image-spec 1.1 ``image-layout.md``, ``image-index.md``.  An index may list images that
are not there: an engine that pulled one platform of several saves the whole index and the one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labsim.errors import Mismatch
from labsim.image import (
    DOCKER_CONFIG,
    INDEX_TYPES,
    MANIFEST_TYPES,
    OCI_CONFIG,
    OCI_INDEX,
    Config,
    Descriptor,
    Index,
    Manifest,
    Platform,
    read_manifest,
)
from labsim.image.layouts.documents import Listed, Other, Part, Reader, file_of

__all__ = ["every", "index_of", "names_of", "one_each"]

#: Indexes within indexes: one is usual, more is a riddle.
_DEEPEST = 4
_CONFIGS = (OCI_CONFIG, DOCKER_CONFIG)
_IMAGE_NAME = "io.containerd.image.name"
_REF_NAME = "org.opencontainers.image.ref.name"
#: BuildKit marks so what it keeps in an index about an image beside it.
_ABOUT_AN_IMAGE = "vnd.docker.reference.type"

_Names = tuple[str, ...]


def index_of(reader: Reader) -> Index:
    """The index of a layout of the one version there is."""
    version = reader.json("oci-layout")
    if not isinstance(version, dict) or version.get("imageLayoutVersion") != "1.0.0":
        raise Mismatch("oci-layout does not say imageLayoutVersion 1.0.0")
    return Index.read(OCI_INDEX, reader.document("index.json"))


def names_of(child: Descriptor) -> _Names:
    """What an engine calls an image of a layout: its full name, or else whatever reference it has.

    >>> from labsim.blob import Blob
    >>> from labsim.image import Descriptor
    >>> child = Descriptor.of("", Blob(b""))._replace(annotations=((_REF_NAME, "1.0"),))
    >>> names_of(child)
    ('1.0',)
    """
    name = child.annotation(_IMAGE_NAME) or child.annotation(_REF_NAME)
    return (name,) if name else ()


# -- one image a name ------------------------------------------------------------------------------


def one_each(reader: Reader, platform: Platform) -> Iterator[Listed]:
    """One image for each name: of several platforms the one asked for."""
    for group in _by_name(index_of(reader).manifests):
        one_of_many = len(group) > 1 and all(child.platform for child in group)
        for child in [Index.oci(group).choose(platform)] if one_of_many else group:
            yield _image(reader, child, _manifest(reader, child, platform), _names(child))


def _by_name(children: Iterable[Descriptor]) -> list[list[Descriptor]]:
    """The children of an index, those of the same name together."""
    groups: dict[_Names, list[Descriptor]] = {}
    for child in children:
        groups.setdefault(_names(child), []).append(child)
    return list(groups.values())


def _names(child: Descriptor) -> _Names:
    """What an image is called: its full name, else a reference that is more than a tag."""
    if name := child.annotation(_IMAGE_NAME):
        return (name,)
    name = child.annotation(_REF_NAME)
    return (name,) if ":" in name or "/" in name else ()


def _manifest(reader: Reader, child: Descriptor, platform: Platform) -> Manifest:
    """The manifest a descriptor stands for, through indexes, for a platform."""
    for _ in range(_DEEPEST):
        found = read_manifest(child.media_type, reader.blob(child))
        if isinstance(found, Manifest):
            return found
        child = found.choose(platform)
    raise _too_deep(child)


def _too_deep(child: Descriptor) -> Mismatch:
    return Mismatch(f"{child.digest} is an index within too many indexes")


def _image(reader: Reader, child: Descriptor, manifest: Manifest, names: _Names) -> Listed:
    if manifest.config.media_type not in _CONFIGS:
        raise Mismatch(f"{manifest.digest} is no image: its config is {manifest.config.media_type}")
    config = Config.read(reader.blob(manifest.config))
    parts = tuple(Part(file_of(layer.digest), layer) for layer in manifest.layers)
    platform = child.platform or config.platform
    return Listed(names, config, reader.layers(parts, str(manifest.digest)), platform, manifest)


# -- all there is ----------------------------------------------------------------------------------


def every(
    reader: Reader, index: Index, names: _Names = (), depth: int = 1
) -> Iterator[Listed | Other]:
    """All that an index lists, and the indexes in it; a tag is a name here, where there is none."""
    for child in index.manifests:
        if depth > _DEEPEST:
            raise _too_deep(child)
        tag = child.annotation(_REF_NAME)
        called = _names(child) or ((tag,) if tag else names)
        if kind := _is_other(reader, child, depth):
            yield _other(kind, child, child.media_type)
            continue
        found = read_manifest(child.media_type, reader.blob(child))
        if isinstance(found, Index):
            yield from every(reader, found, called, depth + 1)
        else:
            yield _told(reader, child, found, called, depth)


def _is_other(reader: Reader, child: Descriptor, depth: int) -> str:
    """What a child is, if it is no image; only an index within ``index.json`` may lack some."""
    if child.annotation(_ABOUT_AN_IMAGE):
        return "attestation"
    if child.media_type not in (*MANIFEST_TYPES, *INDEX_TYPES):
        return "artifact"
    return "absent" if depth > 1 and file_of(child.digest) not in reader.source else ""


def _told(
    reader: Reader, child: Descriptor, manifest: Manifest, names: _Names, depth: int
) -> Listed | Other:
    """The image of a manifest; or what it is instead."""
    strange = [layer.media_type for layer in manifest.layers if "tar" not in layer.media_type]
    if manifest.config.media_type not in _CONFIGS or strange:
        return _other("artifact", child, (strange or [manifest.config.media_type])[0])
    if depth > 1 and file_of(manifest.config.digest) not in reader.source:
        return _other("absent", child, child.media_type)
    return _image(reader, child, manifest, names)


def _other(kind: str, child: Descriptor, media_type: str) -> Other:
    return Other(kind, child.digest, str(child.platform or ""), media_type)
