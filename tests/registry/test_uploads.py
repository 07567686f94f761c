"""Uploads: in one request, in two, in chunks, mounted, cancelled, and wrong in each way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.registry import PLAIN, Registry
from labsim.wire import Response
from tests.registry.asking import LOWER, NOWHERE, UPPER, Client, codes, detail


@pytest.fixture
def client() -> Client:
    return Client(Registry("localhost:5000"), host="localhost:5000")


def has(client: Client, repository: str, blob: Blob) -> bool:
    return client.ask("HEAD", f"/v2/{repository}/blobs/{blob.digest}").status == 200


def test_post_patch_put_as_dockerd_does(client: Client) -> None:
    opened = client.ask("POST", "/v2/team/app/blobs/uploads/")
    assert (opened.status, opened.headers["Range"]) == (202, "0-0")
    identity = opened.headers["Docker-Upload-Uuid"]
    assert f"/v2/team/app/blobs/uploads/{identity}?_state=" in opened.headers["Location"]
    patched = client.ask("PATCH", client.go_on(opened), LOWER)
    assert (patched.status, patched.headers["Range"]) == (202, "0-999")
    digest = LOWER.digest.replace(":", "%3A")
    done = client.ask("PUT", f"{client.go_on(patched)}&digest={digest}")
    assert done.status == 201
    assert done.headers["Docker-Content-Digest"] == LOWER.digest
    assert done.headers["Location"] == f"http://localhost:5000/v2/team/app/blobs/{LOWER.digest}"
    assert has(client, "team/app", LOWER)


def test_the_digest_may_come_before_the_state(client: Client) -> None:
    path, _, state = client.open_upload("team/app").partition("?")
    assert client.ask("PUT", f"{path}?digest={LOWER.digest}&{state}", LOWER).status == 201


def test_post_with_the_whole_blob(client: Client) -> None:
    target = f"/v2/team/app/blobs/uploads/?digest={LOWER.digest}"
    assert client.ask("POST", target, LOWER).status == 201
    assert has(client, "team/app", LOWER)
    refused = client.ask("POST", f"/v2/team/app/blobs/uploads/?digest={NOWHERE}", LOWER)
    assert codes(refused) == ["DIGEST_INVALID"]
    announced = client.ask("POST", target)  # no body came: it will be sent the usual way
    assert announced.status == 202


def chunk(client: Client, target: str, first: int, data: bytes, **more: str) -> Response:
    headers = [("Content-Range", f"{first}-{first + len(data) - 1}"), *more.items()]
    return client.ask("PATCH", target, data, headers)


def test_chunks_must_follow_each_other(client: Client) -> None:
    target = client.open_upload("team/app")
    assert chunk(client, target, 0, b"abc").status == 202
    for wrong in (0, 2, 4):
        refused = chunk(client, target, wrong, b"def")
        assert (refused.status, codes(refused)) == (416, ["RANGE_INVALID"])
    status = client.get(target)
    assert (status.status, status.headers["Range"]) == (204, "0-2")
    assert chunk(client, target, 3, b"def").status == 202
    whole = Blob(b"abcdefghi")
    last = client.ask("PUT", f"{target}&digest={whole.digest}", b"ghi", [("Content-Range", "6-8")])
    assert last.status == 201
    assert bytes(client.get(f"/v2/team/app/blobs/{whole.digest}").body) == b"abcdefghi"


@pytest.mark.parametrize(
    ("span", "code"),
    [
        ("0-2", "SIZE_INVALID"),
        ("3-1", "RANGE_INVALID"),
        ("1-2", "RANGE_INVALID"),
        ("bytes 0-1/2", "RANGE_INVALID"),
        ("0", "RANGE_INVALID"),
        ("-1", "RANGE_INVALID"),
        ("٠-١", "RANGE_INVALID"),
        ("0-" + "9" * 5000, "RANGE_INVALID"),
    ],
)
def test_a_wrong_range_leaves_the_session_as_it_was(client: Client, span: str, code: str) -> None:
    target = client.open_upload("team/app")
    refused = client.ask("PATCH", target, b"ab", [("Content-Range", span)])
    assert codes(refused) == [code]
    assert client.get(target).headers["Range"] == "0-0"
    assert chunk(client, target, 0, b"ab").status == 202


def test_a_mismatch_leaves_the_session_as_it_was(client: Client) -> None:
    target = client.open_upload("team/app")
    client.ask("PATCH", target, b"hello ")
    whole = Blob(b"hello world")
    wrong = client.ask("PUT", f"{target}&digest={NOWHERE}", b"world")
    assert (wrong.status, codes(wrong)) == (400, ["DIGEST_INVALID"])
    assert detail(wrong) == (
        f"invalid digest for referenced layer: {NOWHERE}, content does not match digest"
    )
    assert client.ask("PUT", f"{target}&digest={whole.digest}", b"world").status == 201


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "digest missing"),
        ("&digest=", "digest missing"),
        ("&digest=zz", "digest parsing failed"),
        ("&digest=sha1:" + "0" * 40, "digest parsing failed"),
    ],
)
def test_a_put_names_its_blob(client: Client, query: str, said: str) -> None:
    assert detail(client.ask("PUT", client.open_upload("team/app") + query, b"x")) == said


def test_a_location_can_be_asked_as_it_stands(client: Client) -> None:
    begun = client.ask("POST", "/v2/team/app/blobs/uploads/").headers["Location"]
    assert begun.startswith("http://")
    done = client.ask("PUT", f"{begun}&digest={LOWER.digest}", LOWER)
    assert done.status == 201
    assert client.get(done.headers["Location"]).body == LOWER
    assert client.get("http://localhost:5000").status == 404
    assert client.get("http://localhost:5000/v2/").status == 200
    assert client.get("http:/v2/").status == 404


def test_a_finished_or_cancelled_session_is_unknown(client: Client) -> None:
    for end in ("PUT", "DELETE"):
        target = client.open_upload("team/app")
        client.ask(end, f"{target}&digest={UPPER.digest}", UPPER)
        for method in ("GET", "PATCH", "PUT", "DELETE"):
            assert codes(client.ask(method, target, b"x")) == ["BLOB_UPLOAD_UNKNOWN"]
    assert len(client.registry.uploads) == 0


def test_a_cancelled_session_leaves_nothing(client: Client) -> None:
    target = client.open_upload("team/app")
    client.ask("PATCH", target, LOWER)
    assert client.ask("DELETE", target).status == 204
    assert not client.registry.store.blobs


def test_a_session_asks_for_its_state(client: Client) -> None:
    target = client.open_upload("team/app")
    for wrong in (target.partition("?")[0], target[:-1], target.replace("_state=", "state=")):
        assert codes(client.ask("PATCH", wrong, b"x")) == ["BLOB_UPLOAD_INVALID"]


@pytest.mark.parametrize("query", ["mount={}&from=team/app", "from=team%2Fapp&mount={}"])
def test_mounting_moves_no_bytes(client: Client, query: str) -> None:
    client.upload("team/app", LOWER)
    query = query.format(LOWER.digest.replace(":", "%3A") if "%" in query else LOWER.digest)
    answer = client.ask("POST", f"/v2/team/web/blobs/uploads/?{query}")
    assert answer.status == 201
    assert answer.headers["Docker-Content-Digest"] == LOWER.digest
    assert answer.headers["Location"].endswith(f"/v2/team/web/blobs/{LOWER.digest}")
    assert has(client, "team/web", LOWER)
    assert client.registry.store.size == LOWER.size


def test_a_mount_that_cannot_be_is_an_upload(client: Client) -> None:
    client.upload("team/app", LOWER)
    answer = client.ask("POST", f"/v2/team/web/blobs/uploads/?mount={UPPER.digest}&from=team/app")
    assert answer.status == 202
    done = client.ask("PUT", f"{client.go_on(answer)}&digest={UPPER.digest}", UPPER)
    assert done.status == 201


@pytest.mark.parametrize(
    ("switches", "location"),
    [
        ({}, "http://localhost:5000/v2/"),
        ({"scheme": "https"}, "https://localhost:5000/v2/"),
        ({"location": "relative"}, "/v2/"),
    ],
)
def test_a_location_is_absolute_or_relative(switches: dict[str, str], location: str) -> None:
    policy = PLAIN
    for switch, value in switches.items():
        policy = policy.turned(switch, value)
    client = Client(Registry("localhost:5000", policy=policy))
    answer = client.ask("POST", "/v2/team/app/blobs/uploads/")
    assert answer.headers["Location"].startswith(location)


def test_a_location_speaks_of_the_host_that_was_called() -> None:
    registry = Registry("localhost:5000")
    called = Client(registry, host="127.0.0.1:33333").ask("POST", "/v2/a/blobs/uploads/")
    assert called.headers["Location"].startswith("http://127.0.0.1:33333/v2/")
    hub = Client(Registry("docker.io", policy=PLAIN.turned("scheme", "https")), host="docker.io")
    assert hub.open_upload("a/b").startswith("/v2/a/b/")


class Counted(Blob):
    """A blob that counts how often it is named from scratch."""

    hashed = 0

    @property
    def digest(self) -> Digest:
        if self._digest is None:
            type(self).hashed += 1
        return super().digest


def test_a_blob_is_hashed_once(client: Client) -> None:
    blob = Counted(b"x" * 4096)
    client.upload("team/app", blob)
    client.upload("team/web", blob)
    assert Counted.hashed == 1


def test_an_announced_name_is_not_computed_again(client: Client) -> None:
    def never() -> Iterator[bytes]:
        raise AssertionError("the bytes were read")

    blob = Blob.generated(never, 70_000_000, Digest(NOWHERE))
    target = client.open_upload("team/app")
    assert client.ask("PATCH", target, blob).headers["Range"] == "0-69999999"
    assert client.ask("PUT", f"{target}&digest={NOWHERE}").status == 201
    assert client.registry.store.size == 70_000_000
