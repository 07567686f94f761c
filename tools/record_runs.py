"""Record what the builders of a real daemon (20.10.24) make of ``RUN``, for tests/dockerfile/runs.

Runs real containers without a network: the daemon must be able to, and be named in DOCKER_HOST.
The base is made of Debian's busybox-static, as it is unpacked.

Usage: python -m tools.record_runs path-of-busybox [path of docker]
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.dockerfile import runs

__all__ = ["imported", "main", "played"]


def imported(busybox: Path, program: str) -> None:
    """Import the base as ``bb:1``."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        folder = tarfile.TarInfo("bin")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
        member = tarfile.TarInfo("bin/busybox")
        content = busybox.read_bytes()
        member.size, member.mode = len(content), 0o755
        archive.addfile(member, io.BytesIO(content))
        for name in sorted(runs.LINKS):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(link)
    subprocess.run(
        [program, "import", "-", "bb:1"], input=stream.getvalue(), check=True, capture_output=True
    )


def played(program: str) -> list[dict[str, str]]:
    """What the daemon says to each line of the session."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="labsim-") as name:
        folder = Path(name)
        (folder / "word").write_text("hunter2\n", encoding="utf-8")
        for typed in runs.SESSION:
            if typed.dockerfile:
                (folder / "Dockerfile").write_text(typed.dockerfile, encoding="utf-8")
            if typed.words[:2] == ("image", "prune"):  # in a lab no container is left by a failure
                subprocess.run(
                    [program, "container", "prune", "-f"], check=True, capture_output=True
                )
            building = typed.words[0] == "build"
            more = ["--network=none"] if building else []
            more += ["--progress", "plain"] if typed.buildkit else []
            words = [typed.words[0], *more, *typed.words[1:]]
            done = subprocess.run(
                [program, *words],
                cwd=folder,
                env={**os.environ, "DOCKER_BUILDKIT": str(int(typed.buildkit))},
                capture_output=True,
                encoding="utf-8",
                check=False,
                timeout=120,
            )
            rows.append({"words": " ".join(typed.words), "stdout": done.stdout,
                         "stderr": done.stderr, "code": str(done.returncode)})  # fmt: skip
    return rows


def main(busybox: str, program: str = "/usr/bin/docker") -> None:
    """Import the base and record the session."""
    imported(Path(busybox), program)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in played(program))
    runs.TRANSCRIPT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
