"""The judgement: each line said by the lab's voice and by a real CLI, and what is left of both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from labsim import Lab
from tests.docker.judging.excuses import EXCUSES, Excuse, asks_the_daemon, excuse_for
from tests.docker.judging.lines import SESSIONS, Line, Session
from tests.docker.judging.scene import Said, beginning, played, voice

__all__ = [
    "CLIS",
    "GOLDEN",
    "Verdict",
    "judged",
    "lab_for",
    "needed",
    "ours_of",
    "read",
    "sessions",
    "write",
]

#: The CLIs that judge, by their major version.
CLIS = {29: "29.7.2", 28: "28.2.2", 20: "20.10.24+dfsg1"}
#: The store of the laptop in front of which each of them is typed.
_ENGINES = {29: "containerd", 28: "classic", 20: "classic"}
GOLDEN = Path(__file__).parents[1] / "golden"
#: How a CLI reads lines and names by itself is judged with the one whose help the lab has ...
_WORDS = ("names", "not simulated", "groups", "values")
#: ... and CLI 29 reads names with the same library.
_SAME = ("names", "not simulated")


class Verdict(NamedTuple):
    """A line about which the two differ, and the row that excuses it, if any does."""

    session: str
    line: Line
    ours: Said
    theirs: Said
    excuse: Excuse | None

    def __str__(self) -> str:
        return f"{self.session}: {self.line}\n  ours   {self.ours}\n  theirs {self.theirs}"


def sessions(cli: int) -> Iterator[Session]:
    """What this CLI judges: of 20.10, which has words of its own, only what a daemon is asked."""
    for session in SESSIONS:
        if cli == 28 or (cli == 29 and session.name not in _SAME):
            yield session
        elif cli == 20 and session.name not in _WORDS:
            said = ours_of(cli, session, 0)
            pairs = zip(session.lines, said, strict=True)
            kept = tuple(line for line, one in pairs if line.action or asks_the_daemon(one))
            yield session._replace(lines=kept)


def lab_for(cli: int, now_s: int) -> Lab:
    """The lab in front of which this CLI is typed, at the moment that it had."""
    return beginning(now_s, _ENGINES[cli])


def ours_of(cli: int, session: Session, now_s: int) -> list[Said]:
    """What the lab says; at its own beginning, or at a moment that a real CLI had."""
    lab = lab_for(cli, now_s)
    return played(session, lab, voice(lab))


def judged(
    cli: int, session: Session, ours: Iterable[Said], theirs: Iterable[Said]
) -> list[Verdict]:
    """Every line about which they differ."""
    return [
        Verdict(session.name, line, one, other, excuse_for(cli, line, one, other))
        for line, one, other in zip(session.lines, ours, theirs, strict=True)
        if one != other
    ]


def needed(cli: int, verdicts: Iterable[Verdict]) -> set[str]:
    """The names of rows for this CLI that excused nothing."""
    used = {verdict.excuse.name for verdict in verdicts if verdict.excuse}
    return {row.name for row in EXCUSES if row.cli in (0, cli)} - used


# --- what is kept for machines without a CLI ------------------------------------------------------


def write(cli: int, now_s: int, said: Iterable[tuple[Session, list[Said]]]) -> None:
    """Keep what a CLI said; each text once, because usages repeat."""
    texts: dict[str, int] = {}
    rows = [
        [session.name, str(line), *(texts.setdefault(text, len(texts)) for text in one[:2]), one[2]]
        for session, whole in said
        for line, one in zip(session.lines, whole, strict=True)
    ]
    kept = {"cli": CLIS[cli], "now": now_s, "rows": rows, "texts": list(texts)}
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    whole_text = json.dumps({**kept, "rows": "ROWS"}, ensure_ascii=False, indent=0)
    path = GOLDEN / f"real_cli_{cli}.json"
    path.write_text(whole_text.replace('"ROWS"', f"[\n{lines}\n]") + "\n", encoding="utf-8")


def read(cli: int) -> tuple[int, list[tuple[Session, list[Said]]]]:
    """When it was recorded; each session, and what was said to its lines."""
    kept: dict[str, Any] = json.loads((GOLDEN / f"real_cli_{cli}.json").read_text(encoding="utf-8"))
    rows: dict[str, list[tuple[str, Said]]] = {}
    for name, line, out, err, code in kept["rows"]:
        rows.setdefault(name, []).append((line, Said(kept["texts"][out], kept["texts"][err], code)))
    whole = (session for session in SESSIONS if session.name in rows)
    return kept["now"], [_matched(session, rows[session.name]) for session in whole]


def _matched(session: Session, rows: list[tuple[str, Said]]) -> tuple[Session, list[Said]]:
    """The lines of a session that were recorded, in order; every record must have its line."""
    left = iter(session.lines)
    lines = [next((line for line in left if str(line) == text), None) for text, _ in rows]
    kept = tuple(line for line in lines if line is not None)
    if len(kept) != len(rows):
        raise ValueError(f"{session.name} has other lines now: python -m tools.record_real_cli")
    return session._replace(lines=kept), [said for _, said in rows]
