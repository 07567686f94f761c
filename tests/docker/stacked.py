"""Images with something to inspect, as an archive that the lab and a real daemon load alike.

Written by the standard library and by hand, so that nothing of the lab's own writers is in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from typing import Any

__all__ = ["archive"]

RICH = {
    "User": "1000:1000",
    "ExposedPorts": {"8080/tcp": {}, "53/udp": {}},
    "Env": ["PATH=/usr/bin:/bin", "GREETING=<hello & goodbye>"],
    "Entrypoint": ["/app", "--serve"],
    "Cmd": ["--port", "8080"],
    "Healthcheck": {"Test": ["CMD", "/app", "--ping"], "Interval": 30000000000, "Retries": 3},
    "Volumes": {"/data": {}},
    "WorkingDir": "/srv",
    "OnBuild": ["RUN echo again"],
    "Labels": {"org.example.team": "shop", "a": "1"},
    "StopSignal": "SIGINT",
    "StopTimeout": 5,
    "Shell": ["/bin/bash", "-c"],
}
_BASE_STEPS: list[dict[str, Any]] = [
    {
        "created": "2025-01-01T00:00:00Z",
        "created_by": "/bin/sh -c #(nop) ADD file:1234 in / ",
    },
    {
        "created": "2025-01-01T00:00:01Z",
        "created_by": '/bin/sh -c #(nop)  CMD ["bash"]',
        "empty_layer": True,
    },
    {"created": "2025-01-02T12:30:00.5Z", "created_by": "/bin/sh -c apt-get\tupdate && true"},
]
_APP_STEPS: list[dict[str, Any]] = [
    {
        "created": "2025-01-17T08:59:00.1+01:00",
        "created_by": "ENV GREETING=<hello & goodbye>",
        "comment": "buildkit.dockerfile.v0",
        "empty_layer": True,
    },
    {
        "created": "2025-01-17T09:00:00.123456789Z",
        "created_by": "COPY app /app # buildkit, and a text that is longer than the column",
        "comment": "buildkit.dockerfile.v0",
        "author": "a person",
    },
]


def layer(name: str, size: int, mtime: int = 0) -> bytes:
    """A tar with a folder, a file of that many bytes, and a link."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        folder = tarfile.TarInfo(name)
        folder.type, folder.mode, folder.mtime = tarfile.DIRTYPE, 0o755, mtime
        tar.addfile(folder)
        file = tarfile.TarInfo(f"{name}/file")
        file.size, file.mtime = size, mtime
        tar.addfile(file, io.BytesIO(name.encode() * size))
        link = tarfile.TarInfo(f"{name}/link")
        link.type, link.linkname, link.mtime = tarfile.SYMTYPE, "file", mtime
        tar.addfile(link)
    return stream.getvalue()


BASE = [layer("base", 5_000), layer("more", 1_234_567)]


def config(layers: list[bytes], **more: Any) -> bytes:
    """A config of these layers."""
    document = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        **more,
        "rootfs": {"type": "layers", "diff_ids": [_digest(tar) for tar in layers]},
    }
    return json.dumps(document).encode()


def images() -> list[tuple[bytes, list[str], list[bytes]]]:
    """Config, names and layers of each image."""
    app = [*BASE, layer("app", 321)]
    loose = [*BASE, layer("loose", 77)]
    alone = [layer("alone", 2)]
    return [
        (
            config(BASE, created="2025-01-02T12:30:00.5Z", history=_BASE_STEPS),
            ["base:1"],
            BASE,
        ),
        (
            config(
                app,
                created="2025-01-17T09:00:00.123456789Z",
                author="a person",
                docker_version="28.2.2",
                config=RICH,
                history=[*_BASE_STEPS, *_APP_STEPS],
            ),
            ["shop/app:1", "shop/app:latest", "localhost:5000/app:1"],
            app,
        ),
        (
            config(
                loose,
                created="2025-01-18T09:00:00Z",
                config={"Cmd": ["sh"], "Labels": {"a": "2"}},
                history=[{"created_by": "undated"}] * 3,
            ),
            [],
            loose,
        ),
        (
            config(
                alone,
                architecture="arm64",
                variant="v8",
                container="f" * 64,
                comment="made by hand",
                container_config={"Hostname": "abc", "Cmd": ["/bin/sh", "-c", "x"]},
            ),
            ["alone:1"],
            alone,
        ),
    ]


def archive() -> bytes:
    """All of them, as ``docker save`` has written images since 1.10."""
    files: dict[str, bytes] = {}
    listed = []
    for document, names, layers in images():
        config_name = f"{hashlib.sha256(document).hexdigest()}.json"
        files[config_name] = document
        for tar in layers:
            files[f"{_digest(tar)[7:]}.tar"] = tar
        listed.append(
            {
                "Config": config_name,
                "RepoTags": names or None,
                "Layers": [f"{_digest(tar)[7:]}.tar" for tar in layers],
            }
        )
    files["manifest.json"] = json.dumps(listed).encode()
    return _tar(files)


def _tar(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
