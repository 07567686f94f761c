"""Content that a disk, or somebody, took away while a registry runs: told, not served, mended."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labsim import Registry, serve
from labsim.blob import Blob
from labsim.doors.disk import DiskShelf, check
from labsim.doors.disk.files import Files
from labsim.doors.serve.application import Application
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.limits import USUAL
from labsim.registry.restore import restored
from tests.doors.disk.doorway import through_a_door
from tests.doors.disk.powercut import QuickFiles
from tests.doors.serve.asgi import asked, scope_of
from tests.doors.serve.speaking import Line
from tests.registry.asking import CONFIG, LOWER, UPPER, Client, codes, manifest

BLOB = f"/v2/team/app/blobs/{LOWER.digest}"
UPLOADS = "/v2/team/app/blobs/uploads/"
DOCUMENT = manifest(LOWER)
MANIFEST = f"/v2/team/app/manifests/{DOCUMENT.digest}"


class Shop:
    """A registry with one image in a folder, and what whoever runs it was told."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self.folder = folder
        self.shelf = DiskShelf(folder, files=QuickFiles(folder), tell=self.told.append)
        self.client = Client(Registry("localhost:5000", store=restored(self.shelf)))
        self.client.push("team/app", "v1", LOWER)

    def place(self, blob: Blob) -> Path:
        return self.folder / "blobs" / "sha256" / blob.digest.hex

    def lose(self, blob: Blob, how: str = "gone") -> None:
        if how == "gone":
            self.place(blob).unlink()
        elif how == "folder":
            shutil.rmtree(self.place(blob).parent)
        else:
            os.truncate(self.place(blob), blob.size - 1)


@pytest.fixture
def shop(tmp_path) -> Iterator[Shop]:
    one = Shop(tmp_path)
    yield one
    one.shelf.close()


# --- asked for ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["gone", "short", "folder"])
def test_a_blob_that_is_gone_is_unknown_and_said_once(shop, how):
    shop.lose(LOWER, how)
    for _ in range(2):
        assert shop.client.ask("HEAD", BLOB).status == 404
        answer = shop.client.get(BLOB)
        assert (answer.status, codes(answer)) == (404, ["BLOB_UNKNOWN"])
    name = f"blobs/sha256/{LOWER.digest.hex}"
    assert shop.told == [f"{name} is gone, or cut short: push it again, or bring the file back"]


def test_a_manifest_that_is_gone_is_unknown_by_tag_and_by_digest(shop):
    shop.lose(DOCUMENT)
    for path in (MANIFEST, "/v2/team/app/manifests/v1"):
        assert shop.client.ask("HEAD", path).status == 404
        assert codes(shop.client.get(path)) == ["MANIFEST_UNKNOWN"]
    assert len(shop.told) == 1


def test_what_is_brought_back_is_served_and_said_again_when_it_goes_again(shop):
    whole = shop.place(LOWER).read_bytes()
    for _ in range(2):
        shop.lose(LOWER)
        assert shop.client.get(BLOB).status == 404
        shop.place(LOWER).write_bytes(whole)
        assert bytes(shop.client.get(BLOB).body) == whole
    assert len(shop.told) == 2


def test_the_empty_blob_may_be_gone_too(shop):
    empty = Blob(b"")
    shop.client.upload("team/app", empty)
    assert shop.client.get(f"/v2/team/app/blobs/{empty.digest}").status == 200
    shop.lose(empty)
    assert shop.client.get(f"/v2/team/app/blobs/{empty.digest}").status == 404


def test_a_disk_that_does_not_say_is_an_error_and_no_404(shop, monkeypatch):
    def size(files: Files, path: str) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(QuickFiles, "size", size)
    answer = shop.client.get(BLOB)
    assert (answer.status, codes(answer)) == (500, ["UNKNOWN"])
    monkeypatch.undo()
    assert shop.client.get(BLOB).status == 200
    assert shop.told == []


# --- pushed again ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["gone", "short", "folder"])
@pytest.mark.parametrize("pushed", ["PUT", "PATCH", "POST", "in process"])
def test_a_blob_that_is_pushed_again_is_there_again(shop, how, pushed):
    shop.lose(LOWER, how)
    client, named, body = shop.client, f"digest={LOWER.digest}", bytes(LOWER)
    if pushed == "POST":
        assert through_a_door(client, "POST", f"{UPLOADS}?{named}", body).status == 201
    elif pushed == "in process":
        client.upload("team/app", LOWER)
    else:
        target, last = client.open_upload("team/app"), body
        if pushed == "PATCH":
            assert through_a_door(client, "PATCH", target, body).status == 202
            last = b""
        assert through_a_door(client, "PUT", f"{target}&{named}", last).status == 201
    assert shop.place(LOWER).read_bytes() == body
    assert bytes(client.get(BLOB).body) == body
    size = client.registry.store.size
    assert size == CONFIG.size + LOWER.size + DOCUMENT.size


@pytest.mark.parametrize("how", ["gone", "short"])
def test_a_manifest_that_is_pushed_again_is_there_again(shop, how):
    shop.lose(DOCUMENT, how)
    path = "/v2/team/app/manifests/v1"
    assert through_a_door(shop.client, "PUT", path, bytes(DOCUMENT)).status == 201
    assert shop.place(DOCUMENT).read_bytes() == bytes(DOCUMENT)
    assert shop.client.get(MANIFEST).body == DOCUMENT


def test_nothing_is_built_upon_what_is_gone(shop):
    shop.lose(LOWER)
    refused = shop.client.put("team/app/manifests/v2", manifest(LOWER, kind="oci"), kind="oci")
    assert codes(refused) == ["MANIFEST_BLOB_UNKNOWN"]
    mount = f"/v2/other/web/blobs/uploads/?mount={LOWER.digest}&from=team/app"
    assert shop.client.ask("POST", mount).status == 202
    shop.client.upload("other/web", LOWER)
    assert bytes(shop.client.get(BLOB).body) == bytes(LOWER)


def test_what_was_mended_is_whole_after_a_restart(shop, tmp_path):
    shop.lose(LOWER)
    shop.client.upload("team/app", LOWER)
    shop.shelf.close()
    assert check(tmp_path).findings == ()


# --- gone while it is served ----------------------------------------------------------------------


class Fading(Files):
    """A disk that loses contents while they are read: an error, or an early end, at some byte."""

    __slots__ = ("at", "reason")

    def __init__(self, root: Path, at: int, reason: int) -> None:
        super().__init__(root)
        self.at, self.reason = at, reason

    def chunks(self, path: str, start: int, stop: int) -> Iterator[bytes]:
        yield from super().chunks(path, start, min(stop, self.at))
        if self.at < stop and self.reason:
            raise OSError(self.reason, os.strerror(self.reason))


class Faded:
    """A store on it, which holds this blob."""

    def __init__(self, folder: Path, blob: Blob, at: int, reason: int) -> None:
        self.shelf = DiskShelf(folder, files=Fading(folder, at, reason))
        self.registry = Registry("localhost:5000", store=restored(self.shelf))
        Client(self.registry).upload("team/app", blob)
        self.path = f"/v2/team/app/blobs/{blob.digest}"


REASONS = [errno.EIO, 0]
LARGE = Blob(bytes(range(256)) * (12 << 10))


@pytest.fixture(params=REASONS, ids=["an error", "an early end"])
def reason(request) -> int:
    number: int = request.param
    return number


@pytest.mark.parametrize(
    ("blob", "at"), [(UPPER, 0), (UPPER, 3), (LARGE, 0)], ids=["small", "cut", "large"]
)
def test_what_cannot_be_read_at_all_is_answered_500_and_said(tmp_path, blob, at, reason):
    faded = Faded(tmp_path, blob, at, reason)
    told: list[str] = []
    desk = RegistryDesk.public(faded.registry, USUAL)
    answer = asked(Application(desk, tell=told.append), "GET", faded.path)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (500, "UNKNOWN")
    desk.close()
    (sentence,) = told
    assert sentence.startswith(f"{blob.digest} cannot be read to its end: ")
    faded.shelf.close()


def test_what_cannot_be_read_to_its_end_is_said_and_noted(tmp_path, reason):
    faded = Faded(tmp_path, LARGE, 1 << 20, reason)
    told: list[str] = []
    faults: list[str] = []
    desk = RegistryDesk.public(faded.registry, USUAL)
    app = Application(
        desk, tell=told.append, note=lambda request, answer, moments: faults.append(moments.fault)
    )
    sent: list[dict[str, Any]] = []

    async def exchanged() -> None:
        async def receive() -> dict[str, Any]:
            await asyncio.Event().wait()
            return {}

        async def send(message: Any) -> None:
            sent.append(message)

        await app(scope_of("GET", faded.path, []), receive, send)

    asyncio.run(exchanged())
    desk.close()
    assert sum(len(message.get("body", b"")) for message in sent) == 1 << 20
    assert sent[-1]["more_body"]
    assert len(told) == 1
    assert faults == ["the registry's disk failed"]
    faded.shelf.close()


def test_a_client_hears_that_it_was_not_all(tmp_path, reason):
    faded = Faded(tmp_path, LARGE, 1 << 20, reason)
    with serve(faded.registry) as door, Line(door) as line, Line(door) as other:
        with pytest.raises((EOFError, ConnectionResetError)):
            line.ask("GET", faded.path)
        assert other.ask("GET", "/v2/").status == 200
    faded.shelf.close()
