"""The optional packages that a server needs, and one sentence where they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from labsim.errors import LabError

__all__ = ["required"]


@contextmanager
def required() -> Iterator[None]:
    """Import uvicorn and httptools within this."""
    try:
        yield
    except ModuleNotFoundError as missing:
        if missing.name not in ("uvicorn", "httptools"):
            raise
        raise LabError(
            f'serving needs the package {missing.name}: pip install "labsim[serve]"'
        ) from None
