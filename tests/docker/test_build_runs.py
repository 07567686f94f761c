"""RUN, the images on the legacy builder's way, and mounts: as daemon 20.10.24 was recorded."""

from __future__ import annotations

import shlex

import pytest

from labsim.reference import Reference
from tests.docker.seat import BareSeat
from tests.dockerfile.runs import SESSION, base, numbered, recorded


class MovingSeat(BareSeat):
    """A seat whose clock goes on."""

    def converse(self, talk):
        run = super().converse(talk)
        self.now = max(self.now, run.ended_us)
        return run


def ours() -> list[tuple[str, str, int]]:
    """What the lab says to each line of the session."""
    seat = MovingSeat()
    seat.engine.adopt(base(), [Reference("bb:1")])
    seat.files["word"] = b"hunter2\n"
    said = []
    for typed in SESSION:
        if typed.dockerfile:
            seat.files["Dockerfile"] = typed.dockerfile.encode()
        choice = "" if typed.buildkit else "DOCKER_BUILDKIT=0 "
        result = seat.docker(f"{choice}docker {shlex.join(typed.words)}")
        said.append((result.stdout, result.stderr, result.exit_code))
    return said


OURS, REAL = ours(), recorded()


def test_every_line_of_the_session_was_recorded():
    assert [row["words"] for row in REAL] == [" ".join(typed.words) for typed in SESSION]


@pytest.fixture(scope="module")
def settled() -> tuple[list[list[str]], list[list[str]]]:
    mine = [text for out, err, _ in OURS for text in (out, err)]
    theirs = [text for row in REAL for text in (row["stdout"], row["stderr"])]
    return numbered(mine), numbered(theirs)


@pytest.mark.parametrize("at", range(len(SESSION)), ids=lambda at: " ".join(SESSION[at].words[:3]))
def test_each_line_is_answered_as_the_daemon_answered(settled, at):
    mine, theirs = settled
    for stream in (2 * at, 2 * at + 1):
        assert mine[stream] == theirs[stream]
    assert OURS[at][2] == int(REAL[at]["code"])


def test_a_secret_is_nowhere():
    assert not any("hunter2" in text for row in OURS for text in row[:2])
