"""Recompute the digests of what RUN leaves behind: ``python -m tools.run_digests [--check]``.

Without an option it rewrites ``labsim/engine/builder/digests.py``; with ``--check`` it only
compares, and ends with status 1 where something differs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from labsim.engine.builder.digests import KNOWN
from labsim.engine.builder.effects import PLACES, ROWS, Made, place_of, recipe

#: Rows that often stand in one RUN.
TOGETHER = (
    ("apt-update", "apt-install"),
    ("apt-update", "apt-upgrade"),
    ("apk-update", "apk-add"),
    ("apt-install", "pip-install"),
)
TARGET = Path(__file__).parents[1] / "labsim/engine/builder/digests.py"
ROW = """    "{key}": (
        {size},
        "{tar}",
        "{packed}",
    ),
"""


def layers() -> Iterator[tuple[str, tuple[Made, ...]]]:
    """Every layer whose digests are shipped, with its key."""
    for name, row in ROWS.items():
        for place in PLACES.get(place_of(row), ("",)):
            yield f"{name}@{place}" if place else name, (Made(name, place),)
    for names in TOGETHER:
        yield "+".join(names), tuple(Made(name) for name in names)


def computed(made: tuple[Made, ...]) -> tuple[int, str, str]:
    """The three facts about a layer, from its bytes."""
    packed = recipe(made).packed()
    return packed.tar.size, packed.tar.digest.hex, packed.digest.hex


def main(arguments: list[str]) -> int:
    """Compute, then compare or write."""
    found = {key: computed(made) for key, made in layers()}
    if "--check" in arguments:
        wrong = [key for key in {**found, **KNOWN} if KNOWN.get(key) != found.get(key)]
        print(*(f"{key}: differs" for key in wrong), sep="\n")
        return 1 if wrong else 0
    head = TARGET.read_text(encoding="utf-8").partition("KNOWN: dict")[0]
    rows = (
        ROW.format(key=key, size=size, tar=tar, packed=packed)
        for key, (size, tar, packed) in found.items()
    )
    text = f"{head}KNOWN: dict[str, tuple[int, str, str]] = {{\n{''.join(rows)}}}\n"
    TARGET.write_text(text, encoding="utf-8")
    print(f"{len(found)} layers written to {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
