"""Kill a registry while many push to it, start it again, and look whether it kept its word.

Usage: python -m tools.kill_test [--kills N] [--clients N] [--seed N] [--largest BYTES] [-- WORD …]

WORDS start the server; ``{port}`` and ``{store}`` in them are replaced.  After each kill every
byte in the folder is compared with its name; after each start everything that clients were promised
is asked for, and everything that a manifest names.  Exit code 1 and a list of what is not as it was
promised, if anything is not.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from labsim.doors.disk import check
from tools.pushers import Pusher
from tools.traffic import MANIFEST, Broken, Talker, digest

__all__ = ["LARGEST", "SERVE_AT", "Server", "Trial", "free_port", "main"]

SERVE = (sys.executable, "-m", "labsim", "serve", "--operator")
SERVE_AT = ("--port", "{port}", "--store", "{store}")
_START_S = 60
LARGEST = 3_000_000  # bytes of a blob


class Server:
    """The process that is killed."""

    def __init__(self, command: Sequence[str], port: int, log: Path) -> None:
        self._command = command
        self._port = port
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        talker, end = Talker(self._port), time.monotonic() + _START_S
        while True:
            try:
                talker.ask("GET", "/v2/")
                break
            except Broken:
                if self._process.poll() is not None or time.monotonic() > end:
                    said = self._log.read_text(errors="replace")[-2000:]
                    raise SystemExit(f"the server does not start:\n{said}") from None
                time.sleep(0.02)
        talker.close()

    @property
    def pid(self) -> int:
        """Which process it is."""
        return self._process.pid if self._process else 0

    def kill(self, sign: signal.Signals = signal.SIGKILL) -> None:
        """End it like this, and wait until the system has buried it."""
        if self._process is not None:
            self._process.send_signal(sign)
            self._process.wait(_START_S)


class Trial:
    """A server, its clients, and what was wrong; ``run`` kills it so many times."""

    def __init__(
        self,
        folder: Path,
        *,
        clients: int = 6,
        seed: int = 1,
        largest: int = LARGEST,
        command: Sequence[str] = (),
    ) -> None:
        self.store = folder / "store"
        self.faults: list[str] = []
        self._dice = random.Random(seed)
        self._port = free_port()
        words = [*(command or (*SERVE, *SERVE_AT))]
        filled = [w.format(port=self._port, store=self.store) if "{" in w else w for w in words]
        self._server = Server(filled, self._port, folder / "server.log")
        self._go = threading.Event()
        self.pushers = [Pusher(one, self._port, seed, self._go, largest) for one in range(clients)]

    def run(self, kills: int) -> None:
        """Start, look, push, kill; so many times, and a last look."""
        for pusher in self.pushers:
            pusher.start()
        try:
            for number in range(kills):
                self._server.start()
                self._look(every=number % 50 == 0)
                self._go.set()
                time.sleep(self._dice.uniform(0.02, 0.9))
                self._server.kill()
                self._rest()
                self._check_bytes()
                if self.faults:
                    break
            self._server.start()
            self._look(every=True)
        finally:
            for pusher in self.pushers:
                pusher.over = True
            self._go.set()
            self._server.kill(signal.SIGTERM)
        for pusher in self.pushers:
            pusher.join(_START_S)
        self._check_bytes()

    def _rest(self) -> None:
        """Nobody asks for anything until the server is back."""
        self._go.clear()
        for pusher in self.pushers:
            pusher.idle.wait(_START_S)

    def _check_bytes(self) -> None:
        self.faults += [finding.sentence for finding in check(self.store).findings]

    def _look(self, *, every: bool) -> None:
        """Ask for what was promised since the last look, or for all that ever was."""
        talker = Talker(self._port)
        for pusher in self.pushers:
            ledger = pusher.ledger
            for path in sorted(ledger.may if every else ledger.touched):
                found = self._found(talker, path)
                if found not in ledger.may[path]:
                    may = " or ".join(map(str, ledger.may[path]))
                    self.faults.append(f"{path} is {found} instead of {may}")
                ledger.may[path] = {found}
            ledger.touched.clear()
            self.faults += pusher.faults
            pusher.faults = []
        talker.close()

    def _found(self, talker: Talker, path: str) -> str | None:
        """The digest of what is there; what it names must be there too."""
        answer = talker.ask("GET", path, headers={"Accept": MANIFEST})
        if answer.status == 200 and "/manifests/" in path:
            document = json.loads(answer.body)
            for named in (document["config"], *document["layers"]):
                where = f"{path.partition('/manifests/')[0]}/blobs/{named['digest']}"
                head = talker.ask("HEAD", where)
                if (head.status, head.headers.get("Content-Length")) != (200, str(named["size"])):
                    self.faults.append(f"{path} names {named['digest']}: {head.status}")
        if answer.status not in (200, 404):
            self.faults.append(f"{path} is answered {answer.status}")
        return digest(answer.body) if answer.status == 200 else None


def free_port() -> int:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


def main(words: Sequence[str]) -> int:
    """Run the trial and say how it went."""
    parser = argparse.ArgumentParser("python -m tools.kill_test", description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--largest", type=int, default=LARGEST, help="bytes of a blob")
    parser.add_argument("command", nargs="*")
    wish = parser.parse_args(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and take the server along
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(
            Path(folder),
            clients=wish.clients,
            seed=wish.seed,
            largest=wish.largest,
            command=wish.command,
        )
        trial.run(wish.kills)
        size = check(trial.store).size
    done = sum(pusher.acknowledged for pusher in trial.pushers)
    resumed, resent, renamed = (
        sum(getattr(pusher, what) for pusher in trial.pushers)
        for what in ("resumed", "resent", "renamed")
    )
    for fault in trial.faults:
        print(fault)
    print(
        f"{wish.kills} kills, {wish.clients} clients, {done} requests acknowledged, "
        f"{resumed} uploads gone on with, {resent} chunks sent again, {renamed} named by sha512, "
        f"{size} bytes stored, {len(trial.faults)} faults"
    )
    return 1 if trial.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
