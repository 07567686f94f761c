"""The archive that ``docker save`` writes, byte for byte as daemon 20.10.24 does.

Beside ``manifest.json`` and the configs, each layer has a folder with the ``json`` of Docker's
first image format, from before images were named by their content; the folder's name is the hash
of that.  Source: moby 20.10 ``image/tarexport/save.go`` and ``image/v1/imagev1.go``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from labsim.archive import Member, Tar, directory, file, symlink, tar
from labsim.blob import Blob
from labsim.docker.documents import container_config, go_time
from labsim.timestamp import unix_us

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ChainID
    from labsim.image import Image, Layer
    from labsim.reference import Reference

__all__ = ["docker_archive"]

_EPOCH = "1970-01-01T00:00:00Z"
_GO_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


class _Folder(NamedTuple):
    """One layer of one image, under its old name."""

    old_id: str
    document: dict[str, Any]
    layer: Layer


def docker_archive(images: Mapping[Image, Sequence[Reference]]) -> Tar:
    """Images and the tags to list with each; a layer that several have is in it once."""
    members: dict[str, Member] = {}
    holders: dict[str, str] = {}
    listed: list[dict[str, Any]] = []
    old_names: dict[str, dict[str, str]] = {}
    for image, names in images.items():
        folders = list(_folders(image))
        for folder in folders:
            if f"{folder.old_id}/" not in members:
                members |= _written(folder, _seconds(image), holders)
        config = f"{image.id.hex}.json"
        members[config] = _file(config, image.config, _seconds(image))
        listed.append(
            {
                "Config": config,
                "RepoTags": [name.familiar for name in names] or None,
                "Layers": [f"{folder.old_id}/layer.tar" for folder in folders],
            }
        )
        for name in names if folders else ():
            old_names.setdefault(name.familiar_name, {})[name.tag or ""] = folders[-1].old_id
    members["manifest.json"] = _file("manifest.json", _line(listed))
    if old_names:
        ordered = {name: dict(sorted(old_names[name].items())) for name in sorted(old_names)}
        members["repositories"] = _file("repositories", _line(ordered))
    return tar(members[name] for name in sorted(members))


def _written(folder: _Folder, at_s: int, holders: dict[str, str]) -> dict[str, Member]:
    """The folder of a layer; the tar of one that stands elsewhere too is a link to it."""
    path, diff_id = f"{folder.old_id}/", str(folder.layer.diff_id)
    found = [
        directory(path, mode=0o40755, mtime=at_s)._replace(owner_name="root"),
        _file(f"{path}VERSION", b"1.0", at_s),
        _file(f"{path}json", _go_json(folder.document), at_s),
    ]
    if diff_id in holders:
        link = symlink(f"{path}layer.tar", f"../{holders[diff_id]}layer.tar", mtime=at_s)
        found.append(link._replace(owner_name="root", mode=0o120777))
    else:
        found.append(_file(f"{path}layer.tar", folder.layer.tar, at_s))
        holders[diff_id] = path
    return {member.name: member for member in found}


def _folders(image: Image) -> Iterator[_Folder]:
    """The layers from the bottom, each with a document of the old format."""
    parent = ""
    last = len(image.layers) - 1
    for number, (chain_id, layer) in enumerate(zip(image.chain_ids, image.layers, strict=True)):
        document: dict[str, Any] = _top(image) if number == last else {"created": _EPOCH}
        document.setdefault("container_config", container_config({}))
        old_id = _old_id(document, chain_id, parent)
        named: dict[str, Any] = {"id": old_id}
        if parent:
            named["parent"] = parent
        operating_system = {"os": image.config.document.get("os")}
        yield _Folder(old_id, _in_order(named | document | operating_system), layer)
        parent = old_id


def _top(image: Image) -> dict[str, Any]:
    """What the config says about the image as a whole, in the keys of the old format."""
    given = image.config.document
    document = {
        key: given[key]
        for key in (
            "comment",
            "container",
            "docker_version",
            "author",
            "architecture",
            "variant",
            "os",
        )
        if given.get(key)
    }
    document["created"] = go_time(image.created)
    document["container_config"] = container_config(given.get("container_config") or {})
    if given.get("config") is not None:
        document["config"] = container_config(image.config.run)
    return document


_ORDER = (
    "id", "parent", "comment", "created", "container", "container_config", "docker_version",
    "author", "config", "architecture", "variant", "os",
)  # fmt: skip


def _in_order(document: dict[str, Any]) -> dict[str, Any]:
    return {key: document[key] for key in _ORDER if document.get(key)}


def _old_id(document: dict[str, Any], chain_id: ChainID, parent: str) -> str:
    hashed = {**document, "layer_id": str(chain_id)}
    if parent:
        hashed["parent"] = f"sha256:{parent}"
    ordered = {key: hashed[key] for key in sorted(hashed)}
    return hashlib.sha256(_go_json(ordered)).hexdigest()


def _go_json(document: object) -> bytes:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_GO_ESCAPES).encode()


def _line(document: object) -> bytes:
    return _go_json(document) + b"\n"


def _seconds(image: Image) -> int:
    return max(0, unix_us(image.created) // 1_000_000)


def _file(name: str, content: bytes | Blob, at_s: int = 0) -> Member:
    """A file as Go's ``archive/tar`` writes one of a folder: the mode tells the kind too."""
    return file(name, content, mode=0o100644, mtime=at_s)._replace(owner_name="root")
