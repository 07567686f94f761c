"""Record anew what a real daemon (20.10.24, as root) answers over the Engine API.

Writes tests/doors/daemon/golden/engine_api.jsonl, which the quick tests compare with.

Usage: python -m tools.record_engine_api [docker] [dockerd] [docker-registry], each a path
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.docker.stacked import archive
from tests.doors.daemon.asking import PLACE, QUESTIONS, Question, settled
from tools.record_daemon import daemon_at

__all__ = ["RECORDED"]

RECORDED = Path(__file__).parents[1] / "tests" / "doors" / "daemon" / "golden" / "engine_api.jsonl"
_CONFIG = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/registry}}}}
http: {{addr: "{place}"}}
"""


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: str) -> None:
        super().__init__("docker")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self._path)


def asked(path: str, question: Question) -> dict[str, Any]:
    """One question and its answer, in the form that is kept."""
    connection = _Connection(path)
    try:
        headers = dict(question.headers)
        target = question.target.replace("NOW", str(int(time.time()) + 1))
        connection.request(question.method, target, question.body, headers)
        response = connection.getresponse()
        body = response.read().decode()
        kept = {name: value for name, value in response.getheaders() if name not in _PASSING}
        return settled(question, response.status, kept, body)
    finally:
        connection.close()


_PASSING = ("Date", "Content-Length", "Transfer-Encoding")


@contextmanager
def _registry(program: str, folder: Path) -> Iterator[None]:
    config = folder / "registry.yml"
    config.write_text(_CONFIG.format(folder=folder, place=PLACE), encoding="utf-8")
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen([program, "serve", str(config)], stdout=log, stderr=log)
    try:
        time.sleep(1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def main(
    docker: str = "/usr/local/bin/docker",
    dockerd: str = "/usr/sbin/dockerd",
    registry: str = "/usr/bin/docker-registry",
) -> None:
    """Record every answer."""
    with tempfile.TemporaryDirectory(prefix="labsim-") as name:
        folder = Path(name)
        (folder / "stack.tar").write_bytes(archive())
        with _registry(registry, folder), daemon_at(dockerd, docker, folder):
            rows = [asked(f"{folder}/docker.sock", question) for question in QUESTIONS]
    RECORDED.parent.mkdir(exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    RECORDED.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
