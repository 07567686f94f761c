"""How one document points at another: media type, digest, size; and the types there are.

Source: OCI image-spec 1.1 ``descriptor.md`` and ``media-types.md``; Docker's own types are older
twins of four of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.errors import Mismatch

__all__ = [
    "ATTESTATION",
    "DOCKER_CONFIG",
    "DOCKER_INDEX",
    "DOCKER_LAYER",
    "DOCKER_LAYER_TAR",
    "DOCKER_MANIFEST",
    "HERE",
    "INDEX_TYPES",
    "MANIFEST_TYPES",
    "OCI_CONFIG",
    "OCI_INDEX",
    "OCI_LAYER",
    "OCI_LAYER_TAR",
    "OCI_LAYER_ZSTD",
    "OCI_MANIFEST",
    "Descriptor",
    "Platform",
    "json_object",
]

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_LAYER_TAR = "application/vnd.docker.image.rootfs.diff.tar"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_LAYER_TAR = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"

#: What may be stored as a manifest that names a config and layers.
MANIFEST_TYPES = (DOCKER_MANIFEST, OCI_MANIFEST)
#: What may be stored as a list of manifests.
INDEX_TYPES = (DOCKER_INDEX, OCI_INDEX)


class Platform(NamedTuple):
    """What an image was built for.

    >>> str(Platform.read("linux/arm64/v8")), Platform.read("linux/amd64") == HERE
    ('linux/arm64/v8', True)
    """

    os: str
    architecture: str
    variant: str = ""

    @classmethod
    def read(cls, text: str) -> Platform:
        """From ``os/architecture`` or ``os/architecture/variant``."""
        parts = text.split("/")
        if len(parts) not in (2, 3) or not all(parts):
            raise Mismatch(f"{text!r} is no platform: write it as linux/amd64")
        return cls(*parts)

    def runs(self, other: Platform) -> bool:
        """Whether an image for ``other`` is wanted by whoever asks for this platform."""
        variants_agree = not (self.variant and other.variant) or self.variant == other.variant
        return self[:2] == other[:2] and variants_agree

    def __str__(self) -> str:
        return "/".join(part for part in self if part)


#: The note on a manifest that says something of an image and is none (``docker buildx``).
ATTESTATION = "vnd.docker.reference.type"
#: The platform of every simulated laptop, unless it says otherwise.
HERE = Platform("linux", "amd64")


class Descriptor(NamedTuple):
    """A pointer that can be checked: what kind of bytes, their name, how many."""

    media_type: str
    digest: Digest
    size: int
    platform: Platform | None = None
    annotations: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, media_type: str, blob: Blob, platform: Platform | None = None) -> Descriptor:
        """The pointer to this blob."""
        return cls(media_type, blob.digest, blob.size, platform)

    @classmethod
    def read(cls, document: object) -> Descriptor:
        """From a parsed JSON object; :class:`~labsim.errors.Mismatch` says what it lacks."""
        if not isinstance(document, dict):
            raise Mismatch("a descriptor is not a JSON object")
        media_type, digest, size = map(document.get, ("mediaType", "digest", "size"))
        if not isinstance(media_type, str) or not isinstance(digest, str):
            raise Mismatch("a descriptor lacks its mediaType or its digest")
        if type(size) is not int or size < 0:
            raise Mismatch(f"the descriptor of {digest} lacks its size")
        platform, notes = document.get("platform"), document.get("annotations")
        return cls(
            media_type,
            Digest(digest),
            size,
            _platform(platform) if isinstance(platform, dict) else None,
            _annotations(notes) if isinstance(notes, dict) else (),
        )

    def annotation(self, key: str) -> str:
        """The value noted under that key, or nothing."""
        return dict(self.annotations).get(key, "")

    def check(self, blob: Blob) -> None:
        """Raise :class:`~labsim.errors.Mismatch` unless ``blob`` is what this points at."""
        if blob.size != self.size:
            raise Mismatch(f"{self.digest} is {blob.size} bytes long, not {self.size} as promised")
        if blob.digest.algorithm == self.digest.algorithm:
            digest = blob.digest
        else:
            digest = Digest.of(blob.chunks(), self.digest.algorithm)
        if digest != self.digest:
            raise Mismatch(f"the bytes promised as {self.digest} hash to {digest}")

    def document(self) -> dict[str, Any]:
        """As a JSON object, in the order OCI tools write."""
        made: dict[str, Any] = {
            "mediaType": self.media_type,
            "digest": str(self.digest),
            "size": self.size,
        }
        if self.annotations:
            made["annotations"] = dict(self.annotations)
        if self.platform:
            made["platform"] = platform_document(self.platform)
        return made


def platform_document(platform: Platform) -> dict[str, str]:
    """A platform as a JSON object."""
    made = {"architecture": platform.architecture, "os": platform.os}
    return made | {"variant": platform.variant} if platform.variant else made


def _platform(document: Mapping[str, Any]) -> Platform:
    return Platform(*(str(document.get(key) or "") for key in ("os", "architecture", "variant")))


def _annotations(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in document.items())


def json_object(blob: Blob, what: str) -> dict[str, Any]:
    """Parse bytes as a JSON object; :class:`~labsim.errors.Mismatch` calls it ``what``."""
    try:
        document = json.loads(bytes(blob))
    except (ValueError, RecursionError) as error:
        raise Mismatch(f"the {what} is not JSON") from error
    if not isinstance(document, dict):
        raise Mismatch(f"the {what} is not a JSON object")
    return document
