"""What every test can ask for: a real program, a fresh interpreter, and examples that repeat."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import settings

settings.register_profile("quick", derandomize=True, max_examples=50, deadline=None)
settings.register_profile("long", derandomize=True, max_examples=500, deadline=None)
settings.load_profile(os.environ.get("LABSIM_HYPOTHESIS", "quick"))

#: In CI the absence of a real program is a failure, not a skip.
REQUIRED = os.environ.get("LABSIM_REQUIRE_PEERS") == "1"


def absent(reason: str) -> None:
    """Skip on a person's machine, fail where everything was to be installed."""
    if REQUIRED:
        pytest.fail(f"{reason} (LABSIM_REQUIRE_PEERS=1)")
    pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers last: their driver leaves an event loop running in this thread for the session."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def peer() -> Callable[[str], str]:
    """``peer("skopeo")``: the path of a real program, or a skip that names it."""

    def find(program: str) -> str:
        path = shutil.which(program)
        if path is None:
            absent(f"{program} is not installed")
        assert path is not None
        return path

    return find


@pytest.fixture(scope="session")
def fresh() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``fresh("import labsim", PYTHONHASHSEED="1")``: that program in an interpreter of its own."""

    def run(code: str, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, *args],
            env={**os.environ, "PYTHONUTF8": "1", **env},
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=120,
        )

    return run
