"""The lab's own dialogues over a real connection, and only to hosts that somebody has named.

>>> from labsim import Lab, remote
>>> lab = Lab()
>>> remote.connect(lab, {"localhost:5000": "http://127.0.0.1:5000"})
>>> lab.outside
<Connection to localhost:5000 at http://127.0.0.1:5000>

From now on ``lab.docker("push localhost:5000/team/app")`` speaks to the registry at that address,
with the same requests, the same trace and Docker's own words.  What it answers is kept in the
journal, without tokens, and a replay reads it from there.

A name stands for what follows it in references, realms and redirects.  A token server, or a store
that a registry redirects to, must be named like the registry itself.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Mapping

from labsim.doors.remote.call import Settings
from labsim.doors.remote.carrier import Carrier
from labsim.doors.remote.clock import Clock
from labsim.doors.remote.hosts import Hosts
from labsim.errors import LabError
from labsim.lab import Lab
from labsim.link import Run
from labsim.link.paced import Heard, Paced
from labsim.wire import Dialogue

__all__ = ["Connection", "connect", "converse"]

#: How long nothing may happen before a connection is given up.
PATIENCE_S = 60.0


class Connection:
    """Real registries by name: what :attr:`labsim.Lab.outside` wants."""

    def __init__(
        self,
        hosts: Mapping[str, str],
        *,
        ca_file: str | os.PathLike[str] | None = None,
        timeout_s: float = PATIENCE_S,
        clock_rate: int = 1,
    ) -> None:
        self._hosts = Hosts(hosts)
        # The system's certificates take a while to read: not for who speaks plain HTTP.
        self._trust = _trust(ca_file) if self._hosts.secure or ca_file is not None else None
        self._timeout_s = timeout_s
        self._clock_rate = clock_rate

    def __repr__(self) -> str:
        return f"<Connection to {self._hosts!r}>"

    def names(self, host: str) -> bool:
        """Whether that host was named."""
        return self._hosts.find(host) is not None

    def converse(self, talk: Dialogue, *, at_us: int) -> tuple[Run, list[Heard]]:
        """Run a dialogue; what it led to, and everything that was heard on the way."""
        settings = Settings(Clock(self._clock_rate), self._timeout_s, self._trust)
        carrier = Carrier(self._hosts, settings)
        try:
            return Paced(carrier, at_us).run(talk), carrier.account
        finally:
            carrier.close()


def connect(
    lab: Lab,
    hosts: Mapping[str, str],
    *,
    ca_file: str | os.PathLike[str] | None = None,
    timeout_s: float = PATIENCE_S,
) -> None:
    """Let a lab reach real registries: these hosts from now on, and no others; ``{}`` for none.

    ``hosts`` maps names to addresses, ``{"localhost:5000": "http://127.0.0.1:5000"}``.  For https
    the system's certificates are trusted, and those in ``ca_file``.  A connection on which nothing
    happens for ``timeout_s`` is given up.
    """
    if not isinstance(lab, Lab):
        raise TypeError(f"connect takes a lab, not {type(lab).__name__}")
    connection = Connection(hosts, ca_file=ca_file, timeout_s=timeout_s)
    lab.outside = connection if hosts else None


def converse(
    talk: Dialogue,
    hosts: Mapping[str, str],
    *,
    at_us: int | None = None,
    ca_file: str | os.PathLike[str] | None = None,
    timeout_s: float = PATIENCE_S,
    clock_rate: int = 1,
) -> Run:
    """Run any dialogue over real connections; the trace is stamped in real µs.

    It begins ``at_us`` (without: now, since the Unix epoch).  Pauses are waited for, ``clock_rate``
    times as fast as the clock on the wall.
    """
    connection = Connection(hosts, ca_file=ca_file, timeout_s=timeout_s, clock_rate=clock_rate)
    began_us = time.time_ns() // 1000 if at_us is None else at_us
    return connection.converse(talk, at_us=began_us)[0]


def _trust(ca_file: str | os.PathLike[str] | None) -> ssl.SSLContext:
    trust = ssl.create_default_context()
    trust.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        try:
            trust.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as fault:
            raise LabError(
                f"{os.fspath(ca_file)}: it cannot be read as certificates: {fault.strerror}"
            ) from None
    return trust
