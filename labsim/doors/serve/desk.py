"""Where a door asks: one registry, spoken to by one thread at a time.

A registry is a plain object without locks, because all that it does is quick.  The server's event
loop is one thread, so its calls come one after another by themselves; the lock is for a notebook,
whose cells may speak to the same registry while the server runs.
"""

from __future__ import annotations

import secrets
from threading import Lock
from typing import Protocol

from labsim.doors.serve.limits import Limits
from labsim.errors import LabError
from labsim.registry import Registry
from labsim.registry.answers import Refusal
from labsim.registry.shelf import Draft
from labsim.wire import Request, Response

__all__ = ["Desk", "RegistryDesk"]


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

    def discard(self, draft: Draft) -> None:
        """A body that broke off."""

    async def answer(self, request: Request) -> Response:
        """The answer to a complete request."""


class RegistryDesk:
    """A registry and its lock."""

    __slots__ = ("_lock", "registry")

    def __init__(self, registry: Registry) -> None:
        if not isinstance(registry, Registry):
            raise LabError(f"a door serves a Registry, such as Registry('lab'), not {registry!r}")
        self.registry = registry
        self._lock = Lock()

    @classmethod
    def public(cls, registry: Registry, limits: Limits) -> RegistryDesk:
        """The same for strangers: nobody can guess an id, and nobody opens uploads without end."""
        desk = cls(registry)
        registry.reseed(secrets.token_bytes(32))
        policy = registry.policy
        for switch, value in (
            ("uploads_most", limits.uploads),
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
        with self._lock:
            refused = self.registry.admit(head)
            if refused is not None:
                return refused
            try:
                self.registry.store.shelf.room(size)
                return self.registry.receive(head)
            except Refusal as full:
                return full.answer

    def write(self, draft: Draft, chunk: bytes) -> None:
        """The next bytes of a body."""
        with self._lock:
            draft.write(chunk)

    def discard(self, draft: Draft) -> None:
        """A body that broke off."""
        with self._lock:
            draft.discard()

    async def answer(self, request: Request) -> Response:
        """From the loop."""
        with self._lock:
            return self.registry.handle(request)

    def handle(self, request: Request) -> Response:
        """From any other thread."""
        with self._lock:
            return self.registry.handle(request)
