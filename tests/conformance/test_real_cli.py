"""The real docker command in front of a lab's daemon, and the lab's own voice: the same words.

Every line that :mod:`tests.docker.judging.lines` makes of the command table is typed twice: into
the real CLI, whose ``DOCKER_HOST`` is ``labsim daemon``, and into a lab that began alike.  What may
differ is a table of reasons (:mod:`tests.docker.judging.excuses`).

Judges: CLI 28.2.2, whose words the lab speaks, of every line; CLI 20.10 of the lines that come as
far as the daemon; CLI 29.7.2, in front of the containerd store, of all but names (docs/daemon.md
says how one is had; ``LABSIM_DOCKER_29`` names its program).  Without a CLI, what both said is
compared as it was stored: ``tests/docker/test_real_cli.py``.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docker.judging.judge import (
    CLIS,
    Verdict,
    judged,
    lab_for,
    needed,
    ours_of,
    sessions,
)
from tests.docker.judging.scene import cli, played

pytestmark = pytest.mark.peer

#: Where a second CLI may be, beside the one that is found first.
_PLACES = ("/usr/local/bin/docker", "/usr/bin/docker", os.environ.get("LABSIM_DOCKER_29", ""))
LINES_AT_LEAST = 400


@pytest.fixture(scope="module", params=CLIS, ids=lambda number: f"CLI {CLIS[number]}")
def judge(request, peer: Callable[[str], str]) -> tuple[int, str]:
    """A CLI by its version, and the program."""
    for program in dict.fromkeys((peer("docker"), *_PLACES)):
        if Path(program).is_file() and f"version {CLIS[request.param]}," in _version(program):
            return request.param, program
    pytest.skip(f"no docker CLI {CLIS[request.param]} here: what it said is compared as stored")


def _version(program: str) -> str:
    return subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False, timeout=30
    ).stdout


@pytest.fixture(scope="module")
def verdicts(judge, tmp_path_factory) -> list[Verdict]:
    """Every difference, of every session."""
    number, program = judge
    now_s, found = int(time.time()), []
    for session in sessions(number):
        lab = lab_for(number, now_s)
        with cli(lab, program, tmp_path_factory.mktemp("cli")) as typed:
            theirs = played(session, lab, typed)
        found += judged(number, session, ours_of(number, session, now_s), theirs)
    return found


def test_the_voice_says_what_the_cli_says(verdicts):
    assert [str(verdict) for verdict in verdicts if verdict.excuse is None] == []


def test_every_excuse_is_needed(judge, verdicts):
    assert needed(judge[0], verdicts) == set()


def test_there_is_enough_to_judge():
    for number in CLIS:
        lines = [line for one in sessions(number) for line in one.lines if not line.action]
        assert len(set(lines)) >= LINES_AT_LEAST, number
