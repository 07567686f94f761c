"""The ledger of a push or a pull as a table: what became of each blob, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping

from labsim.figures.bricks import Brick
from labsim.figures.data import Row
from labsim.figures.figure import Table
from labsim.story import Ledger
from labsim.story.ledger import HEADER, Entry

__all__ = ["ledger_table"]


def ledger_table(told: Ledger, layers: Mapping[str, Brick] | None = None) -> Table:
    """The story's own table; ``layers`` are bricks by DiffID or digest, for their names."""
    names = {name: f"{one.mark.letter} {one.words}" for name, one in (layers or {}).items()}
    cells = told.cells(names)
    data: dict[str, list[Row]] = {
        "blobs": [_facts(entry, row[0]) for entry, row in zip(told.rows, cells, strict=True)],
        "layers": [{"would have been": told.would_have_been, "was": told.was}],
        "others": [{"was": told.other_moved}],
    }
    return Table("What became of each blob", HEADER, cells, told.total, data)


def _facts(entry: Entry, what: str) -> Row:
    """One blob with its whole digest and exact bytes."""
    return {
        "what": what,
        "blob": entry.blob,
        "packed": entry.size,
        "decision": entry.words,
        "source": entry.source if entry.decision == "mounted" else None,
        "moved": entry.moved,
        "reason": entry.reason,
    }
