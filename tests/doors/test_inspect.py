"""Images in files, looked into: every platform, every layer, and numbers that the tars confirm."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
import threading
import tracemalloc

import pytest

from labsim.archive.measuring import measure
from labsim.digest import DiffID
from labsim.doors.layouts import inspect, inspecting
from labsim.errors import UnknownImage
from tests.doors.written import (
    OCI,
    Layout,
    config_json,
    docker_save,
    in_folder,
    in_tar,
    layer_tar,
    sha256,
    tar_of,
)
from tests.zstandard import zstd

BASE = tar_of(("etc/", None), ("etc/motd", b"m" * 4000), ("var/big", b"v" * 90_000))
NEXT = tar_of(("etc/motd", b"n" * 50), ("var/.wh.big", b""))
WEB = "shop/web:1.0"
PACK = {"gzip": lambda tar: gzip.compress(tar, 6, mtime=7), "zstd": zstd, "tar": bytes}


def by_tarfile(tar: bytes) -> tuple[int, int]:
    """The number of regular files that are no markers, and the bytes of all: another reader's."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        files = [one for one in archive.getmembers() if one.isfile()]
    return sum(".wh." not in one.name for one in files), sum(one.size for one in files)


def only(path, **options):
    (image,) = inspect(path, **options).images
    return image


# -- one image -------------------------------------------------------------------------------------


@pytest.mark.parametrize("modern", [False, True], ids=["before Docker 25", "since Docker 25"])
def test_a_docker_save_archive_is_looked_into(tmp_path, modern):
    path = in_tar(docker_save([([WEB, "web:2"], [BASE, NEXT])], modern=modern), tmp_path / "w.tar")
    found = inspect(path)
    (image,) = found.images
    assert found.path == str(path)
    assert found.listed_in == ("manifest.json and index.json" if modern else "manifest.json")
    assert (image.names, image.platform, image.manifest) == ((WEB, "web:2"), "linux/amd64", None)
    assert image.config.image_id == f"sha256:{sha256(config_json([BASE, NEXT]))}"
    for layer, level, tar in zip(image.layers, image.overlay.levels, (BASE, NEXT), strict=True):
        assert layer.measured.packing == "plain"
        assert layer.measured.size == layer.measured.tar_size == len(tar)
        assert layer.measured.diff_id == DiffID.of(tar)
        assert (level.files, level.files_size) == by_tarfile(tar)
        assert layer.file in {name for name, data in _files(path).items() if data == tar}
    assert [layer.created_by for layer in image.layers] == ["COPY 0", "COPY 1"]


def _files(path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        opened = [(one.name, archive.extractfile(one)) for one in archive]
        return {name: file.read() for name, file in opened if file is not None}


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("write", [in_folder, in_tar])
def test_an_oci_layout_is_looked_into_in_a_folder_or_a_tar(tmp_path, write, packing):
    layout = Layout()
    child = layout.manifest([BASE, NEXT], packing=packing)
    image = only(write(layout.add(child, WEB).finished(), tmp_path / "web"))
    assert image.names == (WEB,)
    assert image.manifest == child["digest"]
    for layer, tar in zip(image.layers, (BASE, NEXT), strict=True):
        packed = PACK[packing](tar)
        assert layer.measured.packing == packing.replace("tar", "plain")
        assert layer.measured.digest == f"sha256:{sha256(packed)}"
        assert (layer.measured.size, layer.measured.tar_size) == (len(packed), len(tar))
        assert layer.file == f"blobs/sha256/{sha256(packed)}"


def test_what_later_layers_hide_is_told(tmp_path):
    image = only(in_tar(docker_save([([WEB], [BASE, NEXT])]), tmp_path / "web.tar"))
    assert [tuple(one) for one in image.overlay.hidden] == [
        ("var/big", 90_000, 1, 2, "deleted"),
        ("etc/motd", 4000, 1, 2, "overwritten"),
    ]
    assert image.overlay.seen_size == 50


def test_an_archive_may_be_packed_as_a_whole_or_come_through_a_pipe(tmp_path):
    path = in_tar(docker_save([([WEB], [BASE])]), tmp_path / "web.tar")
    whole = only(path)
    for how in ("gzip", "zstd"):
        packed = tmp_path / f"web.{how}"
        packed.write_bytes(PACK[how](path.read_bytes()))
        assert only(packed) == whole
    if sys.platform != "win32":
        assert only(piped(path, tmp_path / "pipe")) == whole


def piped(path, pipe):
    """A named pipe through which the file comes, once."""
    os.mkfifo(pipe)
    threading.Thread(target=lambda: pipe.write_bytes(path.read_bytes()), daemon=True).start()
    return pipe


def test_a_blob_may_be_named_by_sha512(tmp_path):
    layout = Layout()
    data = gzip.compress(BASE)
    child = layout.manifest([BASE])
    files = layout.finished()
    manifest = json.loads(files[f"blobs/sha256/{str(child['digest'])[7:]}"])
    digest = f"sha512:{hashlib.sha512(data).hexdigest()}"
    manifest["layers"][0] |= {"digest": digest, "size": len(data)}
    layout.files[f"blobs/sha512/{digest[7:]}"] = data
    layout.add(layout.blob(f"{OCI}.manifest.v1+json", json.dumps(manifest).encode()))
    image = only(in_folder(layout.finished(), tmp_path / "web"))
    assert image.layers[0].measured.digest == digest


# -- several ---------------------------------------------------------------------------------------


def test_an_image_with_two_names_is_one_image(tmp_path):
    layout = Layout()
    child = layout.manifest([BASE])
    layout.add(child, "docker.io/shop/web:1.0").add(child, "docker.io/library/web:2")
    assert only(in_folder(layout.finished(), tmp_path / "web")).names == (WEB, "web:2")


def test_a_tag_alone_is_a_name_here_and_so_is_what_is_none(tmp_path):
    layout = Layout()
    layout.add(layout.manifest([BASE]), "1.0").add(layout.manifest([NEXT]), "Shop/Web:1")
    found = inspect(in_folder(layout.finished(), tmp_path / "web"))
    assert [image.names for image in found.images] == [("1.0",), ("Shop/Web:1",)]


def test_a_layer_that_two_images_share_is_read_once(tmp_path, monkeypatch):
    read = []

    def counting(chunks, **options):
        read.append(options)
        return measure(chunks, **options)

    monkeypatch.setattr(inspecting, "measure", counting)
    path = in_tar(
        docker_save([([WEB], [BASE]), (["shop/web:2"], [BASE, NEXT])]), tmp_path / "two.tar"
    )
    first, second = inspect(path).images
    assert first.layers[0] == second.layers[0]
    assert len(read) == 2


def several_platforms(layout: Layout) -> Layout:
    """An index as BuildKit writes it: two platforms, and what it says about the first of them."""
    about = layout.manifest([NEXT]) | {
        "platform": {"os": "unknown", "architecture": "unknown"},
        "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
    }
    children = [
        layout.manifest([BASE]) | {"platform": {"os": "linux", "architecture": "amd64"}},
        layout.manifest([BASE, NEXT], "arm64")
        | {"platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
        about,
    ]
    return layout.add(layout.index(children), WEB)


def test_every_platform_of_an_index_is_looked_at(tmp_path):
    found = inspect(in_folder(several_platforms(Layout()).finished(), tmp_path / "web"))
    told = [(image.names, image.platform, len(image.layers)) for image in found.images]
    assert told == [((WEB,), "linux/amd64", 1), ((WEB,), "linux/arm64/v8", 2)]
    assert [other.kind for other in found.others] == ["attestation"]


def test_one_platform_may_be_asked_for(tmp_path):
    path = in_folder(several_platforms(Layout()).finished(), tmp_path / "web")
    found = inspect(path, platform="linux/arm64")
    assert [image.platform for image in found.images] == ["linux/arm64/v8"]
    assert found.others == ()
    sentence = (
        r"web: there is no image for linux/s390x in it, only for linux/amd64, linux/arm64/v8$"
    )
    with pytest.raises(UnknownImage, match=sentence):
        inspect(path, platform="linux/s390x")


def test_only_the_layers_of_that_platform_are_read(tmp_path):
    files = several_platforms(Layout()).finished()
    files[f"blobs/sha256/{sha256(PACK['gzip'](NEXT))}"] = b"broken"
    path = in_folder(files, tmp_path / "web")
    assert only(path, platform="linux/amd64").platform == "linux/amd64"


@pytest.mark.parametrize("missing", ["manifest", "config"])
def test_an_index_may_list_platforms_that_are_not_there(tmp_path, missing):
    layout = several_platforms(Layout())
    config = sha256(config_json([BASE, NEXT], "arm64"))
    (manifest,) = [name for name, data in layout.files.items() if config.encode() in data]
    del layout.files[manifest if missing == "manifest" else f"blobs/sha256/{config}"]
    found = inspect(in_folder(layout.finished(), tmp_path / "web"))
    assert [image.platform for image in found.images] == ["linux/amd64"]
    assert [other[::2] for other in found.others] == [
        ("absent", "linux/arm64/v8"),
        ("attestation", "unknown/unknown"),
    ]


def test_artifacts_are_listed_as_what_they_are(tmp_path):
    layout = Layout()
    layout.add(layout.manifest([BASE]), WEB)
    signature = {
        "schemaVersion": 2,
        "config": layout.blob(f"{OCI}.config.v1+json", b"{}"),
        "layers": [layout.blob("application/vnd.dev.cosign.simplesigning.v1+json", b"{}")],
    }
    chart = signature | {"config": layout.blob("application/vnd.cncf.helm.config.v1+json", b"{}")}
    for document in (signature, chart | {"layers": []}):
        layout.add(layout.blob(f"{OCI}.manifest.v1+json", json.dumps(document).encode()))
    layout.add({"mediaType": "text/x", "digest": f"sha256:{'0' * 64}", "size": 1})
    found = inspect(in_folder(layout.finished(), tmp_path / "web"))
    assert len(found.images) == 1
    assert [other[::3] for other in found.others] == [
        ("artifact", "application/vnd.dev.cosign.simplesigning.v1+json"),
        ("artifact", "application/vnd.cncf.helm.config.v1+json"),
        ("artifact", "text/x"),
    ]


# -- a Docker archive that is an OCI layout as well ------------------------------------------------


def both(layout: Layout, images) -> dict[str, bytes]:
    """What Docker writes today: the same images listed twice."""
    return {**layout.finished(), "manifest.json": docker_save(images, modern=True)["manifest.json"]}


def test_an_archive_in_both_forms_is_read_once_and_knows_its_manifests(tmp_path):
    layout = Layout()
    child = layout.manifest([BASE, NEXT], packing="tar")
    layout.add(child, f"docker.io/{WEB}")
    image = only(in_tar(both(layout, [([WEB, "web:2"], [BASE, NEXT])]), tmp_path / "web.tar"))
    assert image.names == (WEB, "web:2")
    assert image.manifest == child["digest"]


def test_the_index_adds_the_platforms_that_the_list_of_docker_lacks(tmp_path):
    layout = Layout()
    layout.layer(BASE, "tar")
    layout = several_platforms(layout)
    found = inspect(in_tar(both(layout, [([WEB], [BASE])]), tmp_path / "web.tar"))
    assert [image.platform for image in found.images] == ["linux/amd64", "linux/arm64/v8"]


def no_layers(layout: Layout) -> Layout:
    config = layout.blob(f"{OCI}.config.v1+json", config_json([BASE, NEXT]))
    document = json.dumps({"schemaVersion": 2, "config": config, "layers": []}).encode()
    return layout.add(layout.blob(f"{OCI}.manifest.v1+json", document), WEB)


def wrong_order(layout: Layout) -> Layout:
    config = layout.blob(f"{OCI}.config.v1+json", config_json([BASE, NEXT]))
    layers = [layout.layer(tar, "tar") for tar in (NEXT, BASE)]
    document = json.dumps({"schemaVersion": 2, "config": config, "layers": layers}).encode()
    return layout.add(layout.blob(f"{OCI}.manifest.v1+json", document), WEB)


@pytest.mark.parametrize("mistake", [no_layers, wrong_order])
def test_what_early_releases_of_docker_25_got_wrong_does_no_harm(tmp_path, mistake):
    layout = Layout()
    for tar in (BASE, NEXT):
        layout.layer(tar, "tar")
    image = only(in_tar(both(mistake(layout), [([WEB], [BASE, NEXT])]), tmp_path / "web.tar"))
    assert (image.names, image.manifest, len(image.layers)) == ((WEB,), None, 2)


def test_an_index_of_null_lists_nothing(tmp_path):
    files = docker_save([([WEB], [BASE])], modern=True)
    files["index.json"] = b'{"schemaVersion": 2, "manifests": null}'
    assert only(in_tar(files, tmp_path / "web.tar")).names == (WEB,)


# -- memory ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("write", [in_folder, in_tar])
def test_a_large_layer_is_streamed(tmp_path, write, packing):
    large = layer_tar(1, 20_000_000)
    layout = Layout()
    path = write(layout.add(layout.manifest([large], packing=packing)).finished(), tmp_path / "w")
    tracemalloc.start()
    try:
        image = only(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert image.overlay.files_size == 40_000_000
    assert peak < 8_000_000
