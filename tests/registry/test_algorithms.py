"""Every algorithm that a digest may have: content is served under the name that it was given."""

from __future__ import annotations

import json

import pytest

from labsim.digest import Digest
from labsim.image import OCI_INDEX, OCI_MANIFEST
from labsim.registry import PLAIN, Registry
from labsim.wire import Response
from tests.registry.asking import NOWHERE, Client, codes

BYTES = b"some bytes" * 100
ALGORITHMS = ("sha256", "sha384", "sha512")


@pytest.fixture
def client() -> Client:
    return Client(Registry("localhost:5000", policy=PLAIN.turned("mount_anonymous", value=True)))


@pytest.fixture(params=ALGORITHMS)
def algorithm(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def arrived(client: Client, answer: Response, digest: Digest, data: bytes = BYTES) -> None:
    """It says where the blob is, and there it is, under the name asked for."""
    assert answer.status == 201
    assert answer.headers["Docker-Content-Digest"] == digest
    assert answer.headers["Location"].endswith(f"/blobs/{digest}")
    got = client.get(answer.headers["Location"])
    assert (got.headers["Docker-Content-Digest"], bytes(got.body)) == (digest, data)
    assert got.headers["Etag"] == f'"{digest}"'


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("data", [BYTES, b""])
def test_each_way_to_upload(client: Client, algorithm: str, announced: bool, data: bytes) -> None:
    digest = Digest.of(data, algorithm)
    query = f"?digest-algorithm={algorithm}" if announced else ""

    def begun() -> str:
        return client.go_on(client.ask("POST", f"/v2/team/app/blobs/uploads/{query}"))

    arrived(client, client.ask("PUT", f"{begun()}&digest={digest}", data), digest, data)
    target = begun()
    for at in range(0, len(data), 300):
        part = data[at : at + 300]
        span = ("Content-Range", f"{at}-{at + len(part) - 1}")
        assert client.ask("PATCH", target, part, [span]).status == 202
    arrived(client, client.ask("PUT", f"{target}&digest={digest}"), digest, data)
    posted = client.ask("POST", f"/v2/team/two/blobs/uploads/?digest={digest}", data)
    arrived(client, posted, digest, data)


@pytest.mark.parametrize("source", ["&from=team/app", ""])
def test_a_mount_is_by_name(client: Client, algorithm: str, source: str) -> None:
    digest = Digest.of(BYTES, algorithm)
    client.ask("POST", f"/v2/team/app/blobs/uploads/?digest={digest}", BYTES)
    answer = client.ask("POST", f"/v2/team/web/blobs/uploads/?mount={digest}{source}")
    arrived(client, answer, digest)


def test_content_is_known_by_the_names_that_it_was_given(client: Client) -> None:
    given, other = Digest.of(BYTES, "sha512"), Digest.of(BYTES)
    client.ask("POST", f"/v2/team/app/blobs/uploads/?digest={given}", BYTES)
    assert client.get(f"/v2/team/app/blobs/{other}").status == 404
    client.ask("POST", f"/v2/team/app/blobs/uploads/?digest={other}", BYTES)
    assert client.get(f"/v2/team/app/blobs/{other}").status == 200


def test_each_name_of_one_content_is_deleted_by_itself(client: Client) -> None:
    names = [Digest.of(BYTES, algorithm) for algorithm in ALGORITHMS]
    for digest in names:
        client.ask("POST", f"/v2/team/app/blobs/uploads/?digest={digest}", BYTES)
    assert client.ask("DELETE", f"/v2/team/app/blobs/{names[0]}").status == 202
    found = [client.ask("HEAD", f"/v2/team/app/blobs/{digest}").status for digest in names]
    assert found == [404, 200, 200]


def test_what_was_announced_is_not_what_must_come(client: Client) -> None:
    begun = client.ask("POST", "/v2/team/app/blobs/uploads/?digest-algorithm=sha512")
    digest = Digest.of(BYTES)
    arrived(client, client.ask("PUT", f"{client.go_on(begun)}&digest={digest}", BYTES), digest)


def test_a_lie_is_one_in_every_algorithm(client: Client, algorithm: str) -> None:
    lie = Digest.of(b"other bytes", algorithm)
    target = client.open_upload("team/app")
    for refused in (
        client.ask("PUT", f"{target}&digest={lie}", BYTES),
        client.ask("POST", f"/v2/team/app/blobs/uploads/?digest={lie}", BYTES),
    ):
        assert (refused.status, codes(refused)) == (400, ["DIGEST_INVALID"])


@pytest.mark.parametrize("query", ["digest-algorithm=md5", "digest-algorithm=", "digest=md5:00"])
def test_an_algorithm_that_nobody_registered_is_refused(client: Client, query: str) -> None:
    for body in (b"", BYTES):
        answer = client.ask("POST", f"/v2/team/app/blobs/uploads/?{query}", body)
        assert (answer.status, codes(answer)) == (400, ["DIGEST_INVALID"])


def test_images_indexes_and_tags_by_another_algorithm(client: Client, algorithm: str) -> None:
    config = Digest.of(b"{}", algorithm)
    client.ask("POST", f"/v2/team/app/blobs/uploads/?digest={config}", b"{}")
    made: list[tuple[str, bytes, str]] = []
    image = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": []}
    body = json.dumps({**image, "config": {"digest": config, "size": 2}}).encode()
    made.append((OCI_MANIFEST, body, Digest.of(body, algorithm)))
    child = {"mediaType": OCI_MANIFEST, "digest": made[0][2], "size": len(body)}
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [child], "subject": child}
    listed = json.dumps(index).encode()
    made.append((OCI_INDEX, listed, Digest.of(listed, algorithm)))
    for kind, data, digest in made:
        target = f"/v2/team/app/manifests/{digest}?tag=latest"
        answer = client.ask("PUT", target, data, [("Content-Type", kind)])
        assert (answer.status, answer.headers["OCI-Tag"]) == (201, "latest")
        assert answer.headers["Location"].endswith(f"/manifests/{digest}")
        for reference in (digest, "latest"):
            got = client.get(f"/v2/team/app/manifests/{reference}", kind)
            assert bytes(got.body) == data
            assert got.headers["Docker-Content-Digest"] == digest
    assert answer.headers["OCI-Subject"] == made[0][2]
    referrers = client.get(f"/v2/team/app/referrers/{made[0][2]}")
    assert made[1][2] in bytes(referrers.body).decode()
    assert client.ask("DELETE", f"/v2/team/app/manifests/{made[1][2]}").status == 202
    assert client.get("/v2/team/app/manifests/latest", OCI_INDEX).status == 404


def test_a_tag_alone_names_by_sha256(client: Client) -> None:
    body = b'{"schemaVersion":2,"manifests":[]}'
    answer = client.ask("PUT", "/v2/a/manifests/x", body, [("Content-Type", OCI_INDEX)])
    assert answer.headers["Docker-Content-Digest"] == Digest.of(body)


@pytest.mark.parametrize("digest", ["sha512:" + "0" * 64, "sha384:" + "0" * 96, NOWHERE])
def test_a_manifest_is_compared_in_the_algorithm_of_its_url(client: Client, digest: str) -> None:
    body = b'{"schemaVersion":2,"manifests":[]}'
    answer = client.ask("PUT", f"/v2/a/manifests/{digest}", body, [("Content-Type", OCI_INDEX)])
    assert (answer.status, codes(answer)) == (400, ["DIGEST_INVALID"])
