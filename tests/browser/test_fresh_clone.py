"""A fresh clone and one command: ``make lab`` serves the lesson, and leaves the clone clean."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.browser.drawn import LESSON, expect_every_widget
from tests.conftest import absent
from tools.browsing import chromium, make_lab, open_lesson, run_all

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path: Path, peer) -> Path:
    """What ``git clone`` gives to somebody who has never seen the project."""
    if chromium() is None:
        absent("Chromium is not installed; LABSIM_CHROMIUM names another")
    peer("make")
    command = [peer("git"), "clone", "--quiet", str(ROOT), str(tmp_path / "labsim")]
    subprocess.run(command, check=True, timeout=60)
    return tmp_path / "labsim"


def test_make_lab_is_all_that_is_typed_and_the_clone_stays_clean(clone, tmp_path, page, strangers):
    with make_lab(clone, tmp_path) as address:
        open_lesson(page, address, LESSON)
        run_all(page)
        expect_every_widget(page)
    assert strangers == []
    command = ["git", "-C", str(clone), "status", "--porcelain"]
    assert subprocess.run(command, capture_output=True, check=True, timeout=60).stdout == b""
    made = {path.name for path in (clone / ".venv" / "bin").iterdir()}
    assert "jupyter" in made
    assert not made & {"mypy", "ruff", "playwright"}  # only what the lessons need
