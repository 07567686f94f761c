"""Where a door asks: one registry, spoken to by one thread at a time.

A registry is a plain object without locks, because all that it does is quick.  The server's event
loop is one thread, so its calls come one after another by themselves; the lock is for a notebook,
whose cells may speak to the same registry while the server runs.  Only a disk is not quick: where
changes wait for one, they are made in a thread beside the loop, one at a time, in order.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from threading import Lock
from typing import Protocol, TypeVar

from labsim.blob import Blob
from labsim.doors.serve.aside import Aside
from labsim.doors.serve.limits import Limits
from labsim.errors import LabError
from labsim.registry import Registry
from labsim.registry.answers import Refusal
from labsim.registry.shelf import Draft
from labsim.wire import Request, Response

__all__ = ["Desk", "RegistryDesk"]

_T = TypeVar("_T")
_SETTLED_ASIDE = 1 << 20  # a body of more bytes is settled in a thread: a disk may take its time
_LOOKS = frozenset({"GET", "HEAD"})


class Desk(Protocol):
    """Whoever answers requests."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which the registry knows itself."""

    def host_for(self, request: Request) -> str:
        """What to call the registry in a request that came to its ``host``."""

    async def place(self, head: Request, size: int) -> Draft | Response:
        """A place for the body of this request, or its refusal before the body is read."""

    def write(self, draft: Draft, chunk: bytes) -> None:
        """The next bytes of a body; a ``Refusal`` where they cannot be taken."""

    async def seal(self, draft: Draft, size: int) -> Blob:
        """The complete body, of so many bytes."""

    def discard(self, draft: Draft) -> None:
        """A body that broke off."""

    async def answer(self, request: Request) -> Response:
        """The answer to a complete request."""

    def tend(self) -> None:
        """Some time has passed: what was put off may be done."""

    def close(self) -> None:
        """Nobody asks any more: what is under way comes to its end."""


class RegistryDesk:
    """A registry and its lock."""

    __slots__ = ("_aside", "_lock", "registry")

    def __init__(self, registry: Registry) -> None:
        if not isinstance(registry, Registry):
            raise LabError(f"a door serves a Registry, such as Registry('lab'), not {registry!r}")
        self.registry = registry
        self._lock = Lock()
        #: Where changes are made that wait for a disk.
        self._aside = Aside() if registry.store.shelf.waits else None

    @classmethod
    def public(cls, registry: Registry, limits: Limits) -> RegistryDesk:
        """The same for strangers: nobody can guess an id, and nobody opens uploads without end."""
        desk = cls(registry)
        registry.reseed(secrets.token_bytes(32))
        policy = registry.policy
        for switch, value in (
            ("uploads_most", limits.uploads),
            ("uploads_each", limits.uploads_each),
            ("upload_age_s", limits.upload_age_s),
        ):
            if not policy[switch]:
                policy = policy.turned(switch, value)
        registry.follow(policy)
        return desk

    @property
    def hosts(self) -> tuple[str, ...]:
        """The registry's own, its token server's, and other names that it is known by."""
        return self.registry.hosts

    def host_for(self, request: Request) -> str:
        """None where the registry has a name that it insists on, as the Hub does."""
        policy = self.registry.policy
        return "" if policy.api_host or policy.token_host else request.host

    async def place(self, head: Request, size: int) -> Draft | Response:
        """Rights, session, range, and whether there is room: all before the first byte is read."""
        return await self._in_turn(self._place, head, size)

    def _place(self, head: Request, size: int) -> Draft | Response:
        refused = self.registry.admit(head)
        if refused is not None:
            return refused
        try:
            self.registry.store.shelf.room(size)
            return self.registry.receive(head)
        except Refusal as full:
            return full.answer

    def write(self, draft: Draft, chunk: bytes) -> None:
        """The next bytes of a body; on a disk they are nobody else's, and wait for no turn."""
        if self._aside is not None:
            draft.write(chunk)
        else:
            self._locked(draft.write, chunk)

    async def seal(self, draft: Draft, size: int) -> Blob:
        """The body, when it lasts if it is large."""
        if self._aside is not None and size > _SETTLED_ASIDE:
            await asyncio.get_running_loop().run_in_executor(None, draft.settle)
        return await self._in_turn(draft.seal)

    def discard(self, draft: Draft) -> None:
        """A body that broke off."""
        if self._aside is None or self._aside.is_idle:
            self._locked(draft.discard)
        else:
            self._aside.begin(self._locked, draft.discard)

    async def answer(self, request: Request) -> Response:
        """From the loop."""
        if self._aside is None or request.method in _LOOKS:
            return await self._in_turn(self.registry.handle, request)
        return await self._aside.do(self.handle, request)

    def handle(self, request: Request) -> Response:
        """From any other thread."""
        return self._locked(self.registry.handle, request)

    def tend(self) -> None:
        """Where the shelf has put something off, it does it beside the loop."""
        shelf = self.registry.store.shelf
        if self._aside is not None and shelf.behind and self._aside.is_idle:
            self._aside.begin(self._locked, shelf.tend)

    def close(self) -> None:
        """Every change that was asked for is made."""
        if self._aside is not None:
            self._aside.close()

    async def _in_turn(self, act: Callable[..., _T], *given: object) -> _T:
        """At once, unless a change is under way."""
        if self._aside is None or self._aside.is_idle:
            return self._locked(act, *given)
        return await self._aside.do(self._locked, act, *given)

    def _locked(self, act: Callable[..., _T], *given: object) -> _T:
        with self._lock:
            return act(*given)
