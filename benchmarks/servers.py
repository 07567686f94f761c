"""Servers to compare, each a process of its own, and what they used of the processor."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

__all__ = ["Server", "bare", "docker_registry", "labsim"]

_TICK = os.sysconf("SC_CLK_TCK")
_ROOT = Path(__file__).resolve().parents[1]
_CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


class Server:
    """A running server at a port of this machine."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    @property
    def cpu_s(self) -> float:
        """Processor seconds so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    @property
    def peak_bytes(self) -> int:
        """The most memory that it held at once."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        (peak,) = [line for line in lines if line.startswith("VmHWM:")]
        return int(peak.split()[1]) * 1024

    def load(self, requests: Sequence[bytes], count: int, connections: int = 4) -> float:
        """Send so many of these; processor seconds that the server took for one.

        Who sends is a process of its own; an answer that is no success is a fault of the scene.
        """
        wish = {
            "port": self.port,
            "connections": connections,
            "count": count,
            "requests": [base64.b64encode(one).decode() for one in requests],
        }
        before = self.cpu_s
        ran = subprocess.run(
            [sys.executable, str(_ROOT / "benchmarks" / "load.py")],
            input=json.dumps(wish).encode(),
            stdout=subprocess.PIPE,
            check=True,
        )
        taken = self.cpu_s - before
        heard = json.loads(ran.stdout)
        assert all(200 <= int(status) < 300 for status in heard), heard
        assert sum(heard.values()) == count
        return taken / count


@contextmanager
def _running(words: Sequence[str], port: int) -> Iterator[Server]:
    process = subprocess.Popen(
        words,
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(timeout=30)


def labsim(*options: str) -> AbstractContextManager[Server]:
    """``labsim serve``."""
    port = _free_port()
    words = [sys.executable, "-m", "labsim", "serve", "--port", str(port), *options]
    return _running(words, port)


def bare() -> AbstractContextManager[Server]:
    """A server of the same make that only hashes."""
    port = _free_port()
    options = ["--port", str(port), "--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    return _running([sys.executable, "-m", "uvicorn", "benchmarks.bare:app", *options], port)


def docker_registry(folder: Path) -> AbstractContextManager[Server] | None:
    """Debian's docker-registry with its files in this folder; None where it is not installed."""
    return _distribution(shutil.which("docker-registry"), folder)


def distribution_3(folder: Path) -> AbstractContextManager[Server] | None:
    """The registry 3.x that ``LABSIM_DISTRIBUTION`` names, for no Debian has it; None without."""
    return _distribution(os.environ.get("LABSIM_DISTRIBUTION"), folder)


def _distribution(program: str | None, folder: Path) -> AbstractContextManager[Server] | None:
    if program is None:
        return None
    port = _free_port()
    config = folder / "config.yml"
    config.write_text(_CONFIG.format(folder=folder / "files", port=port))
    return _running([program, "serve", str(config)], port)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    give_up = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)
        else:
            return
