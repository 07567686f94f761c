"""Small functions, small files: a page that is too long is two pages."""

from __future__ import annotations

import ast
import statistics

from tests.repository.tree import functions, parsed, shown, sources

FILE_LINES = 400
HANDLER_LINES = 25
MEDIAN_LINES = 8
NINTH_DECILE_LINES = 30


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, without the docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        first = function.body[0]
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def whole(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, the docstring and blank ones too: what a reader scrolls."""
    return (function.end_lineno or 0) - function.lineno + 1


def too_long(texts: dict[str, str], limit: int = FILE_LINES) -> list[str]:
    """The files with more lines than the limit."""
    return [name for name, text in texts.items() if text.count("\n") > limit]


def spread(lengths: list[int]) -> tuple[float, float]:
    """The median, and what nine in ten stay under."""
    return statistics.median(lengths), statistics.quantiles(lengths, n=10)[-1]


def test_no_source_file_is_longer_than_a_person_reads_at_one_go():
    folders = ("labsim", "tests", "tools", "benchmarks")
    files = [path for folder in folders for path in sources(folder)]
    assert too_long({shown(path): path.read_text(encoding="utf-8") for path in files}) == []


def test_functions_are_small():
    lengths = [length(one) for path in sources() for one in functions(parsed(path))]
    median, ninth_decile = spread(lengths)
    assert median <= MEDIAN_LINES
    assert ninth_decile <= NINTH_DECILE_LINES


def test_nothing_in_a_registry_is_longer_than_25_lines_and_no_file_of_it_than_400():
    """The promise is for handlers and counts no kind of line out; so here it is for everything."""
    registry = sources("labsim/registry")
    assert registry
    functions_of = {path: functions(parsed(path)) for path in registry}
    long = [
        f"{shown(path)}:{one.lineno} {one.name} has {whole(one)}"
        for path, found in functions_of.items()
        for one in found
        if whole(one) > HANDLER_LINES
    ]
    assert long == []
    assert too_long({shown(path): path.read_text(encoding="utf-8") for path in registry}) == []


def test_the_guards_see_a_long_file_and_a_long_function():
    assert too_long({"long.py": "\n" * 401, "short.py": "\n" * 400}) == ["long.py"]
    lines = '    """Two\n    lines."""\n' + "    pass\n" * 40
    (function,) = functions(ast.parse(f"def f():\n{lines}"))
    assert (length(function), whole(function)) == (41, 43)
    assert spread([41] * 10) == (41, 41)
