"""Clients that push to a registry which is killed again and again, and note what it acknowledged.

Each works in a repository of its own: it pushes in every way there is, moves and deletes tags,
deletes manifests, and goes on after a kill with the upload that was cut off.  Now and then it
loses the answer to a chunk, and sends the chunk again; or it names by sha512 what went up as
sha256.  What was asked and never answered may have happened, and may not.
"""

from __future__ import annotations

import random
import threading
import time

from tools.traffic import Broken, Talker, digest, joined, manifest, random_bytes

__all__ = ["Ledger", "Pusher"]

_TAGS = ("v1", "V1", "latest")
_PATIENCE_S = 10.0


class Ledger:
    """What a client was promised: for each path the bodies (by digest; None: 404) that it may give.

    One of them if the last request for it was answered, more if it was not.
    """

    def __init__(self) -> None:
        self.may: dict[str, set[str | None]] = {}
        #: What was changed since it was looked at last.
        self.touched: set[str] = set()

    def asked(self, path: str, body: str | None) -> None:
        """It may happen now."""
        self.may.setdefault(path, {None}).add(body)
        self.touched.add(path)

    def answered(self, path: str, body: str | None) -> None:
        """It has happened."""
        self.may[path] = {body}


class Pusher(threading.Thread):
    """One client; stops where the server does, and goes on when it is told to."""

    def __init__(
        self, number: int, port: int, seed: int, go: threading.Event, largest: int
    ) -> None:
        super().__init__(daemon=True)
        self.repository = f"team-{number}/app"
        self.ledger = Ledger()
        self.faults: list[str] = []
        self.idle = threading.Event()
        self.over = False
        self.acknowledged = self.resumed = self.resent = self.renamed = 0
        self._dice = random.Random(f"{seed} {number}")
        self._talker = Talker(port)
        self._go = go
        self._largest = largest
        self._others = f"team-{max(0, number - 1)}/app"
        self._blobs: list[bytes] = []
        #: The upload that was cut off: where, its bytes, and the algorithm of its name.
        self._cut_off: tuple[str, bytes, str] | None = None

    def run(self) -> None:
        """Work, rest while there is no server, work."""
        while not self.over:
            self._go.wait()
            self.idle.clear()
            try:
                while not self.over:
                    self._resume()
                    self._dice.choice((self._push, self._push, self._push, self._take_away))()
            except Broken:
                pass
            except Exception as fault:
                self.faults.append(f"{self.repository}: {fault!r}")
                self.over = True
            while self._go.is_set() and not self.over:
                time.sleep(0.01)
            self.idle.set()
        self._talker.close()

    def _expect(self, what: str, status: int, *allowed: int) -> None:
        if status not in allowed:
            self.faults.append(f"{self.repository}: {what} was answered {status}, not {allowed}")
        self.acknowledged += status in allowed

    # --- a push ----------------------------------------------------------------------------------

    def _push(self) -> None:
        blobs = [self._blob() for _ in range(self._dice.randint(2, 4))]
        for data in blobs:
            self._send(data)
        document, tag = manifest(blobs[0], blobs[1:]), self._dice.choice(_TAGS)
        paths = [self._path("manifests", name) for name in (digest(document), tag)]
        for path in paths:
            self.ledger.asked(path, digest(document))
        answer = self._talker.put_manifest(self.repository, tag, document)
        self._expect(f"PUT of {tag}", answer.status, 201)
        for path in paths:
            self.ledger.answered(path, digest(document))

    def _blob(self) -> bytes:
        """A new one, or one from before."""
        if self._blobs and self._dice.random() < 0.3:
            return self._dice.choice(self._blobs)
        self._blobs = [
            *self._blobs[-20:],
            self._dice.randbytes(16) + random_bytes(self._dice, self._largest),
        ]
        return self._blobs[-1]

    def _path(self, kind: str, name: str) -> str:
        return f"/v2/{self.repository}/{kind}/{name}"

    def _send(self, data: bytes) -> None:
        path = self._path("blobs", digest(data))
        if self._talker.ask("HEAD", path).status == 200:
            self.ledger.asked(path, digest(data))
            self.ledger.answered(path, digest(data))
            return
        self.ledger.asked(path, digest(data))
        how = self._dice.choice((self._post, self._put, self._chunks, self._chunks, self._mount))
        how(data)
        self.ledger.answered(path, digest(data))

    def _post(self, data: bytes) -> None:
        target = f"/v2/{self.repository}/blobs/uploads/?digest={digest(data)}"
        self._expect("POST of a blob", self._talker.ask("POST", target, data).status, 201)

    def _put(self, data: bytes) -> None:
        answer = self._talker.open_upload(self.repository)
        self._expect("POST of a session", answer.status, 202)
        self._finish(answer.headers["Location"], data)

    def _chunks(self, data: bytes) -> None:
        answer = self._talker.open_upload(self.repository)
        self._expect("POST of a session", answer.status, 202)
        location, at = answer.headers["Location"], 0
        self._cut_off = (location, data, "sha256")
        for _ in range(self._dice.randint(1, 3)):
            piece = data[at : at + 1 + len(data) // 3]
            if piece and self._dice.random() < 0.2:
                self._lose_the_answer(location, at, piece)
            else:
                answer = self._talker.ask("PATCH", joined(location, ""), piece)
                self._expect("PATCH", answer.status, 202)
            at += len(piece)
        if self._dice.random() < 0.2:
            self._end_by_another_name(location, data, at)
        else:
            self._finish(location, data[at:])
        self._cut_off = None

    def _finish(self, location: str, rest: bytes) -> None:
        """The last request of an upload: of the one that is under way, or of these bytes alone."""
        _, data, algorithm = self._cut_off or (location, rest, "sha256")
        target = joined(location, f"digest={digest(data, algorithm)}")
        self._expect("PUT of a blob", self._talker.ask("PUT", target, rest).status, 201)

    def _lose_the_answer(self, location: str, at: int, piece: bytes) -> None:
        """Send a chunk, leave, and send it again; it must count once, whichever came through."""
        target, span = joined(location, ""), {"Content-Range": f"{at}-{at + len(piece) - 1}"}
        self._talker.ask_and_leave("PATCH", target, piece, span)
        end = time.monotonic() + _PATIENCE_S
        while True:
            answer = self._talker.ask("PATCH", target, piece, span)
            held = self._held(location) if answer.status == 416 else at + len(piece)
            if held == at + len(piece):
                break
            if answer.status not in (202, 416) or time.monotonic() > end:
                break
            time.sleep(0.01)  # the first one is still on its way
        self._expect("a chunk that is sent again", answer.status, 202, 416)
        if held != at + len(piece):
            self.faults.append(f"{self.repository}: a chunk sent twice left {held} bytes")
        self.resent += 1

    def _held(self, location: str) -> int:
        """How many bytes of an upload there are."""
        answer = self._talker.ask("GET", joined(location, ""))
        self._expect("GET of an upload", answer.status, 204)
        last = int(answer.headers["Range"].partition("-")[2])
        return last + 1 if last else 0

    def _end_by_another_name(self, location: str, data: bytes, at: int) -> None:
        """A sha512 for chunks that were hashed by sha256; then the name that was meant, too."""
        self._cut_off = (location, data, "sha512")
        path = self._path("blobs", digest(data, "sha512"))
        self.ledger.asked(path, digest(data))
        self._finish(location, data[at:])
        self.ledger.answered(path, digest(data))
        self._cut_off = None
        self.renamed += 1
        self._put(data)

    def _mount(self, data: bytes) -> None:
        """From a neighbour, who hardly ever has it; then in the usual way."""
        query = f"mount={digest(data)}&from={self._others}"
        answer = self._talker.ask("POST", f"/v2/{self.repository}/blobs/uploads/?{query}")
        self._expect("a mount", answer.status, 201, 202)
        if answer.status == 202:
            self._finish(answer.headers["Location"], data)

    def _resume(self) -> None:
        """Go on where the upload was cut off; what was acknowledged of it must be there."""
        if self._cut_off is None:
            return
        location, data, algorithm = self._cut_off
        path = self._path("blobs", digest(data, algorithm))
        answer = self._talker.ask("GET", joined(location, ""))
        if answer.status == 204:
            last = int(answer.headers["Range"].partition("-")[2])
            self.ledger.asked(path, digest(data))  # the next kill may come before its answer
            self._finish(location, data[last + 1 if last else 0 :])
            self.ledger.answered(path, digest(data))
            self.resumed += 1
        elif self._talker.ask("HEAD", path).status != 200:  # else the last request came through
            self.faults.append(f"{self.repository}: an upload was forgotten ({answer.status})")
        self._cut_off = None

    # --- deleting --------------------------------------------------------------------------------

    def _take_away(self) -> None:
        tag = self._dice.choice(_TAGS)
        found = self._talker.get_manifest(self.repository, tag)
        if found.status != 200:
            return
        if self._dice.random() < 0.5:
            self._forget(tag, [tag])
        else:
            name = digest(found.body)
            tags = [
                one for one in _TAGS if self.ledger.may.get(self._path("manifests", one)) == {name}
            ]
            self._forget(name, [name, *tags])
        if self._dice.random() < 0.2:
            meant = {"X-Lab-Operator": "yes"}
            answer = self._talker.ask("POST", "/_lab/collect", headers=meant)
            self._expect("a collection", answer.status, 200)

    def _forget(self, reference: str, gone: list[str]) -> None:
        paths = [self._path("manifests", name) for name in gone]
        for path in paths:
            self.ledger.asked(path, None)
        answer = self._talker.ask("DELETE", self._path("manifests", reference))
        self._expect(f"DELETE of {reference}", answer.status, 202)
        for path in paths:
            self.ledger.answered(path, None)
