"""A daemon that a notebook opens and shuts, in a thread of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from labsim.doors.daemon.desk import DaemonDesk
from labsim.doors.serve.application import Application
from labsim.doors.serve.extra import required
from labsim.errors import LabError
from labsim.worlds import Lab

if TYPE_CHECKING:
    from typing import Self

    from labsim.wire import Request, Response

__all__ = ["MOST", "DaemonDoor", "sharing"]

#: Bytes of one body, which is held in memory: an archive to load, or a build's context.
MOST = 512 << 20


@contextlib.contextmanager
def _turn(lab: Lab, lock: threading.Lock) -> Iterator[Lab]:
    with lock:
        yield lab


def sharing(lab: Lab, lock: threading.Lock) -> contextlib.AbstractContextManager[Lab]:
    """A turn at a lab in memory."""
    return _turn(lab, lock)


class DaemonDoor:
    """An open door: ``host`` is the value for ``DOCKER_HOST``.

    A cell that uses the lab while somebody may be typing in a terminal takes its turn first::

        with door.turn() as lab:
            lab.pull("golang")
    """

    __slots__ = ("_desk", "_lab", "_listening", "_lock", "_server", "_thread", "host")

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
        self._server = Server(app, "", 0, listener=self._listening.socket)
        self._thread = threading.Thread(
            target=self._server.serve_until_told, name="labsim daemon", daemon=True
        )
        self._thread.start()

    def turn(self) -> contextlib.AbstractContextManager[Lab]:
        """The lab, for as long as the ``with`` block lasts; the CLI waits meanwhile."""
        return sharing(self._lab, self._lock)

    @property
    def open(self) -> bool:
        """Whether it still answers."""
        return self._thread.is_alive() and not self._server.should_exit

    def handle(self, request: Request) -> Response:
        """Ask the daemon from here, in turn with whoever is at the door."""
        return self._desk.ask(request)

    def stop(self) -> None:
        """Shut it: what is under way may finish, nothing new begins.  Twice is as good as once."""
        self._server.end()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._desk.close()
        self._listening.clear()

    def __enter__(self) -> Self:
        if not self.open:
            raise LabError("this door is shut: open a new one with daemon(lab)")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        if not self.open:
            return "<DaemonDoor: shut>"
        return f"<DaemonDoor: export DOCKER_HOST={self.host}>"
