"""Files that are broken, lie or lead elsewhere: refused in one sentence, and nothing is left."""

from __future__ import annotations

import gzip
import json
import sys

import pytest

from labsim import Lab, load, save
from labsim.errors import LabError, Mismatch, NotSimulated
from tests.doors.lies import LIES, lying, oci, path_of, rewritten
from tests.doors.written import OCI, Layout, docker_save, in_folder, in_tar, layer_tar, sha256

ONE, TWO = layer_tar(1), layer_tar(2)
WEB = "shop/web:1.0"


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.mark.parametrize(("change", "sentence"), LIES)
@pytest.mark.parametrize("write", [in_folder, in_tar])
def test_a_broken_or_lying_layout_is_one_sentence_that_names_the_file(
    tmp_path, lab, write, change, sentence
):
    path = write(lying(change), tmp_path / "web")
    with pytest.raises(Mismatch, match=rf"^{path}: {sentence}$") as refused:
        load(path, into=lab)
    assert "\n" not in str(refused.value)
    assert lab.journal == []
    assert not lab.images()


def test_an_image_made_at_no_time_is_refused(tmp_path, lab):
    files = docker_save([([WEB], [ONE])])
    config = files.pop(next(name for name in files if name[:64].isalnum() and name[64:] == ".json"))
    dated = config.replace(b"2024-02-03T04:05:06.789Z", b"yesterday")
    name = f"{sha256(dated)}.json"
    listed = files["manifest.json"].replace(sha256(config).encode(), sha256(dated).encode())
    path = in_tar({**files, name: dated, "manifest.json": listed}, tmp_path / "web.tar")
    with pytest.raises(
        Mismatch, match=r"web\.tar: the config was created at 'yesterday', which is"
    ):
        load(path, into=lab)
    assert lab.journal == []


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


def test_a_layer_in_zstd_is_named_where_this_python_cannot_read_it(tmp_path, monkeypatch):
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    layout = Layout()
    layout.add(layout.manifest([b"\x28\xb5\x2f\xfd and so on"], packing="tar"))
    with pytest.raises(NotSimulated, match=r"web: blobs/sha256/\w+: it is packed with zstd, "):
        load(in_folder(layout.finished(), tmp_path / "web"))


@pytest.mark.parametrize("cut", [2000, 30_000, -1500])
def test_a_truncated_archive_is_refused(tmp_path, cut):
    whole = in_tar(docker_save([([WEB], [layer_tar(1, 30_000)])]), tmp_path / "whole.tar")
    path = tmp_path / "cut.tar"
    path.write_bytes(whole.read_bytes().rstrip(b"\0")[:cut])
    with pytest.raises(Mismatch, match=r"^\S+cut\.tar: the tar archive is truncated$"):
        load(path)


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    for text in ("", "dear diary", "dear diary " * 100):
        path.write_text(text)
        with pytest.raises(Mismatch, match=r"notes\.txt: this is neither .* an OCI layout, "):
            load(path)
    with pytest.raises(Mismatch, match=r": this is neither .*: there is no manifest\.json and "):
        load(in_folder({"readme": b""}, tmp_path / "folder"))


def test_a_folder_that_skopeo_wrote_as_dir_is_refused(tmp_path):
    files = {"version": b"Directory Transport Version: 1.1\n", "manifest.json": b"{}"}
    with pytest.raises(Mismatch, match=r"nor an OCI layout, .* is no list of images$"):
        load(in_folder(files, tmp_path / "folder"))


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(LabError, match=r"none\.tar: it cannot be read: No such file or directory$"):
        load(tmp_path / "none.tar")


@pytest.mark.parametrize("path", ["", "."])
def test_a_place_that_is_no_file_is_one_sentence(lab, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lab.docker("pull -q alpine")
    with pytest.raises(LabError, match=r"^save: the path '\.?' names no file$"):
        save(lab, "alpine", path)
    with pytest.raises(
        LabError, match=r"^load: the path is empty$" if not path else "this is neither"
    ):
        load(path)
    assert list(tmp_path.iterdir()) == []
