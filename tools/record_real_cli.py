"""Record anew what the real docker CLIs say in front of the lab's own daemon.

Writes tests/docker/golden/real_cli_28.json and real_cli_20.json, which are compared where there is
no CLI.

Usage: python -m tools.record_real_cli [path of CLI 28.2.2] [path of CLI 20.10]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.docker.judging.judge import CLIS, sessions, write
from tests.docker.judging.scene import beginning, cli, played

__all__ = ["main"]


def main(newer: str = "/usr/local/bin/docker", older: str = "/usr/bin/docker") -> None:
    """Record both."""
    for number, program in ((28, newer), (20, older)):
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        if f"version {CLIS[number]}" not in told.stdout:
            raise SystemExit(f"{program} is no CLI {CLIS[number]}: {told.stdout.strip()}")
        now_s, said = int(time.time()), []
        for session in sessions(number):
            lab = beginning(now_s)
            with (
                tempfile.TemporaryDirectory(prefix="labsim-") as name,
                cli(lab, program, Path(name)) as typed,
            ):
                said.append((session, played(session, lab, typed)))
        write(number, now_s, said)


if __name__ == "__main__":
    main(*sys.argv[1:])
