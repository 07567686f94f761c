"""Nobody reaches what was not granted, and outsiders cannot tell private from missing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.errors import Mismatch
from labsim.image import DOCKER_MANIFEST
from labsim.registry import GHCR, HUB, OPERATOR, Registry
from labsim.wire import Request
from tests.registry.asking import (
    CONFIG,
    LOWER,
    NOWHERE,
    UPPER,
    Client,
    basic,
    bearer,
    codes,
    detail,
    manifest,
)

MINUTE = 60_000_000


@pytest.fixture
def hub() -> Registry:
    """Alice has alice/app (public) and alice/secret (private), which alone holds UPPER."""
    registry = Registry("docker.io", users={"alice": "lab", "bob": "lab"}, seed=1)
    alice = bearer(registry, "alice/app:pull,push", "alice/secret:push,pull", user="alice")
    alice.push("alice/app", "v1", LOWER)
    alice.push("alice/secret", "v1", UPPER)
    operator = Client(registry, peer=OPERATOR)
    assert operator.ask("PUT", "/_lab/repositories/alice/secret/visibility/private").status == 204
    return registry


# --- the challenge -------------------------------------------------------------------------------


def challenge(registry: Registry, method: str, target: str, **more: str) -> str:
    client = Client(registry, host="registry-1.docker.io")
    answer = client.ask(method, target, b"", list(more.items()))
    assert answer.status == 401
    text: str = answer.headers["Www-Authenticate"]
    return text


HUB_DOOR = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"'


@pytest.mark.parametrize(
    ("method", "target", "scope"),
    [
        ("GET", "/v2/", ""),
        ("HEAD", "/v2/alice/app/manifests/v1", "repository:alice/app:pull"),
        ("GET", "/v2/library/golang/tags/list", "repository:library/golang:pull"),
        ("POST", "/v2/alice/app/blobs/uploads/", "repository:alice/app:pull,push"),
        ("PUT", "/v2/alice/app/manifests/v1", "repository:alice/app:pull,push"),
        ("DELETE", "/v2/alice/app/manifests/v1", "repository:alice/app:delete"),
        (
            "POST",
            "/v2/bob/app/blobs/uploads/?mount=sha256%3Aab&from=alice%2Fapp",
            "repository:bob/app:pull,push repository:alice/app:pull",
        ),
    ],
)
def test_the_challenge_names_token_server_service_and_scope(
    hub: Registry, method: str, target: str, scope: str
) -> None:
    expected = HUB_DOOR + (f',scope="{scope}"' if scope else "")
    assert challenge(hub, method, target) == expected


def test_the_challenge_says_what_is_wrong_with_a_token(hub: Registry) -> None:
    token = "Bearer " + "0" * 64
    said = challenge(hub, "GET", "/v2/alice/app/tags/list", Authorization=token)
    assert said.endswith(',error="invalid_token"')
    anonymous = bearer(hub, "alice/app:pull,push")
    answer = anonymous.ask("POST", "/v2/alice/app/blobs/uploads/")
    assert answer.headers["Www-Authenticate"].endswith(',error="insufficient_scope"')


def test_the_detail_of_a_401_is_the_recorded_one(hub: Registry) -> None:
    stranger = Client(hub)
    assert bytes(stranger.get("/v2/").body) == (
        b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}\n'
    )
    wanted = [{"Type": "repository", "Class": "", "Name": "alice/app", "Action": action}
              for action in ("pull", "push")]  # fmt: skip
    assert detail(stranger.ask("POST", "/v2/alice/app/blobs/uploads/")) == wanted


def test_a_registry_of_its_own_host_sends_to_itself() -> None:
    answer = Client(Registry("ghcr.io"), host="ghcr.io").get("/v2/")
    said = 'Bearer realm="https://ghcr.io/token",service="ghcr.io"'
    assert answer.headers["Www-Authenticate"] == said


# --- the token server ----------------------------------------------------------------------------


def ask_token(registry: Registry, query: str, *headers: tuple[str, str], at_us: int = 0) -> Client:
    client = Client(registry, *headers, host="auth.docker.io")
    client.at_us = at_us
    answer = client.get(f"/token?{query}")
    assert answer.status == 200, bytes(answer.body)
    token = json.loads(bytes(answer.body))["token"]
    return Client(registry, ("Authorization", f"Bearer {token}"), host="registry-1.docker.io")


def test_a_token_answer_has_the_recorded_fields(hub: Registry) -> None:
    client = Client(hub, host="auth.docker.io")
    client.at_us = 1_763_910_719_000_000
    answer = client.get("/token?scope=repository%3Aalice%2Fapp%3Apull&service=registry.docker.io")
    fields = json.loads(bytes(answer.body))
    assert list(fields) == ["token", "access_token", "expires_in", "issued_at"]
    assert fields["token"] == fields["access_token"]
    assert (fields["expires_in"], fields["issued_at"]) == (300, "2025-11-23T15:11:59Z")


def test_a_wrong_password_is_refused_in_the_token_servers_own_words(hub: Registry) -> None:
    query = "/token?account=alice&client_id=docker&offline_token=true&service=registry.docker.io"
    for wrong in (basic("alice", "x"), basic("nobody", "lab"), ("Authorization", "Basic !"),
                  ("Authorization", "Basic"), ("Authorization", "Bearer x")):  # fmt: skip
        answer = Client(hub, wrong, host="auth.docker.io").get(query)
        assert answer.status == 401
        assert bytes(answer.body) == b'{"details":"incorrect username or password"}'


def test_anybody_gets_a_token_and_the_registry_says_no(hub: Registry) -> None:
    anonymous = ask_token(hub, "scope=repository:alice/app:push,pull")
    assert anonymous.get("/v2/").status == 200
    assert anonymous.get("/v2/alice/app/manifests/v1", "docker").status == 200
    assert anonymous.ask("POST", "/v2/alice/app/blobs/uploads/").status == 401


def test_several_scopes_come_in_one_token(hub: Registry) -> None:
    for query in (
        "scope=repository:bob/app:push,pull&scope=repository:alice/app:pull",
        "scope=repository:bob/app:push,pull+repository:alice/app:pull",
        "scope=repository:bob/app:push&scope=repository:alice/app:pull&scope=repository:bob/app:pull",
        "scope=repository:alice/app:pull&scope=repository%3Abob%2Fapp%3Apull%2Cpush",
    ):
        bob = ask_token(hub, query, basic("bob", "lab"))
        target = f"/v2/bob/app/blobs/uploads/?mount={LOWER.digest}&from=alice/app"
        assert bob.ask("POST", target).status == 201


def test_a_token_grants_its_scopes_and_no_others(hub: Registry) -> None:
    alice = ask_token(hub, "scope=repository:alice/app:pull", basic("alice", "lab"))
    assert alice.get("/v2/alice/app/tags/list").status == 200
    assert alice.get("/v2/alice/secret/tags/list").status == 401
    assert alice.ask("POST", "/v2/alice/app/blobs/uploads/").status == 401
    assert alice.ask("DELETE", "/v2/alice/app/manifests/v1").status == 401


def test_a_password_is_no_token(hub: Registry) -> None:
    assert Client(hub, basic("alice", "lab")).get("/v2/").status == 401


def test_a_token_expires(hub: Registry) -> None:
    client = ask_token(hub, "scope=repository:alice/app:pull", at_us=MINUTE)
    for at_us, status in ((MINUTE, 200), (6 * MINUTE - 1, 200), (6 * MINUTE, 401)):
        client.at_us = at_us
        assert client.get("/v2/alice/app/tags/list").status == status


def test_expired_tokens_are_forgotten(hub: Registry) -> None:
    for minute in range(0, 600, 10):
        ask_token(hub, "scope=repository:alice/app:pull", at_us=minute * MINUTE)
    assert len(hub.access.tokens._bearer._rooms[""]) == 7  # those of the last hour: see below


def test_a_request_is_judged_by_when_it_began(hub: Registry) -> None:
    early = ask_token(hub, "scope=repository:alice/app:pull", at_us=0)
    ask_token(hub, "scope=repository:alice/app:pull", at_us=30 * MINUTE)
    early.at_us = 4 * MINUTE
    assert early.get("/v2/alice/app/tags/list").status == 200
    early.at_us = 31 * MINUTE
    assert early.get("/v2/alice/app/tags/list").status == 401


def test_the_token_server_answers_under_its_own_name_only(hub: Registry) -> None:
    assert Client(hub, host="registry-1.docker.io").get("/token").status == 404
    assert Client(hub, host="auth.docker.io").get("/token").status == 200
    assert Client(hub).get("/token").status == 200  # a request that names no host
    assert Client(Registry("localhost:5000")).get("/token").status == 404
    assert Client(hub, host="auth.docker.io").ask("POST", "/token").status == 405


def test_tokens_and_sessions_depend_on_the_seed_and_look_like_nothing() -> None:
    def first(seed: int) -> tuple[str, str]:
        registry = Registry("docker.io", users={"alice": "lab"}, seed=seed)
        alice = bearer(registry, "alice/app:pull,push", user="alice")
        return alice.headers[0][1], alice.open_upload("alice/app")

    assert first(1) == first(1)
    assert not set(first(1)) & set(first(2))
    assert "alice" not in first(1)[0]


# --- who may what --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "name", "granted"),
    [
        ("", "alice/app", {"pull"}),
        ("", "alice/secret", set()),
        ("", "alice/none", set()),
        ("bob", "alice/app", {"pull"}),
        ("bob", "alice/secret", set()),
        ("bob", "bob/new", {"pull", "push", "delete"}),
        ("bob", "bob", set()),
        ("bob", "bobby/new", set()),
        ("bob", "library/golang", set()),
        ("alice", "alice/secret", {"pull", "push", "delete"}),
        ("alice", "alice", set()),
        ("library", "library/golang", set()),
    ],
)
def test_rights_on_the_hub(hub: Registry, user: str, name: str, granted: set[str]) -> None:
    assert hub.access.rights(user if user != "library" else "", name) == granted


def test_the_reserved_namespace_cannot_be_had() -> None:
    with pytest.raises(Mismatch, match="taken"):
        Registry("docker.io", users={"library": "lab"})


def test_a_namespace_reserved_later_is_nobodys(hub: Registry) -> None:
    hub.follow(hub.policy.turned("reserved", "alice"))
    assert hub.access.rights("alice", "alice/secret") == frozenset()


@pytest.mark.parametrize("user", ["", "bob"])
def test_private_and_missing_look_alike_to_outsiders(hub: Registry, user: str) -> None:
    def seen(name: str) -> list[tuple[int, str, bytes]]:
        client = bearer(hub, f"{name}:pull,push", user=user)
        answers = [
            client.get(f"/v2/{name}/tags/list"),
            client.get(f"/v2/{name}/manifests/v1", "docker"),
            client.ask("HEAD", f"/v2/{name}/blobs/{UPPER.digest}"),
            client.ask("POST", f"/v2/{name}/blobs/uploads/"),
            client.ask("POST", f"/v2/bob/app/blobs/uploads/?mount={UPPER.digest}&from={name}"),
        ]
        return [(one.status, repr(one.headers), bytes(one.body)) for one in answers]

    assert seen("alice/absent") == [
        (
            status,
            headers.replace("alice/secret", "alice/absent"),
            body.replace(b"secret", b"absent"),
        )
        for status, headers, body in seen("alice/secret")
    ]


def test_a_half_pushed_repository_is_not_visible_yet(hub: Registry) -> None:
    bob = bearer(hub, "bob/new:pull,push", user="bob")
    bob.upload("bob/new", LOWER)
    assert hub.access.rights("", "bob/new") == frozenset()


def test_a_first_push_takes_the_namespaces_default_privacy(hub: Registry) -> None:
    operator = Client(hub, peer=OPERATOR)
    bearer(hub, "bob/one:pull,push", user="bob").push("bob/one", "v1", LOWER)
    assert operator.ask("PUT", "/_lab/accounts/bob/privacy/private").status == 204
    bearer(hub, "bob/two:pull,push", user="bob").push("bob/two", "v1", LOWER)
    visible = {name: r.visibility for name, r in hub.store.repositories.items()}
    assert (visible["bob/one"], visible["bob/two"]) == ("public", "private")


def test_a_package_on_the_github_like_registry_starts_private() -> None:
    registry = Registry("ghcr.io", policy=GHCR, users={"alice": "lab"})
    bearer(registry, "alice/app:pull,push", user="alice").push("alice/app", "v1", LOWER)
    assert bearer(registry, "alice/app:pull").get("/v2/alice/app/tags/list").status == 401


# --- a digest is not a secret --------------------------------------------------------------------


def test_a_digest_opens_no_private_repository(hub: Registry) -> None:
    bob = bearer(hub, "alice/secret:pull", "bob/app:pull,push", "alice/app:pull", user="bob")
    assert bob.get(f"/v2/alice/secret/blobs/{UPPER.digest}").status == 401
    for own in ("bob/app", "alice/app"):
        assert bob.get(f"/v2/{own}/blobs/{UPPER.digest}").status == 404


@pytest.mark.parametrize(
    "query",
    [
        "mount={d}&from=alice/secret",
        "from=alice/secret&mount={d}",
        "mount={d}&fr%6Fm=alice%2Fsecret",
        "mount={d}&from=alice/app&from=alice/secret",
        "mount={d}&from=alice/secret&from=alice/app",
        "from=alice/app&mount={d}&from=alice/secret&digest=" + NOWHERE,
        "mount={d}&from=ALICE/SECRET",
        "mount={d}&from=/alice/secret",
        "mount={d}&from=alice/secret/",
        "mount={d}&from=",
        "mount={d}",
        "?mount={d}&from=alice/secret",
    ],
)
def test_a_private_blob_cannot_be_mounted_away(hub: Registry, query: str) -> None:
    bob = bearer(hub, "bob/app:pull,push", "alice/secret:pull,push", "alice/app:pull", user="bob")
    answer = bob.ask("POST", "/v2/bob/app/blobs/uploads/?" + query.format(d=UPPER.digest))
    assert answer.status in (202, 401)
    assert bob.ask("HEAD", f"/v2/bob/app/blobs/{UPPER.digest}").status == 404


def test_a_private_blob_cannot_be_claimed_by_naming_it_in_a_manifest(hub: Registry) -> None:
    bob = bearer(hub, "bob/app:pull,push", user="bob")
    bob.upload("bob/app", CONFIG)
    answer = bob.put("bob/app/manifests/v1", manifest(UPPER))
    assert codes(answer) == ["MANIFEST_BLOB_UNKNOWN"]
    assert detail(answer) == UPPER.digest


def test_a_session_belongs_to_its_repository_and_its_state(hub: Registry) -> None:
    alice = bearer(hub, "alice/app:pull,push", user="alice")
    bob = bearer(hub, "bob/app:pull,push", user="bob")
    target = alice.open_upload("alice/app")
    assert bob.ask("PATCH", target, b"evil").status == 401
    stolen = target.replace("alice/app", "bob/app")
    assert codes(bob.ask("PATCH", stolen, b"evil")) == ["BLOB_UPLOAD_INVALID"]
    assert alice.ask("PUT", f"{target}&digest={LOWER.digest}", LOWER).status == 201


def test_mounting_needs_pull_on_the_source_and_works_with_it(hub: Registry) -> None:
    target = f"/v2/bob/app/blobs/uploads/?mount={LOWER.digest}&from=alice/app"
    without = bearer(hub, "bob/app:pull,push", user="bob").ask("POST", target)
    assert without.status == 401
    assert 'error="insufficient_scope"' in without.headers["Www-Authenticate"]
    within = bearer(hub, "bob/app:pull,push", "alice/app:pull", user="bob").ask("POST", target)
    assert within.status == 201


def test_mounting_from_the_reserved_namespace_is_a_switch() -> None:
    golang = (DOCKER_MANIFEST, manifest(LOWER))
    content = [("library/golang", ("latest",), golang, (CONFIG, LOWER), "public")]
    registry = Registry("docker.io", users={"bob": "lab"}, content=content)
    target = f"/v2/bob/app/blobs/uploads/?mount={LOWER.digest}&from=library/golang"
    bob = bearer(registry, "bob/app:push,pull", "library/golang:pull", user="bob")
    registry.follow(HUB.turned("mount_from_reserved", value=False))
    assert bob.ask("POST", target).status == 202
    registry.follow(HUB)
    assert bob.ask("POST", target).status == 201


ACTIONS = st.lists(st.sampled_from(["pull", "push", "delete", "*", "", "PULL"]), max_size=4)
NAMES = st.sampled_from(
    [
        "alice/app",
        "alice/secret",
        "bob/app",
        "library/golang",
        "alice",
        ":",
        "",
        "registry:catalog",
        "/bob/app",
    ]
)


@given(st.sampled_from(["", "bob", "alice"]), st.lists(st.tuples(NAMES, ACTIONS), max_size=4))
def test_no_token_exceeds_the_rights_or_the_request(
    user: str, asked: list[tuple[str, list[str]]]
) -> None:
    registry = Registry("docker.io", users={"alice": "lab", "bob": "lab"})
    bearer(registry, "alice/app:pull,push", user="alice").push("alice/app", "v1", LOWER)
    token = bearer(registry, *(f"{name}:{','.join(acts)}" for name, acts in asked), user=user)
    grant = registry.access.tokens.shown(token.headers[0][1])
    assert grant is not None
    for name, actions in grant.scopes.items():
        wanted = {act for other, acts in asked for act in acts if other == name}
        assert actions <= registry.access.rights(user, name)
        assert actions <= wanted or "*" in wanted


def test_the_check_comes_before_the_existence_of_anything(hub: Registry) -> None:
    head = Request("PATCH", "/v2/alice/app/blobs/uploads/none", host="registry-1.docker.io")
    refused = hub.admit(head)
    assert refused is not None
    assert refused.status == 401
