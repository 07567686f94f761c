"""``docker save`` and ``docker load`` on Docker 29's engine: OCI layouts, and older archives."""

from __future__ import annotations

import io
import json
import tarfile

import pytest

from labsim import Lab
from labsim.archive import Member, file, tar
from labsim.reference import Reference
from tests.docker.loaded import loaded_seat
from tests.docker.seat import BareSeat
from tests.docker.seat29 import HOST, WEB, Seat29, multi_platform_seat, seat_with_image
from tests.docker.stacked import archive
from tests.engine.small import image


def members(content: bytes) -> dict[str, bytes]:
    """The files of an archive, as the standard library reads them."""
    with tarfile.open(fileobj=io.BytesIO(content)) as found:
        streams = {one.name: found.extractfile(one) for one in found if one.isfile()}
        return {name: stream.read() for name, stream in streams.items() if stream is not None}


def test_an_archive_is_a_layout_that_older_dockers_read_too():
    seat = seat_with_image()
    image_id = seat.engine.resolve(WEB)
    seat.store.content.labels.add(str(image_id), HOST, "t/app")
    assert seat.docker(f"save -o x.tar {WEB}").merged == ""
    found = members(seat.files["x.tar"])
    made = image("os")
    blobs = [made.manifest("oci"), *made.blobs]
    assert list(found) == [
        *sorted(f"blobs/sha256/{blob.digest.hex}" for blob in blobs),
        "index.json",
        "manifest.json",
        "oci-layout",
    ]
    (entry,) = json.loads(found["index.json"])["manifests"]
    assert entry["digest"] == str(image_id)
    assert entry["annotations"] == {
        "containerd.io/distribution.source.127.0.0.1": "t/app",
        "io.containerd.image.name": WEB,
        "org.opencontainers.image.ref.name": "v1",
    }
    (row,) = json.loads(found["manifest.json"])
    assert row["RepoTags"] == [WEB]
    assert found["oci-layout"] == b'{"imageLayoutVersion":"1.0.0"}'


def test_the_members_are_as_gos_writer_leaves_them():
    seat = seat_with_image()
    seat.docker(f"save -o x.tar {WEB}")
    with tarfile.open(fileobj=io.BytesIO(seat.files["x.tar"])) as found:
        rows = [(one.name.partition("sha256/")[0], one.mode, one.uid, one.uname) for one in found]
    assert rows[:3] == [("blobs", 493, 0, ""), ("blobs/sha256", 493, 0, ""), *rows[2:3]]
    assert {mode for name, mode, *_ in rows if name == "blobs/"} == {0o444}
    assert {name: mode for name, mode, *_ in rows[-3:]} == {
        "index.json": 0o644,
        "manifest.json": 0o644,
        "oci-layout": 0o444,
    }


@pytest.mark.parametrize("engine", [Seat29, BareSeat])
def test_what_was_saved_is_loaded_by_both_engines(engine):
    seat, other = seat_with_image(), engine()
    seat.docker(f"tag {WEB} app:2")
    seat.docker(f"save -o x.tar {WEB} app:2")
    other.files["x.tar"] = seat.files["x.tar"]
    result = other.docker("load -i x.tar")
    assert result.merged == f"Loaded image: {WEB}\nLoaded image: app:2\n"
    if engine is Seat29:
        assert other.engine.resolve(WEB) == seat.engine.resolve(WEB)
    assert other.engine.image(WEB) == seat.engine.image(WEB)


def test_an_image_without_a_name_is_told_by_its_id():
    seat, other = seat_with_image(), Seat29()
    image_id = seat.engine.resolve(WEB)
    seat.docker(f"save -o x.tar {image_id.short}")
    other.files["x.tar"] = seat.files["x.tar"]
    assert other.docker("load -i x.tar").stdout == f"Loaded image ID: {image_id}\n"
    assert other.docker("images -a").stdout.split("\n")[1].startswith("<untagged>")


def test_an_older_archive_gets_manifests_of_dockers_own_type():
    seat = Seat29()
    seat.files["stack.tar"] = archive()
    assert seat.docker("load -i stack.tar").stdout.startswith("Loaded image: base:1\n")
    form = ["image", "inspect", "-f", "{{.Descriptor.MediaType}}", "base:1"]
    assert seat.docker(form).stdout == "application/vnd.docker.distribution.manifest.v2+json\n"
    manifest = seat.store.content.document(seat.store.target(seat.engine.resolve("base:1")))
    assert manifest is not None
    kinds = [layer["mediaType"] for layer in json.loads(bytes(manifest))["layers"]]
    assert kinds == ["application/vnd.docker.image.rootfs.diff.tar"] * 2
    assert list(json.loads(bytes(manifest))["config"]) == ["mediaType", "digest", "size"]


def test_an_older_archive_finds_the_packed_layers_that_are_here():
    seat, old = seat_with_image(), BareSeat()
    old.engine.adopt(image("os"), [Reference("app:1")])
    old.docker("save -o x.tar app:1")
    seat.files["x.tar"] = old.files["x.tar"]
    before = len(seat.store.content)
    assert seat.docker("load -i x.tar").stdout == "Loaded image: app:1\n"
    assert len(seat.store.content) == before + 1, "only its manifest is new"
    assert seat.engine.resolve("app:1") != seat.engine.resolve(WEB)


def test_of_an_index_goes_what_is_here_and_one_platform_by_choice():
    seat, other = multi_platform_seat(), Seat29()
    seat.docker("save -o all.tar app:1")
    seat.docker("save --platform linux/amd64 -o one.tar app:1")
    other.files |= dict(seat.files)
    other.docker("load -i all.tar")
    assert other.engine.resolve("app:1") == seat.engine.resolve("app:1")
    (row,) = other.engine.images()
    assert [one.content_size > 0 for one in row.platforms] == [True, False]
    other.docker("load -i one.tar")
    assert other.engine.resolve("app:1") == str(row.platforms[0].digest)
    refused = other.docker("load --platform linux/arm64 -i all.tar")
    assert refused.stderr == (
        "image app:1 was loaded, but doesn't provide the requested platform ([linux/arm64])\n"
    )


def test_a_name_that_stood_elsewhere_moves_without_a_word():
    seat = seat_with_image()
    seat.docker(f"save -o x.tar {WEB}")
    old = seat.engine.resolve(WEB)
    seat.store.adopt(image("new"), [Reference("app:2")])
    seat.docker(f"tag app:2 {WEB}")
    assert seat.docker("load -i x.tar").stdout == f"Loaded image: {WEB}\n"
    assert seat.engine.resolve(WEB) == old


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "unrecognized image format\n"),
        ([file("hello")], "unrecognized image format\n"),
        ([file("oci-layout", b"{}")], "labsim: x.tar: oci-layout does not say"),
        (
            [file("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')],
            "labsim: x.tar: index.json is missing\n",
        ),
        ([file("manifest.json", b"[{}]")], "labsim: x.tar: manifest.json does not say"),
    ],
)
def test_what_is_no_archive_changes_nothing(content: list[Member], words: str):
    seat = Seat29()
    seat.files["x.tar"] = bytes(tar(content))
    result = seat.docker("load -i x.tar")
    assert result.stderr.startswith(words)
    assert result.exit_code == 1
    assert not seat.engine.images()


def test_a_layout_with_a_broken_blob_changes_nothing():
    seat = seat_with_image()
    seat.docker(f"save -o x.tar {WEB}")
    (layer,) = image("os").layers
    broken = members(seat.files["x.tar"])
    broken[f"blobs/sha256/{layer.packed.digest.hex}"] += b"\0"
    other = Seat29()
    other.files["x.tar"] = bytes(tar(file(name, content) for name, content in broken.items()))
    assert other.docker("load -i x.tar").exit_code == 1
    assert not other.engine.images()


def test_both_engines_read_the_older_archive_alike():
    old, new = loaded_seat(), Seat29()
    new.files["stack.tar"] = archive()
    new.docker("load -i stack.tar")
    ours = {row.image.config.digest for row in new.engine.images()}
    assert ours == {row.image.config.digest for row in old.engine.images()}


def test_a_large_image_is_saved_and_loaded_without_its_bytes_and_replayed():
    lab = Lab(engine="containerd")
    lab.docker("pull -q golang")
    golang = lab.seat.engine.resolve("golang")
    assert lab.docker("save -o golang.tar golang").exit_code == 0
    lab.docker("rmi golang")
    assert lab.docker("load -i golang.tar").stdout == "Loaded image: golang:latest\n"
    assert lab.seat.engine.resolve("golang") == golang
    assert Lab.replay(lab.script).seat.engine.resolve("golang") == golang
