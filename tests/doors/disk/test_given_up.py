"""A body that is given up leaves nothing half done, and is counted no longer."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from labsim.doors.disk import DiskShelf
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.limits import USUAL
from labsim.registry import Registry
from labsim.registry.answers import Refusal
from labsim.registry.restore import restored
from labsim.wire import Request, Response

BYTES = b"layer" * 500_000  # more than a mebibyte, so that it is thrown away in a thread
DIGEST = f"sha256:{hashlib.sha256(BYTES).hexdigest()}"


@pytest.fixture
def desk(tmp_path: Path):
    shelf = DiskShelf(tmp_path)
    made = RegistryDesk.public(Registry("localhost:5000", store=restored(shelf)), USUAL)
    yield made
    made.close()
    shelf.close()


def begun(desk: RegistryDesk) -> str:
    answer = desk.handle(Request("POST", "/v2/team/app/blobs/uploads/"))
    return answer.headers["Location"].partition("5000")[2]


async def brought(desk: RegistryDesk, request: Request, body: bytes):
    place = await desk.place(request, len(body))
    assert not isinstance(place, Response)
    desk.write(place, body)
    return place


def test_a_body_that_was_thrown_away_is_not_sealed(desk):
    async def put() -> None:
        request = Request("PUT", f"{begun(desk)}&digest={DIGEST}")
        place = await brought(desk, request, BYTES)
        place.discard()
        with pytest.raises(Refusal):
            place.seal()

    asyncio.run(put())


def test_a_small_body_is_counted_no_longer_when_judging_it_fails(desk, monkeypatch):
    async def put() -> None:
        request = Request("PUT", "/v2/team/app/manifests/v1")
        place = await brought(desk, request, b"{}")
        monkeypatch.setattr(Registry, "guess", failing)
        with pytest.raises(ZeroDivisionError):
            await desk.answer(request, place)

    before = desk.registry.store.shelf.memory.used
    asyncio.run(put())
    assert desk.registry.store.shelf.memory.used == before


def failing(*_: object) -> None:
    raise ZeroDivisionError
