"""A lab as the machine that a daemon runs on: what a request does is an action of the lab."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from labsim.blob import Blob
from labsim.digest import ImageID
from labsim.docker import Result
from labsim.docker.api.call import Moment
from labsim.engine.engine import Engine
from labsim.errors import LabError
from labsim.link import Run
from labsim.wire import Dialogue
from labsim.worlds import Lab

__all__ = ["LabMachine", "Past"]

#: How often somebody who waits for events is told that there are none: JSON may hold blank lines.
_BEAT_S = 0.5
_NOTHING_NEW = b"\n"
_ENDLESS = 1 << 62


class Past:
    """What happened in a lab, worked out by doing it again beside it; only as far as is needed."""

    __slots__ = ("_moments", "_twin")

    def __init__(self) -> None:
        self._twin: Lab | None = None
        self._moments: list[Moment] = []

    def of(self, lab: Lab) -> list[Moment]:
        """Every action with what came of it."""
        twin, done = self._twin, [list(moment.action) for moment in self._moments]
        journal = lab.journal
        if twin is None or journal[: len(done)] != done:
            self._twin, self._moments = twin, done = lab.at(0), []
        self._moments += (_again(twin, action, lab) for action in journal[len(done) :])
        return self._moments


def _again(twin: Lab, action: list[str], lab: Lab) -> Moment:
    engine = twin.seat.engine
    before, held, labels = _names(engine), engine.size, _labels(engine)
    try:
        result = twin.do(action, files=lab.attachments)
    except LabError:  # it failed when it was done first, and is written down for what it had cost
        result = None
    if twin.seat.engine is not engine:  # somebody else has sat down
        return Moment(twin.now_us, action, result, {}, {}, 0, {})
    freed = max(0, held - engine.size)
    every = {**labels, **_labels(engine)}
    return Moment(twin.now_us, action, result, before, _names(engine), freed, every)


def _names(engine: Engine) -> dict[ImageID, list[str]]:
    return {
        row.id: [name.familiar for name in (*row.tags, *row.digests)] for row in engine.images()
    }


def _labels(engine: Engine) -> dict[ImageID, dict[str, str]]:
    return {row.id: row.labels for row in engine.images()}


class LabMachine:
    """The laptop of whoever sits there, for one turn at the lab.

    ``later`` takes another turn, when this one is over.
    """

    __slots__ = ("_lab", "_later", "_past")

    def __init__(self, lab: Lab, past: Past, later: Callable[[Callable[[Lab], bytes]], bytes]):
        self._lab = lab
        self._past = past
        self._later = later

    @property
    def engine(self) -> Engine:
        """The laptop's images, names and credentials."""
        return self._lab.seat.engine

    @property
    def now(self) -> int:
        """The lab's clock."""
        return self._lab.now_us

    def type(self, words: str | Sequence[str], stdin: str = "") -> Result:
        """Type a docker command, with nobody at the keyboard to be asked."""
        return self._lab.docker(
            words if isinstance(words, str) else list(words), stdin, ask=_nobody
        )

    def show(self, host: str, user: str, password: str) -> None:
        """Let these be the laptop's credentials; the journal says only whether they are right."""
        self._lab.do(["credentials", host, *([user, password] if user else [])])

    def write(self, path: str, content: Blob, mode: int = 0o644) -> None:
        """Put a file on the laptop, unless it is there already."""
        seat = self._lab.seat
        if seat.content(path) == content and seat.stat(path)[0] == mode:
            return
        words = ["write", path, str(content.digest)]
        bits = [] if mode == 0o644 else [f"mode={mode:o}"]
        self._lab.do([*words, *bits], files={content.digest: content})

    def aside(self, talk: Dialogue) -> Run:
        """Hold a conversation on a copy of the lab."""
        return self._lab.fork().seat.converse(talk)

    def moments(self) -> Iterator[Moment]:
        """What happened so far."""
        return iter(self._past.of(self._lab))

    def follow(self, more: Callable[[], bytes]) -> Blob:
        """What ``more`` returns in turn after turn, until whoever reads it goes away."""

        def turn(lab: Lab) -> bytes:
            self._lab = lab  # the file may hold another one by now
            return more()

        def chunks() -> Iterator[bytes]:
            while True:
                yield self._later(turn) or _NOTHING_NEW
                time.sleep(_BEAT_S)

        return Blob.generated(chunks, _ENDLESS)


def _nobody(_prompt: str, _secret: bool) -> str | None:
    return None
