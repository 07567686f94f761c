"""The laptop behind Docker's Engine API: the real ``docker`` command drives the lab.

Follow a request: a CLI sends it to a socket (:mod:`~labsim.doors.daemon.listening`), the server and
the application of ``labsim serve`` carry it, :mod:`~labsim.doors.daemon.desk` takes a turn at the
lab, and :mod:`labsim.docker.api` answers.  What it does is typed on the lab's laptop, so it stands
in the journal like any line of a notebook, and a notebook shows its picture.
"""

from __future__ import annotations

# Threads and sockets are for those who open a door, not for all who look at the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.doors.daemon.door import DaemonDoor
    from labsim.worlds import Lab

__all__ = ["daemon"]


def daemon(lab: Lab, *, listen: str = "") -> DaemonDoor:
    """Put a lab's laptop behind Docker's Engine API, for the real docker command.

    ``listen`` is ``unix:///path`` or ``tcp://127.0.0.1:PORT``; unless it is said, a free port of
    this machine.  ``door.host`` is what ``DOCKER_HOST`` has to be.  Stop it with ``door.stop()``,
    or by leaving its ``with`` block.
    """
    from labsim.doors.daemon.door import DaemonDoor

    return DaemonDoor(lab, listen or "tcp://127.0.0.1:0")
