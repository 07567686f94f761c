"""Clients that do a little of everything, for :mod:`tools.soak`."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from tools.traffic import Answer, Broken, Talker, digest, joined, manifest, random_bytes

__all__ = ["Soaker", "Stock"]

_BLOBS = 120
_IMAGES = 60
_LARGEST = 400_000
_WRONG: tuple[tuple[str, str, int], ...] = (
    ("GET", "/v2/Team/app/tags/list", 404),
    ("GET", "/v2/none/here/tags/list", 404),
    ("GET", "/v2/team-0/app/manifests/none", 404),
    ("GET", f"/v2/team-0/app/blobs/sha256:{'0' * 64}", 404),
    ("GET", "/v2/team-0/app/blobs/sha256:xyz", 400),
    ("PUT", "/v2/team-0/app/blobs/uploads/nobody", 404),
    ("PATCH", "/v2/team-0/app/blobs/uploads/nobody", 404),
    ("GET", "/v2/_catalog?n=x", 400),
    ("GET", "/elsewhere", 404),
)


class Stock:
    """All images that are ever pushed."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        self.blobs = [dice.randbytes(16) + random_bytes(dice, _LARGEST) for _ in range(_BLOBS)]
        #: Each is its manifest, and the blobs that it names.
        self.images: list[tuple[bytes, list[bytes]]] = []
        for _ in range(_IMAGES):
            blobs = dice.sample(self.blobs, dice.randint(2, 5))
            self.images.append((manifest(blobs[0], blobs[1:]), blobs))


class Soaker:
    """One client, until the time is over; it owns a repository, and reads its neighbour's."""

    def __init__(self, number: int, port: int, stock: Stock, until: float) -> None:
        self.asked: Counter[str] = Counter()
        self.faults: list[str] = []
        self._dice = random.Random(number)
        self._talker = Talker(port)
        self._stock = stock
        self._until = until
        self._own = f"own-{number}/app"  # nobody else deletes here
        self._neighbours = f"own-{max(0, number - 1)}/app"

    def run(self) -> None:
        """Push first; then whatever comes."""
        doings = (
            self._push, self._push, self._pull, self._pull, self._list, self._part, self._cancel,
            self._break_off, self._delete, self._wrong, self._lie, self._mount,
        )  # fmt: skip
        self._do(self._push)
        while time.monotonic() < self._until:
            self._do(self._dice.choice(doings))
        self._talker.close()

    def _do(self, doing: Callable[[], None]) -> None:
        try:
            doing()
        except Broken as fault:
            self.faults.append(str(fault))
        except Exception as fault:
            self.faults.append(f"{doing.__name__}: {fault!r}")

    def _expect(self, what: str, answer: Answer, *allowed: int) -> Answer:
        self.asked[what] += 1
        if answer.status not in allowed:
            self.faults.append(f"{what} was answered {answer.status}, not {allowed}")
        return answer

    # --- doings ----------------------------------------------------------------------------------

    def _push(self) -> None:
        document, blobs = self._dice.choice(self._stock.images)
        for data in blobs:
            path = f"/v2/{self._own}/blobs/{digest(data)}"
            if self._expect("HEAD blob", self._talker.ask("HEAD", path), 200, 404).status == 404:
                self._send(data)
        for reference in ("latest", digest(document)):
            answer = self._talker.put_manifest(self._own, reference, document)
            self._expect("PUT manifest", answer, 201)

    def _send(self, data: bytes) -> None:
        location = self._open()
        cut = len(data) if self._dice.random() < 0.5 else self._dice.randrange(len(data))
        rest = data
        if cut < len(data):
            answer = self._talker.ask("PATCH", joined(location, ""), data[:cut])
            self._expect("PATCH", answer, 202)
            rest = data[cut:]
        target = joined(location, f"digest={digest(data)}")
        self._expect("PUT blob", self._talker.ask("PUT", target, rest), 201)

    def _open(self) -> str:
        answer = self._expect("POST upload", self._talker.open_upload(self._own), 202)
        return answer.headers["Location"]

    def _pull(self) -> None:
        answer = self._talker.get_manifest(self._own, "latest")
        self._expect("GET manifest", answer, 200, 404)
        found = [blobs for document, blobs in self._stock.images if document == answer.body]
        if answer.status == 200 and not found:
            self.faults.append("a pull brought a manifest that nobody pushed")
        for data in found[0] if found else ():
            got = self._talker.ask("GET", f"/v2/{self._own}/blobs/{digest(data)}")
            self._expect("GET blob", got, 200, 404)  # it may be deleted: the manifest stays
            if got.status == 200 and got.body != data:
                self.faults.append("a pull brought other bytes")

    def _part(self) -> None:
        data = self._dice.choice(self._stock.blobs)
        first = self._dice.randrange(len(data))
        last = self._dice.randrange(first, len(data))
        part = {"Range": f"bytes={first}-{last}"}
        got = self._talker.ask("GET", f"/v2/{self._own}/blobs/{digest(data)}", headers=part)
        self._expect("GET range", got, 206, 404)
        if got.status == 206 and got.body != data[first : last + 1]:
            self.faults.append("a range brought other bytes")

    def _mount(self) -> None:
        query = f"mount={digest(self._dice.choice(self._stock.blobs))}&from={self._neighbours}"
        answer = self._talker.ask("POST", f"/v2/{self._own}/blobs/uploads/?{query}")
        if self._expect("POST mount", answer, 201, 202).status == 202:
            location = joined(answer.headers["Location"], "")
            self._expect("DELETE upload", self._talker.ask("DELETE", location), 204)

    def _list(self) -> None:
        for target in (f"/v2/{self._own}/tags/list", "/v2/_catalog?n=5", "/v2/"):
            self._expect("GET list", self._talker.ask("GET", target), 200)

    def _cancel(self) -> None:
        location = joined(self._open(), "")
        self._expect("PATCH", self._talker.ask("PATCH", location, b"never mind"), 202)
        self._expect("GET upload", self._talker.ask("GET", location), 204)
        self._expect("DELETE upload", self._talker.ask("DELETE", location), 204)

    def _break_off(self) -> None:
        location = joined(self._open(), "")
        self.asked["PATCH broken off"] += 1
        self._talker.break_off(location, b"x" * 1000, announced=50_000)
        for _ in range(50):  # until the server has seen that nobody is there
            answer = self._talker.ask("DELETE", location)
            if answer.status == 204:
                break
            time.sleep(0.05)
        self._expect("DELETE upload", answer, 204)

    def _delete(self) -> None:
        document, blobs = self._dice.choice(self._stock.images)
        for path in (f"manifests/{digest(document)}", f"blobs/{digest(blobs[0])}"):
            answer = self._talker.ask("DELETE", f"/v2/{self._own}/{path}")
            self._expect("DELETE", answer, 202, 404)
        self._push()

    def _wrong(self) -> None:
        method, target, status = self._dice.choice(_WRONG)
        self._expect("wrong request", self._talker.ask(method, target), status)

    def _lie(self) -> None:
        target = joined(self._open(), f"digest=sha256:{'0' * 64}")
        self._expect("wrong digest", self._talker.ask("PUT", target, b"not that"), 400)
        location = target.partition("&digest=")[0]
        self._expect("DELETE upload", self._talker.ask("DELETE", location), 204)
