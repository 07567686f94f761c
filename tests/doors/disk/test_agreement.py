"""A change that fails at any point: what the registry says and what its folder holds stay the same.

Each change that a store makes is failed once, in the middle of moving a tag, deleting and
collecting.  Then the registry is asked what it has, and so is a second one that opens the folder.
"""

from __future__ import annotations

import errno
from itertools import count
from pathlib import Path

import pytest

from labsim.doors.disk import DiskShelf, check
from labsim.registry import OPERATOR, Registry, Store
from labsim.registry.restore import restored
from tests.doors.disk.doorway import through_a_door
from tests.doors.disk.powercut import FailingFiles, QuickFiles
from tests.registry.asking import CONFIG, LOWER, NOWHERE, UPPER, Client, codes, manifest

OLD, NEW = manifest(LOWER), manifest(LOWER, UPPER)


def has(store: Store) -> dict:
    """Everything that a registry serves."""
    return {
        name: (
            repository.visibility,
            dict(repository.tags),
            {digest: bytes(one.blob) for digest, one in repository.manifests.items()},
            {digest: bytes(blob) for digest, blob in repository.blobs.items()},
        )
        for name, repository in store.repositories.items()
    }


def registry_on(shelf: DiskShelf) -> Client:
    return Client(Registry("localhost:5000", store=restored(shelf)))


def first_push(client: Client) -> None:
    client.upload("team/app", CONFIG, LOWER)
    for tag in ("v1", "old"):
        assert client.put(f"team/app/manifests/{tag}", OLD).status == 201


def changes(client: Client) -> list[int]:
    """A push that moves a tag, a chunk, a cancel, two deletions and a collection; the statuses."""
    ask = client.ask
    asked = [ask("POST", "/v2/team/app/blobs/uploads/")]
    if asked[0].ok:
        target = client.go_on(asked[0])
        asked.append(through_a_door(client, "PATCH", target, bytes(UPPER)[:5]))
        asked.append(through_a_door(client, "PUT", f"{target}&digest={NOWHERE}", b"wrong"))
        rest = f"{target}&digest={UPPER.digest}"
        asked.append(through_a_door(client, "PUT", rest, bytes(UPPER)[5:]))
    asked.append(through_a_door(client, "PUT", "/v2/team/app/manifests/v1", bytes(NEW)))
    asked.append(ask("DELETE", "/v2/team/app/manifests/old"))
    asked.append(ask("DELETE", f"/v2/team/app/manifests/{OLD.digest}"))
    if (opened := ask("POST", "/v2/team/app/blobs/uploads/")).ok:
        asked.append(ask("DELETE", client.go_on(opened)))
    operator = Client(client.registry, peer=OPERATOR)
    asked.append(operator.ask("POST", "/_lab/collect?grace_s=0"))
    return [answer.status for answer in asked]


ONCE = [(errno.ENOSPC, 507), (errno.EIO, 500), (errno.EROFS, 503)]


@pytest.mark.parametrize(("reason", "status"), ONCE)
def test_what_fails_once_leaves_registry_and_folder_agreed(tmp_path: Path, reason, status):
    seen = 0
    for after in count():
        folder = tmp_path / str(after)
        shelf = DiskShelf(folder, files=(files := FailingFiles(folder)))
        client = registry_on(shelf)
        first_push(client)
        files.fail(after, reason, once=True)
        statuses = changes(client)
        if not files.failed:
            break
        seen += status in statuses
        assert {one for one in statuses if one >= 500} <= {status}
        told = has(client.registry.store)
        shelf.close()
        assert check(folder).findings == ()
        again = DiskShelf(folder, files=QuickFiles(folder))
        assert has(registry_on(again).registry.store) == told, f"after {after} changes"
        again.close()
    shelf.close()
    assert after > 40
    assert seen > 30


def test_a_disk_that_stays_broken_in_the_middle_of_a_change_has_to_be_started_again(tmp_path):
    closed = 0
    for after in count():
        folder = tmp_path / str(after)
        shelf = DiskShelf(folder, files=(files := FailingFiles(folder)))
        client = registry_on(shelf)
        first_push(client)
        files.fail(after, errno.EIO)
        changes(client)
        if not files.failed:
            break
        files.mend()
        refused = client.ask("POST", "/v2/team/app/blobs/uploads/")
        told = has(client.registry.store)
        shelf.close()
        again = DiskShelf(folder, files=QuickFiles(folder))
        found = registry_on(again)
        if refused.ok:
            assert has(found.registry.store) == told
        else:
            closed += 1
            assert (refused.status, codes(refused)) == (503, ["UNAVAILABLE"])
        if NEW.digest in told["team/app"][2]:  # the other was to be deleted, and may be gone
            assert found.get(f"/v2/team/app/manifests/{NEW.digest}").body == NEW
        again.close()
        assert not any(finding.damaged for finding in check(folder).findings)
    shelf.close()
    assert closed


def test_bytes_that_a_sync_has_failed_on_are_not_believed_by_the_next(tmp_path):
    shelf = DiskShelf(tmp_path, files=(files := FailingFiles(tmp_path)))
    client = registry_on(shelf)
    target = client.open_upload("team/app")
    assert through_a_door(client, "PATCH", target, bytes(LOWER)).status == 202
    files.fail(1, errno.EIO, once=True)  # what comes after an append
    last = f"{target}&digest={LOWER.digest}"
    assert through_a_door(client, "PUT", last).status == 500
    assert files.failed
    assert client.get(target).headers["Range"] == "0-0"
    assert codes(through_a_door(client, "PUT", last)) == ["DIGEST_INVALID"]
    assert through_a_door(client, "PUT", last, bytes(LOWER)).status == 201
    assert bytes(client.get(f"/v2/team/app/blobs/{LOWER.digest}").body) == bytes(LOWER)
    shelf.close()


def test_an_upload_whose_file_is_not_what_was_sent_becomes_no_content(tmp_path):
    shelf = DiskShelf(tmp_path)
    client = registry_on(shelf)
    target = client.open_upload("team/app")
    assert through_a_door(client, "PATCH", target, bytes(LOWER)).status == 202
    (data,) = tmp_path.glob("labsim/uploads/*/data")
    data.unlink()
    assert through_a_door(client, "PUT", f"{target}&digest={LOWER.digest}").status == 500
    assert client.get(f"/v2/team/app/blobs/{LOWER.digest}").status == 404
    shelf.close()
    assert check(tmp_path).findings == ()


def test_a_full_disk_can_still_be_opened_and_read_from(tmp_path):
    shelf = DiskShelf(tmp_path)
    client = registry_on(shelf)
    first_push(client)
    shelf.close()
    files = FailingFiles(tmp_path)
    files.append = _full  # type: ignore[method-assign]  # removing and syncing need no room
    shelf = DiskShelf(tmp_path, files=files)
    client = registry_on(shelf)
    assert client.get("/v2/team/app/manifests/v1").body == OLD
    assert client.ask("POST", "/v2/team/app/blobs/uploads/").status == 507
    shelf.close()


def _full(path: str, data: bytes) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
