"""The tokens of one registry: what each stands for, and until when.

========  ========================================================================================
bearer    grants actions on repositories for some minutes
lent      a password for some hours, for registries where one's own opens nothing (ECR)
refresh   stands for an account's password, so that a client need not keep that; it lives until
          the operator takes the account's tokens back, or until many newer ones have been made
========  ========================================================================================

Each account has its own room, and so has nobody: of who asks for very many tokens the oldest are
forgotten, and no one else's.

Source: distribution ``docs/content/spec/auth/token.md`` and ``oauth.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from labsim.registry.seal import Seal

__all__ = ["Grant", "Tokens"]

_KEPT_US = 3_600_000_000  # how long an expired token is remembered
_MOST = 10_000  # tokens of one account that are remembered at a time
_MOST_REFRESH = 100  # the same of those that do not expire: one for each place one has logged in at

_Meaning = TypeVar("_Meaning")


class Grant(NamedTuple):
    """What a token stands for: whose it is, until when, and the actions per repository."""

    account: str
    expires_us: int
    scopes: Mapping[str, frozenset[str]]


class _Kind(Generic[_Meaning]):
    """Tokens of one kind, each account's oldest first."""

    __slots__ = ("_meanings", "_most", "_rooms", "get")

    def __init__(self, most: int) -> None:
        self._most = most
        self._meanings: dict[str, _Meaning] = {}
        self._rooms: dict[str, dict[str, None]] = {}
        self.get: Callable[[str], _Meaning | None] = self._meanings.get

    def add(self, account: str, token: str, meaning: _Meaning) -> None:
        room = self._rooms.setdefault(account, {})
        if len(room) >= self._most:
            self._drop_oldest(room)
        self._meanings[token] = meaning
        room[token] = None

    def forget(self, account: str, over: Callable[[_Meaning], bool] = lambda _: True) -> None:
        """Drop an account's tokens, oldest first, as long as they are over."""
        room = self._rooms.get(account, {})
        while room and over(self._meanings[next(iter(room))]):
            self._drop_oldest(room)

    def _drop_oldest(self, room: dict[str, None]) -> None:
        oldest = next(iter(room))
        del room[oldest], self._meanings[oldest]


class Tokens:
    """Texts that nobody can guess, and what they stand for."""

    __slots__ = ("_bearer", "_issued", "_lent", "_refresh", "_seal")

    def __init__(self, seal: Seal) -> None:
        """None yet; ``seal`` makes them unguessable."""
        self._seal = seal
        self._issued = 0
        #: By the whole ``Authorization`` header, which is how they are shown.
        self._bearer = _Kind[Grant](_MOST)
        self._lent = _Kind[Grant](_MOST)
        self._refresh = _Kind[tuple[str, str]](_MOST_REFRESH)

    def shown(self, authorization: str) -> Grant | None:
        """What this header stands for; it may have expired."""
        grant = self._bearer.get(authorization)
        if grant is None and authorization[:7].lower() == "bearer ":  # any case: RFC 9110 §11.1
            return self._bearer.get(f"Bearer {authorization[7:].strip()}")
        return grant

    def issue(self, grant: Grant, at_us: int) -> str:
        """A new token for this grant."""
        self._forget_expired(self._bearer, grant.account, at_us)
        token = self._new("token")
        self._bearer.add(grant.account, f"Bearer {token}", grant)
        return token

    def lend(self, grant: Grant, at_us: int) -> str:
        """A new password, until the grant expires."""
        self._forget_expired(self._lent, grant.account, at_us)
        password = self._new("password")
        self._lent.add(grant.account, password, grant)
        return password

    def lent(self, password: str) -> Grant | None:
        """Whose password this was for a time; the time may be over."""
        return self._lent.get(password)

    def refresh(self, account: str, service: str) -> str:
        """A new text that stands for the account's password, at this service."""
        token = self._new("refresh")
        self._refresh.add(account, token, (account, service))
        return token

    def account_of(self, refresh: str, service: str) -> str:
        """Whose password this stands for at this service, or ``""``."""
        account, wanted = self._refresh.get(refresh) or ("", "")
        return account if wanted == service else ""

    def take_back(self, account: str) -> None:
        """Let nothing that was given to this account stand for anything any more."""
        self._bearer.forget(account)
        self._lent.forget(account)
        self._refresh.forget(account)

    def _new(self, kind: str) -> str:
        self._issued += 1
        return self._seal(f"{kind} {self._issued}")

    def _forget_expired(self, kind: _Kind[Grant], account: str, at_us: int) -> None:
        # A slow upload is judged by when it began, and may be handed over much later.
        kind.forget(account, lambda grant: grant.expires_us <= at_us - _KEPT_US)
