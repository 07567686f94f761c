"""Images come in from files, and go out to files, whole or not at all."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path

import pytest

from labsim import Lab, load, save
from labsim.digest import DiffID
from labsim.errors import LabError, Mismatch, NotSimulated, UnknownImage
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

ONE, TWO = layer_tar(1), layer_tar(2)
WEB = "shop/web:1.0"


@pytest.fixture
def lab() -> Lab:
    return Lab()


def names_here(lab: Lab) -> list[str]:
    return sorted(lab.images())


def oci() -> Layout:
    layout = Layout()
    return layout.add(layout.manifest([ONE, TWO]), WEB)


# -- what is read ----------------------------------------------------------------------------------


@pytest.mark.parametrize("modern", [False, True], ids=["before Docker 25", "since Docker 25"])
def test_a_docker_save_archive_is_loaded_under_its_names(tmp_path, lab, modern):
    path = in_tar(docker_save([([WEB, "web"], [ONE, TWO])], modern=modern), tmp_path / "web.tar")
    ((names, image),) = load(path, into=lab)
    assert names == ("shop/web:1.0", "web:latest")
    assert image.diff_ids == tuple(DiffID.of(tar) for tar in (ONE, TWO))
    assert image.id == f"sha256:{sha256(config_json([ONE, TWO]))}"
    assert names_here(lab) == ["shop/web:1.0", "web:latest"]


def test_an_archive_that_was_packed_as_a_whole_is_unpacked_first(tmp_path, lab):
    path = in_tar(docker_save([([WEB], [ONE])]), tmp_path / "web.tar")
    packed = tmp_path / "web.tar.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
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


@pytest.mark.parametrize("zipped", [True, False], ids=["gzip layers", "plain layers"])
@pytest.mark.parametrize("write", [in_folder, in_tar])
def test_an_oci_layout_is_loaded_from_a_folder_or_a_tar(tmp_path, lab, write, zipped):
    layout = Layout()
    layout.add(layout.manifest([ONE, TWO], zipped=zipped), WEB)
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
    (layer,) = load(path)[0].image.layers
    assert layer.source is not None
    assert layer.source.digest == f"sha256:{sha256(gzip.compress(ONE, 6, mtime=7))}"
    assert layer.packed.digest != layer.source.digest
    assert layer.packed.tar.digest == f"sha256:{sha256(ONE)}"


def test_a_loaded_image_is_in_the_journal_by_digest_and_comes_back_in_a_replay(tmp_path, lab):
    load(in_tar(docker_save([([WEB], [ONE])]), tmp_path / "web.tar"), into=lab)
    files = {digest: bytes(blob) for digest, blob in lab.attachments.items()}
    again = Lab.replay(lab.script, files=files)
    assert again.image(WEB) == lab.image(WEB)
    lab.undo()
    assert names_here(lab) == []


# -- what is refused -------------------------------------------------------------------------------


def lying(change) -> dict[str, bytes]:
    """The files of a good layout after one change."""
    files = oci().finished()
    change(files)
    return files


def path_of(files: dict[str, bytes], start: bytes) -> str:
    return next(name for name, data in files.items() if data.startswith(start))


def cut_a_layer(files):
    name = path_of(files, b"\x1f\x8b")
    files[name] = files[name][:-9]


def swap_the_config(files):
    name = path_of(files, b'{"created"')
    files[name] = files[name].replace(b"true", b"tru_")


def lose_a_layer(files):
    del files[path_of(files, b"\x1f\x8b")]


def rewritten(files, change) -> None:
    """Change the manifest and everything that points at it, so that only the meaning is wrong."""
    name = path_of(files, b'{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest')
    document = json.loads(files.pop(name))
    change(document)
    data = json.dumps(document).encode()
    files[f"blobs/sha256/{sha256(data)}"] = data
    index = json.loads(files["index.json"])
    index["manifests"][0] |= {"digest": f"sha256:{sha256(data)}", "size": len(data)}
    files["index.json"] = json.dumps(index).encode()


def swap_two_layers(files):
    rewritten(files, lambda document: document["layers"].reverse())


def drop_a_layer(files):
    rewritten(files, lambda document: document["layers"].pop())


def lie_about_a_size(files):
    rewritten(files, lambda document: document["layers"][0].update(size=5))


def break_the_index(files):
    files["index.json"] = files["index.json"][:-20]


def point_outside(files):
    rewritten(
        files, lambda document: document["layers"][0].update(digest="sha256:../../etc/passwd")
    )


def forget_the_version(files):
    files["oci-layout"] = b"{}"


def name_it_badly(files):
    files["index.json"] = files["index.json"].replace(b"shop/web", b"Shop/Web")


def hold_no_image(files):
    rewritten(files, lambda document: document["config"].update(mediaType="application/x"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (cut_a_layer, r"blobs/sha256/\w+: sha256:\w+ is \d+ bytes long, not \d+ as promised"),
        (swap_the_config, r"blobs/sha256/\w+: the bytes promised as sha256:\w+ hash to sha256:\w+"),
        (lose_a_layer, r"blobs/sha256/\w+ is missing"),
        (swap_two_layers, r"layer 1 unpacks to sha256:\w+, but the config lists sha256:\w+"),
        (drop_a_layer, r"the config lists 2 layers, but there are 1"),
        (lie_about_a_size, r"blobs/sha256/\w+: sha256:\w+ is \d+ bytes long, not 5 as promised"),
        (break_the_index, r"the index is not JSON"),
        (point_outside, r"'sha256:\.\./\.\./etc/passwd' is no digest: .*"),
        (forget_the_version, r"oci-layout does not say imageLayoutVersion 1\.0\.0"),
        (name_it_badly, r"the name 'Shop/Web:1\.0' is not valid: .*"),
        (hold_no_image, r"sha256:\w+ is no image: its config is application/x"),
    ],
)
@pytest.mark.parametrize("write", [in_folder, in_tar])
def test_a_broken_or_lying_layout_is_one_sentence_that_names_the_file(
    tmp_path, lab, write, change, sentence
):
    path = write(lying(change), tmp_path / "web")
    with pytest.raises(Mismatch, match=rf"^{path}: {sentence}$") as refused:
        load(path, into=lab)
    assert "\n" not in str(refused.value)
    assert lab.journal == []
    assert names_here(lab) == []


def test_one_bad_image_keeps_the_good_ones_out_too(tmp_path, lab):
    files = docker_save([([WEB], [ONE]), (["other"], [TWO])])
    files[path_of(files, b"data2")] = ONE
    with pytest.raises(Mismatch, match="layer 1 unpacks to"):
        load(in_tar(files, tmp_path / "two.tar"), into=lab)
    assert lab.journal == []


def test_a_config_that_is_not_what_its_file_name_says_is_refused(tmp_path):
    files = docker_save([([WEB], [ONE])])
    name = next(name for name in files if name.endswith(".json") and name != "manifest.json")
    files[name] += b" "
    with pytest.raises(Mismatch, match=f"{name}: the bytes promised as sha256:{name[:64]} hash to"):
        load(in_tar(files, tmp_path / "web.tar"))


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil"])
def test_a_member_that_leads_out_of_the_archive_is_refused(tmp_path, name):
    path = in_tar({**docker_save([([WEB], [ONE])]), name: b"x"}, tmp_path / "evil.tar")
    with pytest.raises(
        Mismatch, match=rf"evil\.tar: the member '{name}' leads out of the archive$"
    ):
        load(path)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd"])
def test_a_link_that_leads_out_of_the_archive_is_refused(tmp_path, target):
    path = in_tar(docker_save([([WEB], [ONE])]), tmp_path / "evil.tar", {"a/link": target})
    with pytest.raises(Mismatch, match=r"the link 'a/link' leads out of the archive$"):
        load(path)


def test_links_that_go_in_a_circle_are_a_missing_file(tmp_path):
    files = docker_save([([WEB], [ONE])])
    files["manifest.json"] = files["manifest.json"].replace(b"/layer.tar", b"/circle")
    name = json.loads(files["manifest.json"])[0]["Layers"][0]
    path = in_tar(files, tmp_path / "circle.tar", {name: "circle"})
    with pytest.raises(Mismatch, match=f"{name} is missing$"):
        load(path)


def test_a_link_out_of_a_folder_is_not_followed(tmp_path):
    layout = oci().finished()
    name = path_of(layout, b"\x1f\x8b")
    (tmp_path / "secret").write_bytes(layout.pop(name))
    folder = in_folder(layout, tmp_path / "web")
    (folder / name).symlink_to(tmp_path / "secret")
    with pytest.raises(Mismatch, match=f"{name} leads out of the folder$"):
        load(folder)


def test_a_layer_with_a_member_above_its_root_is_refused(tmp_path):
    path = in_tar(docker_save([([WEB], [layer_tar(1, name="../up")])]), tmp_path / "evil.tar")
    with pytest.raises(Mismatch, match=r"layer\.tar: the member '\.\./up' leads out of the image$"):
        load(path)


def test_a_layer_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    bomb = gzip.compress(bytes(50_000_000))
    layout = Layout()
    child = layout.manifest([ONE])
    files = layout.add(child).finished()
    rewritten(files, lambda document: document["layers"][0].update(layout.blob(f"{OCI}.x", bomb)))
    files |= layout.files
    with pytest.raises(Mismatch, match=r"the gzip data unpacks to more bytes than allowed$"):
        load(in_folder(files, tmp_path / "bomb"), limit=1_000_000)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "bomb.tar.gz"
    path.write_bytes(gzip.compress(bytes(50_000_000)))
    with pytest.raises(Mismatch, match=r"bomb\.tar\.gz: the gzip data unpacks to more"):
        load(path, limit=1_000_000)


def test_layers_count_together_towards_the_limit(tmp_path):
    path = in_folder(oci().finished(), tmp_path / "web")
    with pytest.raises(Mismatch, match="more bytes than allowed"):
        load(path, limit=len(ONE) + 100)


def test_a_layer_in_zstd_is_refused_by_name(tmp_path):
    layout = Layout()
    layout.add(layout.manifest([b"\x28\xb5\x2f\xfd and so on"], zipped=False))
    with pytest.raises(NotSimulated, match=r"web: blobs/sha256/\w+: a layer packed with zstd"):
        load(in_folder(layout.finished(), tmp_path / "web"))


@pytest.mark.parametrize("cut", [100, 2000, 30_000, -1500])
def test_a_truncated_archive_is_refused(tmp_path, cut):
    whole = in_tar(docker_save([([WEB], [layer_tar(1, 30_000)])]), tmp_path / "whole.tar")
    path = tmp_path / "cut.tar"
    path.write_bytes(whole.read_bytes().rstrip(b"\0")[:cut])
    with pytest.raises(Mismatch, match=r"^\S+cut\.tar: the tar archive is truncated$"):
        load(path)


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("dear diary " * 100)
    with pytest.raises(Mismatch, match=r"notes\.txt: there is no tar archive"):
        load(path)
    with pytest.raises(Mismatch, match=r": it holds no image"):
        load(in_folder({"readme": b""}, tmp_path / "folder"))


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(LabError, match=r"none\.tar: it cannot be read: No such file or directory$"):
        load(tmp_path / "none.tar")


# -- what is written -------------------------------------------------------------------------------


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
