"""Bytes of an upload that must be hashed or synced again: beside the registry, never in its turn.

An upload that goes on after a restart, or whose digest is of another algorithm than its chunks were
hashed by, is read again.  That takes seconds where it is large, which only its own client waits.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from labsim.blob import Blob
from labsim.doors.disk import DiskShelf
from labsim.doors.disk.files import Files
from labsim.doors.serve.application import Application
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.limits import USUAL
from labsim.registry import Registry
from labsim.registry.memory import MemoryShelf
from labsim.registry.restore import restored
from labsim.registry.shelf import Shelf
from labsim.registry.store import Store
from labsim.wire import Request
from tests.doors.serve.asgi import Answer, asked
from tests.registry.asking import Client

UPLOADS = "/v2/team/app/blobs/uploads/"
MIB = 1 << 20
FIRST, LAST = b"begin" * 40_000, b"end" * 30_000


class Seen(NamedTuple):
    """Something slow that was done to an upload: by which thread, and was the registry held."""

    thread: str
    is_in_turn: bool
    size: int


class Watch:
    """What slow things were done to uploads, and where."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.is_in_turn: Callable[[], bool] = lambda: False

    def note(self, size: int) -> None:
        self.seen.append(Seen(threading.current_thread().name, self.is_in_turn(), size))


class WatchedFiles(Files):
    """Files of which readings, syncs and cuts of uploads are noted."""

    __slots__ = ("_dirty", "cuts", "reads", "syncs")

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.reads, self.syncs, self.cuts = Watch(), Watch(), Watch()
        self._dirty: Counter[str] = Counter()

    def chunks(self, path: str, start: int, stop: int) -> Iterator[bytes]:
        for chunk in super().chunks(path, start, stop):
            if "/uploads/" in path:
                self.reads.note(len(chunk))
            yield chunk

    def append(self, path: str, data: bytes) -> None:
        super().append(path, data)
        self._dirty[path] += len(data)

    def sync(self, path: str) -> None:
        super().sync(path)
        if "/uploads/" in path:
            self.syncs.note(self._dirty.pop(path, 0))

    def truncate(self, path: str, size: int) -> None:
        self.cuts.note(self.size(path) - size)
        super().truncate(path, size)


class Served:
    """An application on a shelf, with no socket before it."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        store = restored(shelf) if isinstance(shelf, DiskShelf) else Store(shelf)
        self.desk = RegistryDesk.public(Registry("localhost:5000", store=store), USUAL)
        self.app = Application(self.desk)

    def ask(self, method: str, target: str, body: bytes | list[bytes] = b"") -> Answer:
        return asked(self.app, method, target, body)

    def begun(self) -> str:
        where = self.ask("POST", UPLOADS).headers["Location"]
        return "/" + where.split("/", 3)[3]

    def handle(self, request: Request) -> int:
        """Without a door."""
        return self.desk.handle(request).status

    def close(self) -> None:
        self.desk.close()
        if isinstance(self.shelf, DiskShelf):
            self.shelf.close()


def on_disk(folder: Path) -> tuple[Served, WatchedFiles]:
    files = WatchedFiles(folder)
    served = Served(DiskShelf(folder, files=files))
    for watch in (files.reads, files.syncs, files.cuts):
        watch.is_in_turn = served.desk._lock.locked
    return served, files


def digest_of(algorithm: str, *parts: bytes) -> str:
    return f"{algorithm}:{hashlib.new(algorithm, b''.join(parts)).hexdigest()}"


# --- read again -----------------------------------------------------------------------------------


@pytest.mark.parametrize("last", [LAST, b""])
def test_a_file_is_hashed_by_another_algorithm_while_the_registry_answers_others(tmp_path, last):
    served, files = on_disk(tmp_path)
    where = served.begun()
    assert served.ask("PATCH", where, FIRST).status == 202
    digest = digest_of("sha512", FIRST, last)
    assert served.ask("PUT", f"{where}&digest={digest}", last).status == 201
    assert sum(seen.size for seen in files.reads.seen) == len(FIRST)
    assert not any(seen.is_in_turn for seen in files.reads.seen)
    assert {seen.thread.partition("_")[0] for seen in files.reads.seen} == {"labsim upload"}
    assert served.ask("GET", f"/v2/team/app/blobs/{digest}").body == FIRST + last
    served.close()


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("last", [LAST, b""])
def test_a_file_from_before_a_restart_is_hashed_while_the_registry_answers_others(
    tmp_path, method, last
):
    before, _ = on_disk(tmp_path)
    where = before.begun()
    before.ask("PATCH", where, FIRST)
    before.close()
    served, files = on_disk(tmp_path)
    digest = digest_of("sha256", FIRST, last)
    if method == "PATCH":
        assert served.ask("PATCH", where, [last]).status == 202
        assert served.ask("PUT", f"{where}&digest={digest}").status == 201
    else:
        assert served.ask("PUT", f"{where}&digest={digest}", last).status == 201
    assert sum(seen.size for seen in files.reads.seen) == len(FIRST)
    assert not any(seen.is_in_turn for seen in files.reads.seen)
    served.close()


@pytest.mark.parametrize("last", [LAST, b""])
def test_parts_in_memory_are_hashed_while_the_registry_answers_others(last):
    served, watch = Served(MemoryShelf()), Watch()
    watch.is_in_turn = served.desk._lock.locked

    def made() -> Iterator[bytes]:
        watch.note(len(FIRST))
        yield FIRST

    where = served.begun()
    body = Blob.generated(made, len(FIRST))
    assert served.handle(Request("PATCH", where, body=body, host="localhost:5000")) == 202
    digest = digest_of("sha512", FIRST, last)
    assert served.ask("PUT", f"{where}&digest={digest}", last).status == 201
    (seen,) = watch.seen
    assert (seen.is_in_turn, seen.thread.partition("_")[0]) == (False, "labsim upload")
    served.close()


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_what_was_hashed_for_a_body_that_breaks_off_is_not_hashed_again(tmp_path, kind):
    served = Served(MemoryShelf() if kind == "memory" else DiskShelf(tmp_path))
    client = Client(served.desk.registry)
    target = client.open_upload("team/app")
    assert client.ask("PATCH", target, bytes(FIRST)).status == 202
    head = client.request("PUT", f"{target}&digest={digest_of('sha512', FIRST)}")
    draft = client.registry.receive(head)
    assert draft.owes == len(FIRST)
    draft.prepare()
    assert draft.owes == 0
    draft.write(b"and off")
    draft.discard()
    again = client.registry.receive(head)
    assert again.owes == 0
    head.body = again.seal()
    assert client.registry.handle(head).status == 201
    served.close()


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_a_wrong_digest_of_another_algorithm_leaves_the_upload_as_it_was(tmp_path, kind):
    served = Served(MemoryShelf() if kind == "memory" else DiskShelf(tmp_path))
    where = served.begun()
    served.ask("PATCH", where, FIRST)
    wrong = served.ask("PUT", f"{where}&digest={digest_of('sha512', LAST)}", LAST)
    assert (wrong.status, wrong.json()["errors"][0]["code"]) == (400, "DIGEST_INVALID")
    assert served.ask("GET", where).headers["Range"] == f"0-{len(FIRST) - 1}"
    assert served.ask("PATCH", where, LAST).status == 202
    digest = digest_of("sha256", FIRST, LAST)
    assert served.ask("PUT", f"{where}&digest={digest}").status == 201
    served.close()


# --- made to last, and thrown away ----------------------------------------------------------------


def test_what_came_in_small_chunks_is_not_synced_in_one_turn(tmp_path):
    served, files = on_disk(tmp_path)
    where, chunk = served.begun(), bytes(300_000)
    for _ in range(20):
        assert served.ask("PATCH", where, chunk).status == 202
    digest = digest_of("sha256", chunk * 20)
    assert served.ask("PUT", f"{where}&digest={digest}").status == 201
    assert sum(seen.size for seen in files.syncs.seen) == 20 * len(chunk)
    assert max(seen.size for seen in files.syncs.seen if seen.is_in_turn) <= MIB
    served.close()


def test_what_another_process_left_unsynced_is_not_synced_in_one_turn(tmp_path):
    before, _ = on_disk(tmp_path)
    where, chunk = before.begun(), bytes(MIB - 1)
    for _ in range(2):
        before.ask("PATCH", where, chunk)
    before.close()
    served, files = on_disk(tmp_path)
    files._dirty.update({f"labsim{where.partition('blobs')[2].partition('?')[0]}/data": 2 * MIB})
    assert served.ask("PUT", f"{where}&digest={digest_of('sha256', chunk * 2)}").status == 201
    assert [seen.is_in_turn for seen in files.syncs.seen if seen.size] == [False]
    served.close()


def test_a_large_body_that_breaks_off_is_cut_off_while_the_registry_answers_others(tmp_path):
    served, files = on_disk(tmp_path)
    where = served.begun()
    head = Request("PATCH", where, host="localhost:5000")
    draft = served.desk.registry.receive(head)
    draft.write(bytes(3 * MIB))
    served.desk.discard(draft)
    served.close()
    assert [(seen.is_in_turn, seen.size) for seen in files.cuts.seen] == [(False, 3 * MIB)]
    again = Served(DiskShelf(tmp_path))
    assert again.ask("GET", where).headers["Range"] == "0-0"
    again.close()
