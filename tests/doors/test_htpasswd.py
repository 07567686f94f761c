"""Accounts from an htpasswd file: who is let in, at what cost, and what is no such file."""

from __future__ import annotations

import bcrypt
import pytest

from labsim.doors.htpasswd import Hashed, add_user, read_users
from labsim.errors import LabError
from labsim.registry import HTPASSWD, Registry
from tests.registry.asking import Client, basic

BUT = "the hash of alice is not bcrypt as htpasswd -B makes it, but"


def hashed(password: str, cost: int = 4) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


def test_who_is_in_the_file_is_let_in(tmp_path):
    path = tmp_path / "users"
    as_apache = hashed("correct horse").replace("$2b$", "$2y$")
    text = f"\ufeff# the team\r\n\r\nalice:{as_apache}\r\n  # and\r\n  bob:{hashed('lab')}  \r\n"
    path.write_bytes(text.encode())
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
        ("alice:{SHA}x", f"line 2: {BUT} SHA-1 here: make it again"),
        ("alice:$apr1$x", f"line 2: {BUT} MD5 here"),
        ("alice:$1$x", f"line 2: {BUT} MD5 here"),
        ("alice:$5$x", f"line 2: {BUT} SHA-256 here"),
        ("alice:$6$x", f"line 2: {BUT} SHA-512 here"),
        ("alice:rl.3StKT.4T8M", f"line 2: {BUT} no hash known here"),
        ("alice:", f"line 2: {BUT} no hash known here"),
        ("alice:$2y$x", f"line 2: {BUT} cut short or misspelt"),
        ("alice:$2y$05$" + "!" * 53, f"line 2: {BUT} cut short or misspelt"),
        ("alice:$2y$31$" + "a" * 53, f"line 2: {BUT} of cost 31, and 4 to 14 is possible"),
        ("alice:$2y$15$" + "a" * 53, f"line 2: {BUT} of cost 15, and 4 to 14 is possible"),
        ("bob:$2y$05$" + "a" * 53, "line 2: bob is there already"),
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


def test_a_name_that_nobody_has_takes_as_long_as_the_slowest(monkeypatch):
    asked: list[bytes] = []
    monkeypatch.setattr(bcrypt, "checkpw", lambda _, text: asked.append(text[4:6]))
    users: dict[str, str | Hashed] = {
        "quick": Hashed(hashed("lab")),
        "slow": Hashed(hashed("lab", 6)),
        "clear": "lab",
    }
    registry = Registry("registry.example.com", policy=HTPASSWD, users=users)
    for name in ("nobody", "quick", "slow", "clear"):
        assert Client(registry, basic(name, "x")).get("/v2/").status == 401
    assert asked == [b"06", b"04", b"06"]


@pytest.mark.parametrize("text", ["", "\n  \n", "# alice:$2y$05$\n"])
def test_a_file_without_an_account_lets_nobody_in_and_is_refused(tmp_path, text):
    path = tmp_path / "users"
    path.write_text(text)
    with pytest.raises(LabError, match=r"there is no account in .*users"):
        read_users(path)
    add_user(path, "alice", "lab")
    assert read_users(path).keys() == {"alice"}


# --- written --------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("labsim.doors.htpasswd._USUAL_COST", 4)


def test_an_account_is_added_to_what_is_there(tmp_path, quick):
    path = tmp_path / "users"
    add_user(path, "alice", "correct horse")
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text(path.read_text() + "# the others")
    path.chmod(0o640)
    add_user(path, "bob", "läb")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [line.partition(":")[0] for line in path.read_text().splitlines()] == [
        "alice", "# the others", "bob"
    ]  # fmt: skip
    users = read_users(path)
    assert users["alice"].matches("correct horse")
    assert users["bob"].matches("läb")
    assert path.read_text().startswith("alice:$2y$")
    assert [one.name for one in tmp_path.iterdir()] == ["users"]


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [
        ("alice", "lab", "alice is there already"),
        ("", "lab", "cannot be an account name"),
        ("a:b", "lab", "cannot be an account name"),
        ("#a", "lab", "cannot be an account name"),
        ("a\nroot", "lab", "cannot be an account name"),
        (" a", "lab", "cannot be an account name"),
        ("bob", "", "a password has from 1 to 72 bytes"),
        ("bob", "ä" * 37, "a password has from 1 to 72 bytes"),
        ("bob", "a\0b", "and no NUL"),
    ],
)
def test_what_cannot_be_written_is_not(tmp_path, quick, name, password, sentence):
    path = tmp_path / "users"
    add_user(path, "alice", "lab")
    before = path.read_bytes()
    with pytest.raises(LabError) as fault:
        add_user(path, name, password)
    assert sentence in str(fault.value)
    assert not password or password not in str(fault.value).replace(name, "")
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path, quick):
    with pytest.raises(LabError, match="cannot be written: No such file or directory"):
        add_user(tmp_path / "none" / "users", "alice", "lab")
