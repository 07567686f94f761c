"""A person at a real terminal: prompts, a password that is not echoed, Tab, Ctrl-C and Ctrl-D."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="a pseudo-terminal is Unix's")

ROOT = Path(__file__).resolve().parents[2]


#: ``labsim`` as a person starts it: who runs the tests in the background has Ctrl-C ignored, and
#: what a program ignores is inherited.
HEARING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, "-m", "labsim", *sys.argv[1:]])
"""


class Screen:
    """``labsim`` in a pseudo-terminal: type, and wait for words to appear."""

    def __init__(self, lab: Path, *words: str) -> None:
        self.seen = ""
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", HEARING, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "LABSIM_FILE": str(lab), "PYTHONPATH": str(ROOT), "TERM": "dumb"},
        )
        os.close(slave)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait_for(self, words: str, within_s: float = 20) -> str:
        """Everything printed up to these words; what follows them is left for the next wait."""
        give_up = time.monotonic() + within_s
        while words not in self.seen:
            left = give_up - time.monotonic()
            assert left > 0, f"{words!r} did not appear in {self.seen!r}"
            if select.select([self._master], [], [], left)[0]:
                self.seen += os.read(self._master, 4096).decode().replace("\r\n", "\n")
        before, _, self.seen = self.seen.partition(words)
        return before

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def screen(tmp_path):
    opened = []

    def open_one(*words: str) -> Screen:
        opened.append(Screen(tmp_path / "my.lab", *words))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def test_a_session_shows_whose_laptop_it_is(screen):
    shell = screen("shell")
    shell.wait_for("cantdocpp$ ")
    shell.type("as alice\n")
    shell.wait_for("alice$ ")
    shell.type("exit\n")
    assert shell.process.wait(timeout=20) == 0


def test_a_password_is_asked_for_and_not_shown(screen, tmp_path):
    shell = screen("shell")
    shell.wait_for("$ ")
    shell.type("docker login -u cantdocpp\n")
    shell.wait_for("Password: ")
    shell.type("lab\n")
    shown = shell.wait_for("Login Succeeded")
    assert "lab\n" not in shown
    assert '"lab"' not in (tmp_path / "my.lab").read_text(encoding="utf-8")


def test_one_command_asks_too(screen):
    command = screen("docker", "login", "-u", "cantdocpp")
    command.wait_for("Password: ")
    command.type("nonsense\n")
    command.wait_for("incorrect username or password")
    assert command.process.wait(timeout=20) == 1


def interrupt(shell: Screen) -> None:
    """Press Ctrl-C until it is heard, as people do.

    Python hears none that comes just before it waits for the next key.
    """
    for _ in range(20):
        shell.process.send_signal(signal.SIGINT)
        with contextlib.suppress(AssertionError):
            shell.wait_for("$ ", within_s=1)
            return
    shell.wait_for("$ ")


def test_ctrl_c_drops_the_line_and_ctrl_d_ends_the_session(screen):
    shell = screen("shell")
    shell.wait_for("$ ")
    shell.type("docker rubbish")
    shell.wait_for("rubbish")
    interrupt(shell)
    shell.type("\x04")
    assert shell.process.wait(timeout=20) == 0


def test_tab_completes(screen):
    pytest.importorskip("readline", reason="line editing comes with readline")
    shell = screen("shell")
    shell.wait_for("$ ")
    shell.type("scr\t\n")
    shell.wait_for("labsim ")  # the first line of a script
    shell.wait_for("$ ")
