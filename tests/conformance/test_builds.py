"""Both builders of a real daemon, beside ours: what they print, and what they make."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.conftest import Dockerd
from tests.conftest import absent
from tests.docker.seat import BareSeat
from tests.dockerfile.corpus import CASES, FILES, answers
from tests.dockerfile.runs import BUSYBOX_SIZE, numbered, recorded
from tests.dockerfile.session import FILES as SESSION_FILES
from tests.dockerfile.session import SESSION, settled
from tools.record_builds import Builder, answer, built
from tools.record_runs import imported, played

pytestmark = pytest.mark.peer
#: The corpus is long: each run asks about every so-manieth case, which takes ten seconds.
STRIDE = 9


def _with_buildkit() -> str:
    """The docker command that has BuildKit built in."""
    program = shutil.which("/usr/bin/docker") or "docker"
    version = subprocess.run(
        [program, "--version"], capture_output=True, encoding="utf-8", check=False
    )
    if " 20.10." not in version.stdout:
        absent("the builds are those of daemon and CLI 20.10 (Debian's docker.io)")
    return program


def _unstarted(texts: list[list[str]]) -> list[str]:
    """What was said of containers that did not start."""
    return [line for text in texts for line in text if "OCI runtime create failed" in line]


@pytest.fixture
def real(dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Builder]:
    """A builder of the private daemon; the CLI must be one that has BuildKit built in."""
    program = _with_buildkit()
    monkeypatch.setenv("DOCKER_HOST", dockerd.host)

    def builder(folder: Path, *, buildkit: bool) -> Builder:
        return Builder(program, folder, buildkit=buildkit)

    return builder


@pytest.mark.parametrize("kind", ["legacy", "buildkit"])
def test_a_session_of_builds_prints_the_same(real, tmp_path, kind):
    folder = tmp_path / "context"
    folder.mkdir()
    rows = built(real(folder, buildkit=kind == "buildkit"))
    seat = BareSeat()
    seat.files = {name: text.encode() for name, text in SESSION_FILES.items()}
    for build, row in zip(SESSION, rows, strict=True):
        seat.files |= {name: text.encode() for name, text in build.edits.items()}
        choice = "DOCKER_BUILDKIT=0 " if kind == "legacy" else ""
        ours = seat.docker(f"{choice}docker build {build.words}")
        for stream in ("stdout", "stderr"):
            assert settled(getattr(ours, stream)) == settled(row[stream]), build.words


def test_the_session_of_runs_is_answered_as_it_was_recorded(
    peer, empty_dockerd, tmp_path, monkeypatch
):
    """Real containers run what ``RUN`` says, of Debian's busybox-static."""
    busybox, program = Path(peer("busybox")), _with_buildkit()
    if busybox.stat().st_size != BUSYBOX_SIZE:
        absent("the images of the session are as large as busybox-static of Debian 12")
    monkeypatch.setenv("DOCKER_HOST", empty_dockerd.host)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    imported(busybox, program)
    now, then = (
        numbered([text for row in rows for text in (row["stdout"], row["stderr"], row["code"])])
        for rows in (played(program), recorded())
    )
    if any("no such file or directory: unknown" not in text for text in _unstarted(now)):
        absent("this machine cannot run a container")
    assert _in_any_order(now) == _in_any_order(then)


def _in_any_order(rows):
    """A container's two streams meet in any order: the lines of each text, without their colours.

    Which order was recorded, and the colours, are compared with ours in ``tests/dockerfile``.
    """
    return [[sorted(re.sub(r"\x1b\[\d+m", "", text).splitlines()) for text in row] for row in rows]


@pytest.mark.parametrize("kind", ["legacy", "buildkit"])
def test_the_corpus_is_what_the_daemon_says(real, tmp_path, kind):
    context = tmp_path / "context"
    for name, text in FILES.items():
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_text(text, encoding="utf-8")
    builder, known = real(context, buildkit=kind == "buildkit"), answers()
    for case in CASES[::STRIDE]:
        assert answer(builder, case.dockerfile) == known[case.rule][kind], case.rule
