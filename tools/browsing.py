"""A JupyterLab of its own, and a browser that runs a lesson in it: for tests and for screenshots.

The server listens on loopback, keeps its settings in a folder of its own and serves *copies* of the
lessons, as `make lab` does, because JupyterLab saves into what it serves.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.working_copy import working_copy

Json = dict[str, Any]

CHROMIUM = "/usr/bin/chromium"
START_S = 90
INSTALL_S = 400  # an environment of its own, then the same start
OF_THIS_CHECKOUT = {"PYTHONPATH", "VIRTUAL_ENV", "VENV", "MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL"}
LESSON_MS = 180_000
READY = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  const kernel = context?.session?.kernel;
  const connected = kernel?.connectionStatus === "connected" && kernel.status === "idle";
  return connected && context.isReady && !context.pendingInput;
}"""


def chromium() -> str | None:
    """The browser to use: ``LABSIM_CHROMIUM``, or the distribution's; None without either."""
    path = os.environ.get("LABSIM_CHROMIUM", CHROMIUM)
    return path if Path(path).exists() else None


def launch_options() -> dict[str, Any]:
    """How Playwright starts it; root has no sandbox to offer."""
    alone = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return {"executable_path": chromium(), "args": alone}


@contextmanager
def jupyter(folder: Path, theme: str = "JupyterLab Light") -> Iterator[str]:
    """Serve what `make lab` would serve, from ``folder``; the address."""
    lessons = working_copy(folder / "lessons").parent
    port = _free_port()
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.root_dir={lessons}", *_options(port)]
    environment = {**os.environ, **_places(folder, theme)}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, server, folder / "server.log", START_S)
            yield address
        finally:
            server.terminate()
            server.wait(30)


@contextmanager
def make_lab(clone: Path, folder: Path) -> Iterator[str]:
    """Type ``make lab`` in a clone that knows nothing of this checkout; the address it serves.

    What the server keeps of its own (settings, its log) lies in ``folder``.
    """
    port = _free_port()
    command = ["make", "lab", f"LAB_ARGS={' '.join(_options(port))}"]
    places = _places(folder, "JupyterLab Light")
    environment = {name: it for name, it in os.environ.items() if name not in OF_THIS_CHECKOUT}
    with (folder / "server.log").open("wb") as log:
        typed = subprocess.Popen(
            command, env=environment | places, stdout=log, stderr=log, cwd=clone
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, typed, folder / "server.log", INSTALL_S)
            yield address
        finally:
            _stop(Path(places["JUPYTER_RUNTIME_DIR"]))
            typed.terminate()
            typed.wait(30)


def _stop(runtime: Path) -> None:
    """End the server that wrote its process id there; make, above it, ends with it."""
    for note in runtime.glob("jpserver-*.json"):
        os.kill(json.loads(note.read_text(encoding="utf-8"))["pid"], signal.SIGTERM)


def _options(port: int) -> list[str]:
    """What a server for tests is told beside what a person's is."""
    told = ["--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    told += ["--IdentityProvider.token=", "--ServerApp.password="]
    return [*told, "--LabApp.expose_app_in_browser=True"]  # READY looks at it


def _places(folder: Path, theme: str) -> dict[str, str]:
    """Where a server keeps what is its own, as variables of its environment."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    _settings(folder / "settings", theme)
    places = {name: str(folder / name.lower()) for name in names}
    return {**places, "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}


def _settings(folder: Path, theme: str) -> None:
    """No news and no updates, which ask other machines; every cell drawn, in view or not."""
    wanted: dict[str, Json] = {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "apputils-extension/themes": {"theme": theme},
        "notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, settings in wanted.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/api", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-2000:]}")


def open_lesson(page: Any, address: str, name: str) -> None:
    """Open a lesson and wait for its kernel: before it is ready, Run All asks which one to take."""
    page.goto(f"{address}/lab/tree/{name}?reset")
    page.wait_for_function(READY, timeout=LESSON_MS)


def run_all(page: Any) -> None:
    """Run > Run All Cells, and wait until the last code cell has its number."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = page.locator(".jp-CodeCell .jp-InputArea-prompt").last
    last.filter(has_text=re.compile(r"\[\d+\]")).wait_for(timeout=LESSON_MS)
