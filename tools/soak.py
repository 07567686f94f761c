"""Mixed traffic from many clients, for long: whether a registry stays right, its memory flat.

Usage: python -m tools.soak [--minutes 10] [--clients 30] [--port N --pid N | -- COMMAND ...]

Without ``--port``, a server is started by COMMAND (``{port}`` and ``{store}`` are replaced), by
default ``labsim serve --store`` on a new folder.  Clients push, pull, list, read parts, cancel,
break off, delete, and ask for what is wrong; each answer is compared with what it has to be.  What
they push comes from a fixed stock of images, so that whatever grows is not the content.

Prints a summary.  Exit code 1 if an answer was wrong, or if the server's memory (its resident set)
in the last quarter of the time is above that in the second by more than a tenth and 8 MiB.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.kill_test import SERVE_AT, Server, free_port
from tools.soakers import Soaker, Stock

__all__ = ["Soaked", "main", "resident_bytes", "soak"]

SERVE = (sys.executable, "-m", "labsim", "serve")
_SPARE = 8 << 20


class Soaked(NamedTuple):
    """What was asked how often, what went wrong, and the server's memory every few seconds."""

    asked: Counter[str]
    faults: list[str]
    memory: list[int]

    @property
    def settled(self) -> tuple[float, float]:
        """The memory in the second quarter of the time and in the last, as medians."""
        quarter = max(1, len(self.memory) // 4)
        early, late = self.memory[quarter : 2 * quarter], self.memory[-quarter:]
        return statistics.median(early or late), statistics.median(late)

    @property
    def is_flat(self) -> bool:
        """Whether the server holds no more at the end than when it had settled."""
        early, late = self.settled
        return late <= early * 1.1 + _SPARE


def resident_bytes(pid: int) -> int:
    """What a process holds in memory, as the system counts it."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmRSS"))
        return int(line.split()[1]) * 1024
    listed = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True, encoding="ascii"
    )
    return int(listed.stdout) * 1024


def soak(port: int, pid: int, *, seconds: float, clients: int, seed: int = 1) -> Soaked:
    """So many clients for so long."""
    until, every = time.monotonic() + seconds, max(0.2, min(5.0, seconds / 40))
    stock = Stock(seed)
    soakers = [Soaker(one, port, stock, until) for one in range(clients)]
    threads = [threading.Thread(target=soaker.run) for soaker in soakers]
    for thread in threads:
        thread.start()
    memory = [resident_bytes(pid)]
    while time.monotonic() < until:
        time.sleep(every)
        memory.append(resident_bytes(pid))
    for thread in threads:
        thread.join()
    asked: Counter[str] = Counter()
    for soaker in soakers:
        asked.update(soaker.asked)
    return Soaked(asked, [fault for soaker in soakers for fault in soaker.faults], memory)


@contextlib.contextmanager
def served(command: Sequence[str]) -> Iterator[tuple[int, int]]:
    """A server on a folder of its own: its port and its process."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        words = [word.format(port=port, store=f"{folder}/store") for word in command]
        server = Server(words, port, Path(folder) / "server.log")
        server.start()
        try:
            yield port, server.pid
        finally:
            server.kill(signal.SIGTERM)
        said = (Path(folder) / "server.log").read_text(errors="replace")
        if "Traceback" in said or "please report" in said:
            raise SystemExit(f"the server said:\n{said[-2000:]}")


def main(words: Sequence[str]) -> int:
    """Soak, and say how it went."""
    parser = argparse.ArgumentParser("python -m tools.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int)
    parser.add_argument("--pid", type=int)
    parser.add_argument("command", nargs="*")
    wish = parser.parse_args(words)
    with contextlib.ExitStack() as stack:
        if wish.port and wish.pid:
            port, pid = wish.port, wish.pid
        else:
            port, pid = stack.enter_context(served(wish.command or (*SERVE, *SERVE_AT)))
        soaked = soak(port, pid, seconds=wish.minutes * 60, clients=wish.clients, seed=wish.seed)
    _tell(soaked, wish.minutes * 60, print)
    return 1 if soaked.faults or not soaked.is_flat else 0


def _tell(soaked: Soaked, seconds: float, say: Callable[[str], None]) -> None:
    for fault, times in Counter(soaked.faults).most_common(20):
        say(f"{times} × {fault}")
    total = soaked.asked.total()
    say(f"{total} requests in {seconds:.0f} s, {total / seconds:.0f} each second:")
    say("  " + ", ".join(f"{times} {what}" for what, times in soaked.asked.most_common()))
    early, late = (round(held / (1 << 20), 1) for held in soaked.settled)
    highest = round(max(soaked.memory) / (1 << 20), 1)
    verdict = "flat" if soaked.is_flat else "NOT flat"
    say(
        f"memory: {early} MiB when settled, {late} MiB at the end, {highest} MiB at most: {verdict}"
    )
    say(f"{len(soaked.faults)} faults")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
