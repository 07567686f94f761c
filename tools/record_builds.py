"""Record what the builders of a real daemon (20.10.24) make of the Dockerfiles of the tests.

Writes tests/dockerfile/answers.jsonl and session.jsonl.  The daemon must run already, with an
empty cache, and be named in DOCKER_HOST; the CLI is Debian's 20.10.24, which has BuildKit's client
built in.

Usage: python -m tools.record_builds [path of docker]
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.dockerfile import session
from tests.dockerfile.corpus import ANSWERS, CASES, FILES

__all__ = ["Builder", "answer", "built", "told"]

_NOISE = re.compile(
    r"(?m)^(#\d+ .*|------| > .*|DEPRECATED.*|Sending build context .*| {12}\S.*|)$\n?"
)
_IMAGE = re.compile(r"(?:Successfully built |writing image )(sha256:)?(?P<id>[0-9a-f]+)")
_CONTAINER = ("Hostname", "Image")


class Builder:
    """A real CLI, a folder with the build context, and one of the two builders."""

    def __init__(self, program: str, folder: Path, *, buildkit: bool) -> None:
        self.program, self.folder, self.buildkit = program, folder, buildkit

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One docker command, in the folder."""
        return subprocess.run(
            [self.program, *words],
            cwd=self.folder,
            env={**os.environ, "DOCKER_BUILDKIT": str(int(self.buildkit))},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def build(self, dockerfile: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Build a Dockerfile in the folder's context."""
        name = self.folder.parent / "Dockerfile.case"
        name.write_text(dockerfile, encoding="utf-8", newline="")
        plain = ("--progress", "plain") if self.buildkit else ()
        return self.run("build", *plain, *options, "-f", str(name), ".")


def answer(builder: Builder, dockerfile: str) -> dict[str, Any]:
    """The failure's sentence, or the image's config without times and containers."""
    done = builder.build(dockerfile)
    if done.returncode:
        return {"fault": told(done.stderr if builder.buildkit else done.stderr or done.stdout)}
    found = _IMAGE.findall(done.stdout + done.stderr)[-1][1]
    config = json.loads(builder.run("inspect", "--format", "{{json .Config}}", found).stdout)
    history = builder.run(
        "history", "--no-trunc", "--format", "{{.CreatedBy}}|{{.Size}}|{{.Comment}}", found
    ).stdout
    return {
        "config": {key: value for key, value in sorted(config.items()) if _says(key, value)},
        "history": history.splitlines()[::-1],
    }


def _says(key: str, value: object) -> bool:
    return key not in _CONTAINER and value not in (None, "", False, [], {})


def told(text: str) -> str:
    """The last thing that was complained about, without progress and without names of files."""
    text = re.sub(r"Dockerfile\.case|\.dockerfile\.[0-9a-f]+", "Dockerfile", text)
    return re.sub(r"on [\d.]+:53", "on 127.0.0.53:53", _NOISE.sub("", text)).strip()


def built(builder: Builder) -> list[dict[str, str]]:
    """What a builder prints in the session, whose files are written as it goes."""
    rows = []
    for name, text in session.FILES.items():
        _write(builder.folder, name, text)
    for build in session.SESSION:
        for name, text in build.edits.items():
            _write(builder.folder, name, text)
        plain = ("--progress", "plain") if builder.buildkit else ()
        done = builder.run("build", *plain, *build.words.split())
        kind = "buildkit" if builder.buildkit else "legacy"
        rows.append({"builder": kind, "words": build.words, "stdout": done.stdout,
                     "stderr": done.stderr})  # fmt: skip
    return rows


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def _record_session(program: str) -> None:
    rows = []
    for buildkit in (False, True):
        with tempfile.TemporaryDirectory(prefix="labsim-") as folder:
            rows += built(Builder(program, Path(folder), buildkit=buildkit))
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    session.TRANSCRIPT.write_text(text, encoding="utf-8")


def main(program: str = "/usr/bin/docker") -> None:
    """Record the session (in front of an empty cache), and every case, with both builders."""
    _record_session(program)
    rows = []
    with tempfile.TemporaryDirectory(prefix="labsim-") as folder:
        context = Path(folder, "context")
        for name, text in FILES.items():
            _write(context, name, text)
        for case in CASES:
            said = {
                name: answer(Builder(program, context, buildkit=buildkit), case.dockerfile)
                for name, buildkit in (("legacy", False), ("buildkit", True))
            }
            rows.append(json.dumps({"rule": case.rule, **said}, ensure_ascii=False))
    ANSWERS.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
