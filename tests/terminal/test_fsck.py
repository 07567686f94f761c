"""``labsim fsck DIR`` as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsim.doors.disk import DiskShelf
from labsim.registry import Registry
from labsim.registry.restore import restored
from tests.registry.asking import LOWER, Client

LAYER = f"blobs/sha256/{LOWER.digest.hex}"


@pytest.fixture
def store(tmp_path) -> Path:
    """A folder with one image."""
    shelf = DiskShelf(tmp_path / "store")
    Client(Registry("localhost:5000", store=restored(shelf))).push("team/app", "v1", LOWER)
    shelf.close()
    return tmp_path / "store"


def test_a_whole_store_is_said_to_be_whole(labsim, store):
    ran = labsim("fsck", str(store))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "3 contents with 1.4 kB read: all is well\n"


def test_one_wrong_bit_is_found_named_and_moved_aside(labsim, store):
    data = bytearray((store / LAYER).read_bytes())
    data[500] ^= 1
    (store / LAYER).write_bytes(data)
    ran = labsim("fsck", str(store))
    assert ran.returncode == 1
    first, last = ran.stdout.splitlines()
    assert first.startswith(f"{LAYER} has 1000 bytes that hash to sha256:")
    assert last.endswith("read: 1 thing is wrong")
    repaired = labsim("fsck", "--repair", str(store))
    assert repaired.returncode == 1
    aside = f"labsim/damaged/{LAYER.replace('/', '-')}"
    assert f"{LAYER} is now {aside}" in repaired.stdout
    assert (store / aside).read_bytes() == bytes(data)


def test_what_is_missing_is_named(labsim, store):
    (store / LAYER).unlink()
    ran = labsim("fsck", str(store))
    assert ran.returncode == 1
    assert ran.stdout.startswith(f"team/app: the content of {LOWER.digest} is missing\n")


def test_what_cannot_be_looked_at_is_one_sentence_and_another_exit_code(labsim, store, tmp_path):
    ran = labsim("fsck", str(tmp_path / "nowhere"))
    assert ran.returncode == 2
    assert ran.stderr.startswith("labsim fsck: ")
    assert "is no store of labsim" in ran.stderr
    shelf = DiskShelf(store)
    ran = labsim("fsck", str(store))
    shelf.close()
    assert ran.returncode == 2
    assert "open in another process" in ran.stderr
    assert labsim("fsck").returncode == 2


def test_the_help_names_it(labsim):
    assert "labsim fsck DIR" in labsim("help").stdout
