"""Images come in from files, and go out to files, whole or not at all."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path

import pytest

from labsim import Lab, load, save
from labsim.digest import DiffID
from labsim.errors import LabError, UnknownImage
from tests.doors.written import (
    OCI,
    Layout,
    config_json,
    docker_save,
    in_folder,
    in_tar,
    layer_tar,
    sha256,
)
from tests.zstandard import zstd

ONE, TWO = layer_tar(1), layer_tar(2)
WEB = "shop/web:1.0"


@pytest.fixture
def lab() -> Lab:
    return Lab()


def names_here(lab: Lab) -> list[str]:
    return sorted(lab.images())


@pytest.mark.parametrize("modern", [False, True], ids=["before Docker 25", "since Docker 25"])
def test_a_docker_save_archive_is_loaded_under_its_names(tmp_path, lab, modern):
    path = in_tar(docker_save([([WEB, "web"], [ONE, TWO])], modern=modern), tmp_path / "web.tar")
    ((names, image),) = load(path, into=lab)
    assert names == ("shop/web:1.0", "web:latest")
    assert image.diff_ids == tuple(DiffID.of(tar) for tar in (ONE, TWO))
    assert image.id == f"sha256:{sha256(config_json([ONE, TWO]))}"
    assert names_here(lab) == ["shop/web:1.0", "web:latest"]


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_an_archive_that_was_packed_as_a_whole_is_unpacked_first(tmp_path, lab, pack):
    path = in_tar(docker_save([([WEB], [ONE])]), tmp_path / "web.tar")
    packed = tmp_path / "web.tar.packed"
    packed.write_bytes(pack(path.read_bytes()))
    assert load(packed, into=lab)[0].names == (WEB,)


def test_an_archive_may_hold_several_images_that_share_layers_through_links(tmp_path, lab):
    files = docker_save([([WEB], [ONE]), (None, [ONE, TWO])])
    manifest = json.loads(files["manifest.json"])
    manifest[1]["Layers"][0] = "again/layer.tar"
    files["manifest.json"] = json.dumps(manifest).encode()
    link = {"again/layer.tar": f"../{manifest[0]['Layers'][0]}"}
    first, second = load(in_tar(files, tmp_path / "two.tar", link), into=lab)
    assert first.image.layers[0] == second.image.layers[0]
    assert second.names == ()
    assert len(lab.images()) == 2


@pytest.mark.parametrize("packing", ["gzip", "zstd", "tar"])
@pytest.mark.parametrize("write", [in_folder, in_tar])
def test_an_oci_layout_is_loaded_from_a_folder_or_a_tar(tmp_path, lab, write, packing):
    layout = Layout()
    layout.add(layout.manifest([ONE, TWO], packing=packing), WEB)
    ((names, image),) = load(write(layout.finished(), tmp_path / "web"), into=lab)
    assert names == (WEB,)
    assert image.diff_ids == (DiffID.of(ONE), DiffID.of(TWO))
    assert image.size == 4 * 3000
    assert lab.image(WEB) == image


def test_a_bare_tag_in_an_oci_layout_names_nothing(tmp_path):
    layout = Layout()
    path = in_folder(layout.add(layout.manifest([ONE]), "1.0").finished(), tmp_path / "web")
    assert str(load(path)).startswith("(no name): sha256:")


def test_of_an_index_the_platform_asked_for_is_taken(tmp_path):
    layout = Layout()
    children = [
        layout.manifest([ONE], "arm64") | {"platform": {"os": "linux", "architecture": "arm64"}},
        layout.manifest([TWO]) | {"platform": {"os": "linux", "architecture": "amd64"}},
        layout.manifest([TWO]) | {"platform": {"os": "unknown", "architecture": "unknown"}},
    ]
    path = in_folder(layout.add(layout.index(children)).finished(), tmp_path / "web")
    assert load(path)[0].image.diff_ids == (DiffID.of(TWO),)
    assert load(path, platform="linux/arm64")[0].image.diff_ids == (DiffID.of(ONE),)
    with pytest.raises(UnknownImage, match=r"web: the index has no image for linux/riscv64$"):
        load(path, platform="linux/riscv64")


def test_platforms_that_stand_beside_each_other_are_chosen_from_too(tmp_path):
    layout = Layout()
    layout.add(layout.manifest([ONE], "arm64"), WEB, "linux/arm64")
    layout.add(layout.manifest([TWO]), WEB, "linux/amd64")
    ((_, image),) = load(in_folder(layout.finished(), tmp_path / "web"))
    assert image.config.platform.architecture == "amd64"


def test_a_layer_remembers_the_bytes_it_came_from(tmp_path):
    layout = Layout()
    path = in_folder(layout.add(layout.manifest([ONE])).finished(), tmp_path / "web")
    found = load(path)
    (layer,) = found[0].image.layers
    assert str(found).endswith(", 1 layer")
    assert layer.source is not None
    assert layer.source.digest == f"sha256:{sha256(gzip.compress(ONE, 6, mtime=7))}"
    assert layer.packed.digest != layer.source.digest
    assert layer.packed.tar.digest == f"sha256:{sha256(ONE)}"


def test_a_layer_in_zstd_is_pushed_in_the_labs_own_packing(tmp_path, lab):
    layout = Layout()
    path = in_folder(layout.add(layout.manifest([ONE], packing="zstd")).finished(), tmp_path / "w")
    (layer,) = load(path, into=lab)[0].image.layers
    assert layer.source is not None
    assert layer.source.media_type == f"{OCI}.layer.v1.tar+zstd"
    assert layer.packed.tar.digest == f"sha256:{sha256(ONE)}"
    again = Lab.replay(lab.script, files={d: bytes(b) for d, b in lab.attachments.items()})
    assert again.images().keys() == lab.images().keys()


def test_a_loaded_image_is_in_the_journal_by_digest_and_comes_back_in_a_replay(tmp_path, lab):
    load(in_tar(docker_save([([WEB], [ONE])]), tmp_path / "web.tar"), into=lab)
    files = {digest: bytes(blob) for digest, blob in lab.attachments.items()}
    again = Lab.replay(lab.script, files=files)
    assert again.image(WEB) == lab.image(WEB)
    lab.undo()
    assert names_here(lab) == []


@pytest.mark.parametrize("name", ["saved", "saved.tar"])
def test_what_is_saved_can_be_loaded_again(tmp_path, lab, name):
    load(in_tar(docker_save([([WEB], [ONE, TWO])]), tmp_path / "web.tar"), into=lab)
    path = save(lab, WEB, tmp_path / name)
    other = Lab()
    ((names, image),) = load(path, into=other)
    assert names == (WEB,)
    assert image == lab.image(WEB)
    assert [layer.packed.digest for layer in image.layers] == [
        layer.packed.digest for layer in lab.image(WEB).layers
    ]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted([name, "web.tar"])


def test_everything_saved_says_oci_and_hashes_to_its_name(tmp_path, lab):
    lab.docker("pull hello-world")
    folder = save(lab, "hello-world", tmp_path / "hello")
    for blob in (folder / "blobs/sha256").iterdir():
        assert sha256(blob.read_bytes()) == blob.name
    index = json.loads((folder / "index.json").read_text())
    (child,) = index["manifests"]
    manifest = json.loads((folder / "blobs/sha256" / child["digest"][7:]).read_text())
    types = [child["mediaType"], manifest["mediaType"], manifest["config"]["mediaType"]]
    types += [layer["mediaType"] for layer in manifest["layers"]]
    assert all(media_type.startswith(OCI) for media_type in types)
    assert child["annotations"]["org.opencontainers.image.ref.name"] == "latest"


def test_an_image_saved_by_its_id_has_no_name(tmp_path, lab):
    lab.docker("pull hello-world")
    save(lab, lab.image("hello-world").id.short, tmp_path / "hello")
    assert load(tmp_path / "hello")[0].names == ()


def test_save_replaces_an_archive_but_never_a_folder(tmp_path, lab):
    lab.docker("pull hello-world")
    archive = save(lab, "hello-world", tmp_path / "hello.tar")
    before = archive.read_bytes()
    assert save(lab, "hello-world", archive).read_bytes() == before
    (tmp_path / "mine").mkdir()
    with pytest.raises(LabError, match=r"mine: it exists already$"):
        save(lab, "hello-world", tmp_path / "mine")


def test_a_save_that_fails_leaves_nothing(tmp_path, lab):
    lab.docker("pull hello-world")
    (tmp_path / "hello.tar").mkdir()
    (tmp_path / "hello.tar" / "file").write_text("mine")
    with pytest.raises(LabError, match=r"hello\.tar: it cannot be written"):
        save(lab, "hello-world", tmp_path / "hello.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["hello.tar"]
    with pytest.raises(UnknownImage):
        save(lab, "nothing", tmp_path / "nothing")


def test_a_large_image_is_streamed_with_little_memory(tmp_path, lab):
    lab.docker("pull alpine")
    tracemalloc.start()
    try:
        path = save(lab, "alpine", tmp_path / "alpine")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(blob.stat().st_size for blob in Path(path).rglob("*") if blob.is_file()) > 4_000_000
    assert peak < 2_000_000
