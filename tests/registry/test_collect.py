"""Garbage collection: what is needed stays, what was promised stays a while, the rest goes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labsim.blob import Blob
from labsim.registry import OPERATOR, Registry, Store
from labsim.registry.collect import GRACE_S
from labsim.registry.memory import MemoryShelf
from labsim.registry.restore import restored
from labsim.wire import Response
from tests.registry.asking import CONFIG, LOWER, UPPER, Client, index, manifest
from tests.registry.shelves import LastingShelf

SECOND = 1_000_000
DAY = GRACE_S * SECOND
LOOSE = Blob(b"a layer that no manifest names")


@pytest.fixture
def client() -> Client:
    """A client of a registry with one image, and a layer of a push that never ended."""
    client = Client(Registry("localhost:5000"))
    client.push("team/app", "v1", LOWER)
    client.upload("team/app", LOOSE)
    return client


def ask(client: Client, query: str = "", accept: str = "") -> Response:
    desk = Client(client.registry, peer=OPERATOR)
    desk.at_us = client.at_us
    return desk.ask("POST", f"/_lab/collect{query}", b"", [("Accept", accept)] if accept else [])


def collect(client: Client, query: str = "?grace_s=0") -> dict[str, Any]:
    answer = ask(client, query)
    assert answer.status == 200
    report: dict[str, Any] = json.loads(bytes(answer.body))
    return report


def held(client: Client) -> set[str]:
    store = client.registry.store
    assert store.size == sum(blob.size for blob in store.blobs.values()) + sum(
        stored.blob.size for stored in store.manifests.values()
    )
    return {*store.blobs, *store.manifests}


def test_what_a_manifest_names_stays_and_the_rest_goes(client: Client) -> None:
    report = collect(client)
    assert report["contents"] == [LOOSE.digest]
    assert report["links"] == {"team/app": [LOOSE.digest]}
    assert (report["bytes"], report["marked"]) == (LOOSE.size, {"manifests": 1, "blobs": 2})
    assert held(client) == {manifest(LOWER).digest, CONFIG.digest, LOWER.digest}
    assert client.get(f"/v2/team/app/blobs/{LOOSE.digest}").status == 404
    assert collect(client)["bytes"] == 0


def test_a_dry_run_says_the_same_and_changes_nothing(client: Client) -> None:
    client.push("team/app", "v1", UPPER)
    before = held(client)
    client.at_us = 5 * DAY
    foretold = collect(client, "?dry_run=true&untagged=true&grace_s=60")
    assert foretold.pop("dry_run") is True
    assert held(client) == before
    assert len(client.registry.store.repositories["team/app"].blobs) == 4
    done = collect(client, "?untagged=true&grace_s=60")
    assert done.pop("dry_run") is False
    assert done == foretold
    assert len(done["contents"]) == 3


def test_content_goes_when_the_last_link_does(client: Client) -> None:
    client.push("team/web", "v1", LOOSE)
    report = collect(client)
    assert (report["links"], report["contents"]) == ({"team/app": [LOOSE.digest]}, [])
    assert client.get(f"/v2/team/app/blobs/{LOOSE.digest}").status == 404
    assert client.get(f"/v2/team/web/blobs/{LOOSE.digest}").body == LOOSE


def test_what_was_deleted_is_freed_at_the_next_collection(client: Client) -> None:
    client.ask("DELETE", f"/v2/team/app/manifests/{manifest(LOWER).digest}")
    collect(client)
    assert held(client) == set()
    assert client.registry.store.size == 0


# --- the grace -----------------------------------------------------------------------------------

HEAD = ("HEAD", f"/v2/team/app/blobs/{LOOSE.digest}")
CONFIRMATIONS: dict[str, Callable[[Client], object]] = {
    "asked": lambda client: client.ask(*HEAD),
    "read": lambda client: client.ask("GET", HEAD[1]),
    "read in part": lambda client: client.ask("GET", HEAD[1], b"", [("Range", "bytes=0-1")]),
    "not read again": lambda client: client.ask("GET", HEAD[1], b"", [("If-None-Match", "*")]),
    "uploaded": lambda client: client.upload("team/app", LOOSE),
    "mounted": lambda client: client.ask(
        "POST", f"/v2/team/app/blobs/uploads/?mount={LOOSE.digest}&from=team/app"
    ),
}


@pytest.mark.parametrize("confirmation", CONFIRMATIONS)
@pytest.mark.parametrize(("later_us", "stays"), [(DAY - 1, True), (DAY, False)])
def test_what_a_client_was_told_is_here_stays_for_the_grace(
    client: Client, confirmation: str, later_us: int, stays: bool
) -> None:
    client.at_us = 7 * DAY
    CONFIRMATIONS[confirmation](client)
    client.at_us += later_us
    report = collect(client, "")
    assert (LOOSE.digest in held(client)) == stays
    assert report["spared"] == int(stays)


def test_a_confirmation_is_of_one_repository(client: Client) -> None:
    client.upload("team/web", LOOSE)
    client.at_us = 2 * DAY
    client.ask(*HEAD)
    collect(client, "")
    assert LOOSE.digest in client.registry.store.repositories["team/app"].blobs
    assert LOOSE.digest not in client.registry.store.repositories["team/web"].blobs


def test_a_question_that_comes_late_does_not_shorten_the_grace(client: Client) -> None:
    for client.at_us in (3 * DAY, 1):
        client.ask(*HEAD)
    client.at_us = 4 * DAY - 1
    collect(client, "")
    assert LOOSE.digest in held(client)


def test_a_manifest_that_was_read_stays_with_all_that_it_names(client: Client) -> None:
    old = manifest(LOWER)
    client.push("team/app", "v1", UPPER)
    client.at_us = 2 * DAY
    assert client.get(f"/v2/team/app/manifests/{old.digest}").status == 200
    client.at_us = 3 * DAY - 1
    collect(client, "?untagged=true")
    assert client.get(f"/v2/team/app/blobs/{LOWER.digest}").body == LOWER
    client.at_us = 3 * DAY + 1
    collect(client, "?untagged=true")
    assert old.digest not in held(client)


def test_after_a_restart_the_first_collection_trusts_every_link() -> None:
    shelf = LastingShelf()
    before = Client(Registry("localhost:5000", store=Store(shelf)))
    before.push("team/app", "v1", LOWER)
    before.push("team/app", "v1", UPPER)
    before.upload("team/app", LOOSE)
    client = Client(Registry("localhost:5000", store=restored(shelf)))
    client.at_us = 30 * DAY
    assert collect(client, "?untagged=true&dry_run=true")["contents"] == []
    client.at_us = 31 * DAY
    assert collect(client, "?untagged=true")["contents"] == []
    client.at_us = 32 * DAY
    gone = {LOOSE.digest, LOWER.digest, manifest(LOWER).digest}
    assert set(collect(client, "?untagged=true")["contents"]) == gone
    assert {blob.digest for blob in shelf.contents()} == held(client)
    again = restored(shelf)
    assert {*again.blobs, *again.manifests} == held(client)


def test_what_was_deleted_before_a_restart_is_collected_after_it() -> None:
    shelf = LastingShelf()
    before = Client(Registry("localhost:5000", store=Store(shelf)))
    body = before.push("team/app", "v1", LOWER)
    assert before.ask("DELETE", f"/v2/team/app/manifests/{body.digest}").status == 202
    assert before.ask("DELETE", f"/v2/team/app/blobs/{LOWER.digest}").status == 202
    client = Client(Registry("localhost:5000", store=restored(shelf)))
    assert client.get(f"/v2/team/app/blobs/{LOWER.digest}").status == 404
    assert set(collect(client, "")["contents"]) == {body.digest, LOWER.digest}
    assert {blob.digest for blob in shelf.contents()} == {CONFIG.digest} == held(client)


# --- what an untagged manifest is ----------------------------------------------------------------


def test_untagged_manifests_go_only_where_that_is_asked(client: Client) -> None:
    client.push("team/app", "v1", UPPER)
    assert collect(client)["manifests"] == {}
    report = collect(client, "?grace_s=0&untagged=true")
    assert report["manifests"] == {"team/app": [manifest(LOWER).digest]}
    assert held(client) == {manifest(UPPER).digest, CONFIG.digest, UPPER.digest}


def test_children_and_those_who_speak_of_a_manifest_stay_with_it(client: Client) -> None:
    """A tag → an index → an index → a manifest ← a signature ← what speaks of the signature."""
    child = manifest(UPPER, kind="oci")
    inner = index(child)
    outer = index(inner)
    client.upload("team/app", UPPER)

    def speaking(of: Blob) -> Blob:
        return manifest(CONFIG, kind="oci", subject={"digest": of.digest, "size": of.size})

    signature = speaking(child)
    stamp = speaking(signature)
    lost = speaking(Blob(b"a manifest that never came"))
    for body in (stamp, lost, child, signature):
        client.put(f"team/app/manifests/{body.digest}", body, "oci")
    client.put(f"team/app/manifests/{inner.digest}", inner, "oci index")
    client.put("team/app/manifests/all", outer, "oci index")
    client.ask("DELETE", "/v2/team/app/manifests/v1")
    report = collect(client, "?grace_s=0&untagged=true")
    assert set(report["manifests"]["team/app"]) == {manifest(LOWER).digest, lost.digest}
    stayed = {one.digest for one in (child, inner, outer, signature, stamp)}
    assert held(client) == {*stayed, CONFIG.digest, UPPER.digest}


def test_what_may_live_elsewhere_and_what_an_index_lists_stays_if_it_is_here(
    client: Client,
) -> None:
    away = {"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}
    client.upload("team/app", UPPER)
    named = [{**away, "digest": UPPER.digest, "size": UPPER.size}]
    client.put("team/app/manifests/windows", manifest(layers=named))
    client.put("team/app/manifests/cache", index(LOOSE), "oci index")
    collect(client)
    assert {UPPER.digest, LOOSE.digest} <= held(client)


def test_bytes_that_are_a_manifest_here_and_a_blob_there_are_kept_for_either() -> None:
    client = Client(Registry("localhost:5000"))
    body = client.push("team/app", "v1", LOWER)
    client.upload("team/web", body)
    client.ask("DELETE", f"/v2/team/app/manifests/{body.digest}")
    collect(client, f"?grace_s={GRACE_S}")
    assert client.get(f"/v2/team/web/blobs/{body.digest}").status == 200
    assert collect(client)["bytes"] == 2 * body.size + CONFIG.size + LOWER.size
    assert held(client) == set()


# --- uploads, room, and questions that cannot be answered ----------------------------------------


def test_uploads_that_nobody_speaks_of_go_too(client: Client) -> None:
    forgotten, recent = (client.open_upload("team/app") for _ in range(2))
    client.ask("PATCH", forgotten, b"half of it")
    client.at_us = DAY
    client.ask("PATCH", recent, b"x")
    report = collect(client, f"?grace_s={GRACE_S}&dry_run=true")
    assert (report["uploads"], report["bytes"]) == (1, 10 + LOOSE.size)
    assert len(client.registry.uploads) == 2
    collect(client, "")
    assert client.get(forgotten).status == 404
    assert client.get(recent).status == 204


def test_the_room_of_what_went_is_free_again() -> None:
    shelf = MemoryShelf(LOOSE.size + 20)
    client = Client(Registry("localhost:5000", store=Store(shelf)))
    client.upload("team/app", LOOSE)
    target = f"/v2/team/app/blobs/uploads/?digest={UPPER.digest}"
    client.upload("team/app", UPPER)
    other = Blob(b"no room for this")
    assert client.ask("POST", target.replace(UPPER.digest, other.digest), other).status == 507
    collect(client)
    assert shelf.used == 0
    assert client.ask("POST", target.replace(UPPER.digest, other.digest), other).status == 201


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("grace_s=-1", "grace_s takes a number of seconds, not '-1'"),
        ("grace_s=", "grace_s takes a number of seconds, not ''"),
        ("untagged=yes", "untagged takes true or false, not 'yes'"),
        ("dry_run", "dry_run takes true or false, not ''"),
        ("dry-run=true", "a collection takes dry_run, untagged, grace_s, not 'dry-run'"),
    ],
)
def test_a_wish_that_cannot_be_understood_is_answered_in_a_sentence(
    client: Client, query: str, said: str
) -> None:
    before = held(client)
    answer = ask(client, f"?{query}")
    assert (answer.status, bytes(answer.body).decode()) == (400, said + "\n")
    assert held(client) == before


# --- in distribution's words ---------------------------------------------------------------------

RECORDED = (Path(__file__).parent / "data" / "garbage_collect.txt").read_text("utf-8")


def renamed(text: str) -> list[str]:
    """The lines with digests numbered as they come, and those sorted that come in any order."""
    names: dict[str, str] = {}
    body, _, eligible = text.partition("\nblob eligible")
    body = re.sub(r"sha256:[0-9a-f]{64}", lambda m: names.setdefault(m[0], f"#{len(names)}"), body)
    rest = re.findall(r"sha256:[0-9a-f]{64}", eligible)
    return [*body.strip().splitlines(), *sorted(names.get(digest, "unmarked") for digest in rest)]


def blob(text: str) -> Blob:
    return Blob(text.encode())


@pytest.mark.parametrize(("block", "query"), [(1, ""), (2, "&untagged=true")])
def test_the_words_are_the_recorded_ones(block: int, query: str) -> None:
    """docker-registry 2.8.2, dry runs: a tag has moved to an image that shares two layers."""
    client = Client(Registry("localhost:5000"))
    shared = [blob("one"), blob("two")]
    for edition in "ab":
        config, *own = (blob(f"{part} {edition}") for part in ("config", "three", "four"))
        client.upload("gc/app", config, *shared, *own)
        body = manifest(*shared, *own, config=config)
        assert client.put("gc/app/manifests/1", body).status == 201
    answer = ask(client, f"?dry_run=true&grace_s=0{query}", "text/plain")
    said = bytes(answer.body).decode().partition("\ngc/app: layer link")[0]
    recorded = RECORDED.split("$ docker-registry")[block].partition("\n")[2]
    assert renamed(said) == renamed(recorded)


def test_links_that_go_are_named_as_in_version_3(client: Client) -> None:
    said = bytes(ask(client, "?grace_s=0", "text/plain").body).decode()
    assert said.endswith(
        f"blob eligible for deletion: {LOOSE.digest}\n"
        f"team/app: layer link eligible for deletion: {LOOSE.digest}\n"
    )
