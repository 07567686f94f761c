"""A daemon's desk on a lab in memory, asked without a socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from labsim import Lab
from labsim.doors.daemon.desk import DaemonDesk
from labsim.doors.daemon.door import MOST, sharing
from labsim.wire import Request, Response


class Desk:
    """A lab and its daemon."""

    def __init__(self, engine: str = "classic") -> None:
        self.lab = Lab(engine)
        lock = threading.Lock()
        self.desk = DaemonDesk(lambda: sharing(self.lab, lock), MOST)

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: tuple[tuple[str, str], ...] = ()
    ) -> Response:
        return self.desk.ask(Request(method, target, headers, body, host="docker"))


@pytest.fixture
def daemon() -> Iterator[Desk]:
    one = Desk()
    yield one
    one.desk.close()
