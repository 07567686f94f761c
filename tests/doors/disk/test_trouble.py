"""A disk that is full, read-only, broken or slow: a clear answer, and a store that is as it was."""

from __future__ import annotations

import errno
import os
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from labsim.blob import Blob
from labsim.doors.disk import DiskShelf, check, repair
from labsim.doors.disk.files import Files
from labsim.errors import LabError
from labsim.registry import Registry
from labsim.registry.restore import restored
from labsim.wire import Response
from tests.doors.disk.doorway import through_a_door
from tests.doors.disk.powercut import FailingFiles, QuickFiles
from tests.registry.asking import CONFIG, LOWER, Client, codes, manifest

pytestmark = pytest.mark.slow  # every operation of a disk fails once

DOCUMENT = manifest(LOWER)


def client_on(shelf: DiskShelf) -> Client:
    return Client(Registry("localhost:5000", store=restored(shelf)))


def push(client: Client) -> list[Response]:
    """Until something is refused; what was answered, in order."""
    answers = []
    for blob in (CONFIG, LOWER):
        answers.append(opened := client.ask("POST", "/v2/team/app/blobs/uploads/"))
        if not opened.ok:
            return answers
        target = f"{client.go_on(opened)}&digest={blob.digest}"
        answers.append(done := through_a_door(client, "PUT", target, bytes(blob)))
        if not done.ok:
            return answers
    document = "/v2/team/app/manifests/v1"
    answers.append(through_a_door(client, "PUT", document, bytes(DOCUMENT)))
    return answers


@pytest.mark.parametrize(
    ("reason", "status"),
    [(errno.ENOSPC, 507), (errno.EROFS, 503), (errno.EIO, 500)],
)
def test_a_disk_that_fails_at_any_moment_leaves_the_store_as_it_was(tmp_path, reason, status):
    for after in count():
        folder = tmp_path / str(after)
        shelf = DiskShelf(folder, files=(files := FailingFiles(folder)))
        client = client_on(shelf)
        files.fail(after, reason, once=True)
        *_, last = push(client)
        if not files.failed:
            break
        assert last.ok or (last.status, codes(last)[0] in ("UNAVAILABLE", "UNKNOWN")) == (
            status,
            True,
        )
        assert [answer.status for answer in push(client)] == [202, 201, 202, 201, 201]
        size = client.registry.store.size
        shelf.close()
        assert check(folder).findings == ()
        shelf = DiskShelf(folder, files=QuickFiles(folder))
        client = client_on(shelf)
        assert client.get("/v2/team/app/manifests/v1").body == DOCUMENT
        assert client.registry.store.size == size
        shelf.close()
    shelf.close()
    assert after > 20


def test_a_refused_push_shows_nothing_and_leaves_no_bytes_behind(tmp_path):
    shelf = DiskShelf(tmp_path, files=(files := FailingFiles(tmp_path)))
    client = client_on(shelf)
    files.fail(5)
    assert push(client)[-1].status == 507
    files.mend()
    assert client.get("/v2/team/app/tags/list").status == 404
    assert client.get("/v2/team/app/manifests/v1").status == 404
    shelf.close()
    assert list((tmp_path / "labsim" / "new").iterdir()) == []


def test_a_body_that_breaks_off_on_a_disk_that_fails_harms_nothing(tmp_path):
    shelf = DiskShelf(tmp_path, files=(files := FailingFiles(tmp_path)))
    client = client_on(shelf)
    target = client.open_upload("team/app")
    assert through_a_door(client, "PATCH", target, bytes(LOWER)[:400]).status == 202
    draft = client.registry.receive(client.request("PATCH", target))
    draft.write(b"nobody wants this")
    files.fail(0, errno.EIO)
    draft.discard()
    assert files.failed
    files.mend()
    last = f"{target}&digest={LOWER.digest}"
    assert through_a_door(client, "PUT", last, bytes(LOWER)[400:]).status == 201
    shelf.close()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_takes_no_changes_is_one_sentence(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(LabError, match="cannot be used: Permission denied"):
            DiskShelf(tmp_path / "store")
    finally:
        tmp_path.chmod(0o700)


def test_a_file_where_the_store_should_be_is_one_sentence(tmp_path):
    (tmp_path / "store").write_text("a file")
    with pytest.raises(LabError, match="cannot be used"):
        DiskShelf(tmp_path / "store")


class SlowFiles(Files):
    """A disk that takes its time to make anything last."""

    def sync(self, path: str) -> None:
        time.sleep(0.02)
        super().sync(path)


def test_a_slow_disk_is_waited_for(tmp_path):
    shelf = DiskShelf(tmp_path, files=SlowFiles(tmp_path))
    client = client_on(shelf)
    assert [answer.status for answer in push(client)] == [202, 201, 202, 201, 201]
    shelf.close()
    assert check(tmp_path).findings == ()


# --- fsck -----------------------------------------------------------------------------------------


def pushed(folder: Path) -> Path:
    """A store with one image; returns where its layer is."""
    shelf = DiskShelf(folder)
    push(client_on(shelf))
    shelf.close()
    return folder / "blobs" / "sha256" / LOWER.digest.hex


def test_fsck_finds_any_byte_that_does_not_match_its_name(tmp_path):
    layer = pushed(tmp_path)
    checked = check(tmp_path)
    assert (checked.contents, checked.findings) == (3, ())
    whole = layer.read_bytes()
    for at in (0, len(whole) // 2, len(whole) - 1):
        wrong = bytearray(whole)
        wrong[at] ^= 1
        layer.write_bytes(wrong)
        (finding,) = check(tmp_path).findings
        assert finding.damaged
        assert finding.path == f"blobs/sha256/{LOWER.digest.hex}"
        assert str(Blob(bytes(wrong)).digest) in finding.sentence


def test_a_repair_moves_damage_aside_so_that_it_can_be_sent_again(tmp_path):
    layer = pushed(tmp_path)
    layer.write_bytes(b"B" * LOWER.size)
    moved = repair(tmp_path, check(tmp_path).findings)
    assert len(moved) == 1
    assert not layer.exists()
    assert len(list((tmp_path / "labsim" / "damaged").iterdir())) == 1
    shelf = DiskShelf(tmp_path)
    client = client_on(shelf)
    assert client.get("/v2/team/app/manifests/v1").status == 404
    assert push(client)[-1].status == 201
    assert client.get("/v2/team/app/manifests/v1").body == DOCUMENT
    shelf.close()
    assert check(tmp_path).findings == ()


def test_fsck_changes_nothing(tmp_path):
    pushed(tmp_path)
    (tmp_path / "labsim" / "new" / "7").write_bytes(b"unfinished")
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    check(tmp_path)
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


def test_what_is_no_store_or_is_open_is_one_sentence(tmp_path):
    with pytest.raises(LabError, match="is no store of labsim"):
        check(tmp_path / "nowhere")
    shelf = DiskShelf(tmp_path / "store")
    with pytest.raises(LabError, match="open in another process"):
        check(tmp_path / "store")
    shelf.close()
