"""Manifests and indexes: what travels, by digest.

A manifest made here knows its view without parsing; one that was read parses its bytes once.  Being
a blob, it goes through a request and into a store as it is, so in one process it is parsed never.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from labsim.blob import Blob
from labsim.errors import Mismatch, UnknownImage
from labsim.image.descriptor import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    HERE,
    INDEX_TYPES,
    MANIFEST_TYPES,
    OCI_INDEX,
    OCI_MANIFEST,
    Descriptor,
    Platform,
    json_object,
)

# For checkers only: typing would be paid for at every start.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

__all__ = ["Index", "Manifest", "read_manifest"]


class Manifest(Blob):
    """One image as it travels: ``media_type``, ``config`` and ``layers`` (the lowest first)."""

    __slots__ = ("config", "layers", "media_type")

    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]

    @classmethod
    def docker(cls, config: Descriptor, layers: Iterable[Descriptor]) -> Self:
        """Exactly as a classic push writes it: indented by three, size before digest."""
        kept = tuple(layers)
        blocks = ",\n".join(map(_docker_layer, kept))
        layer_list = f"[\n{blocks}\n   ]" if kept else "[]"
        text = _DOCKER % (config.media_type, config.size, config.digest, layer_list)
        return cls._made(text.encode(), DOCKER_MANIFEST, config, kept)

    @classmethod
    def oci(
        cls,
        config: Descriptor,
        layers: Iterable[Descriptor],
        annotations: Iterable[tuple[str, str]] = (),
        *,
        indented: bool = False,
    ) -> Self:
        """Compact (or indented by two), with the keys in the order of the specification."""
        kept = tuple(layers)
        document: dict[str, Any] = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": config.document(),
            "layers": [layer.document() for layer in kept],
        }
        if notes := dict(annotations):
            document["annotations"] = notes
        return cls._made(_written(document, indented), OCI_MANIFEST, config, kept)

    @classmethod
    def read(cls, media_type: str, blob: Blob) -> Self:
        """The manifest that these bytes are; :class:`~labsim.errors.Mismatch` if they are none.

        ``media_type`` is what the sender said; where it said nothing, the document decides.
        """
        if isinstance(blob, cls) and media_type in ("", blob.media_type):
            return blob
        document = json_object(blob, "manifest")
        media_type = _media_type(document, media_type, MANIFEST_TYPES, "an image's manifest")
        if "config" not in document or not isinstance(document.get("layers"), list):
            raise Mismatch("the manifest lacks its config or its layers")
        config = Descriptor.read(document["config"])
        layers = tuple(map(Descriptor.read, document["layers"]))
        return cls._made(bytes(blob), media_type, config, layers)

    @classmethod
    def _made(
        cls, data: bytes, media_type: str, config: Descriptor, layers: tuple[Descriptor, ...]
    ) -> Self:
        made = cls(data)
        made.media_type, made.config, made.layers = media_type, config, layers
        return made

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """Everything it needs: the config, then the layers."""
        return (self.config, *self.layers)

    @property
    def descriptor(self) -> Descriptor:
        """The pointer to this manifest."""
        return Descriptor.of(self.media_type, self)


class Index(Blob):
    """One name for several platforms: ``media_type`` and ``manifests``."""

    __slots__ = ("manifests", "media_type")

    media_type: str
    manifests: tuple[Descriptor, ...]

    @classmethod
    def docker(cls, manifests: Iterable[Descriptor]) -> Self:
        """A manifest list as ``docker manifest push`` writes it: indented by three."""
        kept = tuple(manifests)
        document = {
            "schemaVersion": 2,
            "mediaType": DOCKER_INDEX,
            "manifests": [_size_first(child.document()) for child in kept],
        }
        return cls._made(json.dumps(document, indent=3).encode(), DOCKER_INDEX, kept)

    @classmethod
    def oci(cls, manifests: Iterable[Descriptor], *, indented: bool = False) -> Self:
        """An OCI index, compact or indented by two."""
        kept = tuple(manifests)
        document = {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [child.document() for child in kept],
        }
        return cls._made(_written(document, indented), OCI_INDEX, kept)

    @classmethod
    def read(cls, media_type: str, blob: Blob) -> Self:
        """The index that these bytes are; :class:`~labsim.errors.Mismatch` if they are none."""
        if isinstance(blob, cls) and media_type in ("", blob.media_type):
            return blob
        document = json_object(blob, "index")
        media_type = _media_type(document, media_type, INDEX_TYPES, "an index")
        children = document.get("manifests")
        if not isinstance(children, list):
            raise Mismatch("the index lacks its manifests")
        return cls._made(bytes(blob), media_type, tuple(map(Descriptor.read, children)))

    @classmethod
    def _made(cls, data: bytes, media_type: str, manifests: tuple[Descriptor, ...]) -> Self:
        made = cls(data)
        made.media_type, made.manifests = media_type, manifests
        return made

    def choose(self, platform: Platform = HERE) -> Descriptor:
        """The first manifest for a platform; :class:`~labsim.errors.UnknownImage` if none is."""
        for child in self.manifests:
            if child.platform is not None and platform.runs(child.platform):
                return child
        raise UnknownImage(f"the index has no image for {platform}", str(platform))


def read_manifest(media_type: str, blob: Blob) -> Manifest | Index:
    """Whichever of the two these bytes are, by what the sender or else the document says."""
    if isinstance(blob, (Manifest, Index)) and media_type in ("", blob.media_type):
        return blob
    stated = media_type or str(json_object(blob, "manifest").get("mediaType") or "")
    if stated in INDEX_TYPES:
        return Index.read(stated, blob)
    return Manifest.read(stated, blob)


def _media_type(document: dict[str, Any], stated: str, allowed: Iterable[str], what: str) -> str:
    """The type of a document, once sender and document agree and it is one of these."""
    if document.get("schemaVersion") != 2:
        raise Mismatch(f"schemaVersion is {document.get('schemaVersion')!r}, not 2")
    written = document.get("mediaType") or ""
    if stated and written and written != stated:
        raise Mismatch(f"the manifest was sent as {stated} but calls itself {written}")
    if (found := stated or written) not in allowed:
        raise Mismatch(f"{found!r} is not the media type of {what}")
    return str(found)


def _size_first(document: dict[str, Any]) -> dict[str, Any]:
    """Docker's older structure has its size before its digest."""
    order = ("mediaType", "size", "digest", "platform")
    return {key: document[key] for key in order if key in document}


def _written(document: dict[str, Any], indented: bool) -> bytes:
    if indented:
        return json.dumps(document, ensure_ascii=False, indent=2).encode()
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


_DOCKER = """{
   "schemaVersion": 2,
   "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
   "config": {
      "mediaType": "%s",
      "size": %d,
      "digest": "%s"
   },
   "layers": %s
}"""


def _docker_layer(layer: Descriptor) -> str:
    return f"""      {{
         "mediaType": "{layer.media_type}",
         "size": {layer.size},
         "digest": "{layer.digest}"
      }}"""
