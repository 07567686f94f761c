"""Tokens by form, and refresh tokens: what stands for a password, and what it does not grant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.registry import HUB, OPERATOR, TOKENS, Registry, Store
from labsim.registry.memory import MemoryShelf
from labsim.wire import Response
from tests.registry.asking import LOWER, Client, basic

MINUTE = 60_000_000


@pytest.fixture
def registry() -> Registry:
    return Registry("registry.example.com", policy=TOKENS, users={"alice": "lab", "bob": "lab"})


def by_form(registry: Registry, **form: Any) -> Response:
    client = Client(registry)
    client.at_us = form.pop("at_us", 0)
    body = "&".join(f"{key}={value}" for key, value in form.items()).encode()
    return client.ask("POST", "/token", body)


def said(response: Response) -> Any:
    return json.loads(bytes(response.body))


def with_token(registry: Registry, token: str, at_us: int = 0) -> Client:
    client = Client(registry, ("Authorization", f"Bearer {token}"))
    client.at_us = at_us
    return client


def test_a_form_with_a_password_gives_a_token_for_what_was_granted(registry):
    answer = by_form(
        registry,
        grant_type="password",
        username="alice",
        password="lab",
        service="registry.example.com",
        client_id="dockerengine",
        scope="repository:team/app:pull,push+repository:team/web:pull",
    )
    assert answer.status == 200
    fields = said(answer)
    assert list(fields) == ["access_token", "scope", "expires_in", "issued_at"]
    assert fields["scope"] == "repository:team/app:pull,push repository:team/web:pull"
    with_token(registry, fields["access_token"]).push("team/app", "v1", LOWER)


def test_a_refresh_token_stands_for_the_password(registry):
    first = by_form(
        registry, grant_type="password", username="alice", password="lab", access_type="offline"
    )
    refresh = said(first)["refresh_token"]
    later = by_form(
        registry,
        at_us=500 * MINUTE,
        grant_type="refresh_token",
        refresh_token=refresh,
        scope="repository:team/app:pull,push",
    )
    assert said(later)["refresh_token"] == refresh
    token = said(later)["access_token"]
    assert with_token(registry, token, 500 * MINUTE).get("/v2/").status == 200
    assert with_token(registry, token, 506 * MINUTE).get("/v2/").status == 401


def test_the_token_server_gives_a_refresh_token_by_get_to_who_asks(registry):
    alice = Client(registry, basic("alice", "lab"))
    assert "refresh_token" not in said(alice.get("/token?service=x"))
    refresh = said(alice.get("/token?service=x&offline_token=true"))["refresh_token"]
    grant = {"grant_type": "refresh_token", "refresh_token": refresh}
    assert by_form(registry, **grant, service="x").status == 200
    assert by_form(registry, **grant, service="y").status == 401  # oauth.md: for this service only
    assert by_form(registry, **grant).status == 401
    anonymous = said(Client(registry).get("/token?service=x&offline_token=true"))
    assert "refresh_token" not in anonymous


def test_the_hub_gives_none(registry):
    hub = Registry("docker.io", users={"alice": "lab"})
    alice = Client(hub, basic("alice", "lab"), host="auth.docker.io")
    assert HUB["oauth"] is False
    assert "refresh_token" not in said(alice.get("/token?service=x&offline_token=true"))
    assert alice.ask("POST", "/token", b"grant_type=password").status == 405


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"grant_type": "password"}, 401, "invalid_grant"),
        ({"grant_type": "password", "username": "alice", "password": "x"}, 401, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 401, "invalid_grant"),
        ({"grant_type": "refresh_token"}, 401, "invalid_grant"),
    ],
)
def test_what_proves_nothing_is_refused_as_oauth_says_it(registry, form, status, error):
    answer = by_form(registry, **form)
    assert (answer.status, said(answer)["error"]) == (status, error)


def test_a_bearer_token_is_no_refresh_token_and_the_other_way_round(registry):
    fields = said(
        by_form(
            registry, grant_type="password", username="alice", password="lab", access_type="offline"
        )
    )
    swapped = by_form(registry, grant_type="refresh_token", refresh_token=fields["access_token"])
    assert swapped.status == 401
    assert with_token(registry, fields["refresh_token"]).get("/v2/").status == 401


# --- rights that were given one by one ------------------------------------------------------------


def test_an_account_may_be_let_in_to_a_repository_of_somebody_else():
    registry = Registry("docker.io", users={"alice": "lab", "bob": "lab"})
    registry.store.opened("alice/app", "private")
    operator = Client(registry, peer=OPERATOR)
    rights = registry.access.rights
    assert rights("bob", "alice/app") == frozenset()
    target = "/_lab/repositories/alice/app/members/bob"
    assert operator.ask("PUT", target, b'{"actions":"pull,push"}').status == 204
    assert rights("bob", "alice/app") == {"pull", "push"}
    assert operator.ask("PUT", target, b'{"actions":""}').status == 204
    assert rights("bob", "alice/app") == frozenset()


@given(st.binary(max_size=200), st.lists(st.tuples(st.text(max_size=20), st.text(max_size=60))))
def test_no_form_and_no_header_is_too_strange(body, headers):
    registry = Registry("registry.example.com", policy=TOKENS, users={"alice": "lab"})
    client = Client(registry)
    assert client.ask("POST", "/token", body, headers).status in (200, 400, 401)
    shown = [("Authorization", value) for _, value in headers]
    assert client.ask("GET", "/token?scope=x", b"", shown).status in (200, 401)
    assert client.ask("GET", "/v2/", b"", shown).status == 401


# --- what was given can be taken back, and takes a bounded room -----------------------------------


def test_the_operator_takes_an_accounts_tokens_back(registry):
    form = {"grant_type": "password", "password": "lab", "access_type": "offline", "service": "x"}
    alice, bob = (said(by_form(registry, **form, username=name)) for name in ("alice", "bob"))
    operator = Client(registry, peer=OPERATOR)
    assert operator.ask("DELETE", "/_lab/tokens/alice").status == 204
    for one, status in ((alice, 401), (bob, 200)):
        assert with_token(registry, one["access_token"]).get("/v2/").status == status
        grant = {"grant_type": "refresh_token", "refresh_token": one["refresh_token"]}
        assert by_form(registry, **grant, service="x").status == status
    assert by_form(registry, **form, username="alice").status == 200  # the password still counts


def test_who_asks_for_many_tokens_forgets_only_their_own(registry):
    registry.access.tokens._bearer._most, registry.access.tokens._refresh._most = 5, 3
    bob = said(by_form(registry, grant_type="password", username="bob", password="lab"))
    form = {"grant_type": "password", "username": "alice", "password": "lab", "service": "x"}
    tokens = [said(by_form(registry, **form, access_type="offline")) for _ in range(7)]
    for _ in range(20):
        Client(registry).get("/token")
    counts = [with_token(registry, one["access_token"]).get("/v2/").status for one in tokens]
    assert counts == [401, 401, 200, 200, 200, 200, 200]
    grants = [
        {"grant_type": "refresh_token", "refresh_token": one["refresh_token"]} for one in tokens
    ]
    statuses = [by_form(registry, **grant, service="x").status for grant in grants]
    assert statuses == [401, 401, 401, 401, 200, 200, 200]
    assert with_token(registry, bob["access_token"]).get("/v2/").status == 200
    assert len(registry.access.tokens._bearer._meanings) == 5 + 5 + 1


def test_a_token_remembers_a_hundred_scopes_and_nothing_that_grants_nothing(registry):
    scopes = "+".join(f"repository:a{number}/b:pull" for number in range(1000))
    form = {"grant_type": "password", "username": "alice", "password": "lab"}
    assert len(said(by_form(registry, **form, scope=scopes))["scope"].split()) == 100
    anonymous = said(Client(registry).get(f"/token?scope={scopes}"))["token"]
    grant = registry.access.tokens.shown(f"Bearer {anonymous}")
    assert grant is not None
    assert grant.scopes == {}


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("repository:team/app:*", "repository:team/app:delete,pull,push"),
        ("repository:team/app:pull,*", "repository:team/app:delete,pull,push"),
        ("repository(plugin):team/app:pull", "repository:team/app:pull"),
        ("registry:catalog:*", "registry:catalog:*"),
        ("registry:catalog:pull", ""),
        ("registry:everything:*", ""),
        ("repository:registry:catalog:*", ""),
        ("repository:Team/App:pull", ""),
        ("repository:team/app", ""),
        ("repository::pull", ""),
        ("repository:team/app:PULL,fly", ""),
        ("team/app:pull", ""),
    ],
)
def test_a_scope_is_read_as_its_grammar_says(registry, scope, granted):
    form = {"grant_type": "password", "username": "alice", "password": "lab"}
    assert said(by_form(registry, **form, scope=scope))["scope"] == granted


def test_the_name_of_the_scheme_may_be_written_in_any_case(registry):
    token = said(by_form(registry, grant_type="password", username="alice", password="lab"))[
        "access_token"
    ]
    for scheme in ("bearer", "BEARER", "Bearer "):
        shown = ("Authorization", f"{scheme} {token}")
        assert Client(registry, shown).get("/v2/").status == 200


def test_what_a_form_is_given_is_not_stored_on_the_way(registry):
    answer = by_form(registry, grant_type="password", username="alice", password="lab")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_form_has_room_where_nothing_else_has():
    store = Store(MemoryShelf(0))
    registry = Registry("registry.example.com", policy=TOKENS, users={"bob": "lab"}, store=store)
    answer = by_form(
        registry,
        grant_type="password",
        username="bob",
        password="lab",
        scope="repository:team/app:pull,push",
    )
    assert answer.status == 200
    client = with_token(registry, said(answer)["access_token"])
    full = client.ask("POST", f"/v2/team/app/blobs/uploads/?digest={LOWER.digest}", LOWER)
    assert full.status == 507
