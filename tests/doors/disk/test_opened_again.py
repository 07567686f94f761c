"""What is left behind and found again: by a later request, another process, after a power cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsim.blob import Blob
from labsim.doors.disk import DiskShelf, check
from labsim.doors.disk.opening import Opening
from labsim.errors import LabError
from labsim.registry import OPERATOR, Registry
from labsim.registry.memory import MemoryShelf
from labsim.registry.restore import restored
from labsim.registry.store import Store
from tests.doors.disk.doorway import through_a_door
from tests.doors.disk.powercut import Disk, QuickFiles, RecordingFiles
from tests.doors.disk.test_power_cut import Promise, Story, broken_promises
from tests.registry.asking import CONFIG, LOWER, NOWHERE, UPPER, Client, codes, manifest


def opened(folder: Path) -> tuple[DiskShelf, Client]:
    shelf = DiskShelf(folder, files=QuickFiles(folder))
    return shelf, Client(Registry("localhost:5000", store=restored(shelf)))


# --- a body that is an upload by itself -----------------------------------------------------------


@pytest.mark.parametrize("digest", [UPPER.digest, NOWHERE])
def test_a_post_with_its_body_leaves_no_file_behind(tmp_path, digest):
    shelf, client = opened(tmp_path)
    for _ in range(3):
        through_a_door(client, "POST", f"/v2/a/b/blobs/uploads/?digest={digest}", bytes(UPPER))
    broken = client.registry.receive(
        client.request("POST", f"/v2/a/b/blobs/uploads/?digest={digest}")
    )
    broken.write(b"the client leaves")
    broken.discard()
    assert list((tmp_path / "labsim" / "new").iterdir()) == []
    shelf.close()


@pytest.mark.parametrize("digest", [UPPER.digest, NOWHERE])
def test_a_post_with_its_body_takes_its_room_once(digest):
    shelf = MemoryShelf(UPPER.size)
    client = Client(Registry("localhost:5000", store=Store(shelf)))
    target = f"/v2/a/b/blobs/uploads/?digest={digest}"
    first = through_a_door(client, "POST", target, bytes(UPPER))
    assert first.status == (400 if digest == NOWHERE else 201)
    assert shelf.used == (0 if digest == NOWHERE else UPPER.size)


def test_a_blob_as_large_as_the_memory_fits(tmp_path):
    shelf = MemoryShelf(LOWER.size)
    client = Client(Registry("localhost:5000", store=Store(shelf)))
    target = client.open_upload("a/b")
    for _ in range(3):
        wrong = through_a_door(client, "PUT", f"{target}&digest={NOWHERE}", bytes(LOWER))
        assert codes(wrong) == ["DIGEST_INVALID"]
    assert through_a_door(client, "PATCH", target, bytes(LOWER)[:400]).status == 202
    last = f"{target}&digest={LOWER.digest}"
    assert through_a_door(client, "PUT", last, bytes(LOWER)[400:]).status == 201
    assert shelf.used == LOWER.size


def test_an_upload_that_waits_holds_no_file_open(tmp_path):
    shelf, client = opened(tmp_path)
    for _ in range(5):
        through_a_door(client, "PATCH", client.open_upload("a/b"), b"some bytes")
    assert shelf._files._open == {}
    shelf.close()


# --- a restart ------------------------------------------------------------------------------------


def test_a_refused_body_does_not_come_back_with_a_restart(tmp_path):
    shelf, client = opened(tmp_path)
    target = client.open_upload("a/b")
    through_a_door(client, "PATCH", target, b"hello ")
    wrong = through_a_door(client, "PUT", f"{target}&digest={NOWHERE}", b"wrong")
    assert codes(wrong) == ["DIGEST_INVALID"]
    shelf.close()
    shelf, client = opened(tmp_path)
    assert client.get(target).headers["Range"] == "0-5"
    shelf.close()


def test_a_new_session_is_none_from_before_the_restart_though_the_seed_is_the_same(tmp_path):
    shelf, client = opened(tmp_path)
    first = client.open_upload("a/b")
    shelf.close()
    shelf, client = opened(tmp_path)
    assert client.open_upload("a/b") != first
    assert len(client.registry.uploads) == 2
    shelf.close()


@pytest.mark.parametrize("what", ["layer", "manifest"])
def test_what_was_damaged_is_replaced_by_the_next_push(tmp_path, what):
    shelf, client = opened(tmp_path)
    document = client.push("team/app", "v1", LOWER)
    shelf.close()
    digest = LOWER.digest if what == "layer" else document.digest
    path = tmp_path / "blobs" / "sha256" / digest.hex
    path.write_bytes(path.read_bytes()[:-1])
    shelf, client = opened(tmp_path)
    assert client.get("/v2/team/app/manifests/v1").status == 404
    client.push("team/app", "v1", LOWER)
    assert client.get("/v2/team/app/manifests/v1").body == document
    shelf.close()
    assert check(tmp_path).findings == ()


def test_a_manifest_with_a_wrong_byte_is_found_when_the_store_is_opened(tmp_path):
    shelf, client = opened(tmp_path)
    document = client.push("team/app", "v1", LOWER)
    shelf.close()
    path = tmp_path / "blobs" / "sha256" / document.digest.hex
    path.write_bytes(path.read_bytes().replace(b"schemaVersion", b"schemaversion"))
    shelf, client = opened(tmp_path)
    assert client.get("/v2/team/app/manifests/v1").status == 404
    assert f"{document.digest} has the bytes of" in shelf.repaired[0]
    shelf.close()


def test_what_nobody_refers_to_is_collected_after_a_restart_too(tmp_path):
    shelf, client = opened(tmp_path)
    document = client.push("team/app", "v1", LOWER)
    for path in (f"manifests/{document.digest}", f"blobs/{LOWER.digest}", f"blobs/{CONFIG.digest}"):
        assert client.ask("DELETE", f"/v2/team/app/{path}").status == 202
    size = client.registry.store.size
    shelf.close()
    shelf, client = opened(tmp_path)
    assert client.registry.store.size == size > 0
    assert client.get(f"/v2/team/app/blobs/{LOWER.digest}").status == 404
    client.upload("team/app", CONFIG)  # spoken of again: it stays
    operator = Client(client.registry, peer=OPERATOR)
    assert operator.ask("POST", "/_lab/collect").status == 200
    assert client.registry.store.size == CONFIG.size
    left = [path.name for path in (tmp_path / "blobs" / "sha256").iterdir()]
    assert left == [CONFIG.digest.hex]
    shelf.close()


def test_a_damaged_image_is_not_collected_for_being_hidden(tmp_path):
    shelf, client = opened(tmp_path)
    document = client.push("team/app", "v1", LOWER)
    shelf.close()
    layer = tmp_path / "blobs" / "sha256" / LOWER.digest.hex
    layer.rename(tmp_path / "elsewhere")
    shelf, client = opened(tmp_path)
    Client(client.registry, peer=OPERATOR).ask("POST", "/_lab/collect")
    shelf.close()
    (tmp_path / "elsewhere").rename(layer)
    shelf, client = opened(tmp_path)
    assert client.get("/v2/team/app/manifests/v1").body == document
    shelf.close()


def test_a_folder_with_somebody_elses_images_is_left_alone(tmp_path):
    (tmp_path / "index.json").write_text("theirs")
    with pytest.raises(LabError, match="holds images that labsim did not put there"):
        DiskShelf(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.json"]


# --- killed, opened again, and then the power fails -----------------------------------------------


def push_again(client: Client) -> dict[str, tuple[int, bytes]]:
    """As a client does that was cut off: what the registry has is not sent again."""
    for blob in (CONFIG, UPPER):
        if client.ask("HEAD", f"/v2/team/app/blobs/{blob.digest}").status != 200:
            client.upload("team/app", blob)
    document = manifest(UPPER)
    at = f"/v2/team/app/manifests/{document.digest}"
    if client.ask("HEAD", at).status != 200:
        assert client.put("team/app/manifests/v1", document).status == 201
    answers = {f"/v2/team/app/blobs/{one.digest}": bytes(one) for one in (CONFIG, UPPER)}
    answers[at] = bytes(document)
    return {path: (200, body) for path, body in answers.items()}


def lost_after_kill(folder: Path) -> list[str]:
    """What is lost that was acknowledged by a second process, which found what a first left."""
    first = Story(folder / "first")
    first.client.upload("team/app", CONFIG, UPPER)
    first.client.put("team/app/manifests/v1", manifest(UPPER))
    lost: list[str] = []
    for cut in range(len(first.files.done) + 1):
        killed = folder / f"killed-{cut}"
        killed.mkdir()
        Disk(first.files.done[:cut]).after_power_cut(
            killed, lambda: 1.0
        )  # no power cut: all is there
        files = RecordingFiles(killed)
        files.done = first.files.done[:cut]
        shelf = DiskShelf(killed, files=files)
        answers = push_again(Client(Registry("localhost:5000", store=restored(shelf))))
        told = Told(files, answers)
        lost += broken_promises(told, len(files.done), folder / f"cut-{cut}", lambda: 0.0)
        shelf.close()
    first.shelf.close()
    return lost


class Told(Story):
    """One promise, made when all that was done was done."""

    def __init__(self, files: RecordingFiles, answers: dict[str, tuple[int, bytes]]) -> None:
        self.files = files
        self.promises = [Promise(len(files.done), answers)]


def test_what_a_killed_process_left_lasts_before_it_is_built_upon(tmp_path):
    assert lost_after_kill(tmp_path) == []


def test_the_test_sees_that_it_is_not_made_to_last(tmp_path, monkeypatch):
    monkeypatch.setattr(Opening, "settle", lambda opening: None)
    assert lost_after_kill(tmp_path)


# --- any power cut --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Story:
    told = Story(tmp_path_factory.mktemp("story") / "store")
    told.tell()
    return told


@settings(deadline=None)
@given(
    at=st.floats(0, 1),
    fates=st.lists(st.sampled_from([0.0, 0.3, 0.7, 1.0]), min_size=1, max_size=40),
)
def test_whatever_a_power_cut_takes_nothing_that_was_acknowledged_is_lost(
    story, tmp_path_factory, at, fates
):
    cut = round(at * len(story.files.done))
    folder = tmp_path_factory.mktemp("cut") / "store"
    calls = iter(range(1_000_000))
    found = broken_promises(story, cut, folder, lambda: fates[next(calls) % len(fates)])
    assert list(found) == []


def test_the_story_holds_everything_that_a_store_does(story):
    assert {one.verb for one in story.files.done} == {
        "make_folder", "append", "sync", "truncate", "rename", "remove", "remove_folder",
        "sync_folder",
    }  # fmt: skip
    assert any(one.path.startswith("blobs/") and one.verb == "remove" for one in story.files.done)
    assert any("blobs/sha512" in one.path for one in story.files.done)
    assert Blob(b"").digest  # content of no bytes has a name too
