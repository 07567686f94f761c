"""The server that runs a door: uvicorn, told to be quiet, to watch its clients, and when to end."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import uvicorn

from labsim.doors.serve.application import Application
from labsim.doors.serve.connection import Connection
from labsim.doors.serve.tls import Tls, check_tls
from labsim.errors import LabError

__all__ = ["Server", "listen"]

_BACKLOG = 512
_FAREWELL_S = 0.5


class Server(uvicorn.Server):
    """Serves one application at one address until it is told to end.

    It listens from the first moment; who comes before it runs has to wait, and is not refused.
    """

    def __init__(
        self,
        app: Application,
        host: str,
        port: int,
        tls: Tls | None = None,
        *,
        ready: Callable[[], None] = lambda: None,
        listener: socket.socket | None = None,
    ) -> None:
        """``tls`` is the path of a certificate and of its key; port 0 is any free one.

        ``ready`` is called when it runs, and will end in order when it is told to.  ``listener`` is
        a socket that listens already, wherever that is.
        """
        if tls is not None:
            check_tls(tls)
        limits = app.limits
        protocol: Any = functools.partial(Connection, limits=limits)
        config = uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",  # what clients do wrong is theirs to know
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=int(limits.idle_s) or 1,
            timeout_graceful_shutdown=limits.grace_s,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
        )
        config.load()
        super().__init__(config)
        self._desk = app.desk
        self._listener = listener or listen(host, port)
        self._ready = ready
        name = self._listener.getsockname()
        self.port: int = name[1] if isinstance(name, tuple) else 0
        #: The address as an image name or a URL has it.
        self.address = f"{_shown(host)}:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.address}{app.reach.prefix}"

    def serve_until_told(self) -> None:
        """Run, in this thread, until :meth:`end` is called or a signal comes."""
        with asyncio.Runner(loop_factory=_quick_loop()) as runner:
            runner.run(self.serve(sockets=[self._listener]))

    def end(self) -> None:
        """Accept nothing more, let what is under way finish, and return; from any thread."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn once, when signals are taken care of."""
        await super().startup(sockets)
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second, from uvicorn: each client is looked at, and what was put off done."""
        self._desk.tend()
        now = asyncio.get_running_loop().time()
        for connection in list(self.server_state.connections):
            if isinstance(connection, Connection):
                connection.look(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn once, at the end: what is under way may finish."""
        farewell = asyncio.ensure_future(self._hang_up())
        try:
            await super().shutdown(sockets)
        finally:
            farewell.cancel()

    async def _hang_up(self) -> None:
        """Drop clients that were told good-bye, have all that was sent, and do not answer.

        TLS waits for the other side's good-bye (``close_notify``, RFC 8446 §6.1), which a client
        that is idle does not know to be asked for.
        """
        while True:
            await asyncio.sleep(_FAREWELL_S)
            for connection in list(self.server_state.connections):
                transport: Any = connection.transport
                if transport.is_closing() and not transport.get_write_buffer_size():
                    transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGINT and SIGTERM as on request: with everything kept and exit code 0."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self._asked) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _asked(self, _signal: int, _frame: FrameType | None) -> None:
        self.force_exit = self.should_exit  # who asks twice does not want to wait
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; one sentence where it cannot."""
    if not 0 <= port <= 65535:
        raise LabError(f"there is no port {port}: ports are 0 to 65535")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as fault:
        raise LabError(f"cannot listen on {host} port {port}: {_why(fault)}") from None


def _why(fault: OSError) -> str:
    """The system's words; asyncio's and socket's own say the address a second time."""
    if isinstance(fault, socket.gaierror) or not fault.errno:
        return (fault.strerror or str(fault)).lower()
    return os.strerror(fault.errno).lower()


def _shown(host: str) -> str:
    """The address to type for a program on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _quick_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Of uvloop where there is one (not on Windows); asyncio's own does the same, more slowly."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
