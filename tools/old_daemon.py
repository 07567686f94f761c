"""A daemon for the real docker CLI to talk to: it answers as much as makes the CLI speak.

The CLI adapts to its daemon: in front of API 1.41 (daemon 20.10) it hides what that daemon cannot
do, refuses those flags by name, and formats lists of images.  All of that is the CLI's own voice,
so a few lines of JSON over loopback are enough to hear it; no daemon is installed, no image stored.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["API_VERSION", "Cli", "old_daemon"]

#: What daemon 20.10.24 says.
API_VERSION = "1.41"


class Cli:
    """The real CLI in front of the pretended daemon, with a home and a configuration of its own."""

    def __init__(self, program: str, host: str, home: str, daemon: ThreadingHTTPServer) -> None:
        self.program = program
        self.home = home
        self.environment = {"HOME": home, "DOCKER_CONFIG": home, "DOCKER_HOST": host}
        self.daemon = daemon

    def run(self, words: Sequence[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [self.program, *words],
            input=stdin,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=30,
            check=False,
        )

    def show(self, images: list[dict[str, object]]) -> None:
        """What ``GET /images/json`` answers from now on."""
        self.daemon.images = images  # type: ignore[attr-defined]  # the handler reads it there

    def find(self, results: list[dict[str, object]]) -> None:
        """What ``GET /images/search`` answers from now on."""
        self.daemon.found = results  # type: ignore[attr-defined]  # the handler reads it there


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        wanted = self.path.partition("?")[0]
        images = getattr(self.server, "images", [])
        found = getattr(self.server, "found", [])
        answers = {"json": images, "search": found} if "/images/" in wanted else {}
        self.answer(200, answers.get(wanted.rpartition("/")[2], {}))

    def do_HEAD(self) -> None:
        self.answer(200, {})

    def do_POST(self) -> None:
        self.answer(404, {"message": "page not found"})

    def answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in (
            ("Api-Version", API_VERSION),
            ("Docker-Experimental", "false"),
            ("Ostype", "linux"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def old_daemon(program: str) -> Iterator[Cli]:
    """The CLI ``program`` in front of a pretended daemon on a loopback port."""
    with tempfile.TemporaryDirectory(prefix="labsim-") as home:
        daemon = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
        listening = threading.Thread(target=daemon.serve_forever, kwargs={"poll_interval": 0.05})
        listening.start()
        try:
            yield Cli(
                program, f"tcp://127.0.0.1:{daemon.server_port}", os.path.realpath(home), daemon
            )
        finally:
            daemon.shutdown()
            listening.join()
            daemon.server_close()
