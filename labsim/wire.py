"""All that two sides need to share: a request, a response, and the shape of a conversation.

A client's half of a conversation is a :data:`Dialogue`: a generator that yields what it wants and
is sent what came back.

=====================  ======================================================================
it yields              it is sent
=====================  ======================================================================
:class:`Request`       the :class:`Response`; or ``Unreachable`` is thrown in
:class:`Pause`         ``None``, after that much simulated time
:class:`Together`      a list with what each lane returned, in order; or the first lane's error
=====================  ======================================================================

Who drives it decides how it travels: a simulated link, a real connection, or a learner who answers
by hand with ``next(talk)`` and ``talk.send(Response(404))``.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, NamedTuple

from labsim.blob import EMPTY, Blob

__all__ = [
    "NO_HEADERS",
    "Dialogue",
    "Gate",
    "Headers",
    "Lane",
    "Pause",
    "Request",
    "Response",
    "Together",
    "parameters",
]


class Headers(tuple[tuple[str, str], ...]):
    """Header pairs in order, looked up case-insensitively (RFC 9110 §5.1)."""

    __slots__ = ()

    def get(self, name: str, default: str = "") -> str:
        """The first value of that name."""
        length = len(name)
        for key, value in self:
            if len(key) == length and (key == name or key.lower() == name.lower()):
                return value
        return default

    def all(self, name: str) -> list[str]:
        """Every value of that name, in order."""
        wanted = name.lower()
        return [value for key, value in self if key.lower() == wanted]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(key.lower() == name.lower() for key, _ in self)

    def __getitem__(self, name: Any) -> Any:
        if not isinstance(name, str):
            return tuple.__getitem__(self, name)
        if not self.__contains__(name):
            raise KeyError(name)
        return self.get(name)


NO_HEADERS = Headers()


class Request:
    """What a client asks: method, target (path and query), headers, body.

    ``host`` is the registry spoken to, ``peer`` who speaks, ``at_us`` when its first byte is there
    (µs of simulated time).  ``because`` is the client's own reason, for the story; it never
    travels.  Whoever carries it stamps ``done_us``, when the answer was complete, so that a client
    knows the time without a clock.
    """

    __slots__ = (
        "at_us",
        "because",
        "body",
        "done_us",
        "headers",
        "host",
        "method",
        "peer",
        "target",
    )

    def __init__(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]] = NO_HEADERS,
        body: bytes | Blob = EMPTY,
        *,
        host: str = "",
        peer: str = "",
        at_us: int = 0,
        because: str = "",
    ) -> None:
        self.method = method
        self.target = target
        self.headers = headers if type(headers) is Headers else Headers(headers)
        self.body = body if isinstance(body, Blob) else Blob(body)
        self.host = host
        self.peer = peer
        self.at_us = self.done_us = at_us
        self.because = because

    @property
    def path(self) -> str:
        """The target up to its ``?``, as it was sent."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        """The decoded pairs after the ``?``, in order, repeats kept."""
        return parameters(self.target.partition("?")[2])

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.host}{self.target}>"


class Response:
    """What a registry answers: status, headers, body (a :class:`~labsim.blob.Blob`).

    ``ok`` says whether the status is below 400.
    """

    __slots__ = ("body", "headers", "ok", "status")

    def __init__(
        self,
        status: int,
        headers: Iterable[tuple[str, str]] = NO_HEADERS,
        body: bytes | Blob = EMPTY,
    ) -> None:
        self.status = status
        self.ok = status < 400
        self.headers = headers if type(headers) is Headers else Headers(headers)
        self.body = body if isinstance(body, Blob) else Blob(body)

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.body.size} bytes>"


def parameters(query: str) -> list[tuple[str, str]]:
    """The decoded pairs of what stands after a ``?``, in order, repeats kept."""
    if not query:
        return []
    # A digest's colon, a repository's slash and a scope's comma separate nothing, and are nearly
    # all there ever is.
    query = query.replace("%3A", ":").replace("%2F", "/").replace("%2C", ",")
    pairs = [part.partition("=")[::2] for part in query.split("&") if part]
    if "%" not in query and "+" not in query:
        return pairs
    return [(_unquoted(key), _unquoted(value)) for key, value in pairs]


def _unquoted(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    from urllib.parse import unquote_plus  # 6 ms that a push need not spend

    return unquote_plus(text)


class Pause(NamedTuple):
    """Wait, on the simulated clock; ``reason`` is for the story ("retry").

    A pause of no length is a note: something was decided without asking anybody.
    """

    us: int
    reason: str = ""


class Lane(NamedTuple):
    """One of several dialogues that run side by side; ``subject`` says what it is about.

    The subject is a DiffID for a layer that is pushed, a Digest for a blob that is pulled,
    or a word ("config").
    """

    subject: str
    talk: Dialogue


class Together(NamedTuple):
    """Run these lanes, at most ``at_most`` at a time, started in order.

    The first lane to raise ends the matter: lanes not yet started never start, an exchange in
    flight is still answered and recorded, then its lane is closed; then the error is thrown in.
    """

    lanes: list[Lane]
    at_most: int


class Gate:
    """What one lane has to finish before others go on; the others need not ask again themselves.

    Yielded while shut, it makes its lane wait; yielded once it is open, it lets everybody through.
    So a lane opens it for all: ``gate.open = True``, then ``yield gate``.
    """

    __slots__ = ("open", "waiting")

    def __init__(self) -> None:
        self.open = False
        #: The lanes that wait; whoever runs them keeps them here.
        self.waiting: list[Any] = []

    def __repr__(self) -> str:
        return f"<Gate {'open' if self.open else f'shut before {len(self.waiting)}'}>"


Dialogue = Generator[Any, Any, Any]
