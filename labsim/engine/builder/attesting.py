"""What BuildKit writes into a store of blobs: a manifest, and an attestation beside it in an index.

The attestation says how the image came to be (SLSA provenance v1, as little as ``mode=min`` says).
Its times are the lab's, and the name of the build is made of them, so equal journals give equal
indexes; building again gives another one, as it does at work.  Values of ``--build-arg`` and
``--label`` are left out of it, and of secrets nothing is known here.

Source: moby/buildkit of August 2026, ``exporter/containerimage/writer.go``,
``solver/llbsolver/provenance.go``, ``util/purl/image.go``.  Unverified: no Docker 29 with buildx
was at hand, and newer exporters may write the attestation as an OCI artifact.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import quote

from labsim.blob import Blob
from labsim.image import (
    ATTESTATION,
    OCI_CONFIG,
    OCI_LAYER,
    OCI_MANIFEST,
    Descriptor,
    Image,
    Index,
    Manifest,
    Platform,
)
from labsim.timestamp import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.reference import Reference

__all__ = ["Documents", "Provenance", "documents"]

_STATEMENT = "https://in-toto.io/Statement/v0.1"
_PREDICATE = "https://slsa.dev/provenance/v1"
_BUILD_TYPE = "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md"
_PAYLOAD = "application/vnd.in-toto+json"
_NOBODY = Platform("unknown", "unknown")


class Provenance(NamedTuple):
    """How an image came to be: its names, its Dockerfile, its bases with digests, and when.

    ``complete`` is whether the options of the command had no values that are left out.
    """

    names: tuple[Reference, ...]
    path: str
    bases: tuple[tuple[Reference, str], ...]
    started_us: int
    ended_us: int
    target: str = ""
    complete: bool = True


class Documents(NamedTuple):
    """What an image is named by, everything else that was written, and the order of it in words."""

    target: Manifest | Index
    blobs: tuple[Blob, ...]
    told: tuple[str, ...]


def documents(image: Image, provenance: Provenance | None) -> Documents:
    """The manifest of an image, in an index with its attestation where there is to be one."""
    layers = [Descriptor.of(OCI_LAYER, layer.packed) for layer in image.layers]
    manifest = Manifest.oci(Descriptor.of(OCI_CONFIG, image.config), layers, indented=True)
    told = (f"manifest {manifest.digest}", f"config {image.config.digest}")
    if provenance is None:
        return Documents(manifest, (), told)
    platform = image.config.platform
    statement = Blob(_json(_statement(manifest, platform, provenance)))
    config, attestation = _attestation(statement)
    notes = (
        (ATTESTATION, "attestation-manifest"),
        ("vnd.docker.reference.digest", str(manifest.digest)),
    )
    rows = (
        Descriptor.of(OCI_MANIFEST, manifest, platform),
        Descriptor(OCI_MANIFEST, attestation.digest, attestation.size, _NOBODY, notes),
    )
    index = Index.oci(rows, indented=True)
    more = (f"attestation manifest {attestation.digest}", f"manifest list {index.digest}")
    return Documents(index, (manifest, attestation, config, statement), (*told, *more))


def _attestation(statement: Blob) -> tuple[Blob, Manifest]:
    """The manifest that holds a statement, and the config that says that it is no image."""
    document = {
        "architecture": "unknown",
        "os": "unknown",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [str(statement.digest)]},
    }
    config = Blob(_json(document))
    notes = (("in-toto.io/predicate-type", _PREDICATE),)
    layer = Descriptor(_PAYLOAD, statement.digest, statement.size, None, notes)
    return config, Manifest.oci(Descriptor.of(OCI_CONFIG, config), [layer], indented=True)


def _statement(manifest: Manifest, platform: Platform, told: Provenance) -> dict[str, Any]:
    digest = {"sha256": manifest.digest.hex}
    subjects = [{"name": _purl(name, platform), "digest": digest} for name in told.names]
    return {
        "_type": _STATEMENT,
        "predicateType": _PREDICATE,
        "subject": subjects or [{"name": "_", "digest": digest}],
        "predicate": {
            "buildDefinition": _definition(platform, told),
            "runDetails": {"builder": {"id": ""}, "metadata": _metadata(manifest, told)},
        },
    }


def _definition(platform: Platform, told: Provenance) -> dict[str, Any]:
    bases = [
        {"uri": _purl(name, platform), "digest": {"sha256": digest.partition(":")[2]}}
        for name, digest in told.bases
    ]
    args = {"target": told.target} if told.target else {}
    return {
        "buildType": _BUILD_TYPE,
        **({"resolvedDependencies": bases} if bases else {}),
        "externalParameters": {
            "configSource": {"path": told.path},
            "request": {
                "frontend": "dockerfile.v0",
                **({"args": args} if args else {}),
                "locals": [{"name": "context"}, {"name": "dockerfile"}],
            },
        },
        "internalParameters": {"builderPlatform": str(platform)},
    }


def _metadata(manifest: Manifest, told: Provenance) -> dict[str, Any]:
    seed = f"{manifest.digest} {told.started_us} {' '.join(map(str, told.names))}"
    return {
        "invocationId": sha256(seed.encode()).hexdigest()[:25],
        "startedOn": rfc3339(told.started_us),
        "finishedOn": rfc3339(told.ended_us),
        "buildkit_metadata": {},
        "buildkit_completeness": {"request": told.complete, "resolvedDependencies": False},
    }


def _purl(name: Reference, platform: Platform) -> str:
    """A name as a package URL: ``pkg:docker/team/app@1?platform=linux%2Famd64``."""
    path, _, tag = name.with_default_tag().familiar.rpartition(":")
    return f"pkg:docker/{path}@{tag}?platform={quote(str(platform), safe='')}"


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
