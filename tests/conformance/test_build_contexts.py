"""A context with links, empty folders and modes: the layers of a real daemon, and of the lab's.

Real folders get the moment at which they are made, and the daemon writes the kind of a member into
its mode once more, so digests differ; names, kinds, modes, links, sizes and the times of files are
compared.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.conftest import Dockerd
from tests.conftest import absent
from tests.docker.judging.lines import LEGACY, Line
from tests.docker.judging.scene import beginning, cli
from tools.record_builds import Builder

pytestmark = pytest.mark.peer

_DOCKERFILE = """\
FROM scratch
COPY . /c/
COPY l /l2
COPY d /d/
COPY l d /e/
COPY d/empty /q
ADD *.txt /t/
"""
_CLIS = ("/usr/bin/docker", "/usr/local/bin/docker")
_THEN = 1_614_834_367


@pytest.fixture
def links(tmp_path: Path) -> Path:
    """Files with two names, soft links, an empty folder, and modes of all kinds."""
    folder = tmp_path / "context"
    (folder / "d/empty").mkdir(parents=True)
    (folder / "Dockerfile").write_text(_DOCKERFILE, encoding="utf-8")
    (folder / "a").write_text("a\n", encoding="utf-8")
    (folder / "b.txt").write_text("bb\n", encoding="utf-8")
    (folder / "a").chmod(0o4755)
    (folder / "d").chmod(0o700)
    (folder / "l").symlink_to("a")
    (folder / "d/up").symlink_to("../b.txt")
    (folder / "h").hardlink_to(folder / "a")
    for path in ("a", "b.txt", "d/empty", "d"):
        os.utime(folder / path, (_THEN, _THEN))
    return folder


def layers(archive: Path) -> list[list[tuple[object, ...]]]:
    """The members of each layer of a ``docker save`` archive; a folder's time is left out."""
    found = []
    with tarfile.open(archive) as saved:
        manifest = json.load(saved.extractfile("manifest.json"))  # type: ignore[arg-type]  # it is there
        for name in manifest[0]["Layers"]:
            with tarfile.open(fileobj=io.BytesIO(saved.extractfile(name).read())) as layer:  # type: ignore[union-attr]  # it is there
                found.append([_row(member) for member in layer.getmembers()])
    return found


def _row(member: tarfile.TarInfo) -> tuple[object, ...]:
    moment = member.mtime if member.name.endswith(("a", "h", ".txt", "l2")) else 0
    owner = (member.uid, member.gid)
    return (
        member.name,
        member.type,
        f"{member.mode & 0o7777:o}",
        member.linkname,
        member.size,
        owner,
        moment,
    )


def same(context: Path, tmp_path: Path, program: str) -> None:
    """Build with the legacy builder of both daemons, through the same CLI."""
    real = Builder(program, context, buildkit=False)
    assert real.run("build", "-t", "links", ".").returncode == 0
    assert real.run("save", "-o", str(tmp_path / "real.tar"), "links").returncode == 0
    with cli(beginning(1_800_000_000), program, tmp_path) as typed:
        built = typed(Line((*LEGACY, "build", "-t", "links", str(context))))
        assert built.exit_code == 0, built
        assert typed(Line(("save", "-o", str(tmp_path / "ours.tar"), "links"))).exit_code == 0
    pairs = zip(layers(tmp_path / "ours.tar"), layers(tmp_path / "real.tar"), strict=True)
    for ours, theirs in pairs:
        assert ours == theirs


@pytest.mark.parametrize("program", _CLIS)
def test_the_layers_are_those_of_a_real_daemon(
    program, links, tmp_path, dockerd: Dockerd, peer: Callable[[str], str], monkeypatch
):
    peer("docker")
    if not Path(program).exists():
        absent(f"{program} is not here")
    monkeypatch.setenv("DOCKER_HOST", dockerd.host)
    same(links, tmp_path, program)
