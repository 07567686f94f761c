"""Write the table of docs/build.md that says what RUN leaves behind, from the data.

Usage: python -m tools.build_page
"""

from __future__ import annotations

from pathlib import Path

from labsim.blob import size_text
from labsim.engine.builder.effects import ROWS, Row, place_of

__all__ = ["PAGE", "page", "table"]

PAGE = Path(__file__).parents[1] / "docs" / "build.md"
_BEGIN, _END = "<!-- table: python -m tools.build_page -->\n", "<!-- end of table -->\n"
_WHERE = {"": "fixed paths", "{dir}": "the working directory", "{out}": "what `-o` names"}


def table() -> str:
    """One line for each row."""
    head = "| commands | files, packed | seconds | written to |\n| --- | --- | --- | --- |\n"
    return head + "".join(map(_line, ROWS.values()))


def _line(row: Row) -> str:
    commands = ", ".join(f"`{start}`" for start in row.starts.split("|"))
    sizes = f"{size_text(row.files)}, {size_text(row.packed)}"
    return f"| {commands} | {sizes} | {row.seconds:g} | {_WHERE[place_of(row)]} |\n"


def page(text: str) -> str:
    """The page with its table as the data says it."""
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}\n{table()}\n{_END}{rest.partition(_END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
