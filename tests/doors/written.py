"""Images in files, written with the standard library (and zstd): nothing here knows labsim."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
from pathlib import Path

from tests.zstandard import zstd

OCI = "application/vnd.oci.image"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def layer_tar(seed: int, size: int = 3000, name: str = "") -> bytes:
    """A tar with a folder, a file of noise and zeros, and a link."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        folder = tarfile.TarInfo(f"data{seed}/")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
        content = random.Random(seed).randbytes(size) + bytes(size)
        member = tarfile.TarInfo(name or f"data{seed}/{'long-name-' * 15}.bin")
        member.size, member.mtime = len(content), 1_700_000_000
        archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo(f"data{seed}/link")
        link.type, link.linkname = tarfile.SYMTYPE, "elsewhere"
        archive.addfile(link)
    return out.getvalue()


def tar_of(*members: tuple[str, bytes | None]) -> bytes:
    """A tar of files with their content, and of folders, which have none."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            if content is None:
                member.type, member.mode = tarfile.DIRTYPE, 0o755
            else:
                member.size = len(content)
            archive.addfile(member, io.BytesIO(content or b""))
    return out.getvalue()


def config_json(tars: list[bytes], architecture: str = "amd64", indent: int | None = None) -> bytes:
    made = [
        {"created": "2024-02-03T04:05:06Z", "created_by": f"COPY {n}"} for n in range(len(tars))
    ]
    document = {
        "created": "2024-02-03T04:05:06.789Z",
        "architecture": architecture,
        "os": "linux",
        "config": {"Env": ["PATH=/bin"], "Cmd": ["/bin/true"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(tar)}" for tar in tars]},
        "history": [
            *made,
            {"created": "2024-02-03T04:05:06Z", "created_by": "CMD", "empty_layer": True},
        ],
    }
    return json.dumps(document, indent=indent).encode()


class Layout:
    """An OCI layout in the making: blobs by digest and an index."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {
            "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        }
        self.children: list[dict[str, object]] = []

    def blob(self, media_type: str, data: bytes) -> dict[str, object]:
        self.files[f"blobs/sha256/{sha256(data)}"] = data
        return {"mediaType": media_type, "digest": f"sha256:{sha256(data)}", "size": len(data)}

    def manifest(
        self, tars: list[bytes], architecture: str = "amd64", packing: str = "gzip"
    ) -> dict[str, object]:
        layers = [self.layer(tar, packing) for tar in tars]
        document = {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": self.blob(f"{OCI}.config.v1+json", config_json(tars, architecture)),
            "layers": layers,
        }
        return self.blob(f"{OCI}.manifest.v1+json", json.dumps(document).encode())

    def layer(self, tar: bytes, packing: str) -> dict[str, object]:
        if packing == "tar":
            return self.blob(f"{OCI}.layer.v1.tar", tar)
        packed = zstd(tar) if packing == "zstd" else gzip.compress(tar, 6, mtime=7)
        return self.blob(f"{OCI}.layer.v1.tar+{packing}", packed)

    def index(self, children: list[dict[str, object]]) -> dict[str, object]:
        document = {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.index.v1+json",
            "manifests": children,
        }
        return self.blob(f"{OCI}.index.v1+json", json.dumps(document).encode())

    def add(self, child: dict[str, object], name: str = "", platform: str = "") -> Layout:
        if name:
            child = {**child, "annotations": {"org.opencontainers.image.ref.name": name}}
        self.children.append(child | platform_of(platform))
        return self

    def finished(self) -> dict[str, bytes]:
        index = {"schemaVersion": 2, "manifests": self.children}
        return {**self.files, "index.json": json.dumps(index).encode()}


def platform_of(text: str) -> dict[str, object]:
    system, _, architecture = text.partition("/")
    return {"platform": {"os": system, "architecture": architecture}} if text else {}


def docker_save(
    images: list[tuple[list[str] | None, list[bytes]]], *, modern: bool = False
) -> dict[str, bytes]:
    """The files of a ``docker save``: before Docker 25 by layer id, since then under ``blobs/``."""
    files: dict[str, bytes] = {}
    listed = []
    for names, tars in images:
        config = config_json(tars)
        config_name = f"blobs/sha256/{sha256(config)}" if modern else f"{sha256(config)}.json"
        files[config_name] = config
        layers = []
        for tar in tars:
            name = f"blobs/sha256/{sha256(tar)}" if modern else f"{sha256(tar[::-1])}/layer.tar"
            files[name] = tar
            layers.append(name)
        listed.append({"Config": config_name, "RepoTags": names, "Layers": layers})
    files["manifest.json"] = json.dumps(listed).encode()
    if modern:
        files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
        files["index.json"] = b'{"schemaVersion": 2, "manifests": []}'
    return files


def in_folder(files: dict[str, bytes], folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def in_tar(files: dict[str, bytes], path: Path, links: dict[str, str] | None = None) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return path
