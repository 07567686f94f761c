"""Thresholds that were not kept, in words: by how much, and which files are to blame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from labsim.archive.overlay import Hidden, Seen
from labsim.doors.layouts import InspectedImage
from labsim.terminal.inspection.text import left_out, made_by
from labsim.terminal.inspection.thresholds import Broken
from labsim.terminal.inspection.words import cut, label, printable, ratio_text, size, table

__all__ = ["sentences"]

_NAMED = 10
_STEP_WIDTH = 60
_WORDS = {
    "max-wasted": "{found} in files are wasted, more than the {limit} of --max-wasted:",
    "min-efficiency": "its efficiency is {found}, below the {limit} of --min-efficiency:",
    "max-size": "its files come to {found}, more than the {limit} of --max-size; the largest:",
    "max-layers": "it has {found} layers, more than the {limit} of --max-layers; those above:",
}


def sentences(broken: Sequence[Broken]) -> str:
    """One for each, and below it the files (or layers) that it is about."""
    return "".join(f"{line}\n" for one in broken for line in _lines(one))


def _lines(one: Broken) -> Iterator[str]:
    found, limit = _amounts(one)
    words = _WORDS[one.threshold].format(found=found, limit=limit)
    yield f"labsim inspect: {printable(one.archive)}: {label(one.image)}: {words}"
    if one.layers:
        yield from table([_layer(one.image, number) for number in one.layers], "lrl", 4)
    if one.files:
        yield from table([_file(file) for file in one.files[:_NAMED]], "rll", 4)
        yield from left_out(one.files[_NAMED:], 4)


def _amounts(one: Broken) -> tuple[str, str]:
    """What was found and what was allowed; to the byte where in words they would look alike."""
    if one.threshold == "min-efficiency":
        return ratio_text(Fraction(one.found)), ratio_text(Fraction(one.limit))
    if one.threshold == "max-layers":
        return str(one.found), str(one.limit)
    found, limit = size(int(one.found)), size(int(one.limit))
    return (found, limit) if found != limit else (f"{one.found:,} B", f"{one.limit:,} B")


def _file(file: Hidden | Seen) -> tuple[str, str, str]:
    by = f", {file.how} by layer {file.by}" if isinstance(file, Hidden) else ""
    return size(file.size), f"in layer {file.layer}{by}", printable(file.path)


def _layer(image: InspectedImage, number: int) -> tuple[str, str, str]:
    layer = image.layers[number - 1]
    step = cut(printable(made_by(layer.created_by)), _STEP_WIDTH)
    return f"layer {number}", size(layer.measured.files_size), step
