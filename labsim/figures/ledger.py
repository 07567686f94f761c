"""The ledger of a push or a pull as a table: what became of each blob, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping

from labsim.figures.bricks import Brick
from labsim.figures.figure import Table
from labsim.story import Ledger
from labsim.story.ledger import HEADER

__all__ = ["ledger_table"]


def ledger_table(told: Ledger, layers: Mapping[str, Brick] | None = None) -> Table:
    """The story's own table; ``layers`` are bricks by DiffID or digest, for their names."""
    names = {name: f"{one.mark.letter} {one.words}" for name, one in (layers or {}).items()}
    return Table("What became of each blob", HEADER, told.cells(names), told.total)
