"""Record anew what the real docker CLIs say in front of the lab's own daemon.

Writes tests/docker/golden/real_cli_28.json and its like, one for each program that is named; they
are compared where there is no CLI.  docs/daemon.md says how a CLI 29 is had.

Usage: python -m tools.record_real_cli [path of a CLI]...
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.docker.judging.judge import CLIS, lab_for, sessions, write
from tests.docker.judging.scene import cli, played

__all__ = ["main"]

#: Where Debian's 20.10 and a 28.2.2 beside it are.
_PLACES = ("/usr/local/bin/docker", "/usr/bin/docker")


def main(*programs: str) -> None:
    """Record each program; those of this machine, if none is named."""
    for program in programs or _PLACES:
        number = _number(program)
        now_s, said = int(time.time()), []
        for session in sessions(number):
            lab = lab_for(number, now_s)
            with (
                tempfile.TemporaryDirectory(prefix="labsim-") as name,
                cli(lab, program, Path(name)) as typed,
            ):
                said.append((session, played(session, lab, typed)))
        write(number, now_s, said)


def _number(program: str) -> int:
    """The major version of a CLI that is one of the judges."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    for number, version in CLIS.items():
        if f"version {version}," in told:
            return number
    raise SystemExit(f"{program} is none of CLI {', '.join(CLIS.values())}: {told.strip()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
