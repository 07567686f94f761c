r"""Go's ``text/tabwriter`` as Docker sets it: cells at least 10 wide, 3 blanks between, no rules.

Only a cell that ends in a tab belongs to a column; a column is a run of consecutive lines that
have such a cell.  Docker CLI 28.2.2 ``cli/command/formatter/formatter.go``:
``tabwriter.NewWriter(out, 10, 1, 3, ' ', 0)``; Go 1.24 ``text/tabwriter``.

>>> print(align("NAME\tTAG\tSIZE\ngolang\tlatest\t320MB\n"), end="")
NAME      TAG       SIZE
golang    latest    320MB
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

__all__ = ["align", "columned", "even", "worded"]

MIN_WIDTH = 10
PADDING = 3


def align(text: str) -> str:
    """Pad the tab-terminated cells of every line to the width of their column."""
    lines = [line.split("\t") for line in text.split("\n")]
    if len({*map(len, lines[:-1])}) == 1 and len(lines[-1]) == 1 < len(lines):
        return even(lines[:-1]) + lines[-1][0]
    out = ["" for _ in lines]
    _columns(lines, out, 0, len(lines), 0)
    return "\n".join(out)


def even(lines: Sequence[Sequence[str]]) -> str:
    """Lines of equally many cells, none with a tab in it: every column is one."""
    return columned([*zip(*lines, strict=True)])


def columned(columns: Sequence[Sequence[str]]) -> str:
    """The same from the cells of each column, its title first."""
    widths = [max(MIN_WIDTH, max(map(len, column)) + PADDING) for column in columns[:-1]]
    form = "".join([f"%-{width}s" for width in widths]) + "%s\n"
    return "".join(map(form.__mod__, zip(*columns, strict=True)))


def worded(say: Callable[[int], str], numbers: Sequence[int]) -> Iterator[str]:
    """Numbers in words; each is put into words once."""
    return map({number: say(number) for number in {*numbers}}.__getitem__, numbers)


def _columns(lines: list[list[str]], out: list[str], start: int, stop: int, column: int) -> None:
    """Write the cells from ``column`` on of the lines ``start`` to ``stop``, block by block."""
    at = start
    while at < stop:
        end = at
        while end < stop and column < len(lines[end]) - 1:
            end += 1
        if end == at:
            out[at] += lines[at][column]
            at += 1
            continue
        width = max(MIN_WIDTH, *(len(line[column]) + PADDING for line in lines[at:end]))
        for line in range(at, end):
            out[line] += lines[line][column].ljust(width)
        _columns(lines, out, at, end, column + 1)
        at = end
