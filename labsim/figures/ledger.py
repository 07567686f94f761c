"""The ledger of a push or a pull as a table: what became of each blob, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping

from labsim.figures.bricks import Brick
from labsim.figures.figure import Table, bytes_text
from labsim.story import Entry, Ledger

__all__ = ["ledger_table"]

HEADER = ("what", "blob", "packed", "moved", "decision", "reason")


def ledger_table(told: Ledger, layers: Mapping[str, Brick] | None = None) -> Table:
    """What a conversation did with each blob; ``layers`` are bricks by DiffID or digest."""
    rows = [_row(entry, layers or {}) for entry in told.rows]
    return Table(
        "What became of each blob",
        HEADER,
        rows,
        f"Layers: {bytes_text(told.would_have_been)} in all, {bytes_text(told.was)} travelled. "
        f"Config and manifest: {bytes_text(told.other_moved)}.",
    )


def _row(entry: Entry, layers: Mapping[str, Brick]) -> tuple[str, ...]:
    brick = layers.get(entry.blob) or layers.get(entry.subject)
    what = f"{brick.mark.letter} {brick.words}" if brick else entry.part
    short = entry.blob.partition(":")[2][:12]
    sizes = bytes_text(entry.size), bytes_text(entry.moved)
    return (what, short, *sizes, entry.words, entry.reason)
