"""A registry in memory takes what fits to the last byte, and nothing more."""

from __future__ import annotations

import pytest

from labsim.blob import Blob
from labsim.image import DOCKER_MANIFEST
from labsim.registry import Registry, Store
from labsim.registry.answers import Refusal
from labsim.registry.memory import MemoryShelf
from labsim.registry.shelf import Draft
from labsim.wire import Request
from tests.registry.asking import CONFIG, LOWER, UPPER, Client, manifest

MIB = 1 << 20
HALVES = (Blob(b"a" * MIB + b"1"), Blob(b"b" * MIB + b"2"))
BOTH = Blob(b"".join(map(bytes, HALVES)))
UPLOADS = "/v2/team/app/blobs/uploads/"


def client_of(limit: int) -> tuple[Client, MemoryShelf]:
    shelf = MemoryShelf(limit)
    return Client(Registry("localhost:5000", store=Store(shelf))), shelf


def received(client: Client, head: Request, body: Blob) -> Draft:
    """The body has come, chunk by chunk, and is not complete yet."""
    assert client.registry.admit(head) is None
    draft = client.registry.receive(head)
    for at in range(0, body.size, 60_000):
        draft.write(bytes(body)[at : at + 60_000])
    return draft


def is_full(client: Client, spare: int) -> bool:
    """Whether one byte more than this is refused, and this is not."""
    taken = []
    for size in (spare, spare + 1):
        head = client.request("PATCH", client.open_upload("team/app"))
        draft = client.registry.receive(head)
        try:
            draft.write(b"x" * size)
        except Refusal as full:
            taken.append(full.status == 507)
        else:
            taken.append(False)
        draft.discard()
    return taken == [False, True]


@pytest.mark.parametrize("spare", [0, 7])
def test_a_blob_that_came_in_parts_is_counted_like_any_other(spare: int) -> None:
    client, shelf = client_of(BOTH.size + spare)
    target = client.open_upload("team/app")
    for method, more, body in (
        ("PATCH", "", HALVES[0]),
        ("PUT", f"&digest={BOTH.digest}", HALVES[1]),
    ):
        head = client.request(method, f"{target}{more}")
        head.body = received(client, head, body).seal()
        assert client.registry.handle(head).ok
    assert shelf.used == BOTH.size
    assert is_full(client, spare)
    assert client.get(f"/v2/team/app/blobs/{BOTH.digest}").body == BOTH


def test_bodies_that_are_complete_at_the_same_time_are_all_counted_once() -> None:
    client, shelf = client_of(LOWER.size + UPPER.size + CONFIG.size)
    heads = []
    for blob in (LOWER, UPPER, CONFIG):
        head = client.request("POST", f"{UPLOADS}?digest={blob.digest}")
        head.body = received(client, head, blob).seal()
        heads.append(head)
    assert shelf.used == LOWER.size + UPPER.size + CONFIG.size
    assert [client.registry.handle(head).status for head in heads] == [201, 201, 201]
    assert shelf.used == LOWER.size + UPPER.size + CONFIG.size
    assert is_full(client, 0)


def test_a_manifest_is_counted_from_its_first_byte_on() -> None:
    document = manifest(LOWER)
    client, shelf = client_of(LOWER.size + CONFIG.size + document.size)
    client.upload("team/app", LOWER, CONFIG)
    kind = [("Content-Type", DOCKER_MANIFEST)]
    head = client.request("PUT", "/v2/team/app/manifests/v1", headers=kind)
    draft = received(client, head, document)
    assert is_full(client, 0)
    draft.discard()
    assert is_full(client, document.size)
    head.body = received(client, head, document).seal()
    assert client.registry.handle(head).status == 201
    assert shelf.used == LOWER.size + CONFIG.size + document.size


def test_a_body_without_a_draft_is_counted_too() -> None:
    client, shelf = client_of(LOWER.size)
    target = client.open_upload("team/app")
    assert client.ask("PATCH", target, LOWER).status == 202
    assert client.ask("PATCH", target, b"x").status == 507
    assert (shelf.used, is_full(client, 0)) == (LOWER.size, True)
    assert client.ask("DELETE", target).status == 204
    assert shelf.used == 0
