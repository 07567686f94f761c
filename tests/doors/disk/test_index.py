"""``index.json`` cannot be written: other tools wait a while, and nobody else notices."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from labsim.doors.disk import DiskShelf, check, places
from labsim.registry import Registry
from labsim.registry.restore import restored
from tests.doors.disk.powercut import QuickFiles
from tests.registry.asking import LOWER, Client, manifest

DOCUMENT = manifest(LOWER)
TOLD = "index.json, which only other tools read, cannot be written now, and is tried again: "


class Stuck(QuickFiles):
    """A disk on which one step of writing ``index.json`` fails, while it is told to."""

    def __init__(self, root: Path, step: str) -> None:
        super().__init__(root)
        self.step, self.is_stuck = step, False
        self._is_index = False

    def _fail(self, step: str, *, here: bool = True) -> None:
        if self.is_stuck and here and step == self.step:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def append(self, path: str, data: bytes) -> None:
        self._is_index = data.startswith(b'{\n  "schemaVersion"')
        self._fail("append", here=self._is_index)
        super().append(path, data)

    def sync(self, path: str) -> None:
        self._fail("sync", here=self._is_index)
        super().sync(path)

    def rename(self, old: str, new: str) -> None:
        self._fail("rename", here=new == places.INDEX)
        super().rename(old, new)

    def sync_folder(self, path: str) -> None:
        self._fail("sync_folder", here=path == ".")
        super().sync_folder(path)

    def remove(self, path: str) -> None:
        assert path != places.INDEX
        super().remove(path)


class Shop:
    """A registry with one tag, and what whoever runs it was told."""

    def __init__(self, folder: Path, step: str) -> None:
        self.told: list[str] = []
        self.folder, self.files = folder, Stuck(folder, step)
        self.shelf = DiskShelf(folder, files=self.files, tell=self.told.append)
        self.client = Client(Registry("localhost:5000", store=restored(self.shelf)))
        self.client.push("team/app", "v1", LOWER)
        self.tend()

    def tend(self) -> None:
        """As a door does, when the while is over."""
        self.shelf._tidied_s = -1e9
        self.shelf.tend()

    def tags(self) -> list[str]:
        index = json.loads((self.folder / "index.json").read_bytes())
        name = "org.opencontainers.image.ref.name"
        names = [row["annotations"][name] for row in index["manifests"]]
        return sorted(name.partition(":")[2] for name in names)

    def tag(self, name: str) -> None:
        assert self.client.put(f"team/app/manifests/{name}", DOCUMENT).status == 201


@pytest.fixture(params=["append", "sync", "rename", "sync_folder"])
def shop(request, tmp_path) -> Iterator[Shop]:
    one = Shop(tmp_path / "store", request.param)
    yield one
    one.shelf.close()


def test_it_stays_as_it_was_or_is_new_and_is_tried_again(shop):
    shop.files.is_stuck = True
    shop.tag("v2")
    shop.tend()
    assert shop.tags() in (["v1"], ["v1", "v2"])
    assert shop.shelf.behind
    shop.files.is_stuck = False
    shop.tend()
    assert shop.tags() == ["v1", "v2"]
    assert not shop.shelf.behind


def test_it_is_said_once_until_it_works_again(shop):
    for number in range(2):
        shop.files.is_stuck = True
        shop.tag(f"v{number}")
        for _ in range(3):
            shop.tend()
        assert shop.told == [TOLD + os.strerror(errno.EIO)] * (number + 1)
        shop.files.is_stuck = False
        shop.tend()
        assert not shop.shelf.behind


def test_the_store_takes_changes_as_ever_and_is_closed_in_order(shop):
    shop.files.is_stuck = True
    for name in ("v2", "v3"):
        shop.tag(name)
        shop.tend()
    assert shop.client.ask("DELETE", "/v2/team/app/manifests/v1").status == 202
    assert shop.shelf._lasting.in_order
    shop.files.is_stuck = False
    shop.shelf.close()
    assert (shop.folder / places.CLOSED).exists()
    assert shop.tags() == ["v2", "v3"]
    assert check(shop.folder).findings == ()


def test_a_store_is_closed_in_order_and_opened_without_it(tmp_path):
    folder = tmp_path / "store"
    shop = Shop(folder, "rename")
    shop.files.is_stuck = True
    shop.tag("v2")
    shop.shelf.close()
    assert (folder / places.CLOSED).exists()
    told: list[str] = []
    files = Stuck(folder, "rename")
    files.is_stuck = True
    again = DiskShelf(folder, files=files, tell=told.append)
    assert told == [TOLD + os.strerror(errno.EIO)]
    client = Client(Registry("localhost:5000", store=restored(again)))
    assert client.get("/v2/team/app/manifests/v2").status == 200
    assert client.put("team/app/manifests/v3", DOCUMENT).status == 201
    again.close()


def test_nothing_is_left_lying_around_by_tries_that_failed(shop):
    shop.files.is_stuck = True
    shop.tag("v2")
    for _ in range(3):
        shop.tend()
    assert list((shop.folder / places.NEW).iterdir()) == []
