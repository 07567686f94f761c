"""Thresholds: what an image may not exceed, and by whose fault it does.

All of them count bytes of regular files, as Docker's SIZE does, and judge each image by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from labsim.archive.overlay import Hidden, Overlay, Seen
from labsim.doors.layouts import Inspected, InspectedImage

__all__ = ["Broken", "Thresholds", "broken"]

#: How many of the largest files are blamed for an image that is too large.
_LARGEST = 10


class Thresholds(NamedTuple):
    """None where nothing was asked for."""

    max_wasted: int | None = None
    min_efficiency: Fraction | None = None
    max_size: int | None = None
    max_layers: int | None = None


class Broken(NamedTuple):
    """One threshold that one image does not keep; ``files`` and ``layers`` are to blame."""

    archive: str
    image: InspectedImage
    threshold: str
    limit: int | Fraction
    found: int | Fraction
    files: tuple[Hidden | Seen, ...] = ()
    layers: tuple[int, ...] = ()


def broken(archives: Iterable[Inspected], thresholds: Thresholds) -> tuple[Broken, ...]:
    """Every threshold that an image does not keep."""
    return tuple(
        verdict
        for archive in archives
        for image in archive.images
        for verdict in _verdicts(archive.path, image, thresholds)
    )


def _verdicts(path: str, image: InspectedImage, asked: Thresholds) -> Iterator[Broken]:
    wasted, least, size, layers = asked
    laid, count = image.overlay, len(image.layers)
    if wasted is not None and laid.hidden_size > wasted:
        yield Broken(path, image, "max-wasted", wasted, laid.hidden_size, laid.hidden)
    if least is not None and (ratio := _efficiency(laid)) < least:
        yield Broken(path, image, "min-efficiency", least, ratio, laid.hidden)
    if size is not None and laid.files_size > size:
        yield Broken(path, image, "max-size", size, laid.files_size, _largest(laid))
    if layers is not None and count > layers:
        beyond = tuple(range(layers + 1, count + 1))
        yield Broken(path, image, "max-layers", layers, count, layers=beyond)


def _efficiency(laid: Overlay) -> Fraction:
    """Exactly, so that an image at the threshold keeps it."""
    return Fraction(laid.seen_size, laid.files_size) if laid.files_size else Fraction(1)


def _largest(laid: Overlay) -> tuple[Hidden | Seen, ...]:
    """The largest files of all layers, seen or not: each of them counts."""
    both: list[Hidden | Seen] = [*laid.largest, *laid.hidden[:_LARGEST]]
    return tuple(sorted(both, key=lambda one: (-one.size, one.path, one.layer))[:_LARGEST])
