"""What every shelf promises: in memory, in a folder, and in a folder that is opened again."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labsim.blob import Blob
from labsim.doors.disk import DiskShelf
from labsim.registry import Registry, Store
from labsim.registry.answers import Refusal
from labsim.registry.memory import MemoryShelf
from labsim.registry.restore import restored
from labsim.registry.shelf import Opened, Shelf
from tests.doors.disk.doorway import through_a_door
from tests.registry.asking import CONFIG, LOWER, NOWHERE, UPPER, Client, codes, manifest

OPENED = Opened("an-id", "team/app", "_state=x", "sha256", 7)


@pytest.fixture(params=["memory", "disk"])
def shelf(request, tmp_path) -> Iterator[Shelf]:
    if request.param == "memory":
        yield MemoryShelf()
    else:
        folder = DiskShelf(tmp_path / "store")
        yield folder
        folder.close()


@pytest.fixture
def again(tmp_path) -> Iterator[Callable[[], Client]]:
    """A registry on a folder; each call is a new process that finds what the last one left."""
    shelves: list[DiskShelf] = []

    def open_again() -> Client:
        for shelf in shelves:
            shelf.close()
        shelves.append(DiskShelf(tmp_path / "store"))
        registry = Registry("localhost:5000", store=restored(shelves[-1]))
        return Client(registry, host="localhost:5000")

    yield open_again
    for shelf in shelves:
        shelf.close()


# --- writers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_what_arrives_in_drafts_is_named_by_all_of_it(shelf, algorithm):
    writer = shelf.writer(OPENED)
    for part in (b"hello ", b"world"):
        draft = writer.draft(algorithm)
        draft.write(part[:2])
        draft.write(part[2:])
        writer.take(draft.seal())
    last = writer.draft(algorithm)
    last.write(b"!")
    blob = writer.whole(last.seal(), algorithm)
    assert blob.digest == f"{algorithm}:{hashlib.new(algorithm, b'hello world!').hexdigest()}"
    kept = shelf.keep(blob)
    writer.close()
    assert (bytes(kept), kept.digest, bytes(kept.slice(4, 7))) == (
        b"hello world!",
        blob.digest,
        b"o w",
    )


def test_what_is_handed_over_whole_is_the_same(shelf):
    writer = shelf.writer(OPENED)
    writer.take(Blob(b"hello "))
    assert bytes(shelf.keep(writer.whole(Blob(b"world"), "sha256"))) == b"hello world"


def test_a_body_that_breaks_off_has_not_happened(shelf):
    writer = shelf.writer(OPENED)
    writer.take(Blob(b"kept "))
    broken = writer.draft("sha256")
    broken.write(b"lost")
    assert (writer.size, writer.busy) == (5, True)
    broken.discard()
    assert (writer.size, writer.busy) == (5, False)
    assert bytes(writer.whole(Blob(b"too"), "sha256")) == b"kept too"


def test_a_whole_that_is_not_kept_takes_nothing(shelf):
    writer = shelf.writer(OPENED)
    draft = writer.draft("sha256")
    draft.write(b"first try, much longer")
    writer.whole(draft.seal(), "sha256")
    assert writer.size == 0
    second = writer.draft("sha256")
    second.write(b"second")
    blob = writer.whole(second.seal(), "sha256")
    assert (blob.digest, bytes(shelf.keep(blob))) == (Blob(b"second").digest, b"second")


def test_another_algorithm_is_hashed_from_the_beginning(shelf):
    writer = shelf.writer(OPENED)
    draft = writer.draft("sha256")
    draft.write(b"abc")
    writer.take(draft.seal())
    blob = writer.whole(Blob(b""), "sha512")
    assert blob.digest == Blob(b"abc").named("sha512").digest


def test_an_empty_upload_can_be_kept(shelf):
    writer = shelf.writer(OPENED)
    kept = shelf.keep(writer.whole(Blob(b""), "sha256"))
    writer.close()
    assert (kept.size, bytes(kept)) == (0, b"")


# --- a registry on a shelf ------------------------------------------------------------------------


def test_a_registry_is_the_same_after_each_start(again):
    client = again()
    document = client.push("team/app", "v1", LOWER, UPPER)
    client.put("team/app/manifests/V1", document)
    client.push("other/web", "latest", UPPER, kind="oci")
    client.registry.repository("other/web").visibility = "private"
    asked = [
        "/v2/team/app/tags/list",
        f"/v2/team/app/blobs/{LOWER.digest}",
        "/v2/team/app/manifests/v1",
        "/v2/team/app/manifests/V1",
        f"/v2/team/app/manifests/{document.digest}",
        "/v2/other/web/manifests/latest",
        f"/v2/other/web/blobs/{LOWER.digest}",
    ]
    before = [(a.status, a.headers, bytes(a.body)) for a in map(client.get, asked)]
    size = client.registry.store.size
    client = again()
    assert [(a.status, a.headers, bytes(a.body)) for a in map(client.get, asked)] == before
    assert client.registry.store.size == size
    assert client.registry.store.repositories["other/web"].visibility == "private"


def test_what_was_deleted_stays_deleted(again):
    client = again()
    document = client.push("team/app", "v1", LOWER)
    client.put("team/app/manifests/v2", document)
    assert client.ask("DELETE", "/v2/team/app/manifests/v2").status == 202
    assert client.ask("DELETE", f"/v2/team/app/blobs/{LOWER.digest}").status == 202
    client = again()
    assert client.get(f"/v2/team/app/blobs/{LOWER.digest}").status == 404
    assert client.get("/v2/team/app/manifests/v2").status == 404
    assert client.get("/v2/team/app/manifests/v1").body == document  # as before the restart
    assert client.registry.store.shelf.repaired == []


def test_an_upload_goes_on_after_a_start(again):
    client = again()
    target = client.open_upload("team/app")
    assert through_a_door(client, "PATCH", target, b"hello ").status == 202
    client = again()
    assert client.get(target).headers["Range"] == "0-5"
    whole = Blob(b"hello world")
    done = through_a_door(client, "PUT", f"{target}&digest={whole.digest}", b"wor", b"ld")
    assert done.status == 201
    assert bytes(client.get(f"/v2/team/app/blobs/{whole.digest}").body) == b"hello world"
    assert len(again().registry.uploads) == 0


def test_a_mismatch_through_a_door_leaves_the_session_as_it_was(again):
    client = again()
    target = client.open_upload("team/app")
    wrong = through_a_door(client, "PUT", f"{target}&digest={NOWHERE}", b"something long")
    assert codes(wrong) == ["DIGEST_INVALID"]
    assert client.get(target).headers["Range"] == "0-0"
    assert (
        through_a_door(client, "PUT", f"{target}&digest={UPPER.digest}", bytes(UPPER)).status == 201
    )


def test_two_bodies_at_once_for_one_session_are_refused(again):
    client = again()
    target = client.open_upload("team/app")
    first = client.registry.receive(client.request("PATCH", target))
    assert codes(through_a_door(client, "PATCH", target, b"x")) == ["RANGE_INVALID"]
    first.discard()
    assert through_a_door(client, "PATCH", target, b"x").status == 202


def test_a_post_with_the_whole_blob_through_a_door(again):
    client = again()
    target = f"/v2/team/app/blobs/uploads/?digest={UPPER.digest}"
    assert through_a_door(client, "POST", target, bytes(UPPER)).status == 201
    assert bytes(again().get(f"/v2/team/app/blobs/{UPPER.digest}").body) == bytes(UPPER)


def test_content_is_kept_once_and_read_by_other_tools(again, tmp_path):
    client = again()
    client.push("team/app", "v1", LOWER)
    client.push("team/web", "v1", LOWER)
    blobs = tmp_path / "store" / "blobs" / "sha256"
    named = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in blobs.iterdir()}
    assert named == {name: name for name in named}
    assert len(named) == 3
    assert (tmp_path / "store" / "oci-layout").read_text() == '{"imageLayoutVersion":"1.0.0"}\n'


def test_tags_that_differ_by_case_or_are_devices_have_files_of_their_own(again, tmp_path):
    client = again()
    client.upload("a/aux", CONFIG, LOWER)
    tags = ["v1", "V1", "con", "x.", "T" * 128, "t" * 128]
    for tag in tags:
        assert client.put(f"a/aux/manifests/{tag}", manifest(LOWER)).status == 201
    folder = tmp_path / "store" / "labsim" / "repositories" / "a" / "aux~" / "_tag"
    assert len({path.name.lower() for path in folder.iterdir()}) == len(tags)
    assert set(again().registry.store.repositories["a/aux"].tags) == set(tags)


# --- who may have it, and what is damaged ---------------------------------------------------------


def test_a_second_process_is_refused_with_a_sentence(again, tmp_path):
    again()
    code = f"from labsim.doors.disk import DiskShelf; DiskShelf({str(tmp_path / 'store')!r})"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert ran.returncode == 1
    assert "is open in another process" in ran.stderr.splitlines()[-1]


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_a_manifest_without_its_layer_is_not_shown_until_the_layer_is_back(again, tmp_path, damage):
    document = again().push("team/app", "v1", LOWER)
    path = tmp_path / "store" / "blobs" / "sha256" / LOWER.digest.hex
    whole = path.read_bytes()
    path.unlink() if damage == "missing" else path.write_bytes(whole[:-1])
    client = again()
    assert client.get("/v2/team/app/manifests/v1").status == 404
    assert any(LOWER.digest in sentence for sentence in client.registry.store.shelf.repaired)
    path.write_bytes(whole)
    assert again().get("/v2/team/app/manifests/v1").body == document


def test_strange_files_are_said_and_left_alone(again, tmp_path):
    again().push("team/app", "v1", LOWER)
    strange = [
        tmp_path / "store" / "blobs" / "sha256" / "README",
        tmp_path / "store" / "labsim" / "repositories" / "team" / "app" / "_tag" / "v2",
    ]
    for path in strange:
        path.write_text("[]")
    client = again()
    assert client.get("/v2/team/app/manifests/v1").status == 200
    assert len(client.registry.store.shelf.repaired) == len(strange)
    assert all(path.exists() for path in strange)


def test_memory_has_a_limit_and_gets_its_room_back():
    shelf = MemoryShelf(10)
    writer = shelf.writer(OPENED)
    draft = writer.draft("sha256")
    draft.write(b"12345678")
    with pytest.raises(Refusal) as full:
        draft.write(b"abc")
    assert full.value.answer.status == 507
    draft.discard()
    assert shelf.used == 0
    second = writer.draft("sha256")
    second.write(b"12345")
    kept = shelf.keep(writer.whole(body := second.seal(), "sha256"))
    writer.close()
    shelf.release(body)
    assert shelf.used == 5
    shelf.drop(kept.digest)
    assert shelf.used == 0


def test_an_empty_store_restores_to_an_empty_store(tmp_path: Path):
    assert not restored(MemoryShelf()).repositories
    assert isinstance(Store().shelf, MemoryShelf)
