"""Recompute the digests of the catalogue: ``python tools/catalogue_digests.py [--check]``.

Without an option it rewrites ``labsim/catalogue/digests.py``; with ``--check`` it only compares,
and ends with status 1 where something differs.  Makes two gigabytes of tars and keeps none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from labsim.catalogue import LAYERS, recipe
from labsim.catalogue.digests import KNOWN

#: How many editions have their digests shipped, where it is more than one.
EDITIONS = {"src": 9, "bin": 9, "deps": 3}

TARGET = Path(__file__).parent.parent / "labsim/catalogue/digests.py"

HEAD = '''"""What the layers hash to; written by ``tools/catalogue_digests.py``, never by hand.

Name and edition, to: bytes of the tar, its SHA-256 (the DiffID), the packed blob's SHA-256.
"""

from __future__ import annotations

__all__ = ["KNOWN"]

KNOWN: dict[tuple[str, int], tuple[int, str, str]] = {
'''

ROW = """    ("{name}", {edition}): (
        {size},
        "{tar}",
        "{packed}",
    ),
"""


def editions() -> Iterator[tuple[str, int]]:
    """Every layer whose digests are shipped."""
    for name in LAYERS:
        for edition in range(1, EDITIONS.get(name, 1) + 1):
            yield name, edition


def computed(name: str, edition: int) -> tuple[int, str, str]:
    """The three facts about a layer, from its bytes."""
    packed = recipe(name, edition).packed()
    return packed.tar.size, packed.tar.digest.hex, packed.digest.hex


def text(known: dict[tuple[str, int], tuple[int, str, str]]) -> str:
    """The module that ships these facts."""
    rows = (
        ROW.format(name=name, edition=edition, size=size, tar=tar, packed=packed)
        for (name, edition), (size, tar, packed) in known.items()
    )
    return HEAD + "".join(rows) + "}\n"


def main(arguments: list[str]) -> int:
    """Compute, then compare or write."""
    found = {edition: computed(*edition) for edition in editions()}
    if "--check" in arguments:
        wrong = [key for key in {**found, **KNOWN} if KNOWN.get(key) != found.get(key)]
        print(*(f"{name}, edition {edition}: differs" for name, edition in wrong), sep="\n")
        return 1 if wrong else 0
    TARGET.write_text(text(found), encoding="utf-8")
    print(f"{len(found)} layers written to {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
