"""Doors that are shut again, whatever a test does with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from labsim import Registry, serve
from labsim.doors.serve.door import Door


@pytest.fixture
def opened() -> Iterator[Callable[..., Door]]:
    """``opened(registry, **options)``: a door that the test need not shut."""
    doors: list[Door] = []

    def open_one(registry: Registry | None = None, **options) -> Door:
        doors.append(serve(registry or Registry("localhost:5000"), **options))
        return doors[-1]

    yield open_one
    for door in doors:
        door.stop()


@pytest.fixture
def door(opened: Callable[..., Door]) -> Door:
    """A door to an empty registry that asks nobody for anything."""
    return opened()
