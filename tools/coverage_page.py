"""Write docs/coverage.md from what the simulator knows about itself.

Usage: python -m tools.coverage_page
"""

from __future__ import annotations

from pathlib import Path

from labsim.docker.coverage import Row, rows
from labsim.docker.instead import INSTEAD, NO_CONTAINERS

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"
_HEAD = """\
# What of Docker the lab simulates

<!-- Written by `python -m tools.coverage_page`; do not edit. -->

There are two engines: `classic` is CLI 28.2.2 in front of daemon 20.10.24 with its classic image
store, `containerd` (`Lab(engine="containerd")`) is Docker 29.7.2 with the containerd image store. A
command or flag that is real but not simulated is refused by its name; one that Docker does not know
is refused in Docker's words, and one that needs a newer daemon as the CLI refuses it: `requires API
version`. `docker run` and `docker create` take all their flags and go as far as finding or pulling
the image: containers are not simulated. Help is that of
CLI 28.2.2 and of CLI 29.7.2; completion is that of CLI 28.2.2 on both.

## Simulated commands and their flags

A command is there on both engines unless it says otherwise. The last column tells of flags that are
real and not simulated; with an API version, `classic` is too old for them.

| command | what it does | flags on both engines | on `containerd` alone | refused |
| --- | --- | --- | --- | --- |
"""
_TAIL = """
## Real commands that are not simulated

{}

The refusal of some of them names the nearest way on:

{}
Of every command about containers it says that {}.

## Templates (`--format`)

Text, fields, pipelines, variables, `if`, `with` and `range` with `else`, trim markers,
comments; the functions `and or not len index slice eq ne lt le gt ge print printf println html json
split join title lower upper pad truncate`.
Not simulated: nested templates, `break`, `continue`, `js`, `urlquery`, `call`, and printing a whole
Go value that holds addresses.
"""


def page() -> str:
    """The whole page."""
    table = rows()
    shown = [row for row in table if not row.flag]
    lines = [_line(row, table) for row in shown if row.summary]
    absent = ", ".join(f"`{row.command}`" for row in shown if not row.simulated)
    return _HEAD + "".join(lines) + _TAIL.format(absent, _ways_on(), NO_CONTAINERS)


def _ways_on() -> str:
    """One line a sentence, with the commands that it answers."""
    asked: dict[str, list[str]] = {}
    for command, words in INSTEAD.items():
        asked.setdefault(words, []).append(f"`{command}`")
    return "".join(f"* {', '.join(names)}: {words}\n" for words, names in asked.items())


def _line(row: Row, table: list[Row]) -> str:
    flags = [other for other in table if other.command == row.command and other.flag]
    both = " ".join(f"`{flag.flag}`" for flag in flags if len(flag.engines) > 1)
    new = " ".join(f"`{flag.flag}`" for flag in flags if flag.engines == ("containerd",))
    no = " ".join(
        f"`{flag.flag}`" + f" (API {flag.api})" * bool(flag.api)
        for flag in flags
        if not flag.simulated
    )
    if row.command.split()[-1] in ("run", "create"):
        both = "all, see above"
    alone = "" if len(row.engines) > 1 else f" (`{row.engines[0]}` alone)"
    cells = (f"`docker {row.command}`{alone}", row.summary, both or "–", new or "–", no or "–")
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
