"""Where a door asks: one registry, spoken to by one thread at a time.

A registry is a plain object without locks, because all that it does is quick.  The server's event
loop is one thread, so its calls come one after another by themselves; the lock is for a notebook,
whose cells may speak to the same registry while the server runs.
"""

from __future__ import annotations

import secrets
from threading import Lock
from typing import Protocol

from labsim.doors.serve.guesses import Guesses
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

    __slots__ = ("_guesses", "_lock", "registry")

    def __init__(self, registry: Registry) -> None:
        if not isinstance(registry, Registry):
            raise LabError(f"a door serves a Registry, such as Registry('lab'), not {registry!r}")
        self.registry = registry
        self._lock = Lock()
        self._guesses = Guesses()

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
        try:
            await self._judged(head)
        except Refusal as refused:
            return refused.answer
        with self._lock:
            refusal = self.registry.admit(head)
            if refusal is not None:
                return refusal
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
        try:
            await self._judged(request)
        except Refusal as refused:
            with self._lock:
                self.registry.store.shelf.release(request.body)
            return refused.answer
        with self._lock:
            return self.registry.handle(request)

    async def _judged(self, request: Request) -> None:
        """Have a password judged that takes long, so that the registry knows it when it is asked.

        A ``Refusal`` for who has guessed too often.
        """
        with self._lock:
            guess = self.registry.guess(request)
        if guess is not None:
            right = await self._guesses.judge(guess, request.peer, request.at_us)
            with self._lock:
                guess.settle(right)

    def handle(self, request: Request) -> Response:
        """From any other thread; a password that takes long keeps only that thread waiting."""
        with self._lock:
            guess = self.registry.guess(request)
        right = guess.right() if guess is not None else False
        with self._lock:
            if guess is not None:
                guess.settle(right)
            return self.registry.handle(request)

    def close(self) -> None:
        """Nothing more is asked."""
        self._guesses.close()
