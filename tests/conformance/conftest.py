"""Real programs, each in a home of its own, and a Docker daemon that touches nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import absent

Finished = subprocess.CompletedProcess[str]
#: The daemon makes no bridge and no firewall rule: it needs root, and nothing else of the machine.
QUIET_DAEMON = (
    "--bridge=none",
    "--iptables=false",
    "--ip6tables=false",
    "--storage-driver=vfs",
    "--log-level=warn",
)
START_S = 60


def _home(folder: Path) -> dict[str, str]:
    """The environment of a client that knows nothing about the person at this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {
        "HOME": folder,
        "XDG_RUNTIME_DIR": folder,
        "DOCKER_CONFIG": folder / ".docker",
        "REGISTRY_AUTH_FILE": folder / "auth.json",
    }
    return {**os.environ, **{name: str(path) for name, path in own.items()}}


@pytest.fixture
def real(tmp_path: Path, peer: Callable[[str], str]) -> Callable[..., Finished]:
    """``real("skopeo", "inspect", …)``: run a real program; it may fail, the test says if so."""

    def run(program: str, *words: str | Path, stdin: str | None = None) -> Finished:
        return subprocess.run(
            [peer(program), *map(str, words)],
            env=_home(tmp_path / "home"),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )

    return run


class Dockerd:
    """A running daemon: its socket, and the real docker command pointed at it."""

    def __init__(self, folder: Path, docker: str) -> None:
        self.host = f"unix://{folder / 'docker.sock'}"
        #: The images that it had before any test, by id.
        self.began_with: list[str] = []
        self._docker = docker
        self._env = {**_home(folder / "home"), "DOCKER_HOST": self.host}

    def docker(
        self, *words: str | Path, stdin: str | None = None, cwd: Path | None = None
    ) -> Finished:
        """Run the docker command; it may fail, the test says if so."""
        return subprocess.run(
            [self._docker, *map(str, words)],
            env=self._env,
            cwd=cwd,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )


@pytest.fixture(scope="session")
def dockerd(
    tmp_path_factory: pytest.TempPathFactory, peer: Callable[[str], str]
) -> Iterator[Dockerd]:
    """A private daemon for the session."""
    if sys.platform == "win32" or os.geteuid() != 0:
        absent("a Docker daemon of one's own needs root")
    with _running(tmp_path_factory.mktemp("dockerd"), peer("dockerd"), peer("docker")) as daemon:
        yield daemon


@pytest.fixture
def empty_dockerd(
    tmp_path_factory: pytest.TempPathFactory, peer: Callable[[str], str], dockerd: Dockerd
) -> Iterator[Dockerd]:
    """A private daemon for one test, which no other has left anything in."""
    folder = tmp_path_factory.mktemp("empty")
    with _running(folder, peer("dockerd"), peer("docker")) as daemon:
        yield daemon


@contextmanager
def _running(folder: Path, program: str, docker: str) -> Iterator[Dockerd]:
    """A daemon whose files are all in a folder, ended by its own process id."""
    daemon = Dockerd(folder, docker)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                program,
                f"--host={daemon.host}",
                f"--data-root={folder / 'data'}",
                f"--exec-root={folder / 'run'}",
                f"--pidfile={folder / 'pid'}",
                *QUIET_DAEMON,
            ],
            env=_home(folder / "root"),
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_ready(daemon, process, folder / "log")
        daemon.began_with = daemon.docker("images", "--quiet").stdout.split()
        yield daemon
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(daemon: Dockerd, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_S
    while daemon.docker("version").returncode != 0:
        if process.poll() is not None or time.monotonic() > give_up:
            pytest.fail("dockerd did not start:\n" + log.read_text(encoding="utf-8")[-2000:])
        time.sleep(0.2)
