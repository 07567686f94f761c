"""``index.json``: the tags of a store as an OCI image layout lists them, for other tools."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from labsim.registry.shelf import Fact

__all__ = ["layout_index"]

#: OCI image-spec 1.1 ``annotations.md``.
_NAME = "org.opencontainers.image.ref.name"
_OCI_INDEX = "application/vnd.oci.image.index.v1+json"


def layout_index(facts: Iterable[Fact], sizes: Mapping[str, int]) -> bytes:
    """Each tag as ``repository:tag``, then each manifest that has none, in order of name."""
    every = sorted(facts)
    types = {(f.repository, f.name): f.value for f in every if f.kind == "manifest"}
    tags = [fact for fact in every if fact.kind == "tag" and (fact.repository, fact.value) in types]
    tagged = {(fact.repository, fact.value) for fact in tags}
    rows = [
        _row(types[tag.repository, tag.value], tag.value, sizes, f"{tag.repository}:{tag.name}")
        for tag in tags
    ]
    rows += [_row(types[key], key[1], sizes) for key in types if key not in tagged]
    head = {"schemaVersion": 2, "mediaType": _OCI_INDEX, "manifests": rows}
    return json.dumps(head, indent=2).encode() + b"\n"


def _row(
    media_type: str, digest: str, sizes: Mapping[str, int], name: str = ""
) -> dict[str, object]:
    row: dict[str, object] = {"mediaType": media_type, "digest": digest}
    row["size"] = sizes.get(digest, 0)
    return row | {"annotations": {_NAME: name}} if name else row
