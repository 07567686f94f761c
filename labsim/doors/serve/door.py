"""A door that a notebook opens and shuts, to a registry.

The registry stays usable from the notebook: ask it through ``door.handle``, which waits for its
turn, as the server does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsim.doors.serve.application import Application, Clock
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.extra import required
from labsim.doors.serve.openness import openness
from labsim.doors.serve.reach import Reach
from labsim.doors.serve.recorder import Recorder
from labsim.doors.serve.standing import StandingDoor
from labsim.errors import LabError

if TYPE_CHECKING:
    from labsim.doors.serve.limits import Limits
    from labsim.registry import Registry
    from labsim.story import Push
    from labsim.trace import Trace
    from labsim.wire import Request, Response

__all__ = ["Door"]


class Door(StandingDoor):
    """An open door: ``url`` for people, ``host`` for image names, and ``trace``."""

    __slots__ = ("_bound", "_desk", "_recorder", "host", "port", "url")

    _opened_by = "serve(registry)"

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
        _check(host, port, tls, prefix, keep)
        clock, reach = Clock(), Reach.at(prefix)
        self._desk = desk = RegistryDesk.public(registry, limits)
        self._recorder = recorder = Recorder(clock(), keep)
        self._bound = host
        app = Application(desk, reach=reach, limits=limits, note=recorder.note, clock=clock)
        try:
            server = Server(app, host, port, tls)
        except BaseException:
            desk.close()
            raise
        self.host, self.port, self.url = server.address, server.port, server.url
        self._stand(server, f"labsim door {self.port}")

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

    def _leave(self) -> None:
        self._desk.close()

    def __repr__(self) -> str:
        if not self.open:
            return f"<Door to {self._desk.registry.host}: shut>"
        registry = self._desk.registry
        return f"<Door to {registry.host} at {self.url}: {openness(registry, self._bound)}>"


def _check(host: object, port: object, tls: object, prefix: object, keep: object) -> None:
    """One sentence for what is of the wrong kind."""
    if not isinstance(host, str):
        raise LabError(f"a door listens at a host, such as '127.0.0.1', not {host!r}")
    if type(port) is not int:
        raise LabError(f"a port is a number, 0 for any that is free, not {port!r}")
    paths = tls if isinstance(tls, tuple | list) else ()
    if tls is not None and [isinstance(path, str) for path in paths] != [True, True]:
        raise LabError(f"tls is the paths of a certificate and of its key, not {tls!r}")
    if not isinstance(prefix, str):
        raise LabError(f"a prefix is a text, such as '/registry', not {prefix!r}")
    if type(keep) is not int or keep < 0:
        raise LabError(f"keep is how many exchanges the trace holds, from 0, not {keep!r}")
