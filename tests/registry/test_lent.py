"""Where one's own password opens nothing, a lent one does for twelve hours (Amazon's ECR)."""

from __future__ import annotations

import json

import pytest

from labsim.registry import ECR, OPERATOR, Registry
from tests.registry.asking import LOWER, Client, basic, codes, manifest

HOUR = 3_600_000_000
HOST = "1234.dkr.ecr.example.com"


@pytest.fixture
def registry() -> Registry:
    return Registry(HOST, policy=ECR, users={"alice": "lab", "bob": "lab"}, seed=7)


def lent(registry: Registry, name: str = "alice", at_us: int = 0) -> str:
    operator = Client(registry, peer=OPERATOR)
    operator.at_us = at_us
    answer = operator.ask("POST", f"/_lab/passwords/{name}")
    assert answer.status == 201
    said = json.loads(bytes(answer.body))
    assert said["username"] == "AWS"
    password: str = said["password"]
    return password


def test_everybody_logs_in_as_aws_and_with_nothing_else(registry):
    password = lent(registry)
    for name, secret, status in (
        ("AWS", password, 200),
        ("alice", "lab", 401),
        ("alice", password, 401),
        ("AWS", "lab", 401),
        ("aws", password, 401),
        ("AWS", "", 401),
    ):
        assert Client(registry, basic(name, secret)).get("/v2/").status == status, name
    assert Client(registry, ("Authorization", f"Bearer {password}")).get("/v2/").status == 401


def test_a_lent_password_is_over_after_twelve_hours(registry):
    client = Client(registry, basic("AWS", lent(registry, at_us=HOUR)))
    for at_us, status in ((HOUR, 200), (13 * HOUR - 1, 200), (13 * HOUR, 403), (20 * HOUR, 403)):
        client.at_us = at_us
        answer = client.get("/v2/")
        assert answer.status == status
    assert codes(answer) == ["DENIED"]
    assert b"Your authorization token has expired. Reauthenticate and try again." in bytes(
        answer.body
    )
    client.headers = (basic("AWS", lent(registry, at_us=20 * HOUR)),)
    assert client.get("/v2/").status == 200


def test_a_repository_must_be_there_before_it_is_pushed_to(registry):
    client = Client(registry, basic("AWS", lent(registry)))
    refused = client.ask("POST", "/v2/team/app/blobs/uploads/")
    assert (refused.status, codes(refused)) == (404, ["NAME_UNKNOWN"])
    operator = Client(registry, peer=OPERATOR)
    assert operator.ask("PUT", "/_lab/repositories/team/app/make/private").status == 201
    client.push("team/app", "v1", LOWER)


def test_a_tag_that_is_kept_is_told_of_in_amazons_words(registry):
    registry.follow(registry.policy.turned("tags_move", value=False))
    Client(registry, peer=OPERATOR).ask("PUT", "/_lab/repositories/team/app/make/private")
    client = Client(registry, basic("AWS", lent(registry)))
    first = client.push("team/app", "v1", LOWER)
    assert client.put("team/app/manifests/v1", first).status == 201  # the same again moves nothing
    refused = client.put("team/app/manifests/v1", manifest(LOWER, LOWER))
    assert (refused.status, codes(refused)) == (400, ["TAG_INVALID"])
    assert b"The image tag 'v1' already exists in the 'team/app' repository" in bytes(refused.body)


def test_what_was_lent_is_taken_back(registry):
    alice, bob = (Client(registry, basic("AWS", lent(registry, name))) for name in ("alice", "bob"))
    Client(registry, peer=OPERATOR).ask("DELETE", "/_lab/tokens/alice")
    assert (alice.get("/v2/").status, bob.get("/v2/").status) == (401, 200)


def test_a_registry_of_own_passwords_lends_none():
    registry = Registry("docker.io", users={"alice": "lab"})
    answer = Client(registry, peer=OPERATOR).ask("POST", "/_lab/passwords/alice")
    assert answer.status == 404
    assert b"everybody has a password of their own" in bytes(answer.body)
    assert Client(registry, peer="192.0.2.7").ask("POST", "/_lab/passwords/alice").status == 404
