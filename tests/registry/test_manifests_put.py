"""Putting manifests: with tags in the query, under a condition, and as the policy has it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labsim.blob import Blob
from labsim.image import OCI_INDEX
from labsim.registry import PLAIN, Registry
from labsim.wire import Response
from tests.registry.asking import (
    ACCEPTED,
    CONFIG,
    LOWER,
    NOWHERE,
    UPPER,
    Client,
    codes,
    detail,
    index,
    manifest,
)

MANIFESTS = "/v2/team/app/manifests/"
MIB = 1 << 20
OLD, NEW = manifest(LOWER), manifest(UPPER)


@pytest.fixture
def client() -> Client:
    client = Client(Registry("localhost:5000"))
    client.upload("team/app", CONFIG, LOWER, UPPER)
    return client


def put(
    client: Client, reference: str, body: Blob, kind: str = "docker", **headers: str
) -> Response:
    said = [("Content-Type", ACCEPTED[kind])]
    said += [(name.replace("_", "-"), value) for name, value in headers.items()]
    return client.ask("PUT", MANIFESTS + reference, body, said)


def tags(client: Client) -> dict[str, str]:
    return dict(client.registry.store.repositories["team/app"].tags)


# --- how much there may be in one -----------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'{"layers":[' + b"[]," * 1_390_000 + b"[]]}",
        b"[" + b"{}," * 1_390_000 + b"{}]",
        b"{" + b",".join(b'"%x":0' % number for number in range(300_000)) + b"}",
    ],
    ids=["lists", "objects", "names"],
)
def test_json_of_very_many_things_is_refused_before_it_is_read(
    client: Client, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labsim.registry.documents.json", None)  # nobody is there to read it
    refused = put(client, "v1", Blob(body))
    assert (refused.status, codes(refused)) == (400, ["MANIFEST_INVALID"])
    assert detail(refused) == "more than 200000 values in JSON input"


def test_four_mebibytes_of_descriptors_are_read_and_of_many_errors_a_thousand_said(
    client: Client,
) -> None:
    entry = {"mediaType": ACCEPTED["oci"], "digest": "", "size": 1000}
    platform = {"platform": {"architecture": "amd64", "os": "linux"}}
    rows = [
        entry | {"digest": f"sha256:{number:064x}"} | platform for number in range(4 * MIB // 204)
    ]
    document = {"schemaVersion": 2, "mediaType": ACCEPTED["oci index"], "manifests": rows}
    body = Blob(json.dumps(document, separators=(",", ":")).encode())
    assert 3.7 * MIB < body.size < 4 * MIB
    refused = put(client, "v1", body, "oci index")
    assert refused.status == 400
    assert codes(refused) == ["MANIFEST_BLOB_UNKNOWN"] * 1000


# --- tags in the query (end-7b) ------------------------------------------------------------------


def test_a_manifest_put_by_digest_brings_its_tags(client: Client) -> None:
    answer = put(client, f"{OLD.digest}?tag=1.2.3&tag=1.2&other=x&tag=1&tag=1.2&tag=latest", OLD)
    assert answer.status == 201
    assert answer.headers["OCI-Tag"] == "1.2.3, 1.2, 1, latest"
    assert answer.headers["Docker-Content-Digest"] == OLD.digest
    assert tags(client) == dict.fromkeys(["1.2.3", "1.2", "1", "latest"], OLD.digest)


def test_a_hundred_tags_are_taken(client: Client) -> None:
    query = "&".join(f"tag=v{n}" for n in range(100))
    assert put(client, f"{OLD.digest}?{query}", OLD).status == 201
    assert len(tags(client)) == 100


@pytest.mark.parametrize("tag", ["", "-bad", "a" * 129, "a/b", "a%20b", "sha256:" + "0" * 64])
def test_one_tag_that_is_none_spoils_the_put(client: Client, tag: str) -> None:
    answer = put(client, f"{OLD.digest}?tag=good&tag={tag}", OLD)
    assert (answer.status, codes(answer)) == (400, ["MANIFEST_INVALID"])
    assert client.get(MANIFESTS + OLD.digest).status == 404
    assert client.get(MANIFESTS + "good").status == 404


def test_a_manifest_put_by_tag_has_that_tag_alone(client: Client) -> None:
    answer = put(client, "v1?tag=v2", OLD)
    assert not answer.headers.get("OCI-Tag")
    assert list(tags(client)) == ["v1"]
    assert not put(client, OLD.digest, OLD).headers.get("OCI-Tag")


# --- conditions (RFC 9110 §13) -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "value", "status"),
    [
        ("If_Match", f'"{OLD.digest}"', 201),
        ("If_Match", "*", 201),
        ("If_Match", f'"{NEW.digest}"', 412),
        ("If_Match", f'W/"{OLD.digest}"', 412),
        ("If_None_Match", "*", 412),
        ("If_None_Match", f'"{OLD.digest}"', 412),
        ("If_None_Match", f'"{NEW.digest}"', 201),
    ],
)
def test_a_tag_moves_only_if_it_is_what_the_client_thinks(
    client: Client, condition: str, value: str, status: int
) -> None:
    put(client, "v1", OLD)
    assert put(client, "v1", NEW, **{condition: value}).status == status
    assert tags(client)["v1"] == (NEW if status == 201 else OLD).digest


@pytest.mark.parametrize(
    ("condition", "status"), [({"If_Match": "*"}, 412), ({"If_None_Match": "*"}, 201)]
)
def test_a_tag_can_be_made_only_if_there_is_none(
    client: Client, condition: dict[str, str], status: int
) -> None:
    assert put(client, "v1", OLD, **condition).status == status


def test_two_who_write_one_list_do_not_overwrite_each_other(client: Client) -> None:
    """The race of the "Referrers Tag Schema", won by whoever is first."""
    for body in (OLD, NEW):
        put(client, body.digest, body)
    put(client, "list", index(), "oci index")
    seen = client.get(MANIFESTS + "list").headers["Etag"]
    assert put(client, "list", index(OLD), "oci index", If_Match=seen).status == 201
    second = put(client, "list", index(NEW), "oci index", If_Match=seen)
    assert (second.status, second.headers["Content-Type"]) == (412, "text/plain; charset=utf-8")
    assert tags(client)["list"] == index(OLD).digest


# --- what a policy decides -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sparse", "image", "listed"),
    [("nothing", 400, 400), ("manifests", 400, 201), ("anything", 201, 201)],
)
def test_a_manifest_may_be_as_sparse_as_the_policy_says(
    client: Client, sparse: str, image: int, listed: int
) -> None:
    client.registry.follow(PLAIN.turned("sparse", sparse))
    absent = manifest(Blob(b"never sent"), kind="oci")
    for reference, body, kind, status in (
        ("image", absent, "oci", image),
        ("index", index(OLD, absent), "oci index", listed),
    ):
        answer = put(client, reference, body, kind)
        assert answer.status == status
        assert set(codes(answer)) == (set() if status == 201 else {"MANIFEST_BLOB_UNKNOWN"})
        if status == 201:
            assert client.get(MANIFESTS + reference, kind).body == body


def test_what_a_sparse_manifest_names_is_no_more_readable_for_it(client: Client) -> None:
    client.registry.follow(PLAIN.turned("sparse", "anything"))
    secret = Blob(b"a layer of somebody else's")
    client.upload("other/secret", secret)
    assert put(client, "mine", manifest(secret)).status == 201
    assert client.get(f"/v2/team/app/blobs/{secret.digest}").status == 404


def test_a_tag_that_cannot_move_stays(client: Client) -> None:
    client.registry.follow(PLAIN.turned("tags_move", value=False))
    assert put(client, "v1", OLD).status == 201
    assert put(client, "v1", OLD).status == 201
    for reference in ("v1", f"{NEW.digest}?tag=v2&tag=v1"):
        answer = put(client, reference, NEW)
        assert (answer.status, codes(answer), detail(answer)) == (403, ["DENIED"], {"tag": "v1"})
    assert tags(client) == {"v1": OLD.digest}
    assert put(client, f"{NEW.digest}?tag=v2", NEW).status == 201


# --- odd but right -------------------------------------------------------------------------------


def test_an_index_may_list_blobs_as_the_cache_of_buildkit_does(client: Client) -> None:
    layers = [{"digest": blob.digest, "size": blob.size} for blob in (LOWER, CONFIG)]
    body = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": layers}
    assert put(client, "cache", Blob(json.dumps(body).encode()), "oci index").status == 201


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("oci", {"layers": None}),
        ("oci", {"layers": [], "subject": None, "annotations": None, "artifactType": None}),
        ("oci", {"layers": [{"digest": CONFIG.digest, "size": 1, "data": "e30="}]}),
        ("oci", {"org.example.own": {"deep": [1]}, "annotations": {}}),
        ("docker", {"layers": None}),
    ],
)
def test_what_may_be_left_out_or_added(client: Client, kind: str, more: dict[str, Any]) -> None:
    body = manifest(kind=kind, **more)
    assert put(client, "v1", body, kind).status == 201
    assert bytes(client.get(MANIFESTS + "v1", kind).body) == bytes(body)


def test_an_index_may_be_empty_or_list_an_index(client: Client) -> None:
    empty = Blob(b'{"schemaVersion":2,"manifests":null}')
    assert put(client, empty.digest, empty, "oci index").status == 201
    assert put(client, "outer", index(empty), "oci index").status == 201


def test_the_artifact_manifest_that_the_spec_dropped_is_unknown(client: Client) -> None:
    kind = "application/vnd.oci.artifact.manifest.v1+json"
    answer = client.ask("PUT", MANIFESTS + "x", b"{}", [("Content-Type", kind)])
    assert codes(answer) == ["MANIFEST_INVALID"]
    assert detail(answer).endswith(kind)


def test_a_foreign_layer_with_a_digest_that_is_none_is_refused(client: Client) -> None:
    away = {"mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar", "size": 1}
    assert put(client, "x", manifest(layers=[{**away, "digest": NOWHERE}])).status == 201
    assert codes(put(client, "x", manifest(layers=[{**away, "digest": "?"}]))) == [
        "MANIFEST_INVALID"
    ]
