"""A served registry is killed at random instants while many push to it; ``tools/kill_test.py``."""

from __future__ import annotations

import sys

import pytest

from tools.kill_test import Trial

pytest.importorskip("uvicorn", reason="a server needs uvicorn")
FORGETFUL = (sys.executable, "-m", "tests.doors.disk.forgetful", "{port}", "{store}")


@pytest.mark.slow
def test_thirty_kills_lose_nothing_that_was_acknowledged(tmp_path):
    trial = Trial(tmp_path, seed=30)
    trial.run(30)
    assert trial.faults == []
    assert sum(pusher.acknowledged for pusher in trial.pushers) > 100
    assert sum(pusher.resumed for pusher in trial.pushers) > 0
    assert sum(pusher.resent for pusher in trial.pushers) > 0
    assert sum(pusher.renamed for pusher in trial.pushers) > 0


@pytest.mark.slow
def test_the_trial_sees_a_server_that_answers_before_it_keeps(tmp_path):
    trial = Trial(tmp_path, seed=2, command=FORGETFUL)
    trial.run(20)  # it ends with the first fault
    assert trial.faults
