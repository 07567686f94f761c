"""A store holds private repositories: nobody but who runs the server may look into its folder."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labsim.doors.disk import DiskShelf, check
from labsim.registry import Registry
from labsim.registry.restore import restored
from tests.doors.disk.doorway import through_a_door
from tests.registry.asking import LOWER, Client

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no modes: rights come from the folder above"
)


@pytest.fixture(params=[0o022, 0o000])
def generous(request) -> Iterator[None]:
    """A umask that takes nothing from others, or little."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """What others may do, by path; nothing is left out."""
    every = [folder, *folder.rglob("*")]
    return {str(path.relative_to(folder)): oct(stat.S_IMODE(path.stat().st_mode)) for path in every}


def used(folder: Path) -> list[str]:
    """A store with everything that there can be in one; what it said when it was opened."""
    shelf = DiskShelf(folder)
    client = Client(Registry("localhost:5000", store=restored(shelf)))
    client.push("team/app", "v1", LOWER)
    through_a_door(client, "PATCH", client.open_upload("team/app"), b"half of it")
    shelf.close()
    return shelf.repaired


def test_all_that_a_store_makes_is_its_users_alone(tmp_path, generous):
    assert used(tmp_path / "store") == []
    found = modes(tmp_path / "store")
    assert {"labsim/lock", "labsim/closed", "index.json", "labsim/uploads"} <= set(found)
    files = {path: mode for path, mode in found.items() if (tmp_path / "store" / path).is_file()}
    assert set(files.values()) == {"0o600"}, files
    assert {mode for path, mode in found.items() if path not in files} == {"0o700"}


def test_a_folder_that_was_there_keeps_its_rights_and_what_is_in_it_is_closed(tmp_path, generous):
    folder = tmp_path / "store"
    folder.mkdir(0o755)
    folder.chmod(0o755)
    assert used(folder) == []
    found = modes(folder)
    assert found.pop(".") == "0o755"
    assert set(found.values()) == {"0o600", "0o700"}


def test_a_store_that_others_may_read_is_said_and_left_alone(tmp_path):
    folder = tmp_path / "store"
    used(folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    before = modes(folder)
    (sentence,) = used(folder)
    assert sentence == (
        f"other users of this machine may read {folder}, private repositories too: "
        f"chmod -R go= {folder}"
    )
    assert modes(folder)["blobs"] == before["blobs"] == "0o755"
    folder.chmod(0o700)  # then nobody gets as far as what is in it
    assert used(folder) == []
    assert check(folder).findings == ()
