"""Accounts from an htpasswd file: who is let in, at what cost, and what is no such file."""

from __future__ import annotations

import bcrypt
import pytest

from labsim.doors.htpasswd import Hashed, read_users
from labsim.errors import LabError
from labsim.registry import HTPASSWD, Registry
from tests.registry.asking import Client, basic


def hashed(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


def test_who_is_in_the_file_is_let_in(tmp_path):
    path = tmp_path / "users"
    as_apache = hashed("correct horse").replace("$2b$", "$2y$")
    path.write_text(f"# the team\n\nalice:{as_apache}\nbob:{hashed('lab')}\n")
    registry = Registry("registry.example.com", policy=HTPASSWD, users=read_users(path))
    assert Client(registry, basic("alice", "correct horse")).get("/v2/").status == 200
    for name, password in (("alice", "lab"), ("bob", ""), ("carol", "lab"), ("alice", "a\0b")):
        assert Client(registry, basic(name, password)).get("/v2/").status == 401
    assert "2y" not in repr([registry.access.accounts["alice"], *read_users(path).values()])


def test_a_right_password_costs_once_and_a_wrong_one_each_time(monkeypatch):
    paid: list[int] = []
    check = bcrypt.checkpw

    def paying(password, text):
        paid.append(1)
        return check(password, text)

    monkeypatch.setattr(bcrypt, "checkpw", paying)
    users = {"alice": Hashed(hashed("lab"))}
    registry = Registry("registry.example.com", policy=HTPASSWD, users=users)
    for name, password, cost in (
        ("alice", "lab", 1),
        ("alice", "lab", 1),
        ("alice", "wrong", 2),
        ("alice", "wrong", 3),
        ("nobody", "lab", 4),
        ("alice", "lab", 4),
    ):
        Client(registry, basic(name, password)).get("/v2/")
        assert len(paid) == cost


def test_a_long_password_is_no_error():
    long = "p" * 200
    assert Hashed(hashed(long[:72])).matches(long)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("alice", "line 2 is no account: write NAME:HASH, as htpasswd -B does"),
        (":$2y$x", "line 2 is no account"),
        ("alice:{SHA}x", "line 2: the hash of alice is not bcrypt: make it with htpasswd -B"),
        ("alice:$apr1$x", "line 2: the hash of alice is not bcrypt"),
        ("bob:$2y$x", "line 2: bob is there already"),
    ],
)
def test_what_is_no_account_is_named_by_its_line(tmp_path, line, sentence):
    path = tmp_path / "users"
    path.write_text(f"bob:{hashed('lab')}\n{line}\n")
    with pytest.raises(LabError) as fault:
        read_users(path)
    assert sentence in str(fault.value)


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path):
    with pytest.raises(LabError, match="cannot be read: No such file or directory"):
        read_users(tmp_path / "none")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(LabError, match="it is no UTF-8 text"):
        read_users(tmp_path / "binary")
