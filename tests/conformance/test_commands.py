"""The lines of the sessions, on a real daemon: what was recorded of it still holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.docker.loaded import loaded_seat
from tests.docker.sessions import SESSIONS
from tests.docker.test_against_the_daemon import judged, ours
from tools.record_daemon import DIGESTS, Finished, played, prepared, saved_digests

pytestmark = pytest.mark.peer


@pytest.fixture
def desk(dockerd, tmp_path: Path):
    """The docker command, typed where the archive lies; the daemon is left without images."""
    version = dockerd.docker(
        "version", "--format", "{{.Client.Version}} {{.Server.Version}}"
    ).stdout
    if not version.startswith("28.") or " 20.10." not in version:
        pytest.skip(f"the texts are those of CLI 28.2.2 and daemon 20.10.24; here: {version}")

    def docker(words: list[str]) -> Finished:
        return dockerd.docker(*words, cwd=tmp_path)

    prepared(docker, tmp_path)
    yield docker
    docker(["rmi", "-f", *dict.fromkeys(docker(["images", "-aq"]).stdout.split())])


@pytest.mark.parametrize("session", SESSIONS)
def test_the_daemon_says_the_same(desk, session):
    seat = loaded_seat()
    for row in played(desk, session):
        assert (row["line"], judged(row | ours(seat, row))) == (row["line"], judged(row))


def test_the_daemon_saves_the_same_bytes(desk, tmp_path):
    assert saved_digests(desk, tmp_path) == json.loads(DIGESTS.read_text(encoding="utf-8"))
