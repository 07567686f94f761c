"""One request: the parts of its path, its parameters, and the laptop that it is about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from labsim.docker.api.answers import Fault
from labsim.wire import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.blob import Blob
    from labsim.digest import ImageID
    from labsim.docker.result import Result
    from labsim.engine.engine import Engine
    from labsim.link import Run
    from labsim.wire import Dialogue

__all__ = ["Call", "Machine", "Moment", "numbers"]

#: What Go's ``httputils.BoolValue`` takes for no.
_NO = ("", "0", "no", "false", "none")
#: What ``filters`` are, and how Go calls what they are not.
_FILTERS = "map[string]map[string]bool"
_GO_KINDS: dict[type, str] = {list: "array", str: "string", bool: "bool"}


class Moment(NamedTuple):
    """One action of the past: when it was over, what came of it, and the names around it.

    ``before`` and ``after`` hold every local image with its names in familiar form.
    """

    at_us: int
    action: Sequence[str]
    result: Any
    before: Mapping[ImageID, Sequence[str]]
    after: Mapping[ImageID, Sequence[str]]
    #: Bytes of layers that went.
    freed: int
    #: The labels of every image in ``before`` or ``after``.
    labels: Mapping[ImageID, Mapping[str, str]]


class Machine(Protocol):
    """The laptop as a daemon needs it: to look at, and to type on."""

    @property
    def engine(self) -> Engine:
        """Its images, names and credentials."""

    @property
    def now(self) -> int:
        """The lab's clock, in µs since 1970."""

    def type(self, words: str | Sequence[str], stdin: str = "") -> Result:
        """Type a docker command: an action of the lab."""

    def show(self, host: str, user: str, password: str) -> None:
        """Let the laptop's credentials for a registry be these (none: nobody's); an action too."""

    def write(self, path: str, content: Blob, mode: int = 0o644) -> None:
        """Put a file on the laptop: an action too."""

    def aside(self, talk: Dialogue) -> Run:
        """Hold a conversation that leaves no trace: on a copy of the lab."""

    def moments(self) -> Iterator[Moment]:
        """What happened, from the first action on."""

    def follow(self, more: Callable[[], bytes]) -> Blob:
        """A body without an end: what ``more`` returns, asked again until nobody listens."""


class Call:
    """A request that has found its row."""

    __slots__ = ("_query", "machine", "parts", "request", "version")

    def __init__(
        self, request: Request, parts: Mapping[str, str], machine: Machine, version: str
    ) -> None:
        """``version`` is the API's that the client means."""
        self.request = request
        self.parts = parts
        self.machine = machine
        self.version = numbers(version)
        self._query = request.query

    def speaks(self, version: str) -> bool:
        """Whether the client means this version of the API, or a newer one."""
        return self.version >= numbers(version)

    @property
    def name(self) -> str:
        """What stands for ``{name}`` in the path."""
        return self.parts["name"]

    def one(self, key: str) -> str:
        """The first value of a parameter, or nothing."""
        return next((value for name, value in self._query if name == key), "")

    def every(self, key: str) -> list[str]:
        """Every value of a parameter."""
        return [value for name, value in self._query if name == key]

    def has(self, key: str) -> bool:
        """Whether a parameter was given."""
        return any(name == key for name, _ in self._query)

    def flag(self, key: str) -> bool:
        """Whether a parameter is on."""
        return self.one(key).lower().strip() not in _NO

    def filters(self) -> list[str]:
        """``name=value`` for each of the ``filters``; both forms that clients have used."""
        given = self.one("filters")
        found = self.json(given) if given else {}
        if not isinstance(found, dict):
            kind = _GO_KINDS.get(type(found), "number")
            raise Fault(500, f"json: cannot unmarshal {kind} into Go value of type {_FILTERS}")
        return [f"{name}={value}" for name, values in found.items() for value in values or ()]

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent; an empty body is an empty one."""
        text = bytes(self.request.body).decode(errors="replace")
        found = self.json(text) if text.strip() else {}
        return found if isinstance(found, dict) else {}

    def json(self, text: str) -> Any:
        """JSON, or why it is none."""
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise Fault(500, _unreadable(text)) from None


def numbers(version: str) -> tuple[int, ...]:
    """A version as numbers, to be compared."""
    return tuple(int(part) for part in version.split(".") if part)


def _unreadable(text: str) -> str:
    """The commonest two of ``encoding/json``'s complaints."""
    first = text.lstrip()[:1]
    if first in ("{", "[", '"'):
        return "unexpected EOF"
    return f"invalid character '{first}' looking for beginning of value"
