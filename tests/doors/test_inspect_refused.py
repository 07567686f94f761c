"""What cannot be looked into is refused in one sentence, and never expanded to find that out."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest

from labsim.doors.layouts import inspect
from labsim.errors import LabError, Mismatch, UnknownImage
from tests.doors import lies
from tests.doors.lies import LIES, lying, rewritten
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

ONE = layer_tar(1)
WEB = "shop/web:1.0"
#: Lies that are none here, or are told in other words.
OTHERWISE = {lies.break_the_index, lies.name_it_badly, lies.hold_no_image}


@pytest.mark.parametrize(("change", "sentence"), [row for row in LIES if row[0] not in OTHERWISE])
@pytest.mark.parametrize("write", [in_folder, in_tar])
def test_a_broken_or_lying_layout_is_one_sentence_that_names_the_file(
    tmp_path, write, change, sentence
):
    path = write(lying(change), tmp_path / "web")
    with pytest.raises(Mismatch, match=rf"^{path}: {sentence}$"):
        inspect(path)


def test_an_index_that_is_no_json_is_named(tmp_path):
    with pytest.raises(Mismatch, match=r"web: index\.json is not JSON$"):
        inspect(in_folder(lying(lies.break_the_index), tmp_path / "web"))


@pytest.mark.parametrize("files", [lying(lies.hold_no_image), Layout().finished()])
def test_a_layout_without_an_image_is_refused(tmp_path, files):
    with pytest.raises(UnknownImage, match=r"web: there is no image in it$"):
        inspect(in_folder(files, tmp_path / "web"))


def swapped(data: bytes) -> bytes:
    """The same number of bytes, one of them another."""
    return data[:-30] + bytes([data[-30] ^ 1]) + data[-29:]


@pytest.mark.parametrize("packing", ["gzip", "zstd", "tar"])
def test_a_layer_whose_bytes_were_changed_is_told_by_its_digest_not_by_what_broke(
    tmp_path, packing
):
    layout = Layout()
    child = layout.manifest([ONE], packing=packing)
    name = f"blobs/sha256/{str(layout.layer(ONE, packing)['digest'])[7:]}"
    layout.files[name] = swapped(layout.files[name])
    path = in_folder(layout.add(child).finished(), tmp_path / "web")
    with pytest.raises(Mismatch, match=rf"web: {name}: the bytes promised as sha256:\w+ hash to "):
        inspect(path)


def test_a_layer_that_is_lied_about_in_one_of_two_images_is_refused(tmp_path):
    layout = Layout()
    layout.add(layout.manifest([ONE]), WEB)
    config = layout.blob(f"{OCI}.config.v1+json", config_json([ONE]))
    liar = {
        "schemaVersion": 2,
        "config": config,
        "layers": [layout.layer(ONE, "gzip") | {"size": 5}],
    }
    layout.add(layout.blob(f"{OCI}.manifest.v1+json", json.dumps(liar).encode()), "shop/web:2")
    with pytest.raises(Mismatch, match=r"is \d+ bytes long, not 5 as promised$"):
        inspect(in_folder(layout.finished(), tmp_path / "web"))


@pytest.mark.parametrize("modern", [False, True])
def test_a_docker_archive_with_another_layer_than_its_config_lists_is_refused(tmp_path, modern):
    files = docker_save([([WEB], [ONE])], modern=modern)
    name = next(name for name, data in files.items() if data == ONE)
    files[name] = layer_tar(2)
    sentence = f"{name}: the bytes promised as" if modern else "layer 1 unpacks to sha256:"
    with pytest.raises(Mismatch, match=sentence):
        inspect(in_tar(files, tmp_path / "web.tar"))


@pytest.mark.parametrize("pack", [gzip.compress, zstd, bytes])
def test_a_layer_that_unpacks_to_too_much_is_refused(tmp_path, pack):
    layout = Layout()
    child = layout.manifest([ONE])
    files = layout.add(child).finished()
    bomb = layout.blob(f"{OCI}.layer.v1.tar", pack(layer_tar(1, 3_000_000)))
    rewritten(files, lambda document: document["layers"][0].update(bomb))
    files |= {name: data for name, data in layout.files.items() if name not in files}
    sentence = "(it unpacks to more|.* is larger) than the 1000000 bytes allowed"
    with pytest.raises(Mismatch, match=rf"bomb: blobs/sha256/\w+: {sentence}|bomb: {sentence}"):
        inspect(in_folder(files, tmp_path / "bomb"), limit=1_000_000)


def test_a_limit_is_for_each_layer_by_itself(tmp_path):
    path = in_folder(lies.oci().finished(), tmp_path / "web")
    assert len(inspect(path, limit=len(ONE) + 100).images[0].layers) == 2


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_an_archive_that_was_packed_as_a_whole_is_bounded_too(tmp_path, pack):
    path = tmp_path / "bomb.tar.packed"
    path.write_bytes(pack(bytes(5_000_000)))
    with pytest.raises(Mismatch, match=r"bomb\.tar\.packed: the \w+ data unpacks to more bytes"):
        inspect(path, limit=1_000_000)


def test_a_document_that_is_too_long_is_not_read(tmp_path):
    files = docker_save([([WEB], [ONE])])
    files["manifest.json"] += b" " * (8 << 20)
    with pytest.raises(Mismatch, match=r"manifest\.json is longer than the 8388608 bytes of any"):
        inspect(in_tar(files, tmp_path / "web.tar"))


def test_an_image_of_a_thousand_layers_is_none(tmp_path):
    files = docker_save([([WEB], [ONE])])
    listed = json.loads(files["manifest.json"])
    listed[0]["Layers"] *= 1001
    files["manifest.json"] = json.dumps(listed).encode()
    with pytest.raises(Mismatch, match="lists 1001 layers: more than 1000 are no image"):
        inspect(in_tar(files, tmp_path / "web.tar"))


def test_indexes_within_indexes_end_somewhere(tmp_path):
    layout = Layout()
    child = layout.manifest([ONE])
    for _ in range(4):
        child = layout.index([child])
    with pytest.raises(Mismatch, match="is an index within too many indexes"):
        inspect(in_folder(layout.add(child).finished(), tmp_path / "web"))


def test_a_layer_with_a_member_above_its_root_is_refused(tmp_path):
    path = in_tar(docker_save([([WEB], [layer_tar(1, name="../up")])]), tmp_path / "evil.tar")
    with pytest.raises(Mismatch, match=r"layer\.tar: the member '\.\./up' leads out of the image$"):
        inspect(path)


def test_a_file_that_shrinks_while_it_is_read_is_one_sentence(tmp_path, monkeypatch):
    layout = Layout()
    path = in_folder(layout.add(layout.manifest([ONE])).finished(), tmp_path / "web")
    name = f"blobs/sha256/{sha256(gzip.compress(ONE, 6, mtime=7))}"
    size = (path / name).stat().st_size
    (path / name).write_bytes(b"\x1f\x8b")
    stat = Path.stat

    def as_before(self, **options):
        found = stat(self, **options)
        return type(found)((*found[:6], size, *found[7:])) if self.name == name[13:] else found

    monkeypatch.setattr(Path, "stat", as_before)
    with pytest.raises(Mismatch, match=f"web: {name}: .* was cut off while it was read$"):
        inspect(path)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a\0b", r"'a\\x00b' cannot be the name of a file"),
        ("a\ud800", r"'a\\ud800' cannot be the name of a file"),
        ("x" * 5000, "File name too long"),
        ("../up", r"the member '\.\./up' leads out of the archive"),
    ],
)
def test_a_name_that_no_file_can_have_is_one_sentence(tmp_path, name, sentence):
    files = docker_save([([WEB], [ONE])])
    listed = json.loads(files["manifest.json"])
    listed[0]["Layers"] = [name]
    files["manifest.json"] = json.dumps(listed).encode()
    with pytest.raises(LabError, match=rf"web: (it cannot be read: )?{sentence}$"):
        inspect(in_folder(files, tmp_path / "web"))


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("dear diary")
    with pytest.raises(Mismatch, match=r"notes\.txt: this is neither "):
        inspect(tmp_path / "notes.txt")
    with pytest.raises(LabError, match=r"none\.tar: it cannot be read: No such file or directory$"):
        inspect(tmp_path / "none.tar")
    with pytest.raises(LabError, match=r"^inspect: the path is empty$"):
        inspect("")
    with pytest.raises(Mismatch, match=r"^'amd64' is no platform: write it as linux/amd64$"):
        inspect(tmp_path, platform="amd64")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such device")
def test_a_device_that_never_ends_is_refused():
    with pytest.raises(LabError, match=r"^/dev/zero: it is neither a file nor a folder$"):
        inspect("/dev/zero")
