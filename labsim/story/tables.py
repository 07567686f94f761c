"""How the lab's own tables say an amount and line up: one wording for every table and figure.

(Docker's tables have Docker's: :mod:`labsim.docker`.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from labsim.blob import size_text

__all__ = ["AMOUNT", "UNKNOWN", "bytes_text", "columns"]

#: What stands for an amount that nobody knows.
UNKNOWN = "unknown"
#: A number with its unit, such as ``1.5 kB`` or ``0.040 s``; or that it is unknown.
AMOUNT = re.compile(rf"[\d.]+ [A-Za-z]+|{UNKNOWN}")


def bytes_text(count: int | None) -> str:
    """Bytes in words, decimal as Docker counts them: a megabyte is 10⁶ bytes.

    >>> bytes_text(0), bytes_text(1_557), bytes_text(70_000_000), bytes_text(1_240_000)
    ('0 B', '1.6 kB', '70 MB', '1.2 MB')
    """
    return UNKNOWN if count is None else size_text(count)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned columns, two blanks apart; columns of amounts flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numeric = [all(map(AMOUNT.fullmatch, column[1:])) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in rows
    )
