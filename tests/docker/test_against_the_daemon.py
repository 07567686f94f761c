"""A real daemon as the judge: the same images, the same lines, the same words."""

from __future__ import annotations

import hashlib
import json
from itertools import groupby
from typing import Any

import pytest

from tests.docker.loaded import loaded_seat
from tests.docker.sessions import SAVED, SESSIONS, without_places, words_of
from tools.record_daemon import DIGESTS, RECORDED

ROWS = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
BY_SESSION = {name: list(rows) for name, rows in groupby(ROWS, key=lambda row: row["session"])}


def ours(seat: Any, row: dict[str, Any]) -> dict[str, Any]:
    seat.now = row["now"] * 1_000_000
    result = seat.docker(words_of(row["line"]))
    return {"stdout": result.stdout, "stderr": result.stderr, "exit_code": result.exit_code}


def judged(row: dict[str, Any]) -> dict[str, Any]:
    """What is compared: not where the layers lie, nor the order in which Go walks a map."""
    stdout = without_places(row["stdout"])
    if row["line"].startswith(("images", "image prune", "load")):
        stdout = "\n".join(sorted(stdout.splitlines()))
    stderr = without_places(row["stderr"])
    return {"stdout": stdout, "stderr": stderr, "exit_code": row["exit_code"]}


@pytest.mark.parametrize("session", SESSIONS)
def test_the_daemon_said_the_same(session):
    seat = loaded_seat()
    assert [row["line"] for row in BY_SESSION[session]] == SESSIONS[session]
    for row in BY_SESSION[session]:
        assert (row["line"], judged(row | ours(seat, row))) == (row["line"], judged(row))


@pytest.mark.parametrize("line", SAVED)
def test_an_archive_is_the_daemons_byte_for_byte(line):
    seat = loaded_seat()
    assert seat.docker(f"{line} -o saved.tar").exit_code == 0
    written = hashlib.sha256(seat.files["saved.tar"]).hexdigest()
    assert written == json.loads(DIGESTS.read_text(encoding="utf-8"))[line]
