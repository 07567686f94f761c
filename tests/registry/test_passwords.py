"""Passwords let in, and are kept nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from labsim.errors import LabError
from labsim.registry import HTPASSWD, Registry
from tests.registry.asking import LOWER, Client, basic


def test_basic_lets_in_with_the_right_password_only() -> None:
    registry = Registry("registry.example.com", policy=HTPASSWD, users={"alice": "l:äb"})
    assert Client(registry, basic("alice", "l:äb")).get("/v2/").status == 200
    for wrong in (basic("alice", "x"), basic("alice", ""), basic("", ""), basic("bob", "l:äb")):
        answer = Client(registry, wrong).get("/v2/")
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="Registry Realm"'
    client = Client(registry, basic("alice", "l:äb"))
    client.push("anything/goes", "v1", LOWER)


def test_no_password_is_kept() -> None:
    registry = Registry("docker.io", users={"alice": "correct horse"}, seed=3)
    account = registry.access.accounts["alice"]
    assert account.matches("correct horse")
    parts: tuple[Any, ...] = (account, account._proof, account._seen)
    kept = [getattr(part, slot) for part in parts for slot in part.__slots__]
    assert "correct horse" not in repr([registry, registry.access, *parts, kept])
    other = Registry("docker.io", users={"alice": "correct horse", "bob": "correct horse"}, seed=3)
    proofs: list[Any] = [one._proof for one in other.access.accounts.values()]
    seals = {proof._sealed for proof in proofs}
    assert len(seals) == 2  # salted: equal passwords do not show


def test_users_that_are_nobody_let_nobody_in() -> None:
    registry = Registry("registry.example.com", users={})
    assert not registry.access.open
    assert Client(registry).get("/v2/").status == 401
    assert Registry("registry.example.com").access.open


@pytest.mark.parametrize("host", ["", "a b", "a/b", "ä", 'x"', 5])
def test_a_host_that_is_none_is_one_sentence(host: Any) -> None:
    with pytest.raises(LabError, match="a registry needs a host, such as "):
        Registry(host)
