"""Recordings of the real daemon, read as the plan that a push or a pull followed, blob by blob.

A plan says, for each blob by its *role* ("layer 0" is the lowest, "config"), which requests were
made about it, in order, as (method, path shape, status); what is about no blob is a bag.  Digests
become roles and upload sessions become ``<session>``, so a recording and a simulated conversation
can be compared for equality.  Lanes overlap as they please: only the order within a blob counts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

from labsim.link import Run
from labsim.trace import Trace

GOLDEN = Path(__file__).parent.parent / "transcripts" / "golden"

#: The recorded images ``a`` (1.0) and ``b`` (2.0): roles of their blobs, and of their manifests.
A_LAYERS = ("a983b05711bc", "1b89d8e4ef64", "54f12a33e880", "1702f631ae2a")
B_LAYERS = ("a983b05711bc", "1b89d8e4ef64", "ce6fafb2", "b335c48d")
OCI_LAYERS = ("efbb22cfa564", "f69416bebce0", "2b7581f4fe0d", "68014cb3fbeb")
INDEX_LAYERS = ("efbb22cfa564", "f69416bebce0", "0814d42659ba")
NAMES = {
    **{short: f"layer {at}" for at, short in enumerate(A_LAYERS)},
    **{short: f"layer {at}" for at, short in enumerate(OCI_LAYERS)},
    "ce6fafb2": "layer 2",
    "b335c48d": "layer 3",
    "0814d42659ba": "layer 2",
    "ab4723aa9960": "config",
    "743f386a6cdc": "config",
    "6c0341a85f51": "config",
    "8ab14c3e": "config",
    "26eae6926d42": "manifest",
    "9a15276a6bfc": "manifest",
    "4f9c119fcbee": "manifest",
    "257f1ac00138": "index",
    "257f1ac0": "index",
    "bf47bcd5": "manifest",
}

Step = tuple[str, str, int]


class Row(NamedTuple):
    """One exchange, whoever had it; ``location`` is the answer's and tells sessions apart."""

    method: str
    target: str
    status: int
    location: str


class Plan(NamedTuple):
    """What was asked about each blob, in order, and what else was asked."""

    blobs: dict[str, list[Step]]
    others: Counter[Step]


def recorded(name: str) -> Plan:
    """The plan of ``golden/<name>.jsonl``, its rows in order of arrival."""
    rows = [json.loads(line) for line in (GOLDEN / f"{name}.jsonl").read_text("utf-8").splitlines()]
    ordered = sorted(rows, key=lambda row: ("/token" in row["path"], row["n"]))
    return plan((_row(row) for row in ordered), NAMES)


def _row(row: Mapping[str, object]) -> Row:
    headers = row.get("resp_headers") or {}
    assert isinstance(headers, dict)
    status = row["status"] or 0
    return Row(str(row["method"]), str(row["path"]), int(str(status)), headers.get("Location", ""))


def told(trace: Trace, names: Mapping[str, str]) -> Plan:
    """The plan of a simulated conversation; ``names`` are roles by digest."""
    rows = (
        Row(x.method, x.target, x.status, x.response.headers.get("Location") if x.response else "")
        for x in trace.exchanges
    )
    return plan(rows, {digest.partition(":")[2]: role for digest, role in names.items()})


def same(name: str, run: Run, names: Mapping[str, str]) -> None:
    """Assert that a conversation followed the recorded plan."""
    expected, found = recorded(name), told(run.trace, names)
    assert found.blobs == expected.blobs
    assert found.others == expected.others


def plan(rows: Iterable[Row], names: Mapping[str, str]) -> Plan:
    """Requests by the blob they are about; a session is about the blob it is closed under."""
    rows = list(rows)
    owners = _owners(rows, names)
    blobs: dict[str, list[Step]] = {}
    others: Counter[Step] = Counter()
    for row in rows:
        step = (row.method, _shape(row.target, names), row.status)
        role = owners.get(_session(row.target)) or owners.get(_session(row.location))
        role = _role(row.target, names) or role or ""
        if role and not role.startswith(("manifest", "index")):
            blobs.setdefault(role, []).append(step)
        else:
            others[step] += 1
    return Plan(blobs, others)


def _owners(rows: Iterable[Row], names: Mapping[str, str]) -> dict[str, str]:
    owners = {}
    for row in rows:
        role = _role(row.target, names)
        if role and row.method == "PUT":
            owners[_session(row.target)] = role
        elif role and row.status == 202:
            owners[_session(row.location)] = role
    owners.pop("", None)
    return owners


def _session(target: str) -> str:
    path = target.partition("?")[0]
    return path.partition("/blobs/uploads/")[2]


def _role(target: str, names: Mapping[str, str]) -> str:
    """The role of the digest that a target mentions, if it is about a blob."""
    _, found, digits = target.replace("%3A", ":").rpartition("sha256:")
    digits = digits[:64]
    return (
        next((role for short, role in names.items() if digits.startswith(short)), "")
        if found
        else ""
    )


def _shape(target: str, names: Mapping[str, str]) -> str:
    path, _, query = target.partition("?")
    session = _session(target)
    if session:
        path = path.replace(session, "<session>")
    if ":" in path:
        path = path.partition("sha256:")[0] + _role(target, names)
    pairs = [(key, value) for key, value in parse_qsl(query) if key not in ("_state", "service")]
    shown = [(key, _role(value, names) or value) for key, value in pairs]
    return path + "".join(f" {key}={value}" for key, value in shown)
