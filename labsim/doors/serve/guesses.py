"""Passwords that take long to judge are judged beside the event loop, and guessing has an end.

A bcrypt hash costs its tenth of a second on purpose.  On the loop, twenty clients with wrong
passwords would keep everybody else waiting; so two threads judge, and the loop goes on.  Who is
wrong too often is told to wait: an address for one account after a few, for all accounts after
many, since a class may sit behind one address.  What was right once is not judged again, so whoever
is logged in notices nothing of others who guess from the same address.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import blake2b

from labsim.registry.accounts import Guess
from labsim.registry.answers import Refusal
from labsim.registry.limits import Window, address

__all__ = ["Guesses"]

_THREADS = 2
#: Wrong passwords within a minute, of one address: for one account, and for all of them.
_MOST_FOR_ONE, _MOST_FOR_ALL = 5, 60
_WINDOW_S = 60
#: Guesses that wait for a thread at a time.
_MOST_WAITING = 100
_WORDS = "too many wrong passwords came from here: wait, and try again"


class Guesses:
    """The threads that judge, and a count of who was wrong how often."""

    __slots__ = ("_judging", "_threads", "_under_way", "_wrong")

    def __init__(self) -> None:
        """The threads start with the first guess."""
        self._threads: ThreadPoolExecutor | None = None
        #: By key: several connections of one client show the same password at once.
        self._judging: dict[str, Future[bool]] = {}
        self._under_way: Counter[str] = Counter()
        self._wrong = Window(_WINDOW_S)

    async def judge(self, guess: Guess, peer: str, at_us: int) -> bool:
        """Whether it is right; a ``Refusal`` (429) for who may not guess for now.  From a loop."""
        if (judging := self._judging.get(guess.key)) is not None:
            return await asyncio.shield(asyncio.wrap_future(judging))
        every = address(peer)
        one = f"{every} {blake2b(guess.name.encode(), digest_size=16).hexdigest()}"
        self._admit(one, _MOST_FOR_ONE, at_us)
        self._admit(every, _MOST_FOR_ALL, at_us)
        with self._counted(one, every):
            right = await asyncio.shield(asyncio.wrap_future(self._begun(guess)))
        if not right:
            self._wrong.add(one, at_us)
            self._wrong.add(every, at_us)
        return right

    def _admit(self, who: str, most: int, at_us: int) -> None:
        """What is under way counts too, or all could be tried at once."""
        count = self._wrong.count(who, at_us) + self._under_way[who]
        if count < most and len(self._judging) < _MOST_WAITING:
            return
        wait_s = self._wrong.frees_in_s(who, at_us) if self._wrong.count(who, at_us) else 1
        wait = ("Retry-After", str(wait_s))
        raise Refusal("TOOMANYREQUESTS", message=_WORDS, headers=[wait])

    @contextmanager
    def _counted(self, *names: str) -> Iterator[None]:
        self._under_way.update(names)
        try:
            yield
        finally:
            self._under_way.subtract(names)
            for name in names:
                if not self._under_way[name]:
                    del self._under_way[name]

    def _begun(self, guess: Guess) -> Future[bool]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, "labsim passwords")
        begun = self._judging[guess.key] = self._threads.submit(guess.right)
        begun.add_done_callback(lambda _: self._judging.pop(guess.key, None))
        return begun

    def close(self) -> None:
        """Judge no more; what a thread is at comes to its end."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
