"""A store behind a server that runs: uploads that are cancelled while they come, and what waits."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labsim import Registry, serve
from labsim.doors.disk import DiskShelf, check
from labsim.doors.disk.files import Files
from labsim.doors.serve.door import Door
from labsim.doors.serve.limits import USUAL
from labsim.image import DOCKER_MANIFEST
from labsim.registry import Store
from labsim.registry.memory import MemoryShelf
from labsim.registry.restore import restored
from labsim.registry.shelf import Shelf
from tests.doors.serve.speaking import Heard, Line, until, written
from tests.registry.asking import CONFIG, LOWER, manifest

pytest.importorskip("uvicorn", reason="a server needs uvicorn")
UPLOADS = "/v2/team/app/blobs/uploads/"
CHUNKED = [("Transfer-Encoding", "chunked")]


class Held:
    """A disk that makes nothing last, and gives no upload back, until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.waits = threading.Event()

    def __call__(self) -> None:
        if not self.go.is_set():
            self.waits.set()
            assert self.go.wait(10)


class SlowFiles(Files):
    """Files on it."""

    __slots__ = ("held",)

    def __init__(self, root: Path, held: Held) -> None:
        super().__init__(root)
        self.held = held

    def sync(self, path: str) -> None:
        self.held()
        super().sync(path)

    def chunks(self, path: str, start: int, stop: int) -> Iterator[bytes]:
        if "/uploads/" in path:
            self.held()
        return super().chunks(path, start, stop)


@pytest.fixture(params=["memory", "disk"])
def shelf(request, tmp_path) -> Iterator[Shelf]:
    if request.param == "memory":
        yield MemoryShelf(10_000)
    else:
        folder = DiskShelf(tmp_path / "store")
        yield folder
        folder.close()


@pytest.fixture
def door(shelf) -> Iterator[Door]:
    store = Store(shelf) if isinstance(shelf, MemoryShelf) else restored(shelf)
    with serve(Registry("localhost:5000", store=store)) as opened:
        yield opened


@pytest.fixture
def held() -> Iterator[Held]:
    disk = Held()
    yield disk
    disk.go.set()


@pytest.fixture
def slow(tmp_path, held) -> Iterator[Door]:
    """A door to a store on a disk that can be held."""
    shelf = DiskShelf(tmp_path / "store", files=SlowFiles(tmp_path / "store", held))
    with serve(Registry("localhost:5000", store=restored(shelf))) as opened:
        yield opened
    shelf.close()


def begun(line: Line) -> str:
    """The path of a new upload."""
    location: str = line.ask("POST", UPLOADS).headers["Location"]
    return location.split("5000", 1)[1]


def arriving(door: Door, line: Line, method: str, target: str) -> None:
    """A request whose body has begun, and is known to have."""
    line.send(written(method, target, CHUNKED) + b"5\r\nhello\r\n")
    uploads = door._desk.registry.uploads  # of a server in this process
    identity = target.split("/uploads/")[1].split("?", maxsplit=1)[0]
    assert until(lambda: uploads[identity].writer.busy)


def code(heard: Heard) -> str:
    said: str = json.loads(heard.body)["errors"][0]["code"]
    return said


def left_behind(door: Door) -> list[str] | int:
    """What an upload has left: files, or bytes that are counted."""
    shelf = door._desk.registry.store.shelf
    if isinstance(shelf, DiskShelf):
        folders = (shelf.folder / "labsim" / "uploads", shelf.folder / "labsim" / "new")
        # os.walk bears that a folder goes while it is looked at
        walks = [step for folder in folders for step in os.walk(folder)]
        return [f"{at}/{name}" for at, below, files in walks for name in (*below, *files)]
    assert isinstance(shelf, MemoryShelf)
    return shelf.used


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("ends", [b"6\r\n again\r\n0\r\n\r\n", b"0\r\n\r\n", None])
def test_an_upload_is_cancelled_while_its_bytes_come(door, method, ends):
    with Line(door) as sender, Line(door) as other:
        target = begun(sender)
        assert other.ask("PATCH", target, body=b"before ").status == 202
        named = f"{target}&digest={LOWER.digest}" if method == "PUT" else target
        arriving(door, sender, method, named)
        assert other.ask("DELETE", target).status == 204
        assert code(other.ask("GET", target)) == "BLOB_UPLOAD_UNKNOWN"
        assert code(other.ask("DELETE", target)) == "BLOB_UPLOAD_UNKNOWN"
        if ends is not None:
            heard = sender.send(ends).hear()
            assert (heard.status, code(heard)) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert until(lambda: not left_behind(door)), left_behind(door)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_second_body_for_a_busy_upload_is_refused_and_harms_nothing(door, method):
    with Line(door) as sender, Line(door) as other:
        target = begun(sender)
        arriving(door, sender, "PATCH", target)
        named = f"{target}&digest={LOWER.digest}" if method == "PUT" else target
        heard = other.ask(method, named, body=bytes(LOWER))
        assert (heard.status, code(heard)) == (416, "RANGE_INVALID")
        assert other.ask("GET", target).headers["Range"] == "0-0"
        heard = sender.send(b"0\r\n\r\n").hear()
        assert (heard.status, heard.headers["Range"]) == (202, "0-4")
        assert other.ask("DELETE", target).status == 204
    assert not left_behind(door)


def test_an_upload_is_cancelled_while_the_disk_makes_its_bytes_last(slow, held):
    with Line(slow) as sender, Line(slow) as other:
        target = begun(sender)
        held.go.clear()
        sender.send(written("PATCH", target, body=bytes(2 << 20)))
        assert held.waits.wait(10)
        assert other.ask("DELETE", target).status == 204
        held.go.set()
        assert sender.hear().status == 404
    assert left_behind(slow) == []


# --- index.json -----------------------------------------------------------------------------------


def listed(folder: Path) -> list[str]:
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    rows = [row.get("annotations", {}) for row in index["manifests"]]
    return [row.get("org.opencontainers.image.ref.name", "-") for row in rows]


def test_the_index_of_a_store_follows_a_burst_and_a_deletion_by_itself(slow, tmp_path):
    tags = [f"v{number}" for number in range(30)]
    document = manifest(LOWER)
    with Line(slow) as line:
        for blob in (CONFIG, LOWER):
            line.ask("PUT", f"{begun(line)}&digest={blob.digest}", body=bytes(blob))
        for tag in tags:
            path, kind = f"/v2/team/app/manifests/{tag}", [("Content-Type", DOCKER_MANIFEST)]
            assert line.ask("PUT", path, kind, bytes(document)).status == 201
        names = sorted(f"team/app:{tag}" for tag in tags)
        assert until(lambda: sorted(listed(tmp_path / "store")) == names)
        assert line.ask("DELETE", "/v2/team/app/manifests/v7").status == 202
        names.remove("team/app:v7")
        assert until(lambda: sorted(listed(tmp_path / "store")) == names)
        assert line.ask("DELETE", f"/v2/team/app/manifests/{document.digest}").status == 202
    slow.stop()
    slow._desk.registry.store.shelf.close()
    assert listed(tmp_path / "store") == []


# --- a disk that takes its time -------------------------------------------------------------------


def test_who_waits_for_the_disk_keeps_nobody_else_waiting(slow, held):
    with Line(slow) as writer, Line(slow) as other, Line(slow) as streaming:
        target = begun(writer)
        elsewhere = begun(streaming)
        arriving(slow, streaming, "PATCH", elsewhere)
        held.go.clear()
        writer.send(written("PUT", f"{target}&digest={LOWER.digest}", body=bytes(LOWER)))
        assert held.waits.wait(10)
        assert other.ask("GET", "/_lab/health").status == 200
        draft = slow._desk.registry.uploads[elsewhere.split("/uploads/")[1].split("?")[0]].writer
        before = draft._files.size(draft.path)
        streaming.send(b"6\r\n again\r\n")
        assert until(lambda: draft._files.size(draft.path) == before + 6)
        held.go.set()
        assert writer.hear().status == 201


@pytest.mark.parametrize("last", [b" again", b""])
def test_an_upload_that_is_hashed_again_is_busy_and_nobody_else_is(slow, held, last):
    digest = f"sha512:{hashlib.sha512(b'hello' + last).hexdigest()}"
    with Line(slow) as writer, Line(slow) as other:
        target, elsewhere = begun(writer), begun(other)
        assert writer.ask("PATCH", target, body=b"hello").status == 202
        held.go.clear()
        writer.send(written("PUT", f"{target}&digest={digest}", body=last))
        assert held.waits.wait(10)
        assert other.ask("PATCH", elsewhere, body=b"another").status == 202
        assert other.ask("GET", target).headers["Range"] == "0-4"
        for method in ("PATCH", "PUT"):
            heard = other.ask(method, f"{target}&digest={digest}", body=b" again")
            assert (heard.status, code(heard)) == (416, "RANGE_INVALID")
        held.go.set()
        assert writer.hear().status == 201
        assert other.ask("GET", f"/v2/team/app/blobs/{digest}").body == b"hello" + last


def test_an_upload_is_cancelled_while_it_is_hashed_again(slow, held):
    digest = f"sha512:{hashlib.sha512(b'hello').hexdigest()}"
    with Line(slow) as sender, Line(slow) as other:
        target = begun(sender)
        assert sender.ask("PATCH", target, body=b"hello").status == 202
        held.go.clear()
        sender.send(written("PUT", f"{target}&digest={digest}"))
        assert held.waits.wait(10)
        assert other.ask("DELETE", target).status == 204
        held.go.set()
        heard = sender.hear()
        assert (heard.status, code(heard)) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert until(lambda: not left_behind(slow)), left_behind(slow)


def test_what_is_asked_meanwhile_is_answered_after_it_and_in_order(slow, held):
    blob, at = bytes(LOWER), f"/v2/team/app/blobs/{LOWER.digest}"
    with Line(slow) as writer, Line(slow) as reader, Line(slow) as second:
        first, target = begun(writer), begun(second)
        held.go.clear()
        writer.send(written("PUT", f"{first}&digest={LOWER.digest}", body=blob))
        assert held.waits.wait(10)
        reader.send(written("HEAD", at))
        second.send(written("DELETE", at))
        heard: list[int] = []
        asked: list[Callable[[], Heard]] = [lambda: reader.hear("HEAD"), second.hear]
        threads = [
            threading.Thread(target=lambda one=one: heard.append(one().status)) for one in asked
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        assert heard == []
        held.go.set()
        for thread in threads:
            thread.join(10)
        assert sorted(heard) == [200, 202]
        assert writer.hear().status == 201
        assert second.ask("DELETE", target).status == 204


def test_a_door_that_is_shut_has_made_every_change(tmp_path, held):
    """Even one that outlasts the time that requests have at the end: the store is shut next."""
    folder = tmp_path / "store"
    shelf = DiskShelf(folder, files=SlowFiles(folder, held))
    door = serve(
        Registry("localhost:5000", store=restored(shelf)), limits=USUAL._replace(grace_s=1)
    )
    with Line(door) as writer:
        target = begun(writer)
        held.go.clear()
        writer.send(written("PUT", f"{target}&digest={LOWER.digest}", body=bytes(LOWER)))
        assert held.waits.wait(10)
        threading.Timer(3, held.go.set).start()
        door.stop()
        assert held.go.is_set()
    assert (folder / "blobs" / "sha256" / LOWER.digest.hex).read_bytes() == bytes(LOWER)
    shelf.close()
    assert check(folder).findings == ()
