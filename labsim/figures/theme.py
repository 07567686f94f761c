"""How labsim looks: inks, fonts, and the mark that every layer keeps.

A layer is told apart three times: by a letter, by a pattern and by a colour, so that no picture
depends on colour vision, on a good screen or on a printer with ink.  The colours are Okabe and
Ito's ("Color Universal Design", 2008); text reaches a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

__all__ = [
    "FAULT",
    "FONT",
    "INK",
    "LINE",
    "MONO",
    "PALETTE",
    "PAPER",
    "NARROWEST",
    "PATTERNS",
    "QUIET",
    "Mark",
    "Marks",
    "contrast",
    "cut",
    "mark",
]

PAPER = "#ffffff"
INK = "#111111"
QUIET = "#595959"  # what was filled in, captions, axes
LINE = "#8a8a8a"  # rules and outlines: 3 to 1 is enough for what is not text
FAULT = "#a83200"  # vermilion, darkened until it can be read

#: So that figures under each other line up, and one does not jump about while somebody types.
NARROWEST = 640

FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

#: Okabe and Ito's colours without black, in an order that keeps neighbours far apart.
PALETTE = (
    "#56b4e9",  # sky blue
    "#e69f00",  # orange
    "#009e73",  # bluish green
    "#cc79a7",  # reddish purple
    "#f0e442",  # yellow
    "#0072b2",  # blue
    "#d55e00",  # vermilion
)

#: What is drawn into an 8 × 8 tile, as a path to stroke; the plain one is empty.
PATTERNS: Mapping[str, str] = {
    "plain": "",
    "rising": "M-2,2 L2,-2 M0,8 L8,0 M6,10 L10,6",
    "dots": "M2,2 h0.01 M6,6 h0.01",
    "falling": "M-2,6 L2,10 M0,0 L8,8 M6,-2 L10,2",
    "bars": "M4,0 V8",
    "rows": "M0,4 H8",
}

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Mark(NamedTuple):
    """A layer's look: what is written on it, its colour, the ink to write with, and its pattern."""

    letter: str
    fill: str
    ink: str
    pattern: str


def mark(digest: str) -> Mark:
    """The mark that a layer prefers: the same digest has the same one in every picture.

    >>> mark("sha256:" + "0" * 64) == mark("sha256:" + "0" * 64)
    True
    """
    return _look(_preferred(digest), 1)


class Marks(Mapping[str, Mark]):
    """The marks of the layers of one picture: as :func:`mark` says, but never two alike.

    Where two layers prefer the same letter the one named first keeps it and the other takes the
    next free one; so with colours, as long as there are some that nobody has.  The 27th layer
    begins a second alphabet, ``A2`` to ``Z2``.
    """

    __slots__ = ("_marks",)

    def __init__(self, digests: Iterable[str]) -> None:
        self._marks: dict[str, Mark] = {}
        free = set(range(len(_LETTERS)))
        colours = set(PALETTE)
        for digest in dict.fromkeys(digests):
            slot = _nearest(_preferred(digest), free, colours)
            self._marks[digest] = _look(slot, 1 + len(self._marks) // len(_LETTERS))
            free = free - {slot} or set(range(len(_LETTERS)))
            colours = colours - {PALETTE[slot % len(PALETTE)]} or set(PALETTE)

    def __getitem__(self, digest: str) -> Mark:
        return self._marks[digest]

    def __iter__(self) -> Iterator[str]:
        return iter(self._marks)

    def __len__(self) -> int:
        return len(self._marks)


def _preferred(digest: str) -> int:
    # Hashed once more, because digests made up for a lesson tend to look alike.
    return int.from_bytes(hashlib.sha256(digest.encode()).digest()[:4]) % len(_LETTERS)


def _nearest(wished: int, free: set[int], colours: set[str]) -> int:
    """The free slot at or after the wished one, one with a colour left over where there is one."""
    around = [(wished + step) % len(_LETTERS) for step in range(len(_LETTERS))]
    open_slots = [slot for slot in around if slot in free]
    return next((s for s in open_slots if PALETTE[s % len(PALETTE)] in colours), open_slots[0])


@cache
def _look(slot: int, alphabet: int) -> Mark:
    """Seven colours and six patterns have no common factor: 26 letters get 26 different pairs."""
    fill = PALETTE[slot % len(PALETTE)]
    pattern = tuple(PATTERNS)[slot % len(PATTERNS)]
    ink = max((INK, PAPER), key=lambda candidate: contrast(candidate, fill))
    return Mark(_LETTERS[slot] + (str(alphabet) if alphabet > 1 else ""), fill, ink, pattern)


def cut(words: str, room: int) -> str:
    """At most so many characters; what is longer loses its middle, where names differ least.

    >>> cut("registry.example.com:5000/team/app:v1.0", 20)
    'registry.…m/app:v1.0'
    """
    if len(words) <= room:
        return words
    return f"{words[: room // 2 - 1]}…{words[-(room - room // 2) :]}"


def contrast(one: str, other: str) -> float:
    """The contrast of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, "contrast ratio").

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return round((high + 0.05) / (low + 0.05), 2)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
