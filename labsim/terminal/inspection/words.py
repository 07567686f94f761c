"""How a report writes names and numbers, so that any terminal shows them as they are."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from labsim.blob import size_text
from labsim.doors.layouts import InspectedImage

__all__ = [
    "count_text",
    "cut",
    "label",
    "printable",
    "ratio",
    "ratio_text",
    "readable",
    "size",
    "table",
]

_GB = 1_000_000_000
_DIGITS = 10_000


def size(count: int) -> str:
    """Bytes in words, decimal: a gigabyte is 10⁹ bytes."""
    if count < _GB:
        return size_text(count)
    return f"{count / _GB:.1f}".removesuffix(".0") + " GB"


def ratio(part: int, whole: int) -> float:
    """A ratio to four digits, cut and not rounded: only what is whole is 1."""
    return part * _DIGITS // whole / _DIGITS if whole else 1.0


def ratio_text(value: float | Fraction) -> str:
    """The same in words."""
    return f"{int(value * _DIGITS) / _DIGITS:.4f}"


def count_text(number: int, noun: str) -> str:
    """``1 file``, ``1,234 files``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def readable(text: str) -> str:
    r"""A text that can be written as UTF-8: bytes that were none become ``\xe9``."""
    return "".join(_escaped(one) if "\ud800" <= one <= "\udfff" else one for one in text)


def _escaped(surrogate: str) -> str:
    """A byte of a name that was no UTF-8, or half a character of a JSON text."""
    code = ord(surrogate)
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def printable(text: str) -> str:
    r"""The same on one line, with an escape for whatever a terminal would not show.

    >>> printable("tab\tand caf\udce9")
    'tab\\tand caf\\xe9'
    """
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in readable(text))


def cut(text: str, width: int) -> str:
    """A text that may be cut, with three dots for what is left out."""
    return text if len(text) <= width else f"{text[: width - 3].rstrip()}..."


def label(image: InspectedImage) -> str:
    """An image in one word, with its platform."""
    return printable(f"{image.name} {image.platform}".rstrip())


def table(rows: Sequence[Sequence[str]], right: str, indent: int = 2) -> list[str]:
    """Lines in columns; ``right`` has a letter for each column, ``r`` where it ends flush.

    The last column is never padded, so whatever stands there cannot push another one aside.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    return [
        (" " * indent + "  ".join((*map(_placed, row, widths, right), row[-1]))).rstrip()
        for row in rows
    ]


def _placed(cell: str, width: int, side: str) -> str:
    return cell.rjust(width) if side == "r" else cell.ljust(width)
