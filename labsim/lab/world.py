"""How a lab begins: a world says which registries, people, files and build layers there are.

A start is not a change: whatever a world holds is there before the first action.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from labsim.errors import LabError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.image import Layer
    from labsim.link import Link
    from labsim.registry import Registry
    from labsim.wire import Request, Response

__all__ = ["HOST_ALIASES", "WORLDS", "World", "world_named"]

#: Other names of the Hub: where its API, its token server and its old index answer.
HOST_ALIASES = {
    "registry-1.docker.io": "docker.io",
    "index.docker.io": "docker.io",
    "auth.docker.io": "docker.io",
}


class World(NamedTuple):
    """A start, as data and three functions that make what is too big to have beforehand."""

    name: str
    #: The clock before the first action, RFC 3339.
    starts: str
    #: The registries that exist, by the host in a reference.
    hosts: tuple[str, ...]
    #: ``(host, seed)`` → a fresh registry; called when the host is first spoken to.
    registry: Callable[[str, int], Registry]
    #: Whose laptops there are, with the files on them; the first person sits down first.
    people: Mapping[str, Mapping[str, bytes]]
    #: Passwords by (host, user), so that a journal may say ``right`` instead.
    passwords: Mapping[tuple[str, str], str]
    #: ``(name, edition)`` → a layer to build with; edition 1 is the first version.
    part: Callable[[str, int], Layer]
    #: The names that :attr:`part` knows.
    parts: tuple[str, ...] = ()
    #: Makes the link between laptops and registries; none: no delay, and no limit.
    link: Callable[[], Link] | None = None
    #: Answers under the Hub's old name, ``index.docker.io``, where searches go; given the Hub.
    searched: Callable[[Registry, Request], Response] | None = None

    def __repr__(self) -> str:
        return f"<World {self.name}>"


#: Worlds by name; :mod:`labsim.worlds` fills it.
WORLDS: dict[str, World] = {}


def world_named(name: str) -> World:
    """The world of that name, or one sentence that lists those there are."""
    try:
        return WORLDS[name]
    except KeyError:
        known = ", ".join(WORLDS) or "none (import labsim.worlds)"
        raise LabError(f"there is no world {name!r}; there is: {known}") from None
