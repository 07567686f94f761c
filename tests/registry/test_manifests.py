"""Manifests: checked when they are put, served as they were pushed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.blob import Blob
from labsim.image import (
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    Descriptor,
    Manifest,
)
from labsim.registry import Registry
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


@pytest.fixture
def client() -> Client:
    client = Client(Registry("localhost:5000"))
    client.upload("team/app", CONFIG, LOWER, UPPER)
    return client


def put(client: Client, reference: str, body: Blob, kind: str = "docker") -> Any:
    return client.put(f"team/app/manifests/{reference}", body, kind)


def test_a_manifest_comes_back_byte_for_byte(client: Client) -> None:
    odd = Blob(bytes(manifest(LOWER)).replace(b", ", b" ,\n\t") + b"\n\n")
    assert put(client, "v1", odd).status == 201
    for reference in ("v1", odd.digest):
        answer = client.get(MANIFESTS + reference)
        assert bytes(answer.body) == bytes(odd)
        assert answer.headers["Docker-Content-Digest"] == odd.digest


def test_the_headers_are_the_recorded_ones(client: Client) -> None:
    pushed = client.push("team/app", "v1", LOWER)
    head, get = (client.ask(method, MANIFESTS + "v1") for method in ("HEAD", "GET"))
    assert list(head.headers) == list(get.headers)
    assert not head.body
    assert list(head.headers) == [
        ("Content-Length", str(pushed.size)),
        ("Content-Type", DOCKER_MANIFEST),
        ("Docker-Content-Digest", pushed.digest),
        ("Docker-Distribution-Api-Version", "registry/2.0"),
        ("Etag", f'"{pushed.digest}"'),
        ("X-Content-Type-Options", "nosniff"),
    ]


def test_a_put_points_to_the_manifest_by_digest(client: Client) -> None:
    body = manifest(LOWER)
    answer = put(client, "v1", body)
    assert answer.headers["Location"] == f"http://localhost:5000{MANIFESTS}{body.digest}"
    assert answer.headers["Docker-Content-Digest"] == body.digest


def test_every_missing_blob_is_named_in_one_answer(client: Client) -> None:
    first, second = Blob(b"one"), Blob(b"two")
    answer = put(client, "v1", manifest(LOWER, first, second, first))
    assert (answer.status, codes(answer)) == (400, ["MANIFEST_BLOB_UNKNOWN"] * 2)
    errors = json.loads(bytes(answer.body))["errors"]
    assert [error["detail"] for error in errors] == [first.digest, second.digest]
    assert client.get(MANIFESTS + "v1").status == 404


def test_a_blob_of_another_repository_does_not_count(client: Client) -> None:
    client.upload("team/web", Blob(b"over there"))
    answer = put(client, "v1", manifest(Blob(b"over there")))
    assert codes(answer) == ["MANIFEST_BLOB_UNKNOWN"]
    nowhere_yet = client.put("team/new/manifests/v1", manifest(LOWER))
    assert codes(nowhere_yet) == ["MANIFEST_BLOB_UNKNOWN"] * 2
    assert "team/new" not in client.registry.store.repositories


def test_an_index_needs_its_manifests(client: Client) -> None:
    child = manifest(LOWER, kind="oci")
    answer = put(client, "all", index(child), "oci index")
    assert (codes(answer), detail(answer)) == (["MANIFEST_BLOB_UNKNOWN"], child.digest)
    put(client, child.digest, child, "oci")
    assert put(client, "all", index(child), "oci index").status == 201


def test_bytes_that_may_live_elsewhere_need_not_be_here(client: Client) -> None:
    away = {"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}
    layers = [{**away, "digest": NOWHERE, "size": 1}]
    assert put(client, "windows", manifest(layers=layers)).status == 201


def test_the_digest_in_the_url_must_be_that_of_the_body(client: Client) -> None:
    answer = put(client, NOWHERE, manifest(LOWER))
    assert (answer.status, codes(answer)) == (400, ["DIGEST_INVALID"])
    assert not client.registry.store.manifests


TYPE = "unsupported manifest media type and no default available: "


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (b'{"schemaVersion": 2', DOCKER_MANIFEST, "unexpected end of JSON input"),
        (b"", DOCKER_MANIFEST, "unexpected end of JSON input"),
        (b"<html>", DOCKER_MANIFEST, "invalid character '<' looking for beginning of value"),
        (b"\xff\xfe\xfd", DOCKER_MANIFEST, "invalid character in JSON input"),
        (b"[" * 100_000, DOCKER_MANIFEST, "invalid character in JSON input"),
        (b'{"size":' + b"9" * 5000 + b"}", DOCKER_MANIFEST, "invalid character in JSON input"),
        (b"[]", DOCKER_MANIFEST, "json: cannot unmarshal into Go value of type struct"),
        (b"{}", "", TYPE),
        (b"{}", "application/json", TYPE + "application/json"),
        (b"{}", "text/html; charset=utf-8", TYPE + "text/html"),
        (b"{}", DOCKER_MANIFEST, f"mediaType in manifest should be '{DOCKER_MANIFEST}' not ''"),
        (b"{}", OCI_MANIFEST, "a descriptor has no digest"),
        (b'{"config":{"digest":"md5:1"}}', OCI_MANIFEST, "invalid digest 'md5:1'"),
        (b'{"config":{"digest":1}}', OCI_MANIFEST, "a descriptor has no digest"),
        (b'{"layers":{}}', OCI_MANIFEST, "json: cannot unmarshal field layers into a list"),
        (b'{"manifests":[]}', OCI_MANIFEST, "manifest: expected manifest but found manifests"),
        (b'{"layers":[]}', OCI_INDEX, "index: expected index but found config or layers"),
        (
            bytes(manifest(kind="oci")),
            DOCKER_MANIFEST,
            f"mediaType in manifest should be '{DOCKER_MANIFEST}' not '{OCI_MANIFEST}'",
        ),
    ],
)
def test_what_is_no_manifest_is_refused(
    client: Client, body: bytes, content_type: str, said: str
) -> None:
    headers = [("Content-Type", content_type)] if content_type else []
    answer = client.ask("PUT", MANIFESTS + "v1", body, headers)
    assert (answer.status, codes(answer), detail(answer)) == (400, ["MANIFEST_INVALID"], said)


def test_an_oci_manifest_need_not_say_what_it_is(client: Client) -> None:
    bare = json.loads(bytes(manifest(LOWER, kind="oci")))
    del bare["mediaType"]
    body = Blob(json.dumps(bare).encode())
    assert put(client, "v1", body, "oci").status == 201
    assert client.get(MANIFESTS + "v1", "oci").headers["Content-Type"] == OCI_MANIFEST


def test_a_known_manifest_is_not_parsed_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = client.push("team/app", "v1", LOWER)
    with monkeypatch.context() as without:
        without.setattr("labsim.registry.documents.parse", None)
        assert put(client, "v2", body).status == 201
    wrong = put(client, "v3", body, "oci")
    assert codes(wrong) == ["MANIFEST_INVALID"]
    assert len(client.registry.store.manifests) == 1


@pytest.mark.parametrize(("size", "status"), [(4 << 20, 400), ((4 << 20) + 1, 413)])
def test_a_manifest_has_a_limit(client: Client, size: int, status: int) -> None:
    answer = put(client, "big", Blob(b" " * size))
    assert (answer.status, codes(answer)) == (status, ["MANIFEST_INVALID"])


def test_a_tag_moves_and_the_old_manifest_stays(client: Client) -> None:
    old = client.push("team/app", "latest", LOWER)
    new = client.push("team/app", "latest", LOWER, UPPER)
    assert client.get(MANIFESTS + "latest").headers["Docker-Content-Digest"] == new.digest
    assert bytes(client.get(MANIFESTS + old.digest).body) == bytes(old)


def test_a_manifest_of_one_repository_is_unknown_in_the_next(client: Client) -> None:
    pushed = client.push("team/app", "v1", LOWER)
    client.push("team/web", "v1", UPPER)
    answer = client.get(f"/v2/team/web/manifests/{pushed.digest}")
    assert codes(answer) == ["MANIFEST_UNKNOWN"]
    assert detail(answer) == f"unknown manifest name=team/web revision={pushed.digest}"


def test_a_digest_is_no_tag(client: Client) -> None:
    client.push("team/app", "v1", LOWER)
    assert client.get(f"{MANIFESTS}sha256").status == 404


@pytest.mark.parametrize(
    ("stored", "accept", "status"),
    [
        ("docker", "", 200),
        ("docker", "oci", 200),
        ("oci", "oci", 200),
        ("oci", f"text/html, {OCI_MANIFEST};q=0.1", 200),
        ("oci", "", 404),
        ("oci", "*/*", 404),
        ("oci", "docker", 404),
        ("oci", OCI_MANIFEST + "x", 404),
    ],
)
def test_what_a_client_must_accept(client: Client, stored: str, accept: str, status: int) -> None:
    client.push("team/app", "v1", LOWER, kind=stored)
    answer = client.get(MANIFESTS + "v1", accept)
    assert answer.status == status
    if status == 404:
        message = json.loads(bytes(answer.body))["errors"][0]
        assert message == {
            "code": "MANIFEST_UNKNOWN",
            "message": "OCI manifest found, but accept header does not support OCI manifests",
        }


def test_accept_may_be_sent_line_by_line(client: Client) -> None:
    client.push("team/app", "v1", LOWER, kind="oci")
    lines = [("Accept", kind) for kind in ACCEPTED.values()]
    assert client.ask("GET", MANIFESTS + "v1", b"", lines).status == 200


@pytest.mark.parametrize(
    ("platform", "accept", "status"),
    [
        ("amd64", "docker list", 200),
        ("amd64", "docker", 200),
        ("amd64", "", 400),
        ("arm64", "docker", 404),
    ],
)
def test_a_docker_list_for_an_old_client_is_its_amd64_manifest(
    client: Client, platform: str, accept: str, status: int
) -> None:
    child = client.push("team/app", "v1", LOWER)
    listed = index(child, kind="docker list", platform=platform)
    assert put(client, "list", listed, "docker list").status == 201
    answer = client.get(MANIFESTS + "list", accept)
    assert answer.status == status
    if status == 200:
        served = listed if accept == "docker list" else child
        assert answer.headers["Docker-Content-Digest"] == served.digest
    assert client.get(MANIFESTS + listed.digest).status == 200


def test_who_has_the_manifest_is_told_so(client: Client) -> None:
    pushed = client.push("team/app", "v1", LOWER)
    for tags in (f'"{pushed.digest}"', f'W/"{pushed.digest}", "x"', "*"):
        answer = client.ask("GET", MANIFESTS + "v1", b"", [("If-None-Match", tags)])
        assert (answer.status, answer.headers["Etag"]) == (304, f'"{pushed.digest}"')
    other = [("If-None-Match", f'"{NOWHERE}"')]
    assert client.ask("GET", MANIFESTS + "v1", b"", other).status == 200


# --- deleting ------------------------------------------------------------------------------------


def test_deleting_by_tag_takes_the_tag_by_digest_everything(client: Client) -> None:
    pushed = client.push("team/app", "v1", LOWER)
    put(client, "v2", pushed)
    assert client.ask("DELETE", MANIFESTS + "v1").status == 202
    assert client.get(MANIFESTS + "v2").status == 200
    assert client.ask("DELETE", MANIFESTS + pushed.digest).status == 202
    assert client.get(MANIFESTS + "v2").status == 404
    tags = client.get("/v2/team/app/tags/list")
    assert bytes(tags.body) == b'{"name":"team/app","tags":[]}\n'


# --- tags ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "tags", "link"),
    [
        ("", ["10", "9", "A0", "a1", "a2"], ""),
        ("?n=", ["10", "9", "A0", "a1", "a2"], ""),
        ("?n=2", ["10", "9"], "last=9&n=2"),
        ("?n=2&last=9", ["A0", "a1"], "last=a1&n=2"),
        ("?n=2&last=a1", ["a2"], ""),
        ("?n=5", ["10", "9", "A0", "a1", "a2"], "last=a2&n=5"),
        ("?n=0", [], ""),
        ("?last=a1", ["a2"], ""),
        ("?last=a0", ["a1", "a2"], ""),
        ("?n=2&last=zzz", [], ""),
        ("?n=1&n=2&last=a0&last=9", ["a1"], "last=a1&n=1"),
        ("?n=99999", ["10", "9", "A0", "a1", "a2"], ""),
    ],
)
def test_tags_are_listed_in_pages(client: Client, query: str, tags: list[str], link: str) -> None:
    body = manifest(LOWER)
    for tag in ("a2", "10", "A0", "9", "a1"):
        put(client, tag, body)
    answer = client.get(f"/v2/team/app/tags/list{query}")
    assert json.loads(bytes(answer.body)) == {"name": "team/app", "tags": tags}
    expected = f'</v2/team/app/tags/list?{link}>; rel="next"' if link else ""
    assert answer.headers.get("Link") == expected


@pytest.mark.parametrize(("n", "said"), [("-1", -1), ("abc", 0), ("1_0", 0), ("٣", 0)])
def test_a_page_has_a_size(client: Client, n: str, said: int) -> None:
    client.push("team/app", "v1", LOWER)
    answer = client.get(f"/v2/team/app/tags/list?n={n}")
    assert (codes(answer), detail(answer)) == (["PAGINATION_NUMBER_INVALID"], {"n": said})


def test_a_repository_without_a_manifest_has_no_list(client: Client) -> None:
    answer = client.get("/v2/team/app/tags/list")
    assert (codes(answer), detail(answer)) == (["NAME_UNKNOWN"], {"name": "team/app"})


# --- whatever comes ------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([NOWHERE, OCI_MANIFEST, "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["digest", "mediaType", "platform", "os"]), inner)
    ),
)
FIELDS = st.sampled_from(["config", "layers", "manifests", "mediaType", "subject"])


@given(st.dictionaries(FIELDS, VALUES), st.sampled_from(sorted(ACCEPTED)))
def test_no_document_breaks_the_registry(document: dict[str, Any], kind: str) -> None:
    client = Client(Registry("localhost:5000"))
    client.upload("team/app", CONFIG)
    answer = put(client, "v1", Blob(json.dumps(document).encode()), kind)
    assert answer.status in (201, 400)
    assert answer.status == 201 or codes(answer)


def test_a_manifest_is_judged_by_its_bytes_not_by_what_it_says_of_itself(client: Client) -> None:
    absent = Blob(b"never uploaded")
    made = Manifest.docker(Descriptor.of("x/config", CONFIG), [Descriptor.of(DOCKER_LAYER, absent)])
    made.layers = ()
    refused = put(client, "lie", made, "docker")
    assert (codes(refused), detail(refused)) == (["MANIFEST_BLOB_UNKNOWN"], absent.digest)
