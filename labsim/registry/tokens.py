"""The tokens of one registry: what each stands for, and until when.

A *bearer* token grants actions on repositories for some minutes.  A *refresh* token stands for an
account's password, so that a client need not keep that; it lives until its account signs out, or
until very many newer ones have been made.

Source: distribution ``docs/content/spec/auth/token.md`` and ``oauth.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from labsim.registry.seal import Seal

__all__ = ["Grant", "Tokens"]

_KEPT_US = 3_600_000_000  # how long an expired token is remembered
_MOST = 100_000  # tokens that are remembered at a time; then the oldest are forgotten


class Grant(NamedTuple):
    """What a token stands for: whose it is, until when, and the actions per repository."""

    account: str
    expires_us: int
    scopes: Mapping[str, frozenset[str]]


class Tokens:
    """Texts that nobody can guess, and what they stand for."""

    __slots__ = ("_grants", "_issued", "_refresh", "_seal")

    def __init__(self, seal: Seal) -> None:
        """None yet; ``seal`` makes them unguessable."""
        self._seal = seal
        self._issued = 0
        #: By the whole ``Authorization`` header, which is how they are shown.
        self._grants: dict[str, Grant] = {}
        self._refresh: dict[str, str] = {}

    def shown(self, authorization: str) -> Grant | None:
        """What this header stands for; it may have expired."""
        return self._grants.get(authorization)

    def issue(self, grant: Grant, at_us: int) -> str:
        """A new token for this grant."""
        self._forget(at_us)
        token = self._new("token")
        self._grants[f"Bearer {token}"] = grant
        return token

    def refresh(self, account: str) -> str:
        """A new text that stands for the account's password."""
        while len(self._refresh) >= _MOST:
            del self._refresh[next(iter(self._refresh))]
        token = self._new("refresh")
        self._refresh[token] = account
        return token

    def account_of(self, refresh: str) -> str:
        """Whose password this stands for, or ``""``."""
        return self._refresh.get(refresh, "")

    def _new(self, kind: str) -> str:
        self._issued += 1
        return self._seal(f"{kind} {self._issued}")

    def _forget(self, at_us: int) -> None:
        grants = self._grants
        while grants:
            oldest = next(iter(grants))
            # A slow upload is judged by when it began, and may be handed over much later.
            if grants[oldest].expires_us > at_us - _KEPT_US and len(grants) < _MOST:
                return
            del grants[oldest]
