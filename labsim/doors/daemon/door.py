"""A daemon that a notebook opens and shuts, in a thread of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from labsim.doors.daemon.desk import DaemonDesk
from labsim.doors.serve.application import Application
from labsim.doors.serve.extra import required
from labsim.doors.serve.standing import StandingDoor
from labsim.errors import LabError
from labsim.worlds import Lab

if TYPE_CHECKING:
    from labsim.wire import Request, Response

__all__ = ["MOST", "DaemonDoor", "sharing"]

#: Bytes of one body, which is held in memory: an archive to load, or a build's context.
MOST = 512 << 20


@contextlib.contextmanager
def sharing(lab: Lab, lock: threading.Lock) -> Iterator[Lab]:
    """A turn at a lab in memory."""
    with lock:
        yield lab


class DaemonDoor(StandingDoor):
    """An open door: ``host`` is the value for ``DOCKER_HOST``.

    A cell that uses the lab while somebody may be typing in a terminal takes its turn first::

        with door.turn() as lab:
            lab.pull("golang")
    """

    __slots__ = ("_desk", "_lab", "_listening", "_lock", "host")

    _opened_by = "daemon(lab)"

    def __init__(self, lab: Lab, place: str) -> None:
        """Open it: :func:`labsim.daemon`."""
        if not isinstance(lab, Lab):
            raise LabError(f"a daemon's door needs a Lab, such as Lab(), not {lab!r}")
        with required():
            from labsim.doors.daemon.listening import listening
            from labsim.doors.serve.server import Server
        self._lab, self._lock = lab, threading.Lock()
        self._listening = listening(place)
        self.host = self._listening.host
        self._desk = DaemonDesk(self.turn, MOST)
        app = Application(self._desk)
        self._stand(Server(app, "", 0, listener=self._listening.socket), "labsim daemon")

    def turn(self) -> contextlib.AbstractContextManager[Lab]:
        """The lab, for as long as the ``with`` block lasts; the CLI waits meanwhile."""
        return sharing(self._lab, self._lock)

    def handle(self, request: Request) -> Response:
        """Ask the daemon from here, in turn with whoever is at the door."""
        return self._desk.ask(request)

    def _leave(self) -> None:
        self._desk.close()
        self._listening.clear()

    def __repr__(self) -> str:
        if not self.open:
            return "<DaemonDoor: shut>"
        return f"<DaemonDoor: export DOCKER_HOST={self.host}>"
