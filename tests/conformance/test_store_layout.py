"""A store's folder is an OCI image layout: skopeo reads it with no registry running."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from labsim import Registry, serve
from labsim.blob import Blob
from labsim.doors.disk import DiskShelf
from labsim.doors.serve.door import Door
from labsim.registry.restore import restored
from tests.doors.serve.speaking import Line, until
from tests.doors.written import layer_tar
from tests.registry.asking import ACCEPTED, manifest

pytestmark = pytest.mark.peer

LAYER = Blob(layer_tar(1, 2_000))
DIFF_ID = f'{{"type":"layers","diff_ids":["{LAYER.digest}"]}}'
CONFIG = Blob(f'{{"architecture":"amd64","os":"linux","rootfs":{DIFF_ID}}}'.encode())


def document(*layers: Blob) -> Blob:
    """A manifest with the media types that a reader insists on."""
    raw = json.loads(bytes(manifest(*layers, kind="oci", config=CONFIG)))
    raw["config"]["mediaType"] = "application/vnd.oci.image.config.v1+json"
    for layer in raw["layers"]:
        layer["mediaType"] = "application/vnd.oci.image.layer.v1.tar"
    return Blob(json.dumps(raw).encode())


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[DiskShelf]:
    opened = DiskShelf(tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture
def door(shelf: DiskShelf) -> Iterator[Door]:
    with serve(Registry("localhost:5000", store=restored(shelf))) as opened:
        yield opened


def pushed(door: Door, **images: Blob) -> None:
    """One tag after another, through the door, as fast as it takes them."""
    target = "/v2/team/app/blobs/uploads/?digest="
    kind = [("Content-Type", ACCEPTED["oci"])]
    with Line(door) as line:
        for blob in (CONFIG, LAYER):
            assert line.ask("POST", f"{target}{blob.digest}", body=bytes(blob)).status == 201
        for tag, image in images.items():
            path = f"/v2/team/app/manifests/{tag}"
            assert line.ask("PUT", path, kind, bytes(image)).status == 201


def test_skopeo_reads_each_tag_by_repository_and_name(real, tmp_path: Path, shelf, door):
    images = {"v1": document(LAYER), "V1": document(LAYER, LAYER)}
    pushed(door, **images)
    assert until(lambda: b"team/app:V1" in (shelf.folder / "index.json").read_bytes())
    for tag, image in images.items():
        read = real("skopeo", "inspect", "--raw", f"oci:{shelf.folder}:team/app:{tag}")
        assert (read.returncode, read.stdout.encode()) == (0, bytes(image)), read.stderr
    copy = tmp_path / "copy"
    source, target = f"oci:{shelf.folder}:team/app:v1", f"oci:{copy}:v1"
    copied = real("skopeo", "copy", "--preserve-digests", source, target)
    assert copied.returncode == 0, copied.stderr
    assert (copy / "blobs" / "sha256" / LAYER.digest.hex).read_bytes() == bytes(LAYER)
