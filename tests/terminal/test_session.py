"""A session that nobody waits in: questions, pasted lines, and a screen without secrets."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.errors import LabError
from labsim.terminal.discretion import discreet
from labsim.terminal.screen import SCROLLBACK, Row, Screen
from labsim.terminal.session import Question, Session


@pytest.fixture
def session() -> Session:
    return Session(Lab())


def test_a_line_does_what_it_does_at_labsim_shell(session):
    session.enter("docker pull -q alpine:3")
    session.enter("layers")
    assert session.exit_code == 0
    assert session.lab.journal == [["docker", "pull -q alpine:3"]]
    assert [row.kind for row in session.screen.rows[:3]] == ["typed", "out", "typed"]


def test_a_question_is_asked_and_the_line_goes_on_with_the_answer(session):
    session.enter("docker login localhost:5000")
    assert session.asked == Question("Username: ", False)
    session.answer("cantdocpp")
    assert session.asked == Question("Password: ", True)
    session.answer("lab")
    assert session.asked is None
    assert session.lab.journal == [["docker", "login localhost:5000", "cantdocpp\nright"]]
    assert "Username: cantdocpp\nPassword: \n" in session.text
    assert "Login Succeeded" in session.text


def test_what_is_asked_leaves_no_trace_until_it_is_answered(session):
    before = session.lab.script
    session.enter("docker login -u cantdocpp")
    assert session.lab.script == before
    assert session.lab.now_us == Lab().now_us


def test_credentials_that_are_no_longer_good_are_asked_for_again(session):
    session.enter("credentials docker.io cantdocpp wrong\ndocker login")
    assert session.asked is not None
    assert session.asked.prompt == "Username (cantdocpp): "
    session.answer("")
    session.answer("lab")
    assert session.exit_code == 0
    assert session.lab.journal[-1][0] == "docker"


def test_a_wrong_password_is_told_and_not_kept(session):
    session.enter("docker login -u cantdocpp")
    session.answer("hunter2")
    assert session.exit_code == 1
    assert session.lab.journal == [["docker", "login -u cantdocpp", "wrong"]]
    assert "hunter2" not in session.text + str(vars(session)) + session.lab.script


def test_the_labs_own_verbs_ask_too(session):
    session.enter("sign_up gopher")
    assert session.asked == Question("Password: ", True)
    session.answer("hunter2")
    assert session.lab.journal == [["sign_up", "gopher"]]


def test_lines_that_were_pasted_behind_a_question_wait_for_its_answer(session):
    session.enter("docker login -u cantdocpp\ndocker images\nas alice\n")
    assert session.lab.journal == []
    assert session.prompt == "Password: "
    said = "docker login -u cantdocpp asks: Password. What is typed is not shown."
    assert session.said == said
    session.answer("lab")
    assert [words[0] for words in session.lab.journal] == ["docker", "docker", "as"]
    assert session.prompt == "alice$ "


def test_breaking_off_gives_up_the_question_and_what_waits(session):
    session.enter("docker login -u cantdocpp\ndocker images")
    session.cancel()
    assert (session.asked, session.exit_code, session.lab.journal) == (None, 130, [])
    with pytest.raises(LabError, match="nothing is asked"):
        session.answer("lab")
    session.enter("files")
    assert (session.exit_code, session.lab.journal) == (0, [])


def test_an_answer_that_was_given_before_breaking_off_is_forgotten(session):
    session.enter("docker login localhost:5000")
    session.answer("alice")
    session.cancel()
    session.enter("docker login localhost:5000")
    assert session.asked == Question("Username: ", False)


def test_a_backslash_joins_lines(session):
    session.enter("docker pull \\\n  -q alpine:3")
    assert session.lab.journal == [["docker", "pull    -q alpine:3"]]


def test_the_sentence_tells_streams_exit_code_and_whose_laptop_it_is(session):
    session.enter("docker pull nothing")
    assert session.said == "docker pull nothing: exit code 1, 2 lines, 1 of them on standard error."
    assert session.text.splitlines()[-2:] == ["exit| 1", "cantdocpp$"]
    session.enter("as alice")
    assert session.said == "as alice: exit code 0, 0 lines. This is alice's laptop."


def test_nobody_is_thrown_out(session):
    session.enter("exit\nfiles")
    assert "The prompt stays, and so does the lab." in session.text
    assert "token.txt" in session.text


def test_the_history_has_each_line_once_and_no_secret(session):
    session.enter("files\nsign_up gopher hunter2\nfiles")
    assert session.history == ["sign_up gopher ********", "files"]
    assert "hunter2" not in session.text


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("sign_up gopher", "sign_up gopher"),
        ("sign_up gopher a=b", "sign_up gopher ********"),
        ("sign_up 'gopher hunter2", "sign_up ********"),
        ("credentials docker.io", "credentials docker.io"),
        ("credentials docker.io gopher hunter2", "credentials docker.io gopher ********"),
        ("http GET /v2/ header=Cookie:a", "http GET /v2/ header=Cookie:********"),
        ("http GET /v2/ header=Accept:x", "http GET /v2/ header=Accept:x"),
        ("docker login -u a -phunter2", "docker login -u a -p********"),
    ],
)  # fmt: skip
def test_a_line_is_shown_without_its_secrets(line, shown):
    assert discreet(line) == shown


def test_a_screen_keeps_the_order_and_the_kinds_of_what_is_written():
    screen = Screen()
    out, err = screen.stream("out"), screen.stream("err")
    out.write("one, ")
    out.write("two\nthr")
    err.write("oh\n\n")
    out.write("ee")
    assert screen.rows == [
        Row("out", "one, two"),
        Row("out", "thr"),
        Row("err", "oh"),
        Row("err", ""),
        Row("out", "ee"),
    ]
    assert screen.text == "one, two\nthr\nerr| oh\nerr| \nee"


def test_a_screen_forgets_its_first_lines():
    screen = Screen()
    screen.write("out", "".join(f"{n}\n" for n in range(SCROLLBACK + 7)))
    assert (len(screen.rows), screen.rows[0].text) == (SCROLLBACK, "7")
