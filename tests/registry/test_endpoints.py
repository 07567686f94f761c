"""The table: every row is reached, and every refusal it declares can be provoked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labsim.blob import Blob
from labsim.errors import OCI_ERRORS
from labsim.registry import ENDPOINTS, HTPASSWD, HUB, PLAIN, Endpoint, Registry
from labsim.wire import Response
from tests.registry.asking import (
    CONFIG,
    LOWER,
    NOWHERE,
    Client,
    basic,
    codes,
    index,
    manifest,
)

Provocation = Callable[[Client, Endpoint], Response]

PATHS = {
    "/v2/": "/v2/",
    "/v2/<name>/blobs/<digest>": f"/v2/team/app/blobs/{LOWER.digest}",
    "/v2/<name>/blobs/uploads/": "/v2/team/app/blobs/uploads/",
    "/v2/<name>/blobs/uploads/<session>": "/v2/team/app/blobs/uploads/none",
    "/v2/<name>/manifests/<reference>": "/v2/team/app/manifests/v1",
    "/v2/<name>/tags/list": "/v2/team/app/tags/list",
    "/token": "/token",
    "/_lab/accounts/<account>": "/_lab/accounts/alice",
    "/_lab/accounts/<name>/privacy/<value>": "/_lab/accounts/alice/privacy/private",
    "/_lab/repositories/<name>/visibility/<value>": "/_lab/repositories/team/app/visibility/public",
    "/_lab/policy/": "/_lab/policy/",
    "/_lab/policy/<switch>": "/_lab/policy/delete",
}


def plainly(path: str, body: bytes | Blob = b"", **headers: str) -> Provocation:
    named = [(key.replace("_", "-"), value) for key, value in headers.items()]
    return lambda client, row: client.ask(row.method, path, body, named)


def in_session(more: str = "", body: bytes | Blob = b"", **headers: str) -> Provocation:
    def provoke(client: Client, row: Endpoint) -> Response:
        return plainly(client.open_upload("team/app") + more, body, **headers)(client, row)

    return provoke


def in_other_repository(client: Client, row: Endpoint) -> Response:
    return client.ask(row.method, client.open_upload("team/app").replace("/app/", "/web/"))


def switched(switch: str, provoke: Provocation) -> Provocation:
    def provoke_so(client: Client, row: Endpoint) -> Response:
        client.registry.follow(client.registry.policy.turned(switch, value=False))
        return provoke(client, row)

    return provoke_so


def with_list_for_old_client(client: Client, row: Endpoint) -> Response:
    docker = client.push("team/app", "v1", LOWER)
    client.put("team/app/manifests/list", index(docker, kind="docker list"), "docker list")
    return client.ask(row.method, "/v2/team/app/manifests/list")


ANYWHERE = "/v2/team/app"
UPLOADS = "/v2/<name>/blobs/uploads/"
SESSION = "/v2/<name>/blobs/uploads/<session>"
MANIFEST = "/v2/<name>/manifests/<reference>"
BLOB = "/v2/<name>/blobs/<digest>"
PUT_TYPE = {"Content_Type": "application/vnd.docker.distribution.manifest.v2+json"}

#: (path, code) or (method and path, code) → how to be refused so
PROVOCATIONS: dict[tuple[str, str], Provocation] = {
    (BLOB, "BLOB_UNKNOWN"): plainly(f"{ANYWHERE}/blobs/{NOWHERE}"),
    (BLOB, "DIGEST_INVALID"): plainly(f"{ANYWHERE}/blobs/sha256:no"),
    (BLOB, "UNSUPPORTED"): switched("delete", plainly(f"{ANYWHERE}/blobs/{LOWER.digest}")),
    (UPLOADS, "DIGEST_INVALID"): plainly(f"{ANYWHERE}/blobs/uploads/?digest={NOWHERE}", b"x"),
    (UPLOADS, "NAME_UNKNOWN"): switched("create_on_push", plainly("/v2/team/new/blobs/uploads/")),
    (SESSION, "BLOB_UPLOAD_UNKNOWN"): plainly(f"{ANYWHERE}/blobs/uploads/none"),
    (SESSION, "BLOB_UPLOAD_INVALID"): in_other_repository,
    (SESSION, "RANGE_INVALID"): in_session(body=b"xx", Content_Range="5-6"),
    (SESSION, "SIZE_INVALID"): in_session(body=b"xx", Content_Range="0-6"),
    (SESSION, "UNKNOWN"): in_session(body=b"xx", Content_Range="all"),
    (SESSION, "DIGEST_INVALID"): in_session(),
    (MANIFEST, "MANIFEST_UNKNOWN"): plainly(f"{ANYWHERE}/manifests/none"),
    (MANIFEST, "DIGEST_INVALID"): plainly(f"{ANYWHERE}/manifests/sha256:no", b"{}", **PUT_TYPE),
    (MANIFEST, "MANIFEST_INVALID"): with_list_for_old_client,
    (MANIFEST, "UNSUPPORTED"): switched("delete", plainly(f"{ANYWHERE}/manifests/v1")),
    (f"PUT {MANIFEST}", "MANIFEST_INVALID"): plainly(f"{ANYWHERE}/manifests/v1", b"{}"),
    (f"PUT {MANIFEST}", "MANIFEST_BLOB_UNKNOWN"): plainly(
        f"{ANYWHERE}/manifests/v1", manifest(Blob(b"never sent")), **PUT_TYPE
    ),
    (f"PUT {MANIFEST}", "NAME_UNKNOWN"): switched(
        "create_on_push", plainly("/v2/team/new/manifests/v1", manifest(), **PUT_TYPE)
    ),
    ("/v2/<name>/tags/list", "NAME_UNKNOWN"): plainly("/v2/team/none/tags/list"),
    ("/v2/<name>/tags/list", "PAGINATION_NUMBER_INVALID"): plainly(f"{ANYWHERE}/tags/list?n=many"),
}

DECLARED = [(row, code) for row in ENDPOINTS for code in row.codes]


@pytest.mark.parametrize(
    ("row", "code"), DECLARED, ids=[f"{row.method} {row.path} {code}" for row, code in DECLARED]
)
def test_a_declared_code_can_be_provoked(row: Endpoint, code: str) -> None:
    client = Client(Registry("localhost:5000"))
    client.upload("team/app", CONFIG, LOWER)
    client.put("team/app/manifests/v1", manifest(LOWER))
    exact = PROVOCATIONS.get((f"{row.method} {row.path}", code))
    answer = (exact or PROVOCATIONS[row.path, code])(client, row)
    if row.method == "HEAD":  # what would be in the body is the GET's
        get = next(r for r in ENDPOINTS if (r.method, r.path) == ("GET", row.path))
        assert not answer.body
        answer = (exact or PROVOCATIONS[row.path, code])(client, get)
    assert codes(answer)[0] == code
    assert answer.status == OCI_ERRORS[code].status


def test_nothing_is_provoked_that_is_not_declared() -> None:
    declared = {(row.path, code) for row, code in DECLARED}
    declared |= {(f"{row.method} {row.path}", code) for row, code in DECLARED}
    assert PROVOCATIONS.keys() <= declared


SCOPED = [row for row in ENDPOINTS if row.scope not in ("token", "operator")]


@pytest.mark.parametrize("row", SCOPED, ids=[f"{row.method} {row.path}" for row in SCOPED])
def test_a_row_with_a_scope_asks_who_is_there(row: Endpoint) -> None:
    for policy in (HUB, HTPASSWD):
        stranger = Client(Registry("docker.io", policy=policy))
        answer = stranger.ask(row.method, PATHS[row.path])
        assert answer.status == 401
        assert codes(answer) == ([] if row.method == "HEAD" else ["UNAUTHORIZED"])
        assert answer.headers["Www-Authenticate"].startswith(("Bearer ", "Basic "))


NAMED = [row for row in SCOPED if "<name>" in row.path]


@pytest.mark.parametrize("row", NAMED, ids=[f"{row.method} {row.path}" for row in NAMED])
def test_a_known_account_without_the_right_is_denied(row: Endpoint) -> None:
    policy = HTPASSWD.turned("push_to", "own namespace")
    registry = Registry("registry.example.com", policy=policy, users={"bob": "lab"})
    answer = Client(registry, basic("bob", "lab")).ask(row.method, PATHS[row.path])
    assert answer.status == 403
    assert codes(answer) == ([] if row.method == "HEAD" else ["DENIED"])


@pytest.mark.parametrize("row", NAMED, ids=[f"{row.method} {row.path}" for row in NAMED])
def test_a_name_can_be_too_long(row: Endpoint) -> None:
    client = Client(Registry("localhost:5000", policy=PLAIN))
    answer = client.ask(row.method, PATHS[row.path].replace("team/app", "a/" * 127 + "a"))
    assert answer.status == 400
    assert codes(answer) == ([] if row.method == "HEAD" else ["NAME_INVALID"])


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v2/", "GET, HEAD, OPTIONS"),
        (PATHS[BLOB], "DELETE, GET, HEAD"),
        (PATHS[UPLOADS], "POST"),
        (PATHS[SESSION], "DELETE, GET, PATCH, PUT"),
        (PATHS[MANIFEST], "DELETE, GET, HEAD, PUT"),
        ("/v2/team/app/tags/list", "GET"),
        ("/token", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(path: str, allowed: str) -> None:
    answer = Client(Registry("ghcr.io")).ask("TRACE", path)
    assert answer.status == 405
    assert answer.headers["Allow"] == allowed
    assert bytes(answer.body) == b"Method not allowed\n"


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/v2", "/v2/"),
        ("/v2//", "/v2/"),
        ("/v2//team//app/tags/list", "/v2/team/app/tags/list"),
        ("/v2/team/app/blobs/uploads", "/v2/team/app/blobs/uploads/"),
        ("//evil.example/v2/a/tags/list", None),
    ],
)
def test_wrong_slashes_are_sent_to_the_right_path(target: str, location: str | None) -> None:
    answer = Client(Registry("localhost:5000")).get(target)
    assert answer.status == (301 if location else 404)
    assert answer.headers.get("Location") == (location or "")


@pytest.mark.parametrize(
    "target",
    [
        "",
        "/",
        "*",
        "v2/",
        "/v1/",
        "/v2/x",
        "/v2/tags/list",
        "/v2/a/blobs/nodigest",
        "/v2/%/tags/list",
    ],
)
def test_what_is_no_route_is_404_in_plain_text(target: str) -> None:
    answer = Client(Registry("localhost:5000")).get(target)
    assert (answer.status, bytes(answer.body)) == (404, b"404 page not found\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_an_encoded_path_is_the_same_path() -> None:
    client = Client(Registry("localhost:5000"))
    client.upload("team/app", LOWER)
    encoded = f"/v2/team%2Fapp/blobs/{LOWER.digest}".replace("sha256:", "sha256%3A")
    assert client.ask("HEAD", encoded).status == 200


def test_a_repository_may_be_called_like_a_segment_of_the_api() -> None:
    client = Client(Registry("localhost:5000"))
    for name in ("blobs/uploads", "manifests/tags", "a/blobs", "v2"):
        client.push(name, "list", LOWER)
        assert client.get(f"/v2/{name}/manifests/list").status == 200
        assert client.get(f"/v2/{name}/tags/list").status == 200
