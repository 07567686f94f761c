"""How many times dearer is this than that?  The only number that means the same on two machines.

Wall time on a shared machine moves by a factor of two, CPU time by a tenth, and the *ratio* of two
CPU times, taken in turn, by a few hundredths.  So a gate names its reference (a bare interpreter,
the hash of the same bytes), runs both alternately in one process, and compares medians.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

__all__ = ["Ratio", "cpu_of", "cpu_of_process", "gate", "ratio", "report"]


class Ratio(NamedTuple):
    """Median CPU seconds of the thing and of its reference, each for one run."""

    thing_s: float
    reference_s: float

    @property
    def times(self) -> float:
        """The ratio of the two."""
        return self.thing_s / self.reference_s


def ratio(thing: Callable[[], float], reference: Callable[[], float], *, rounds: int = 9) -> Ratio:
    """Run both in turn; each returns the CPU seconds that it took."""
    pairs = [(thing(), reference()) for _ in range(rounds)]
    return Ratio(*(statistics.median(column) for column in zip(*pairs, strict=True)))


def cpu_of(work: Callable[[], object], *, repeat: int = 1) -> float:
    """CPU seconds of one run of ``work`` in this process, out of ``repeat`` in a row.

    The collector rests meanwhile, as in :mod:`timeit`: what it would cost depends on all that the
    process holds, and not on the work.
    """
    gc.disable()
    try:
        started = time.process_time_ns()
        for _ in range(repeat):
            work()
        return (time.process_time_ns() - started) / 1e9 / repeat
    finally:
        gc.enable()


def cpu_of_process(code: str, bytecode: Path) -> float:
    """CPU seconds of a fresh interpreter running ``code``, its own start included.

    Modules are compiled once into the folder ``bytecode``, as an installed package's are; a shell
    that forbids bytecode (``PYTHONDONTWRITEBYTECODE``) would have the compiler measured instead.
    """
    import resource  # not on Windows, where nobody gates

    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(bytecode)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **kept},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def gate(
    title: str, measure: Callable[[], Ratio], limit: float, of: str, *, form: str = ".1f"
) -> None:
    """Print a ratio and hold it to its limit; a disturbed measurement gets one more chance."""
    measured = measure()
    if measured.times > limit:
        measured = min(measured, measure(), key=lambda one: one.times)
    report(title, f"{measured.times:{form}} x {of}", f"at most {limit:g} x")
    assert measured.times <= limit


def report(title: str, measured: str, limit: str) -> None:
    """One line of what ``make bench`` prints."""
    print(f"\n{title:<46} {measured:<44} {limit}", end="", flush=True)
