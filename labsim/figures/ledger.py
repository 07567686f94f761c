"""The ledger of a push or a pull: what became of each blob, and the bytes that it cost."""

from __future__ import annotations

from labsim.figures.figure import Table, bytes_text
from labsim.story import Ledger, ledger
from labsim.trace import Trace

__all__ = ["ledger_table"]
