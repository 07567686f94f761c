"""The operator's desk: open to the operator, and no path at all to anybody else."""

from __future__ import annotations

import json

import pytest

from labsim.registry import ENDPOINTS, HUB, OPERATOR, Registry
from tests.registry.asking import LOWER, Client, bearer


@pytest.fixture
def operator() -> Client:
    return Client(Registry("docker.io", users={"alice": "lab"}), peer=OPERATOR)


def body(**values: object) -> bytes:
    return json.dumps(values).encode()


DESK = [row for row in ENDPOINTS if row.scope == "operator"]


@pytest.mark.parametrize("row", DESK, ids=[f"{row.method} {row.path}" for row in DESK])
@pytest.mark.parametrize("peer", ["", "alice", "Operator", "127.0.0.1"])
def test_the_desk_is_closed_to_everybody_else(row: object, peer: str) -> None:
    registry = Registry("docker.io", users={"alice": "lab"})
    for path in ("/_lab/accounts/eve", "/_lab/policy/delete", "/_lab/policy/", "/_lab/collect"):
        for method in ("GET", "PUT", "POST"):
            headers = [("Peer", OPERATOR), ("X-Peer", OPERATOR)]
            answer = Client(registry, peer=peer).ask(method, path, body(password="x"), headers)
            assert answer.status in (404, 405)
    assert list(registry.access.accounts) == ["alice"]
    assert registry.policy == HUB


def test_an_account_is_made_once(operator: Client) -> None:
    assert operator.ask("PUT", "/_lab/accounts/carol", body(password="lab")).status == 201
    assert operator.ask("PUT", "/_lab/accounts/carol", body(password="x")).status == 409
    assert operator.ask("PUT", "/_lab/accounts/library", body(password="x")).status == 400
    carol = bearer(operator.registry, "carol/app:pull,push", user="carol")
    carol.push("carol/app", "v1", LOWER)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[]",
        b"{}",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"password":"\\ud800"}',
        body(password=1),
        body(password="x", default_privacy="?"),
    ],
)
def test_an_account_needs_a_password(operator: Client, wrong: bytes) -> None:
    assert operator.ask("PUT", "/_lab/accounts/carol", wrong).status == 400


@pytest.mark.parametrize("name", ["Carol", "a:b", "c%20d"])
def test_an_account_name_is_a_namespace(operator: Client, name: str) -> None:
    assert operator.ask("PUT", f"/_lab/accounts/{name}", body(password="x")).status == 400


def test_the_account_page_lists_repositories_tags_and_visibility(operator: Client) -> None:
    alice = bearer(operator.registry, "alice/web:pull,push", "alice/app:pull,push", user="alice")
    alice.push("alice/web", "v2", LOWER)
    alice.push("alice/web", "v1", LOWER)
    alice.push("alice/app", "latest", LOWER)
    bearer(operator.registry, "alice/half:pull,push", user="alice").upload("alice/half", LOWER)
    path = "/_lab/repositories/alice/app/visibility/private"
    assert operator.ask("PUT", path).status == 204
    page = json.loads(bytes(operator.get("/_lab/accounts/alice").body))
    assert page == {
        "account": "alice",
        "default_privacy": "public",
        "repositories": [
            {"name": "alice/app", "visibility": "private", "tags": ["latest"]},
            {"name": "alice/web", "visibility": "public", "tags": ["v1", "v2"]},
        ],
    }


def test_closing_a_repository_shuts_strangers_out_and_the_owner_not(operator: Client) -> None:
    registry = operator.registry
    bearer(registry, "alice/app:pull,push", user="alice").push("alice/app", "v1", LOWER)
    path = "/v2/alice/app/manifests/v1"
    for visibility, status in (("private", 401), ("public", 200)):
        operator.ask("PUT", f"/_lab/repositories/alice/app/visibility/{visibility}")
        assert bearer(registry, "alice/app:pull").get(path).status == status
        assert bearer(registry, "alice/app:pull", user="alice").get(path).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_lab/accounts/nobody", 404),
        ("PUT", "/_lab/accounts/nobody/privacy/private", 404),
        ("PUT", "/_lab/accounts/alice/privacy/secret", 404),
        ("PUT", "/_lab/accounts/alice/privacy/private", 204),
        ("PUT", "/_lab/repositories/alice/none/visibility/private", 404),
        ("DELETE", "/_lab/accounts/alice", 405),
        ("GET", "/_lab/accounts/\udcff", 404),
    ],
)
def test_what_is_not_there_is_said(operator: Client, method: str, path: str, status: int) -> None:
    assert operator.ask(method, path).status == status


def test_a_switch_is_turned_from_the_next_request_on(operator: Client) -> None:
    anonymous = bearer(operator.registry, "library/golang:pull")
    assert anonymous.get("/v2/").status == 200
    assert operator.ask("PUT", "/_lab/policy/auth", body(value="none")).status == 204
    assert Client(operator.registry).get("/v2/").status == 200
    shown = json.loads(bytes(operator.get("/_lab/policy/").body))["switches"]["auth"]
    assert shown == {
        "value": "none", "as_of": "now", "source": "set by the operator", "unverified": False
    }  # fmt: skip


@pytest.mark.parametrize(
    ("switch", "value", "status"),
    [
        ("delete", True, 204),
        ("delete", "yes", 400),
        ("delete", 1, 400),
        ("delete", None, 400),
        ("auth", "magic", 400),
        ("token_lifetime_s", 60, 204),
        ("token_lifetime_s", True, 400),
        ("gravity", True, 404),
    ],
)
def test_a_switch_takes_only_its_values(
    operator: Client, switch: str, value: object, status: int
) -> None:
    assert operator.ask("PUT", f"/_lab/policy/{switch}", body(value=value)).status == status


# --- warnings ------------------------------------------------------------------------------------


def turned(operator: Client, text: object) -> int:
    return operator.ask("PUT", "/_lab/policy/warning", body(value=text)).status


def test_every_answer_carries_the_operators_warnings(operator: Client) -> None:
    assert turned(operator, 'closed "soon"\n\n  a\\b  \n') == 204
    client = Client(operator.registry, host="registry-1.docker.io")
    request = client.request("PUT", "/v2/alice/app/manifests/v1", b"x")
    refused = operator.registry.admit(request)
    for answer in (client.get("/v2/"), client.get("/nowhere"), refused):
        assert answer is not None
        assert answer.headers.all("Warning") == ['299 - "closed \\"soon\\""', '299 - "a\\\\b"']
    assert turned(operator, "") == 204
    assert client.get("/v2/").headers.all("Warning") == []


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("x" * 4088, 204),  # and 8 around it: as much as the distribution spec allows
        ("x" * 4089, 400),
        ("x" * 2048 + "\n" + "x" * 2048, 400),
        ("a\tb", 400),
        ("a\u2028b\x7f", 400),
        ("für alle", 400),
        (1, 400),
    ],
)
def test_a_warning_must_fit_into_headers(operator: Client, text: object, status: int) -> None:
    before = operator.registry.policy
    assert turned(operator, text) == status
    assert status == 204 or operator.registry.policy == before
