r"""Layers, configs, manifests, indexes, images: values, and the bytes that name them.

An image is a short JSON text, the *config*, that lists the DiffIDs of its layers.  To travel it
gets a second one, the *manifest*, that lists the packed blobs; several manifests, one per platform,
may stand in an *index*.  All three are bytes first and a parsed view second: a digest is the hash
of exact bytes, so nothing here is ever written out anew after it was read.

>>> from labsim.archive import file, tar
>>> layer = Layer.of(tar([file("hello.txt", b"hello\n")]))
>>> config = Config.make([layer.diff_id], created="2024-05-01T12:00:00Z", cmd=["/hello"])
>>> image = Image(config, [layer])
>>> image.size, image.manifest("docker").size, image.id == config.image_id
(6, 523, True)

Sources: OCI image-spec 1.1 ``config.md``, ``manifest.md``, ``image-index.md``; Docker "Image
Manifest Version 2, Schema 2"; the exact layout of a classic push as recorded from Docker 20.10.24.
"""

from __future__ import annotations

from labsim.image.config import Config, History
from labsim.image.descriptor import (
    ATTESTATION,
    DOCKER_CONFIG,
    DOCKER_INDEX,
    DOCKER_LAYER,
    DOCKER_LAYER_TAR,
    DOCKER_MANIFEST,
    HERE,
    INDEX_TYPES,
    MANIFEST_TYPES,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER,
    OCI_LAYER_TAR,
    OCI_LAYER_ZSTD,
    OCI_MANIFEST,
    Descriptor,
    Platform,
)
from labsim.image.image import Image, Layer
from labsim.image.manifest import Index, Manifest, read_manifest

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
    "Config",
    "Descriptor",
    "History",
    "Image",
    "Index",
    "Layer",
    "Manifest",
    "Platform",
    "read_manifest",
]
