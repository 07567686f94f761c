r"""Command lines as people write them: odd spellings, slips, filters and templates of all kinds.

One session of them is in ``slips.txt``; what is fed to a line stands behind ``<<<``, ``\n`` being
the end of a line.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

__all__ = ["slips"]

_TEXT = Path(__file__).with_name("slips.txt")


def slips() -> Iterator[tuple[tuple[str, ...], str]]:
    """The words of each line, and what is fed to it."""
    for row in _TEXT.read_text(encoding="utf-8").splitlines():
        words, _, fed = row.partition(" <<< ")
        yield tuple(shlex.split(words)), fed.replace("\\n", "\n").replace("\\r", "\r")
