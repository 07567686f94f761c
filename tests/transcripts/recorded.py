"""Recordings of the real docker: what was typed, what was printed, and what went over the wire."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

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


def names(prefix: str = "docker_") -> list[str]:
    """Every recording that there is, of the classic engine unless another's prefix is given."""
    return sorted(path.stem for path in GOLDEN.glob(f"{prefix}*.txt"))


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
    hosts = [_host(row) for row in rows]
    # A client that hung up left no headers behind; it had been speaking to the registry.
    registry = next((h for h, row in zip(hosts, rows, strict=True) if "/v2/" in row["path"]), "")
    for row, host in zip(rows, hosts, strict=True):
        row["host"] = host or registry
    rows.sort(key=lambda row: (row["host"], row["n"]))
    return [
        Asked(
            row["host"],
            row["method"],
            row["path"],
            row.get("status") or 0,
            session_in((row.get("resp_headers") or {}).get("Location", "")),
        )
        for row in rows
    ]


def _host(row: dict[str, Any]) -> str:
    return str((row.get("req_headers") or {}).get("Host", ""))


def session_in(location: str) -> str:
    """The upload session that a URL names; empty when it names none."""
    found = re.search(r"/blobs/uploads/([^/?]+)", location)
    return found[1] if found else ""
