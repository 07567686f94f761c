"""The report as JSON: keys that stay, numbers in bytes, the same text for the same files.

``docs/inspect.md`` says what each key means, and a test compares that page with what is written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from labsim.archive.overlay import Hidden, Level, Seen
from labsim.archive.reading import DIRECTORY, FILE, HARDLINK, SYMLINK, Entry
from labsim.archive.whiteout import is_opaque
from labsim.doors.layouts import Inspected, InspectedImage, InspectedLayer
from labsim.image.layouts.documents import Other
from labsim.terminal.inspection.sharing import Row, Shared, sharing
from labsim.terminal.inspection.thresholds import Broken
from labsim.terminal.inspection.words import ratio, readable

__all__ = ["VERSION", "document"]

#: Goes up when a key changes its meaning or goes away; new keys may come at any time.
VERSION = 1

_Object = dict[str, Any]


def document(
    archives: Sequence[Inspected], broken: Sequence[Broken], *, files: bool = False
) -> str:
    """All of it, indented; with ``files``, every member of every layer."""
    made = {
        "version": VERSION,
        "archives": [_archive(archive, files) for archive in archives],
        "sharing": {key: _shared(found) for key, found in sharing(archives).items()},
        "broken": [_broken(one) for one in broken],
    }
    return json.dumps(_written(made), ensure_ascii=False, indent=2) + "\n"


def _written(value: Any) -> Any:
    """The same, with every text such that it can be written as UTF-8."""
    if isinstance(value, dict):
        return {key: _written(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_written(one) for one in value]
    return readable(value) if isinstance(value, str) else value


def _archive(archive: Inspected, files: bool) -> _Object:
    return {
        "path": archive.path,
        "listed_in": archive.listed_in,
        "images": [_image(image, files) for image in archive.images],
        "others": [_other(other) for other in archive.others],
    }


def _image(image: InspectedImage, files: bool) -> _Object:
    laid, found = image.overlay, [layer.measured for layer in image.layers]
    return {
        "names": list(image.names),
        "platform": image.platform,
        "image_id": str(image.config.image_id),
        "manifest": image.manifest and str(image.manifest),
        "created": image.config.created,
        "packed_bytes": sum(one.size for one in found),
        "unpacked_bytes": sum(one.tar_size for one in found),
        "files_bytes": laid.files_size,
        "files": sum(level.files for level in laid.levels),
        "seen_bytes": laid.seen_size,
        "wasted_bytes": laid.hidden_size,
        "wasted_files": len(laid.hidden),
        "efficiency": ratio(laid.seen_size, laid.files_size),
        "layers": [_layer(image, at, files) for at in range(len(found))],
        "hidden": [_hidden(one) for one in laid.hidden],
        "largest": [_seen(one) for one in laid.largest],
    }


def _layer(image: InspectedImage, at: int, files: bool) -> _Object:
    layer, level = image.layers[at], image.overlay.levels[at]
    made = {"number": at + 1, **_names(layer), **_counts(layer, level)}
    if files:
        members = zip(layer.measured.entries, level.marks, strict=True)
        made["members"] = [_member(entry, mark) for entry, mark in members]
    return made


def _names(layer: InspectedLayer) -> _Object:
    found = layer.measured
    return {
        "file": layer.file,
        "digest": str(found.digest),
        "diff_id": str(found.diff_id),
        "chain_id": str(layer.chain_id),
        "created_by": layer.created_by,
        "packing": found.packing,
    }


def _counts(layer: InspectedLayer, level: Level) -> _Object:
    found = layer.measured
    return {
        "packed_bytes": found.size,
        "unpacked_bytes": found.tar_size,
        "files_bytes": level.files_size,
        "files": level.files,
        "folders": level.folders,
        "links": level.links,
        "deletions": level.deletions,
        "wasted_bytes": level.hidden_size,
        "wasted_files": level.hidden,
    }


def _hidden(one: Hidden) -> _Object:
    return {**_seen(Seen(*one[:3])), "hidden_by": one.by, "how": one.how}


def _seen(one: Seen) -> _Object:
    return {"path": one.path, "bytes": one.size, "layer": one.layer}


_KINDS = {FILE: "file", DIRECTORY: "folder", SYMLINK: "symlink", HARDLINK: "hardlink"}


def _member(entry: Entry, mark: str) -> _Object:
    kind = _KINDS.get(entry.kind, "other")
    if mark == "D":
        kind = "opaque" if is_opaque(entry.name) else "whiteout"
    made = {"mark": mark, "kind": kind, "bytes": entry.size, "path": entry.name}
    return made | ({"link": entry.link} if entry.link else {})


def _other(other: Other) -> _Object:
    return {
        "kind": other.kind,
        "digest": str(other.digest),
        "platform": other.platform,
        "media_type": other.media_type,
    }


def _shared(found: Shared) -> _Object:
    return {
        "listed_bytes": found.listed,
        "stored_bytes": found.store,
        "images": [_row(row) for row in found.rows],
    }


def _row(row: Row) -> _Object:
    return {
        "archive": row.archive,
        "image": row.image.name,
        "platform": row.image.platform,
        "listed_bytes": row.listed,
        "shared_bytes": row.shared,
        "unique_bytes": row.unique,
        "proportional_bytes": row.proportional,
    }


def _broken(one: Broken) -> _Object:
    exact = one.threshold != "min-efficiency"
    return {
        "archive": one.archive,
        "image": one.image.name,
        "platform": one.image.platform,
        "threshold": one.threshold,
        "limit": one.limit if exact else float(one.limit),
        "found": one.found if exact else ratio(one.found.numerator, one.found.denominator),
        "files": [_hidden(file) if isinstance(file, Hidden) else _seen(file) for file in one.files],
        "layers": list(one.layers),
    }
