"""The catalogue: repositories in order, a page at a time, and only those one may read."""

from __future__ import annotations

import json

import pytest

from labsim.registry import HTPASSWD, HUB, Registry
from tests.registry.asking import CONFIG, LOWER, Client, basic, bearer, codes

NAMES = ["a/z", "b", "team/app", "team/web"]


def with_scope(registry: Registry, scope: str, user: str) -> Client:
    asking = Client(registry, *([basic(user, "lab")] if user else []), host="auth.docker.io")
    token = json.loads(bytes(asking.get(f"/token?scope={scope}").body))["token"]
    return Client(registry, ("Authorization", f"Bearer {token}"))


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/v2/_catalog{query}")
    assert answer.status == 200
    names: list[str] = json.loads(bytes(answer.body))["repositories"]
    return names


@pytest.fixture
def client() -> Client:
    client = Client(Registry("localhost:5000"))
    for name in reversed(NAMES):
        client.push(name, "v1", LOWER)
    return client


@pytest.mark.parametrize(
    ("query", "names", "link"),
    [
        ("", NAMES, ""),
        ("?n=", NAMES, ""),
        ("?n=0", [], ""),
        ("?n=2", NAMES[:2], "last=b&n=2"),
        ("?n=2&last=b", NAMES[2:], ""),
        ("?n=1&last=a/z", ["b"], "last=b&n=1"),
        ("?n=1000", NAMES, ""),
        ("?last=team", NAMES[2:], ""),
        ("?last=zzz", [], ""),
    ],
)
def test_repositories_are_listed_in_pages(
    client: Client, query: str, names: list[str], link: str
) -> None:
    assert listed(client, query) == names
    expected = f'</v2/_catalog?{link}>; rel="next"' if link else ""
    assert client.get(f"/v2/_catalog{query}").headers.get("Link") == expected


def test_a_page_has_a_hundred_unless_somebody_says_how_many() -> None:
    client = Client(Registry("localhost:5000"))
    for number in range(101):
        client.push(f"r{number:03}", "v1", LOWER)
    assert len(listed(client)) == 100
    link = client.get("/v2/_catalog").headers["Link"]
    assert link == '</v2/_catalog?last=r099&n=100>; rel="next"'
    assert len(listed(client, "?n=101")) == 101


def test_a_repository_without_a_manifest_is_not_listed(client: Client) -> None:
    client.upload("only/blobs", CONFIG)
    assert listed(client) == NAMES


def test_with_a_password_file_who_has_a_password_sees_all() -> None:
    registry = Registry("registry.example.com", policy=HTPASSWD, users={"bob": "lab"})
    bob = Client(registry, basic("bob", "lab"))
    bob.push("team/app", "v1", LOWER)
    assert Client(registry).get("/v2/_catalog").status == 401
    assert listed(bob) == ["team/app"]


def test_where_accounts_own_namespaces_a_private_repository_is_its_owners_to_see() -> None:
    policy = HTPASSWD.turned("push_to", "own namespace")
    registry = Registry("registry.example.com", policy=policy, users={"ann": "lab", "bob": "lab"})
    ann, bob = Client(registry, basic("ann", "lab")), Client(registry, basic("bob", "lab"))
    ann.push("ann/open", "v1", LOWER)
    ann.push("ann/secret", "v1", LOWER)
    assert registry.store.find("ann/secret") is not None
    registry.store.repositories["ann/secret"].visibility = "private"
    assert listed(ann) == ["ann/open", "ann/secret"]
    assert listed(bob) == ["ann/open"]


def test_a_token_for_the_catalogue_shows_what_its_owner_may_read() -> None:
    policy = HUB.turned("catalog", value=True)
    registry = Registry("docker.io", policy=policy, users={"ann": "lab", "bob": "lab"})
    for name in ("ann/open", "ann/secret"):
        bearer(registry, f"{name}:pull,push", user="ann").push(name, "v1", LOWER)
    registry.store.repositories["ann/secret"].visibility = "private"

    def may_browse(user: str) -> Client:
        return with_scope(registry, "registry:catalog:*", user)

    assert listed(may_browse("ann")) == ["ann/open", "ann/secret"]
    assert listed(may_browse("bob")) == listed(may_browse("")) == ["ann/open"]


@pytest.mark.parametrize("scope", ["", "repository:ann/open:*", "repository:registry:catalog:*"])
def test_a_token_for_something_else_does_not_open_the_catalogue(scope: str) -> None:
    policy = HUB.turned("catalog", value=True)
    registry = Registry("docker.io", policy=policy, users={"ann": "lab"})
    answer = with_scope(registry, scope, "ann").get("/v2/_catalog")
    assert answer.status == 401
    said = answer.headers["Www-Authenticate"]
    assert said.endswith(',scope="registry:catalog:*",error="insufficient_scope"')
    assert json.loads(bytes(answer.body))["errors"][0]["detail"] == [
        {"Type": "registry", "Class": "", "Name": "catalog", "Action": "*"}
    ]


def test_the_hub_has_none_and_lets_nobody_in_to_it() -> None:
    registry = Registry("docker.io", users={"ann": "lab"})
    assert with_scope(registry, "registry:catalog:*", "ann").get("/v2/_catalog").status == 401
    without = HTPASSWD.turned("catalog", value=False)
    registry = Registry("registry.example.com", policy=without, users={"ann": "lab"})
    answer = Client(registry, basic("ann", "lab")).get("/v2/_catalog")
    assert (answer.status, codes(answer)) == (405, ["UNSUPPORTED"])
