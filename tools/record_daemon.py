"""Record anew what a real daemon (20.10.24, as root) and the CLI 28.2.2 print about local images.

Writes tests/docker/golden/daemon.jsonl, which the quick tests compare with.

Usage: python -m tools.record_daemon [path of docker] [path of dockerd]
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.docker.sessions import ARCHIVE, SAVED, SESSIONS, words_of
from tests.docker.stacked import archive

__all__ = ["DIGESTS", "RECORDED", "Finished", "daemon_at", "played", "prepared", "saved_digests"]

Finished = subprocess.CompletedProcess[str]
Docker = Callable[[list[str]], Finished]
RECORDED = Path(__file__).parents[1] / "tests" / "docker" / "golden" / "daemon.jsonl"
DIGESTS = RECORDED.parent / "saved.json"
START_S = 60
FLAGS = ("--bridge=none", "--iptables=false", "--ip6tables=false", "--storage-driver=vfs")


def prepared(docker: Docker, folder: Path) -> None:
    """The images of a session's beginning, and nothing else."""
    (folder / ARCHIVE).write_bytes(archive())
    if old := docker(["images", "-aq"]).stdout.split():
        docker(["rmi", "-f", *dict.fromkeys(old)])
    loaded = docker(["load", "-i", ARCHIVE])
    if loaded.returncode:
        raise RuntimeError(loaded.stderr)


def played(docker: Docker, session: str) -> Iterator[dict[str, object]]:
    """Every line of a session with what was printed."""
    for line in SESSIONS[session]:
        now = int(time.time())
        done = docker(words_of(line))
        yield {
            "session": session,
            "now": now,
            "line": line,
            "stdout": done.stdout,
            "stderr": done.stderr,
            "exit_code": done.returncode,
        }


def saved_digests(docker: Docker, folder: Path) -> dict[str, str]:
    """What ``docker save`` writes for each line, by its hash."""
    found = {}
    for line in SAVED:
        done = docker([*words_of(line), "-o", "saved.tar"])
        if done.returncode:
            raise RuntimeError(done.stderr)
        found[line] = hashlib.sha256((folder / "saved.tar").read_bytes()).hexdigest()
    return found


@contextmanager
def daemon_at(program: str, docker: str, folder: Path) -> Iterator[Docker]:
    """A private daemon, ended by its own process id."""
    host = f"unix://{folder}/docker.sock"
    places = [f"--data-root={folder}/data", f"--exec-root={folder}/run", f"--pidfile={folder}/pid"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, f"--host={host}", *places, *FLAGS], stdout=log, stderr=log
        )
    desk = folder / "desk"
    desk.mkdir()
    home = {"HOME": str(folder), "DOCKER_CONFIG": f"{folder}/.docker", "DOCKER_HOST": host}

    def run(words: list[str]) -> Finished:
        return subprocess.run(
            [docker, *words],
            env={**os.environ, **home},
            cwd=desk,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )

    try:
        give_up = time.monotonic() + START_S
        while run(["version"]).returncode:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError((folder / "log").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.2)
        yield run
    finally:
        process.terminate()
        process.wait(timeout=30)


def main(docker: str = "/usr/local/bin/docker", dockerd: str = "/usr/sbin/dockerd") -> None:
    """Record every session."""
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="labsim-") as name:
        folder = Path(name)
        with daemon_at(dockerd, docker, folder) as run:
            for session in SESSIONS:
                prepared(run, folder / "desk")
                rows += played(run, session)
            prepared(run, folder / "desk")
            DIGESTS.write_text(json.dumps(saved_digests(run, folder / "desk"), indent=1) + "\n")
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    RECORDED.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
