"""Referrers: what speaks of a manifest is listed with it, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labsim.blob import Blob
from labsim.image import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from labsim.registry import PLAIN, Registry
from labsim.wire import Response
from tests.registry.asking import ACCEPTED, CONFIG, LOWER, NOWHERE, Client, codes, index, manifest

SUBJECT = manifest(LOWER, kind="oci")
SBOM, SIGNATURE = "application/vnd.example.sbom", "application/vnd.example.signature"


@pytest.fixture
def client() -> Client:
    client = Client(Registry("localhost:5000"))
    assert client.push("team/app", "v1", LOWER, kind="oci") == SUBJECT
    return client


def speaking(kind: str = "oci", of: Blob | str = SUBJECT, **more: Any) -> Blob:
    """A manifest or index with a subject."""
    subject = {
        "mediaType": OCI_MANIFEST,
        "digest": of if isinstance(of, str) else of.digest,
        "size": 1,
    }
    if kind == "oci index":
        document = {**json.loads(bytes(index())), "subject": subject, **more}
        return Blob(json.dumps(document).encode())
    return manifest(LOWER, kind=kind, subject=subject, **more)


def put(client: Client, body: Blob, kind: str = "oci", repository: str = "team/app") -> Response:
    answer = client.put(f"{repository}/manifests/{body.digest}", body, kind)
    assert answer.status == 201
    return answer


def listed(client: Client, of: str = SUBJECT.digest, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/v2/team/app/referrers/{of}{query}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, OCI_INDEX)
    document = json.loads(bytes(answer.body))
    assert (document["schemaVersion"], document["mediaType"]) == (2, OCI_INDEX)
    entries: list[dict[str, Any]] = document["manifests"]
    return entries


def test_what_was_pushed_with_a_subject_is_confirmed_and_listed(client: Client) -> None:
    words = {"org.example.by": "me"}
    sbom = speaking(artifactType=SBOM, annotations=words)
    assert put(client, sbom).headers["OCI-Subject"] == SUBJECT.digest
    assert listed(client) == [
        {
            "mediaType": OCI_MANIFEST,
            "digest": sbom.digest,
            "size": sbom.size,
            "artifactType": SBOM,
            "annotations": words,
        }
    ]


@pytest.mark.parametrize(
    ("kind", "given", "shown"),
    [
        ("oci", {"artifactType": SBOM}, SBOM),
        ("oci", {}, "x/config"),
        ("oci", {"artifactType": ""}, "x/config"),
        ("oci index", {"artifactType": SBOM}, SBOM),
        ("oci index", {}, None),
    ],
)
def test_a_type_is_its_own_or_its_configs_and_an_index_may_have_none(
    client: Client, kind: str, given: dict[str, str], shown: str | None
) -> None:
    body = speaking(kind, **given)
    put(client, body, kind)
    (entry,) = listed(client)
    assert entry.get("artifactType") == shown
    assert entry["mediaType"] == ACCEPTED[kind]


def test_the_list_is_of_one_type_where_that_is_asked(client: Client) -> None:
    for kind in (SBOM, SIGNATURE):
        put(client, speaking(artifactType=kind))
    answer = client.get(f"/v2/team/app/referrers/{SUBJECT.digest}?artifactType={SBOM}")
    assert answer.headers["OCI-Filters-Applied"] == "artifactType"
    assert [entry["artifactType"] for entry in json.loads(bytes(answer.body))["manifests"]] == [
        SBOM
    ]
    assert listed(client, query="?artifactType=x/none") == []
    everything = client.get(f"/v2/team/app/referrers/{SUBJECT.digest}?artifactType=")
    assert not everything.headers.get("OCI-Filters-Applied")
    assert len(listed(client)) == 2


def test_a_plus_in_a_type_is_a_plus_if_it_is_sent_as_one(client: Client) -> None:
    put(client, speaking(artifactType="application/spdx+json"))
    assert len(listed(client, query="?artifactType=application%2Fspdx%2Bjson")) == 1


@pytest.mark.parametrize("repository", ["team/app", "team/none"])
def test_of_nothing_known_there_is_an_empty_list(client: Client, repository: str) -> None:
    answer = client.get(f"/v2/{repository}/referrers/{NOWHERE}")
    assert answer.status == 200
    assert json.loads(bytes(answer.body))["manifests"] == []


@pytest.mark.parametrize("digest", ["xx", "sha256:", "sha256:zz", "md5:" + "0" * 32, "v1"])
def test_what_is_no_digest_is_refused(client: Client, digest: str) -> None:
    answer = client.get(f"/v2/team/app/referrers/{digest}")
    assert (answer.status, codes(answer)) == (400, ["DIGEST_INVALID"])


def test_a_referrer_may_come_before_its_subject(client: Client) -> None:
    later = manifest(kind="oci", annotations={"came": "later"})
    early = speaking(of=later)
    put(client, early)
    assert [entry["digest"] for entry in listed(client, later.digest)] == [early.digest]


def test_a_referrer_goes_with_its_manifest_and_comes_back_with_it(client: Client) -> None:
    one, two = speaking(artifactType=SBOM), speaking(artifactType=SIGNATURE)
    put(client, one)
    put(client, two)
    for gone, left in ((one, [two.digest]), (two, [])):
        assert client.ask("DELETE", f"/v2/team/app/manifests/{gone.digest}").status == 202
        assert [entry["digest"] for entry in listed(client)] == left
    put(client, one)
    assert [entry["digest"] for entry in listed(client)] == [one.digest]


def test_a_referrer_of_one_repository_is_unknown_in_the_next(client: Client) -> None:
    client.upload("team/web", CONFIG, LOWER)
    put(client, speaking(), repository="team/web")
    assert listed(client) == []


def test_dockers_own_formats_have_no_subject(client: Client) -> None:
    answer = put(client, speaking("docker"), "docker")
    assert not answer.headers.get("OCI-Subject")
    assert DOCKER_MANIFEST not in str(listed(client))


@pytest.mark.parametrize(
    "fault",
    [
        {"subject": "sha256"},
        {"subject": {}},
        {"subject": {"digest": "sha256:short"}},
        {"subject": {"digest": NOWHERE}, "annotations": {"a": 1}},
        {"subject": {"digest": NOWHERE}, "annotations": []},
        {"subject": {"digest": NOWHERE}, "artifactType": 1},
    ],
)
def test_a_subject_that_cannot_be_read_is_refused(client: Client, fault: dict[str, Any]) -> None:
    answer = client.put("team/app/manifests/x", manifest(LOWER, kind="oci", **fault), "oci")
    assert (answer.status, codes(answer)) == (400, ["MANIFEST_INVALID"])


def test_a_list_is_cut_where_a_manifest_would_be_too_long(client: Client) -> None:
    bodies = [speaking(artifactType=SBOM, annotations={"n": str(n) * 50}) for n in range(7)]
    for body in bodies:
        put(client, body)
    client.registry.follow(PLAIN.turned("manifest_limit", 900))
    target, found, pages = f"/v2/team/app/referrers/{SUBJECT.digest}?artifactType={SBOM}", [], 0
    while target:
        answer = client.get(target)
        pages += 1
        assert answer.body.size <= 900
        assert answer.headers["OCI-Filters-Applied"] == "artifactType"
        found += [entry["digest"] for entry in json.loads(bytes(answer.body))["manifests"]]
        link = answer.headers.get("Link")
        assert not link or link.endswith('>; rel="next"')
        target = link.partition(">")[0].lstrip("<")
    assert found == sorted(body.digest for body in bodies)
    assert pages == 4


def test_one_that_is_longer_than_a_page_is_a_page(client: Client) -> None:
    for n in range(2):
        put(client, speaking(annotations={"n": str(n) * 500}))
    client.registry.follow(PLAIN.turned("manifest_limit", 300))
    answer = client.get(f"/v2/team/app/referrers/{SUBJECT.digest}")
    assert len(json.loads(bytes(answer.body))["manifests"]) == 1
    assert answer.headers.get("Link")


def test_switching_the_list_on_finds_what_was_pushed_before(client: Client) -> None:
    """Distribution-spec 1.1, "Enabling the Referrers API": the tag schema's entries are in it."""
    registry = client.registry
    registry.follow(PLAIN.turned("referrers", value=False))
    old, absent = speaking(artifactType=SBOM), speaking(artifactType="never/pushed")
    assert not put(client, old).headers.get("OCI-Subject")
    missing = client.get(f"/v2/team/app/referrers/{SUBJECT.digest}")
    assert (missing.status, bytes(missing.body)) == (404, b"404 page not found\n")
    fallback = SUBJECT.digest.replace(":", "-")
    assert client.put(f"team/app/manifests/{fallback}", index(old), "oci index").status == 201
    registry.follow(PLAIN.turned("sparse", "manifests"))
    sparse = index(old, absent, SUBJECT)
    assert client.put(f"team/app/manifests/{fallback}", sparse, "oci index").status == 201
    assert [entry["digest"] for entry in listed(client)] == [old.digest]
