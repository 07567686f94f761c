r"""The facts of a figure as plain rows, for programs that want no picture.

A figure has a few tables by name, each a list of rows; a row is text, whole numbers (bytes and
microseconds, unrounded), yes or no by the name of its column.

>>> print(as_csv({"layers": [{"layer": "A", "bytes": 80}, {"layer": "B", "bytes": 7}]}), end="")
layer,bytes
A,80
B,7
>>> tables_of("One layer.\n\nLAYER  SIZE\nA      8 MB")
{'words': [{'text': 'One layer.'}], 'layer': [{'layer': 'A', 'size': '8 MB'}]}
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["Cell", "Row", "Tables", "as_csv", "as_json", "tables_of"]

Cell = str | int | bool | None
Row = Mapping[str, Any]  # cells; which kind a column has, its reader knows
Tables = Mapping[str, Sequence[Row]]

#: Columns stand two blanks or more apart (:func:`labsim.story.tables.columns`).
_GUTTER = re.compile(r"  +")


def as_json(tables: Tables) -> str:
    """The tables as JSON text: one object, a list of objects for each table."""
    return json.dumps(dict(tables), ensure_ascii=False, indent=1) + "\n"


def as_csv(tables: Tables) -> str:
    """The tables as CSV; of several, each row says in a first column which one it is of.

    What a row does not know is empty, yes and no are ``true`` and ``false``.
    """
    several = len(tables) > 1
    header = list(dict.fromkeys(name for rows in tables.values() for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*["table"] * several, *header])
    for table, rows in tables.items():
        for row in rows:
            writer.writerow([*[table] * several, *(_plain(row.get(name)) for name in header)])
    return out.getvalue()


def _plain(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def tables_of(text: str) -> Tables:
    """What the tables in a text say, each named by its first column; the rest is ``words``."""
    tables: dict[str, list[Row]] = {}
    words: list[Row] = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip()]
        if len(lines) > 1 and lines[0].isupper():
            header, *rows = _cells(lines)
            names = [name.lower() for name in header]
            tables[_free(names[0], tables)] = [dict(zip(names, row, strict=True)) for row in rows]
        else:
            words += [{"text": line} for line in lines]
    return {**({"words": words} if words else {}), **tables}


def _free(name: str, taken: Mapping[str, object]) -> str:
    """The name, or with a number behind it where another table has it."""
    names = (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


def _cells(lines: Sequence[str]) -> list[list[str]]:
    """The lines cut where every one of them is blank."""
    width = max(map(len, lines))
    padded = [line.ljust(width) for line in lines]
    filled = "".join("x" if any(line[at] != " " for line in padded) else " " for at in range(width))
    spans = list(_spans(filled))
    return [[line[start:end].strip() for start, end in spans] for line in padded]


def _spans(filled: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gutter in _GUTTER.finditer(filled):
        if gutter.start() > start:
            yield start, gutter.start()
        start = gutter.end()
    if start < len(filled):
        yield start, len(filled)
