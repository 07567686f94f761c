"""Debian's docker-registry on a free port of loopback, with a store that goes with the test."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

#: alice:wonderland, as ``htpasswd -B`` writes it.
HTPASSWD = "alice:$2y$05$abcdefghijklmnopqrstuuA0vov2GDneHB3.8.cv9UF9g.RdvScIW\n"
_START_S = 20
_CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {folder}/store}}
  delete: {{enabled: true}}
http: {{addr: "127.0.0.1:{port}"}}
"""
_AUTH = "auth: {{htpasswd: {{realm: basic-realm, path: {folder}/htpasswd}}}}\n"


@contextmanager
def running(program: str, folder: Path, *, accounts: bool = False) -> Iterator[str]:
    """The address of a registry that runs until the block ends."""
    folder.mkdir()
    port = _free_port()
    config = (_CONFIG + (_AUTH if accounts else "")).format(folder=folder, port=port)
    (folder / "config.yml").write_text(config, encoding="utf-8")
    (folder / "htpasswd").write_text(HTPASSWD, encoding="utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "serve", str(folder / "config.yml")],
            env={**os.environ, "HOME": str(folder), "OTEL_TRACES_EXPORTER": "none"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_ready(process, port, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > give_up:
                text = log.read_text(encoding="utf-8")[-2000:]
                pytest.fail(f"docker-registry did not start:\n{text}")
        time.sleep(0.05)
