"""A lab with a daemon in front, and another one with its own voice: the same lines for both."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from labsim import Lab
from labsim.doors.daemon import daemon
from tests.docker.judging.lines import ARCHIVE, BEGINNING, CONTEXTS, LEGACY, Line, Session
from tests.docker.stacked import archive

__all__ = ["AN_ARCHIVE", "HOME", "Said", "Typist", "beginning", "cli", "played", "voice"]

#: Where the lab's CLI keeps its configuration, in words.
HOME = "/root/.docker"
#: What stands for the bytes of an archive on standard output.
AN_ARCHIVE = "(an archive)"


class Said(NamedTuple):
    """What a line printed."""

    stdout: str
    stderr: str
    exit_code: int


Typist = Callable[[Line], Said]


def beginning(now_s: int, engine: str = "classic") -> Lab:
    """The lab that a session begins with; its clock shows that moment."""
    lab = Lab(engine=engine)
    lab.write(ARCHIVE, archive())
    for path, text in CONTEXTS.items():
        lab.write(path, text)
    if behind_s := max(0, now_s - lab.now_us // 1_000_000):
        lab.wait(f"{behind_s}s")
    for action in BEGINNING:
        lab.do(action)
    return lab


def voice(lab: Lab) -> Typist:
    """The lab's own voice."""

    def typed(line: Line) -> Said:
        result = lab.docker(list(line.words), line.stdin)
        return Said(result.stdout, result.stderr, result.exit_code)

    return typed


@contextmanager
def cli(lab: Lab, program: str, folder: Path) -> Iterator[Typist]:
    """The real CLI in front of the lab's daemon, with a home and a desk of its own."""
    home, desk = folder / "home", folder / "desk"
    home.mkdir(parents=True)
    desk.mkdir()
    (desk / ARCHIVE).write_bytes(archive())
    for path, text in CONTEXTS.items():
        (desk / path).parent.mkdir(mode=0o755, exist_ok=True, parents=True)
        (desk / path).write_text(text, encoding="utf-8")
        (desk / path).chmod(0o644)
    with daemon(lab) as door:
        own = {
            "HOME": str(home),
            "DOCKER_CONFIG": str(home / ".docker"),
            "DOCKER_HOST": door.host,
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
        }

        def typed(line: Line) -> Said:
            legacy = line.words[: len(LEGACY)] == LEGACY
            done = subprocess.run(
                [program, *(line.words[len(LEGACY) :] if legacy else line.words)],
                env={**own, "DOCKER_BUILDKIT": "0"} if legacy else own,
                cwd=desk,
                input=line.stdin.encode() or None,
                stdin=None if line.stdin else subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=60,
            )
            tidy = _at_home(home, desk, door.host)
            out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
            return Said(tidy(out), tidy(err), done.returncode)

        yield typed


def _at_home(home: Path, desk: Path, host: str) -> Callable[[str], str]:
    """Without what is this machine's: where the CLI is at home, and where its daemon listens."""
    place = host.removeprefix("tcp://")

    def tidy(text: str) -> str:
        if "\0" in text:
            return AN_ARCHIVE if "manifest.json" in text else "neither text nor an archive"
        text = text.replace(str(home / ".docker"), HOME).replace(f"{desk}/", "")
        return text.replace(f"http://{place}", "http://%2Fvar%2Frun%2Fdocker.sock")

    return tidy


def played(session: Session, lab: Lab, typed: Typist) -> list[Said]:
    """Every line of a session; an action happens, and says nothing."""
    said = []
    for line in session.lines:
        if line.action:
            lab.do(list(line.words))
            said.append(Said("", "", 0))
        else:
            said.append(typed(line))
    return said
