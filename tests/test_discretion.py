"""No door to a lab lets a secret into the journal: not ``do``, not a script written by hand."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.docker import redact
from labsim.docker.shell import split
from labsim.errors import CommandError, LabError

SECRET = "hunter2"
HEAD = "labsim 0.1.0 world=w1 engine=classic seed=0\n"

#: An action with a secret in it, and what is kept of it, if anything is.
ACTIONS = [
    (["docker", "login -u bob -p hunter2"], ["docker", "login -u bob -p wrong"]),
    (
        ["docker", "docker login -u bob --password=hunter2"],
        ["docker", "docker login -u bob --password=wrong"],
    ),
    (
        ["docker", "login -u bob --password-stdin", "hunter2"],
        ["docker", "login -u bob --password-stdin", "wrong"],
    ),
    (["docker", "login -u bob", "hunter2"], ["docker", "login -u bob", "wrong"]),
    (["docker", "login", "bob\nhunter2"], ["docker", "login", "bob\nwrong"]),
    (["docker", "login -u bob -p hunter2", "right"], ["docker", "login -u bob -p wrong"]),
    (["docker", "logn -u bob -p right", "hunter2"], ["docker", "logn -u bob -p wrong"]),
    (["docker", "logn -u bob", "hunter2"], ["docker", "logn -u bob"]),
    (["docker", "login -u bob --password-stdin <<< hunter2"], None),
    (["docker", "logn -u bob <<<hunter2"], None),
]


@pytest.mark.parametrize(("action", "kept"), ACTIONS)
def test_what_is_done_as_a_journal_has_it_gives_no_secret_away(action, kept):
    lab = Lab()
    result = lab.do(action)
    assert result.exit_code
    assert lab.journal == ([kept] if kept else [])
    assert SECRET not in lab.script + repr(lab._past.entries) + result.merged


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("docker login -u bob -p hunter2", ["docker", "login -u bob -p wrong"]),
        ('docker "login -u bob -p hunter2"', ["docker", "login -u bob -p wrong"]),
        (
            "docker login -u bob --password-stdin <<< hunter2",
            ["docker", "login -u bob --password-stdin", "wrong"],
        ),
        ("docker login -u bob <<< hunter2", ["docker", "login -u bob", "wrong"]),
        ('docker login <<< "bob\\nhunter2"', ["docker", "login", "bob\nwrong"]),
        (
            'http GET /token host=auth.docker.io "header=Authorization: Basic Ym9iOmh1bnRlcjI="',
            [
                *("http", "GET", "/token", "host=auth.docker.io"),
                "header=Authorization: Basic bob:wrong",
            ],
        ),
    ],
)
def test_a_script_written_by_hand_gives_no_secret_away(line, kept):
    lab = Lab.replay(HEAD + line)
    assert lab.journal == [kept]
    assert SECRET not in lab.script
    assert "aHVudGVy" not in lab.script
    assert Lab.replay(lab.script).script == lab.script


def test_a_password_in_a_script_written_by_hand_is_the_one_that_is_typed():
    lab = Lab.replay(HEAD + "docker login -u cantdocpp -p lab\nwait 1h\n")
    assert lab.journal == [["docker", "login -u cantdocpp -p right"], ["wait", "1h"]]
    lab.undo()
    lab.undo()
    lab.redo()
    credentials = lab.seat.engine.credentials.get("docker.io")
    assert credentials is not None
    assert credentials.password == "lab"


def test_a_verdict_in_a_script_stays_as_it_is_written():
    line = "docker login -u cantdocpp --password-stdin <<< wrong\n"
    assert Lab.replay(HEAD + line).script == HEAD + line


def test_an_unreadable_docker_action_is_refused_as_before():
    with pytest.raises(LabError, match="docker is written like this: docker COMMAND"):
        Lab().do(["docker", "login -u bob", SECRET, "more"])


def test_a_here_string_is_refused_and_hidden():
    with pytest.raises(CommandError) as refused:
        split("login -u bob --password-stdin <<< hunter2")
    assert refused.value.stderr == (
        "labsim: the lab has no text after <<: to feed a command, write  < file\n"
    )
    assert redact("login -u bob <<< hunter2") == "login -u bob << ********"
