"""Where a daemon listens: ``unix:///path`` or ``tcp://127.0.0.1:PORT``, as ``DOCKER_HOST`` has it.

A socket in the file system can be opened by its owner only.  TCP has no such guard, so it is for
this machine alone: whoever reaches a daemon may do to the lab what he likes.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import NamedTuple

from labsim.doors.serve.reach import is_loopback
from labsim.doors.serve.server import listen
from labsim.errors import LabError

__all__ = ["Listening", "listening", "usual_place"]

_UNIX, _TCP = "unix://", "tcp://"
_BACKLOG = 512
#: What an address of a Unix socket can hold (``sun_path``), with the zero at its end.
_LONGEST = 104


class Listening(NamedTuple):
    """A socket that listens; ``host`` is for ``DOCKER_HOST``, ``path`` its file, if it has one."""

    socket: socket.socket
    host: str
    path: Path | None = None

    def clear(self) -> None:
        """Take the file away."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def usual_place() -> str:
    """Where it listens unless it is told where: a free port on Windows, else a file at home."""
    if not hasattr(socket, "AF_UNIX"):
        return f"{_TCP}127.0.0.1:0"
    return f"{_UNIX}{Path.home() / '.labsim' / 'docker.sock'}"


def listening(place: str) -> Listening:
    """Listen there; one sentence where it cannot."""
    if place.startswith(_UNIX):
        return _at_path(Path(place.removeprefix(_UNIX)))
    if place.startswith(_TCP):
        return _at_port(place.removeprefix(_TCP))
    raise LabError(f"a daemon listens at unix:///path or tcp://127.0.0.1:PORT, not at {place!r}")


def _at_port(place: str) -> Listening:
    host, _, port = place.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal():
        raise LabError(f"tcp://{place} is no place to listen at: write tcp://127.0.0.1:2375")
    if not is_loopback(host):
        raise LabError(
            f"a daemon does what anybody says who reaches it, so it listens on this machine only:"
            f" tcp://127.0.0.1:{port}, not {host}"
        )
    opened = listen(host, int(port))
    shown = f"[{host}]" if ":" in host else host
    return Listening(opened, f"{_TCP}{shown}:{opened.getsockname()[1]}")


def _at_path(path: Path) -> Listening:
    if sys.platform == "win32":
        raise LabError("Windows has no such sockets: listen at tcp://127.0.0.1:PORT")
    if not path.is_absolute():
        raise LabError(f"write the whole path of a socket: unix://{path.absolute()}")
    if len(os.fsencode(path)) >= _LONGEST:
        raise LabError(f"the path {path} is too long for a socket: {_LONGEST - 1} bytes at most")
    opened = socket.socket(socket.AF_UNIX)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_room(path)
        before = os.umask(0o177)
        try:
            opened.bind(str(path))
        finally:
            os.umask(before)
        opened.listen(_BACKLOG)
    except BaseException as fault:
        opened.close()
        if not isinstance(fault, OSError):
            raise
        reason = (fault.strerror or str(fault)).lower()
        raise LabError(f"cannot listen at {path}: {reason}") from None
    return Listening(opened, f"{_UNIX}{path}", path)


def _make_room(path: Path) -> None:
    """Remove a socket that nobody listens at any more; anything else stays."""
    if not path.exists():
        return
    if not path.is_socket():
        raise LabError(f"{path} is there already, and is no socket")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise LabError(f"somebody listens at {path} already")
