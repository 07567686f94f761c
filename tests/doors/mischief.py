"""What a registry on loopback can be made to do instead of answering; and who asks it."""

from __future__ import annotations

from collections.abc import Callable

from labsim import Lab, Request, Response, remote
from labsim.wire import Dialogue
from tests.doors.loopback import Handler, Loopback
from tests.doors.remote_scene import HOST, stocked

Act = Callable[[Handler], object]
Mischief = Callable[[Handler], bool]


def impatient(server: Loopback, *, timeout_s: float = 20) -> Lab:
    """A lab that waits little, and whose pauses are over in no time."""
    lab = stocked()
    lab.outside = remote.Connection({HOST: server.url}, timeout_s=timeout_s, clock_rate=5000)
    return lab


def once(method: str, part: str, act: Act) -> Mischief:
    """Do this instead of answering the first such request."""
    left = [act]

    def mischief(handler: Handler) -> bool:
        if handler.command == method and part in handler.path and left:
            left.pop()(handler)
            return True
        return False

    return mischief


def always(act: Act) -> Mischief:
    def mischief(handler: Handler) -> bool:
        act(handler)
        return True

    return mischief


def say(data: bytes) -> Act:
    return lambda handler: handler.raw(data)


def ask(server: Loopback, method: str = "GET", target: str = "/v2/", **more) -> Response:
    """One request; its response, or what was raised."""
    request = Request(method, target, more.pop("headers", ()), more.pop("body", b""), host=HOST)

    def talk() -> Dialogue:
        return (yield request)

    return remote.converse(talk(), {HOST: server.url}, **more).result()
