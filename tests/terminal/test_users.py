"""``labsim users FILE add NAME``: the password comes through a pipe, and shows nowhere."""

from __future__ import annotations

import pytest

from labsim.doors.htpasswd import read_users
from labsim.terminal import users


def test_an_account_is_added_with_the_password_from_a_pipe(labsim, tmp_path):
    done = labsim("users", "people", "add", "alice", stdin="correct horse\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("alice can log in where people is served: labsim serve --users people\n")
    assert read_users(tmp_path / "people")["alice"].matches("correct horse")
    assert not (tmp_path / "my.lab").exists()


def test_what_does_not_work_is_one_sentence(labsim):
    labsim("users", "people", "add", "alice", stdin="lab\n")
    again = labsim("users", "people", "add", "alice", stdin="other\n")
    assert (again.returncode, again.stderr) == (
        1, "labsim users: people: alice is there already\n"
    )  # fmt: skip
    nothing = labsim("users", "people", "add", "bob")
    assert nothing.stderr == "labsim users: a password has from 1 to 72 bytes, and no NUL\n"
    usage = labsim("users", "people", "remove", "alice")
    assert usage.returncode == 2
    assert usage.stderr.startswith("usage: labsim users FILE add NAME")


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_help_is_no_mistake(word, capsys):
    assert users.main([word]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("usage: labsim users FILE add NAME")
    assert shown.err == ""


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (["lab", "lab"], 0, "alice can log in"),
        (["lab", "lob"], 1, "the two passwords differ: nothing was written"),
        ([], 1, "nothing was written"),
    ],
)
def test_a_person_is_asked_twice_and_sees_nothing(monkeypatch, capsys, tmp_path, typed, code, said):
    left = list(typed)

    def asked(prompt: str, secret: bool) -> str:
        assert secret
        if not left:
            raise EOFError
        return left.pop(0)

    monkeypatch.setattr(users, "at_a_terminal", lambda: True)
    monkeypatch.setattr(users, "ask", asked)
    monkeypatch.setattr("labsim.doors.htpasswd._USUAL_COST", 4)
    assert users.main([str(tmp_path / "people"), "add", "alice"]) == code
    out = "".join(capsys.readouterr())
    assert said in out
    assert "lob" not in out
