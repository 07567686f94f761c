"""Where a door asks: one registry, spoken to by one thread at a time.

A registry is a plain object without locks, because all that it does is quick.  The server's event
loop is one thread, so its calls come one after another by themselves; the lock is for a notebook,
whose cells may speak to the same registry while the server runs.  Only a disk is not quick: where
changes wait for one, they are made in a thread beside the loop, one at a time, in order.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Protocol, TypeVar

from labsim.doors.serve.aside import Aside
from labsim.doors.serve.guesses import Guesses
from labsim.doors.serve.limits import Limits
from labsim.errors import LabError
from labsim.registry import Policy, Registry
from labsim.registry.answers import Refusal
from labsim.registry.memory import SmallDraft
from labsim.registry.shelf import Draft
from labsim.wire import Request, Response

__all__ = ["Desk", "RegistryDesk", "or_else"]

_T = TypeVar("_T")
_ASIDE = 1 << 20  # more bytes are settled, or thrown away, in a thread: a disk may take its time
_HASHING = 2  # uploads that are read again at a time; others that must be wait for them
_LOOKS = frozenset({"GET", "HEAD"})


@contextmanager
def or_else(discard: Callable[[], object]) -> Iterator[None]:
    """Do something that may fail, or be cancelled; then whatever it was about is thrown away."""
    try:
        yield
    except BaseException:
        discard()
        raise


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

    async def settle(self, draft: Draft) -> None:
        """The body has come: what takes long of keeping it."""

    def discard(self, draft: Draft) -> None:
        """A body that broke off."""

    async def answer(self, request: Request, body: Draft | None = None) -> Response:
        """The answer to a complete request, whose body has come into this draft.

        The draft is the desk's from here on, also where nobody waits for the answer any more.
        """

    def tend(self) -> None:
        """Some time has passed: what was put off may be done."""

    def close(self) -> None:
        """Nobody asks any more: what is under way comes to its end."""


class RegistryDesk:
    """A registry and its lock."""

    __slots__ = ("_aside", "_before", "_beside", "_guesses", "_lock", "registry")

    def __init__(self, registry: Registry) -> None:
        if not isinstance(registry, Registry):
            raise LabError(f"a door serves a Registry, such as Registry('lab'), not {registry!r}")
        self.registry = registry
        self._lock = Lock()
        #: Where changes are made that wait for a disk.
        self._aside = Aside() if registry.store.shelf.waits else None
        self._guesses = Guesses()
        #: Where one upload is worked on that takes long, while the registry answers others.
        self._beside = ThreadPoolExecutor(_HASHING, "labsim upload")
        #: For strangers only: what was opened, the policy it had, and the one that it was given.
        self._before: tuple[Registry, Policy, Policy] | None = None

    @classmethod
    def public(cls, registry: Registry, limits: Limits) -> RegistryDesk:
        """The same for strangers: nobody can guess an id, and nobody opens uploads without end.

        A registry has one such desk at a time, since one lock is what keeps it whole; and a lab's
        has none, since only its journal may change it: what came past it, an undo would lose.
        """
        desk = cls(registry)
        if registry.journalled:
            raise LabError(
                f"{registry.host} is a lab's registry, which changes by the lab's journal alone:"
                " keep the lab in a file, and serve that: labsim serve --open-lab FILE"
            )
        if not isinstance(limits, Limits):
            raise LabError(f"limits are Limits, such as USUAL._replace(uploads=50), not {limits!r}")
        if id(registry) in _SERVED:
            raise LabError(f"there is a door to {registry.host} already: stop it first")
        desk._open(limits)
        _SERVED[id(registry)] = desk
        return desk

    def _open(self, limits: Limits) -> None:
        registry = self.registry
        registry.reseed(secrets.token_bytes(32))
        before = policy = registry.policy
        for switch, value in (
            ("uploads_most", limits.uploads),
            ("uploads_each", limits.uploads_each),
            ("upload_age_s", limits.upload_age_s),
        ):
            if not policy[switch]:
                policy = policy.turned(switch, value)
        self._before = (registry, before, policy)
        registry.follow(policy)

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
        place = await self._in_turn(self._place, head, size)
        if isinstance(place, Response) or not place.owes:
            return place
        return await self._prepared(place)

    def _place(self, head: Request, size: int) -> Draft | Response:
        refused = self.registry.admit(head)
        if refused is not None:
            return refused
        try:
            self.registry.store.shelf.room(size)
            return self.registry.receive(head)
        except Refusal as full:
            return full.answer

    async def _prepared(self, draft: Draft) -> Draft | Response:
        """An upload is read again before its next bytes: it is busy meanwhile, and nobody else."""
        loop = asyncio.get_running_loop()
        try:
            with or_else(lambda: self.discard(draft)):
                await loop.run_in_executor(self._beside, draft.prepare)
        except Refusal as refused:
            return refused.answer
        return draft

    def write(self, draft: Draft, chunk: bytes) -> None:
        """The next bytes of a body; on a disk they are nobody else's, and wait for no turn."""
        if self._aside is not None:
            draft.write(chunk)
        else:
            self._locked(draft.write, chunk)

    async def settle(self, draft: Draft) -> None:
        """Nobody waits for many bytes to last on a disk, be they of one body or of many."""
        if draft.unsettled > _ASIDE:
            await asyncio.get_running_loop().run_in_executor(None, draft.settle)

    def discard(self, draft: Draft) -> None:
        """A body that broke off; nobody waits for a disk to give much room back."""
        if self._aside is not None and draft.size > _ASIDE:
            self._beside.submit(self._discarded, draft)
        else:
            self._soon(draft.discard)

    def _soon(self, act: Callable[..., object], *given: object) -> None:
        """At once, or behind a change that is under way; nobody waits for it."""
        if self._aside is None or self._aside.is_idle:
            self._locked(act, *given)
        else:
            self._aside.begin(self._locked, act, *given)

    def _discarded(self, draft: Draft) -> None:
        draft.clear()
        self._locked(draft.discard)

    async def answer(self, request: Request, body: Draft | None = None) -> Response:
        """From the loop."""
        if isinstance(body, SmallDraft):  # a form may hold the password; no other bytes follow it
            request.body, body = body.seal(), None
        try:
            with or_else(lambda: self._give_up(request, body)):
                await self._judged(request)
        except Refusal as refused:
            return refused.answer
        if self._aside is None or request.method in _LOOKS:
            return await self._in_turn(self._answered, request, body)
        return await self._aside.do(self._locked, self._answered, request, body)

    def _give_up(self, request: Request, body: Draft | None) -> None:
        if body is not None:
            self.discard(body)
        self._soon(self.registry.store.shelf.release, request.body)

    def _answered(self, request: Request, body: Draft | None) -> Response:
        """The body is whole and the request answered in one go: no other chunk comes between."""
        if body is None:
            return self.registry.handle(request)
        try:
            with or_else(body.discard):
                request.body = body.seal()
        except Refusal as gone:
            return gone.answer
        try:
            return self.registry.handle(request)
        finally:
            body.forget()

    async def _judged(self, request: Request) -> None:
        """Have a password judged that takes long, so that the registry knows it when it is asked.

        A ``Refusal`` for who has guessed too often.
        """
        guess = await self._in_turn(self.registry.guess, request)
        if guess is not None:
            right = await self._guesses.judge(guess, request.peer, request.at_us)
            await self._in_turn(guess.settle, right)

    def handle(self, request: Request) -> Response:
        """From any other thread; a password that takes long keeps only that thread waiting."""
        guess = self._locked(self.registry.guess, request)
        if guess is not None:
            self._locked(guess.settle, guess.right())
        return self._locked(self.registry.handle, request)

    def tend(self) -> None:
        """Where the shelf has put something off, it does it beside the loop."""
        shelf = self.registry.store.shelf
        if self._aside is not None and shelf.behind and self._aside.is_idle:
            self._aside.begin(self._locked, shelf.tend)

    def close(self) -> None:
        """Every change that was asked for is made; the registry's policy is as it was before."""
        self._guesses.close()
        self._beside.shutdown()
        if self._aside is not None:
            self._aside.close()
        if self._before is None:
            return
        registry, before, given = self._before
        self._before = None
        with self._lock:
            registry.follow(_turned_back(registry.policy, before, given))
            registry.reseed()
        del _SERVED[id(registry)]

    async def _in_turn(self, act: Callable[..., _T], *given: object) -> _T:
        """At once, unless a change is under way."""
        if self._aside is None or self._aside.is_idle:
            return self._locked(act, *given)
        return await self._aside.do(self._locked, act, *given)

    def _locked(self, act: Callable[..., _T], *given: object) -> _T:
        with self._lock:
            return act(*given)


#: The registries that strangers are served from, by identity: a desk keeps its registry alive.
_SERVED: dict[int, RegistryDesk] = {}


def _turned_back(policy: Policy, before: Policy, given: Policy) -> Policy:
    """The policy with the door's own switches as before; what was turned since stays turned."""
    if policy is given:
        return before
    for name in ("uploads_most", "uploads_each", "upload_age_s"):
        if policy[name] == given[name] != before[name]:
            policy = policy.turned(name, before[name])
    return policy
