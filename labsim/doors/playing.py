"""A push or a pull played for a person: the lab's clock, told in a few seconds of ours."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

# For checkers only: most commands show nothing that moves.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.moving import Frame

__all__ = ["LONGEST_S", "columns", "paced", "play"]

#: What takes longer in the lab is played so much faster that it takes this long.
LONGEST_S = 6.0


def columns() -> int:
    """How wide the terminal is."""
    return shutil.get_terminal_size().columns


def paced(frames: Iterable[Frame], sleep: Callable[[float], None] = time.sleep) -> Iterator[Frame]:
    """Each frame at its time; Ctrl-C ends the waiting, and the rest comes at once."""
    kept = list(frames)
    length_s = (kept[-1].at_us - kept[0].at_us) / 1_000_000 if kept else 0.0
    pace = min(1.0, LONGEST_S / length_s) if length_s else 0.0
    at_us = kept[0].at_us if kept else 0
    for frame in kept:
        if pace and frame.at_us > at_us:
            try:
                sleep((frame.at_us - at_us) / 1_000_000 * pace)
            except KeyboardInterrupt:
                pace = 0.0
            at_us = frame.at_us
        yield frame


def play(frames: Iterable[Frame], out: TextIO, sleep: Callable[[float], None] = time.sleep) -> None:
    """Write each frame at its time."""
    for frame in paced(frames, sleep):
        out.write(frame.text)
        out.flush()
