"""Passwords let in, and are kept nowhere."""

from __future__ import annotations

from typing import Any

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
