"""Recordings of the real docker: what was typed, what was printed, and what went over the wire."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

GOLDEN = Path(__file__).parent / "golden"
_EXIT = re.compile(r"\n?\[exit (\d+)\]\n?\Z")


class Step(NamedTuple):
    """One command, what it printed (both streams), and its exit code."""

    command: str
    text: str
    exit_code: int


class Asked(NamedTuple):
    """One request as a proxy saw it; ``session`` is the upload session its answer opened."""

    host: str
    method: str
    target: str
    status: int
    session: str


def names() -> list[str]:
    """Every recording of the classic engine that there is."""
    return sorted(path.stem for path in GOLDEN.glob("docker_*.txt"))


def steps(name: str) -> list[Step]:
    """The commands of a recording in order."""
    text = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    found = []
    for block in re.split(r"(?m)^\$ ", text)[1:]:
        command, _, printed = block.partition("\n")
        code = _EXIT.search(printed)
        if code:
            printed = printed[: code.start()] + "\n"
        found.append(Step(command, printed, int(code[1]) if code else 0))
    return found


def requests(name: str) -> list[Asked]:
    """The requests of a recording in the order of arrival; none where nothing was asked."""
    path = GOLDEN / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    rows.sort(key=lambda row: (row["req_headers"]["Host"], row["n"]))
    return [
        Asked(
            row["req_headers"]["Host"],
            row["method"],
            row["path"],
            row["status"] or 0,
            session_in((row.get("resp_headers") or {}).get("Location", "")),
        )
        for row in rows
    ]


def session_in(location: str) -> str:
    """The upload session that a URL names; empty when it names none."""
    found = re.search(r"/blobs/uploads/([^/?]+)", location)
    return found[1] if found else ""
