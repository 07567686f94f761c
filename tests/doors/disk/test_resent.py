"""A chunk that is sent again while the first one is still on its way: which of them counts."""

from __future__ import annotations

import asyncio
import gc
import hashlib
from pathlib import Path

import pytest

from labsim.blob import Blob
from labsim.doors.disk import DiskShelf
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.limits import USUAL
from labsim.registry import Registry
from labsim.registry.memory import MemoryShelf
from labsim.registry.restore import restored
from labsim.registry.shelf import Draft
from labsim.registry.store import Store
from labsim.wire import Request, Response

UPLOADS = "/v2/team/app/blobs/uploads/"


class Talk:
    """One client's requests at a desk, cut where a server might do something else in between."""

    def __init__(self, desk: RegistryDesk) -> None:
        self.desk = desk
        self.at_us = 0

    def head(self, method: str, target: str, size: int | None = None) -> Request:
        self.at_us += 1
        headers = [] if size is None else [("Content-Length", str(size))]
        return Request(method, target, headers, host="localhost:5000", peer="a", at_us=self.at_us)

    async def came(self, head: Request, body: bytes) -> Draft | Response:
        """The whole body is there, and nobody has answered yet."""
        place = await self.desk.place(head, len(body))
        if not isinstance(place, Response):
            self.desk.write(place, body)
            await self.desk.settle(place)
        return place

    async def ask(self, method: str, target: str, body: bytes = b"") -> Response:
        head = self.head(method, target, len(body) if body else None)
        if not body:
            return await self.desk.answer(head)
        place = await self.came(head, body)
        return place if isinstance(place, Response) else await self.desk.answer(head, place)


@pytest.fixture(params=["memory", "disk"])
def talk(request, tmp_path: Path):
    store = restored(DiskShelf(tmp_path)) if request.param == "disk" else Store(MemoryShelf())
    desk = RegistryDesk.public(Registry("localhost:5000", store=store), USUAL)
    yield Talk(desk)
    desk.close()
    if isinstance(store.shelf, DiskShelf):
        store.shelf.close()


def test_a_chunk_that_is_resent_waits_until_the_first_is_answered(talk):
    async def run() -> None:
        opened = await talk.ask("POST", UPLOADS)
        where = opened.headers["Location"]
        assert (await talk.ask("PATCH", where, b"1111")).status == 202
        first = talk.head("PATCH", where, 4)
        body = await talk.came(first, b"2222")
        again = await talk.came(talk.head("PATCH", where, 4), b"3333")
        assert isinstance(again, Response)
        assert again.status == 416
        answer = await talk.desk.answer(first, body)
        assert (answer.status, answer.headers["Range"]) == (202, "0-7")
        digest = f"sha256:{hashlib.sha256(b'11112222').hexdigest()}"
        assert (await talk.ask("PUT", f"{where}&digest={digest}")).status == 201

    asyncio.run(run())


def test_a_body_that_is_refused_is_held_by_nobody(talk):
    async def run() -> None:
        where = (await talk.ask("POST", UPLOADS)).headers["Location"]
        body = bytes(range(256)) * 4096
        refused = await talk.ask("PUT", f"{where}&digest=md5:abc", body)
        assert refused.status == 400
        del refused
        gc.collect()
        held = [
            one for one in gc.get_objects() if isinstance(one, Blob) and one.weight == len(body)
        ]
        assert held == []

    asyncio.run(run())


def test_limits_of_another_kind_are_refused_and_leave_no_door_behind():
    registry = Registry("localhost:5000")
    with pytest.raises(Exception, match="limits are Limits"):
        RegistryDesk.public(registry, 5)  # type: ignore[arg-type]  # the point
    RegistryDesk.public(registry, USUAL).close()
