"""A door that a notebook opens and shuts: a server in a thread of its own, with a loop of its own.

A cell's own event loop belongs to the kernel, and ``asyncio.run`` fails in it; a thread needs
neither.  The registry stays usable from the notebook: ask it through ``door.handle``, which waits
for its turn, as the server does.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING

from labsim.doors.serve.application import Application, Clock
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.extra import required
from labsim.doors.serve.openness import openness
from labsim.doors.serve.reach import Reach
from labsim.doors.serve.recorder import Recorder
from labsim.errors import LabError

if TYPE_CHECKING:
    from typing import Self

    from labsim.doors.serve.limits import Limits
    from labsim.registry import Registry
    from labsim.story import Push
    from labsim.trace import Trace
    from labsim.wire import Request, Response

__all__ = ["Door"]


class Door:
    """An open door: ``url`` for people, ``host`` for image names, and ``trace``."""

    __slots__ = ("_bound", "_desk", "_recorder", "_server", "_thread", "host", "port", "url")

    def __init__(
        self,
        registry: Registry,
        *,
        host: str,
        port: int,
        tls: tuple[str, str] | None,
        prefix: str,
        limits: Limits,
        keep: int,
    ) -> None:
        """Open it: :func:`labsim.serve`."""
        with required():
            from labsim.doors.serve.server import Server
        clock, reach = Clock(), Reach.at(prefix)
        self._desk = desk = RegistryDesk.public(registry, limits)
        self._recorder = recorder = Recorder(clock(), keep)
        self._bound = host
        app = Application(desk, reach=reach, limits=limits, note=recorder.note, clock=clock)
        self._server = Server(app, host, port, tls)
        self.host, self.port, self.url = self._server.address, self._server.port, self._server.url
        self._thread = threading.Thread(
            target=self._server.serve_until_told, name=f"labsim door {self.port}", daemon=True
        )
        self._thread.start()

    @property
    def open(self) -> bool:
        """Whether it still answers."""
        return self._thread.is_alive() and not self._server.should_exit

    @property
    def trace(self) -> Trace:
        """What came through so far, the last exchanges of it; times count from the opening."""
        return self._recorder.trace

    @property
    def pushes(self) -> tuple[Push, ...]:
        """Each push among it, with a trace, a story and a ledger of its own."""
        from labsim.story import pushes

        return pushes(self.trace)

    def handle(self, request: Request) -> Response:
        """Ask the registry from here, in turn with whoever is at the door."""
        return self._desk.handle(request)

    def stop(self) -> None:
        """Shut it: what is under way may finish, nothing new begins.  Twice is as good as once."""
        self._server.end()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._desk.close()

    def __enter__(self) -> Self:
        if not self.open:
            raise LabError("this door is shut: open a new one with serve(registry)")
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
            return f"<Door to {self._desk.registry.host}: shut>"
        registry = self._desk.registry
        return f"<Door to {registry.host} at {self.url}: {openness(registry, self._bound)}>"
