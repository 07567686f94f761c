"""The table: every row answers as it says, and every refusal that it declares can be provoked."""

from __future__ import annotations

import ast
import inspect
from textwrap import dedent

import pytest

from labsim.errors import OCI_ERRORS
from labsim.registry import ENDPOINTS, HTPASSWD, HUB, PLAIN, Endpoint, Registry
from tests.registry.asking import LOWER, Client, basic, codes
from tests.registry.provocations import (
    ANSWERED,
    BLOB,
    CATALOG,
    MANIFEST,
    PATHS,
    REFERRERS,
    REFUSED,
    SESSION,
    UPLOADS,
    scene,
)
from tests.repository.test_sizes import length
from tests.repository.tree import functions
from tools.endpoints_page import PAGE, page

DECLARED = [(row, code) for row in ENDPOINTS for code in row.codes]
PLAINLY = [(row, status) for row in ENDPOINTS for status in row.answers]


def named(row: Endpoint) -> str:
    return f"{row.method} {row.path}"


@pytest.mark.parametrize(
    ("row", "status"), PLAINLY, ids=[f"{named(row)} {status}" for row, status in PLAINLY]
)
def test_a_row_answers_as_it_says(row: Endpoint, status: int) -> None:
    exact = ANSWERED.get((named(row), status))
    answer = (exact or ANSWERED[row.path, status])(scene(row), row)
    assert (answer.status, codes(answer)) == (status, [])


@pytest.mark.parametrize(
    ("row", "code"), DECLARED, ids=[f"{named(row)} {code}" for row, code in DECLARED]
)
def test_a_declared_code_can_be_provoked(row: Endpoint, code: str) -> None:
    provoke = REFUSED.get((named(row), code)) or REFUSED[row.path, code]
    answer = provoke(scene(row), row)
    if row.method == "HEAD":  # what would be in the body is the GET's
        assert not answer.body
        get = next(r for r in ENDPOINTS if named(r) == f"GET {row.path}")
        answer = provoke(scene(get), get)
    refusals = dict(zip(row.codes, row.refusals, strict=True))
    assert (answer.status, codes(answer)[0]) == refusals[code]


def test_a_code_has_its_own_status_where_none_is_written() -> None:
    for row, code in DECLARED:
        status, bare = dict(zip(row.codes, row.refusals, strict=True))[code]
        assert (status == OCI_ERRORS[bare].status) == (code == bare)


def test_the_page_is_what_the_tool_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
    assert all(f"`{row.method} {row.path}`" in page() for row in ENDPOINTS)


def test_no_handler_guard_or_receiver_is_longer_than_a_person_reads_at_one_go() -> None:
    called = {
        one.__code__
        for row in ENDPOINTS
        for one in (row.handler, row.guard, row.receiver)
        if one is not None
    }
    assert len(called) > 25
    for code in called:
        (function,) = functions(ast.parse(dedent(inspect.getsource(code))))
        assert length(function) <= 25, code.co_qualname


def test_nothing_is_provoked_that_is_not_declared() -> None:
    for provoked, declared in ((REFUSED, DECLARED), (ANSWERED, PLAINLY)):
        known = {(row.path, what) for row, what in declared}
        known |= {(named(row), what) for row, what in declared}
        assert provoked.keys() <= known


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
        (PATHS[REFERRERS], "GET"),
        (CATALOG, "GET"),
        ("/token", "GET, POST"),
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
