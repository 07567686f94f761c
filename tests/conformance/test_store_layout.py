"""A store's folder is an OCI image layout: skopeo reads it with no registry running."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from labsim.blob import Blob
from labsim.doors.disk import DiskShelf
from labsim.registry import Registry
from labsim.registry.restore import restored
from tests.doors.written import layer_tar
from tests.registry.asking import Client, manifest

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


def test_skopeo_reads_each_tag_by_repository_and_name(real, tmp_path: Path, shelf):
    client = Client(Registry("localhost:5000", store=restored(shelf)))
    client.upload("team/app", CONFIG, LAYER)
    for tag, image in (("v1", document(LAYER)), ("V1", document(LAYER, LAYER))):
        assert client.put(f"team/app/manifests/{tag}", image, "oci").status == 201
    shelf.tidy()
    for tag, image in (("v1", document(LAYER)), ("V1", document(LAYER, LAYER))):
        read = real("skopeo", "inspect", "--raw", f"oci:{shelf.folder}:team/app:{tag}")
        assert (read.returncode, read.stdout.encode()) == (0, bytes(image)), read.stderr
    copy = tmp_path / "copy"
    source, target = f"oci:{shelf.folder}:team/app:v1", f"oci:{copy}:v1"
    copied = real("skopeo", "copy", "--preserve-digests", source, target)
    assert copied.returncode == 0, copied.stderr
    assert (copy / "blobs" / "sha256" / LAYER.digest.hex).read_bytes() == bytes(LAYER)
