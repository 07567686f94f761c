"""A door that stands open in a thread of its own, until it is shut.

A cell's own event loop belongs to the kernel, and ``asyncio.run`` fails in it; a thread needs
neither.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import TYPE_CHECKING

from labsim.errors import LabError

if TYPE_CHECKING:
    from typing import Self

    from labsim.doors.serve.server import Server

__all__ = ["StandingDoor"]


class StandingDoor(ABC):
    """What the doors of a registry and of a daemon have in common: a server, a thread, an end."""

    __slots__ = ("_server", "_thread")

    #: The call that opens another one, for people.
    _opened_by = ""

    def _stand(self, server: Server, name: str) -> None:
        """Serve from now on; the last step of opening."""
        self._server = server
        self._thread = threading.Thread(target=server.serve_until_told, name=name, daemon=True)
        self._thread.start()

    @property
    def open(self) -> bool:
        """Whether it still answers."""
        return self._thread.is_alive() and not self._server.should_exit

    def stop(self) -> None:
        """Shut it: what is under way may finish, nothing new begins.  Twice is as good as once."""
        self._server.end()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._leave()

    @abstractmethod
    def _leave(self) -> None:
        """Put back what was taken to open it; more than once is as good as once."""

    def __enter__(self) -> Self:
        if not self.open:
            raise LabError(f"this door is shut: open a new one with {self._opened_by}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
