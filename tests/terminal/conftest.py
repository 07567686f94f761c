"""The labsim command as a person starts it: a process of its own, driven through pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Finished = subprocess.CompletedProcess[str]


@pytest.fixture
def labsim(tmp_path: Path) -> Callable[..., Finished]:
    """``labsim("docker", "images", stdin="")``: one command on this test's own lab."""

    def run(*words: str, stdin: str = "") -> Finished:
        return subprocess.run(
            [sys.executable, "-m", "labsim", *words],
            env={**os.environ, "LABSIM_FILE": str(tmp_path / "my.lab"), "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )

    return run
