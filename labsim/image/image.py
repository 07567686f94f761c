"""Layer and Image: the values that a laptop holds, a push sends and a picture draws."""

from __future__ import annotations

from collections.abc import Iterable

from labsim.archive import Packed, Tar, Zipped, checked, pack
from labsim.archive.unpacking import LIMIT
from labsim.blob import Blob, size_text
from labsim.digest import ChainID, DiffID, ImageID
from labsim.image.config import Config
from labsim.image.descriptor import (
    DOCKER_CONFIG,
    DOCKER_LAYER,
    DOCKER_LAYER_TAR,
    OCI_CONFIG,
    OCI_LAYER,
    OCI_LAYER_ZSTD,
    Descriptor,
)
from labsim.image.manifest import Manifest

__all__ = ["Image", "Layer"]


class Layer:
    """One layer: its unpacked ``tar``, and that tar packed the one way this lab packs.

    ``source`` points at the bytes it came from when somebody else had packed them: a push sends
    the lab's own packing, so its digest differs from the source's while the DiffID is the same.
    """

    __slots__ = ("_packed", "diff_id", "source", "tar")

    def __init__(
        self, tar: Tar, packed: Packed | None = None, source: Descriptor | None = None
    ) -> None:
        self.tar = tar
        #: The name of the unpacked tar.
        self.diff_id = tar.diff_id
        self.source = source
        self._packed = packed

    @classmethod
    def of(cls, tar: Tar) -> Layer:
        """The layer with this content."""
        return cls(tar)

    @classmethod
    def from_packed(cls, blob: Blob, media_type: str = "", *, limit: int = LIMIT) -> Layer:
        """The layer in a blob that was pulled or loaded; see :func:`labsim.archive.unpack`."""
        if isinstance(blob, Packed):
            return cls(blob.tar, blob)
        found = checked(blob, limit=limit)
        tar = found if isinstance(found, Tar) else found.tar
        return cls(tar, None, Descriptor.of(media_type or _media_type(found), blob))

    @property
    def packed(self) -> Packed:
        """The blob that a push sends."""
        packed = self._packed
        if packed is None:
            packed = self._packed = pack(self.tar)
        return packed

    @property
    def files_size(self) -> int:
        """Bytes of its regular files: the layer's part of Docker's SIZE."""
        return self.tar.files_size

    @property
    def packed_size(self) -> int:
        """Bytes of the blob that a push sends."""
        return self.packed.size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layer) and self.diff_id == other.diff_id

    def __hash__(self) -> int:
        return hash(self.diff_id)

    def __repr__(self) -> str:
        return f"<Layer {self.diff_id.short}: {size_text(self.files_size)} of files>"


class Image:
    """A config and its layers, the lowest first."""

    __slots__ = ("_chain_ids", "_manifests", "config", "layers")

    def __init__(self, config: Config, layers: Iterable[Layer]) -> None:
        """:class:`~labsim.errors.Mismatch` unless the config lists exactly these layers."""
        self.config = config
        self.layers = tuple(layers)
        self._chain_ids: tuple[ChainID, ...] | None = None
        self._manifests: dict[str, Manifest] = {}
        config.check_layers(tuple(layer.diff_id for layer in self.layers))

    @classmethod
    def read(cls, config: Blob, layers: Iterable[Blob], *, limit: int = LIMIT) -> Image:
        """The image that a config and its layer blobs make, the lowest first.

        Each layer is unpacked and must be what the config lists; ``limit`` bounds what one of them
        may unpack to, in bytes.
        """
        made = [Layer.from_packed(blob, limit=limit) for blob in layers]
        return cls(Config.read(config), made)

    @property
    def id(self) -> ImageID:
        """The hash of the config: what a classic engine calls the image."""
        return self.config.image_id

    @property
    def diff_ids(self) -> tuple[DiffID, ...]:
        """The names of the unpacked layers, the lowest first."""
        return self.config.diff_ids

    @property
    def chain_ids(self) -> tuple[ChainID, ...]:
        """Each layer's name together with all below it."""
        if self._chain_ids is None:
            self._chain_ids = ChainID.chain(self.diff_ids)
        return self._chain_ids

    @property
    def created(self) -> str:
        """When, as the config says (RFC 3339 text)."""
        return self.config.created

    @property
    def size(self) -> int:
        """Docker's SIZE: the bytes of all files of all layers."""
        return sum(layer.files_size for layer in self.layers)

    @property
    def packed_size(self) -> int:
        """The bytes of all layer blobs: what a push to an empty registry sends."""
        return sum(layer.packed_size for layer in self.layers)

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """What a registry must hold for it: the config, then the packed layers."""
        return (self.config, *(layer.packed for layer in self.layers))

    def manifest(self, kind: str = "docker") -> Manifest:
        """The manifest of a push, ``docker`` or ``oci``; made once each."""
        if kind not in self._manifests:
            self._manifests[kind] = _manifest(self, kind)
        return self._manifests[kind]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Image) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        count = f"{len(self.layers)} layer{'s' * (len(self.layers) != 1)}"
        return f"<Image {self.id.short}: {count}, {size_text(self.size)} of files>"


def _media_type(found: Blob) -> str:
    """What the bytes of a layer are, where nobody says so; Docker has no name for zstd."""
    if isinstance(found, Tar):
        return DOCKER_LAYER_TAR
    zstd = isinstance(found, Zipped) and found.packing == "zstd"
    return OCI_LAYER_ZSTD if zstd else DOCKER_LAYER


def _manifest(image: Image, kind: str) -> Manifest:
    config_type, layer_type, make = {
        "docker": (DOCKER_CONFIG, DOCKER_LAYER, Manifest.docker),
        "oci": (OCI_CONFIG, OCI_LAYER, Manifest.oci),
    }[kind]
    layers = [Descriptor.of(layer_type, layer.packed) for layer in image.layers]
    return make(Descriptor.of(config_type, image.config), layers)
