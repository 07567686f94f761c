"""Reading a manifest once: what it is, and which blobs and manifests it names.

The faults are worded as distribution 3.1.1 words them, where it has been seen to.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.errors import Mismatch
from labsim.image import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    INDEX_TYPES,
    MANIFEST_TYPES,
    OCI_INDEX,
    OCI_MANIFEST,
)
from labsim.registry.answers import Refusal
from labsim.registry.store import Child, Store, StoredManifest

__all__ = ["parse", "read_manifest"]

#: Things that the JSON of a manifest may hold, about: each costs time while others wait.  Of 4 MiB
#: of descriptors with a platform there are 140 000; 1.4 million ``[]`` would take a second to read.
_MOST_THINGS = 200_000
_BEGINNINGS = (b"[", b"{", b",")
#: From the text of a digest to the digest, or ``Mismatch``.
Named = Callable[[str], Digest]


def read_manifest(store: Store, content_type: str, blob: Blob) -> StoredManifest:
    """The manifest in this body; parsed only if it has never been seen here as of that type.

    What another repository holds must not show: bytes are judged as if they came for the first
    time.  Those that are a manifest of one type are none of any other.
    """
    media_type = content_type.partition(";")[0].strip()
    if media_type not in MANIFEST_TYPES and media_type not in INDEX_TYPES:
        words = "unsupported manifest media type and no default available: "
        raise _invalid(words + media_type)
    known = store.manifest(blob.digest)
    if known is not None and known.media_type == media_type:
        return known._replace(blob=blob)
    return parse(media_type, blob, store.named)


def parse(media_type: str, blob: Blob, named: Named = Digest) -> StoredManifest:
    """Look inside; a ``Refusal`` says what is wrong.

    Always into the bytes, even where the sender passes a value that knows what it holds: the bytes
    are what has the digest, and what others will be served.  ``named`` reads a digest: a store
    knows most of those in a manifest, and need not check them again.
    """
    document = _object(blob)
    said = document.get("mediaType", "")
    if said != media_type and (said or media_type in (DOCKER_MANIFEST, DOCKER_INDEX)):
        raise _other_type(media_type, said)
    listed = _index if media_type in INDEX_TYPES else _manifest
    stored = listed(media_type, blob, document, named)
    if media_type in (OCI_MANIFEST, OCI_INDEX):
        return _speaking(stored, document, named)
    return stored


def _index(media_type: str, blob: Blob, document: dict[str, Any], named: Named) -> StoredManifest:
    if "layers" in document or "config" in document:
        raise _invalid("index: expected index but found config or layers")
    children = [_child(entry, named) for entry in _list(document, "manifests")]
    return StoredManifest(media_type, blob, (), tuple(children))


def _manifest(
    media_type: str, blob: Blob, document: dict[str, Any], named: Named
) -> StoredManifest:
    if "manifests" in document:
        raise _invalid("manifest: expected manifest but found manifests")
    entries = [document.get("config"), *_list(document, "layers")]
    needs: list[Digest] = []
    elsewhere: list[Digest] = []
    for entry in entries:
        digest = _digest(entry, named)
        (elsewhere if _may_be_elsewhere(entry) else needs).append(digest)
    return StoredManifest(media_type, blob, tuple(needs), (), tuple(elsewhere))


def _speaking(stored: StoredManifest, document: dict[str, Any], named: Named) -> StoredManifest:
    """With what a list of referrers shows of it, if it speaks of another manifest at all.

    A manifest without an ``artifactType`` is of its config's type, an index of none
    (distribution-spec 1.1, "Listing Referrers").  Docker's own formats have no subject.
    """
    subject = document.get("subject")
    if subject is None:
        return stored
    artifact_type, annotations = document.get("artifactType") or "", document.get("annotations")
    if not isinstance(artifact_type, str) or not _are_words(annotations):
        raise _invalid("json: cannot unmarshal artifactType or annotations into text")
    return stored._replace(
        subject=_digest(subject, named),
        artifact_type=artifact_type or _type(document.get("config")),
        annotations=annotations or {},
    )


def _are_words(annotations: Any) -> bool:
    if annotations is None:
        return True
    return isinstance(annotations, dict) and all(isinstance(v, str) for v in annotations.values())


def _object(blob: Blob) -> dict[str, Any]:
    text = bytes(blob)
    if len(text) > _MOST_THINGS and sum(map(text.count, _BEGINNINGS)) > _MOST_THINGS:
        raise _invalid(f"more than {_MOST_THINGS} values in JSON input")
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        at = error.doc[error.pos : error.pos + 1]
        if not at:
            raise _invalid("unexpected end of JSON input") from None
        raise _invalid(f"invalid character {at!r} looking for beginning of value") from None
    except (ValueError, RecursionError):  # no UTF-8, a number of 5 000 digits, a deep nest
        raise _invalid("invalid character in JSON input") from None
    if not isinstance(document, dict):
        raise _invalid("json: cannot unmarshal into Go value of type struct")
    return document


def _list(document: dict[str, Any], key: str) -> list[Any]:
    entries = document.get(key)
    if entries is None:  # Go writes an empty list so
        return []
    if not isinstance(entries, list):
        raise _invalid(f"json: cannot unmarshal field {key} into a list")
    return entries


def _digest(entry: Any, named: Named) -> Digest:
    """The digest of a descriptor."""
    text = entry.get("digest") if isinstance(entry, dict) else None
    if not isinstance(text, str):
        raise _invalid("a descriptor has no digest")
    try:
        return named(text)
    except Mismatch:
        raise _invalid(f"invalid digest {text!r}") from None


def _type(entry: Any) -> str:
    return str(entry.get("mediaType", "")) if isinstance(entry, dict) else ""


def _may_be_elsewhere(entry: Any) -> bool:
    """Whether the bytes may live at somebody else's: a foreign or non-distributable layer."""
    media_type = str(entry.get("mediaType", ""))
    return ".foreign." in media_type or ".nondistributable." in media_type


def _child(entry: Any, named: Named) -> Child:
    digest = _digest(entry, named)
    platform = entry.get("platform")
    if not isinstance(platform, dict):
        return Child(digest, "")
    return Child(digest, f"{platform.get('os', '')}/{platform.get('architecture', '')}")


def _invalid(detail: str) -> Refusal:
    return Refusal("MANIFEST_INVALID", detail)


def _other_type(announced: str, said: object) -> Refusal:
    return _invalid(f"mediaType in manifest should be '{announced}' not '{said}'")
