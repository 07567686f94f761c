"""A browser for the lessons: Debian's Chromium or the one named by ``LABSIM_CHROMIUM``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.conftest import absent
from tools.browsing import chromium, jupyter, launch_options

LOOPBACK = ("127.0.0.1", "localhost", "")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if chromium() is None:
        absent("Chromium is not installed; LABSIM_CHROMIUM names another")
    return {**browser_type_launch_args, **launch_options()}


class Served(NamedTuple):
    """A running JupyterLab, and the folder that it serves."""

    address: str
    folder: Path

    def copy(self, lesson: str, name: str) -> str:
        """A lesson under a name of its own, and so with a kernel of its own."""
        shutil.copyfile(self.folder / lesson, self.folder / name)
        return name


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A JupyterLab for all tests, with copies of the lessons."""
    if chromium() is None:
        absent("Chromium is not installed; LABSIM_CHROMIUM names another")
    folder = tmp_path_factory.mktemp("jupyter")
    with jupyter(folder) as address:
        yield Served(address, folder / "lessons")


@pytest.fixture
def strangers(page: Any) -> list[str]:
    """Every address outside this machine that the page asks for; it had better stay empty."""
    asked: list[str] = []

    def note(request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in LOOPBACK:
            asked.append(request.url)

    page.on("request", note)
    return asked
