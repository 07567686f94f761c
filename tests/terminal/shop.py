"""An archive of two images with the usual mistakes, the same bytes on every machine."""

from __future__ import annotations

import json
import random
from pathlib import Path

from labsim.archive import Member, directory, file, opaque, pack, tar, whiteout
from tests.doors.written import OCI, Layout, in_tar

__all__ = ["shop"]

_MTIME = 1_717_236_000
_Step = tuple[str, list[Member]]


def noise(name: str, size: int, packed: float = 0.5, *, mode: int = 0o644) -> Member:
    """A file of which so much cannot be packed; by its name always the same."""
    hard = int(size * packed)
    content = random.Random(name).randbytes(hard) + bytes(size - hard)
    return file(name, content, mode=mode, mtime=_MTIME)


BASE: _Step = (
    "ADD rootfs.tar.xz / # buildkit",
    [
        directory("bin"),
        noise("bin/sh", 131_000),
        directory("etc"),
        noise("etc/os-release", 267, 1.0),
        directory("usr"),
        directory("usr/lib"),
        noise("usr/lib/libc.so.6", 1_926_000),
        noise("usr/lib/libssl.so.3", 688_000),
    ],
)
INSTALL: _Step = (
    "RUN /bin/sh -c apt-get update && apt-get install -y python3 # buildkit",
    [
        noise("usr/bin/python3", 2_310_000),
        noise("usr/lib/libpython3.so", 1_180_000),
        noise("var/cache/apt/archives/python3.deb", 1_460_000, 1.0),
        noise("var/lib/apt/lists/deb.example_Packages", 820_000, 0.8),
        noise("etc/os-release", 268, 1.0),
    ],
)
CLEAN: _Step = (
    "RUN /bin/sh -c rm -rf /var/cache/apt/archives/* /var/lib/apt/lists # buildkit",
    [whiteout("var/cache/apt/archives/python3.deb"), opaque("var/lib/apt/lists")],
)


def app(mode: int) -> list[Member]:
    files = [("app/main.py", 4_200), ("app/model.bin", 940_000)]
    return [directory("app"), *(noise(name, size, mode=mode) for name, size in files)]


WEB: list[_Step] = [
    BASE,
    INSTALL,
    CLEAN,
    ("COPY app /app # buildkit", app(0o600)),
    ("RUN /bin/sh -c chmod -R a+rX /app # buildkit", app(0o644)),
]
WORKER: list[_Step] = [BASE, INSTALL, ("COPY worker /worker # buildkit", [noise("worker", 52_000)])]


def shop(path: Path) -> Path:
    """``shop/web:1.0`` and ``shop/worker:1.0`` in an archive that is an OCI layout."""
    layout = Layout()
    for name, steps in (("web", WEB), ("worker", WORKER)):
        layout.add(_manifest(layout, steps), f"shop/{name}:1.0", "linux/amd64")
    return in_tar(layout.finished(), path)


def _manifest(layout: Layout, steps: list[_Step]) -> dict[str, object]:
    tars = [tar(members) for _, members in steps]
    config = {
        "created": "2024-06-01T10:00:00Z",
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [str(one.diff_id) for one in tars]},
        "history": [{"created_by": step} for step, _ in steps],
    }
    layers = [layout.blob(f"{OCI}.layer.v1.tar+gzip", bytes(pack(one))) for one in tars]
    document = {
        "schemaVersion": 2,
        "config": layout.blob(f"{OCI}.config.v1+json", json.dumps(config).encode()),
        "layers": layers,
    }
    return layout.blob(f"{OCI}.manifest.v1+json", json.dumps(document).encode())
