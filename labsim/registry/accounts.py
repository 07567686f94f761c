"""Who has an account, and how a password is proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hmac import compare_digest
from typing import Protocol

from labsim.registry.seal import Seal

__all__ = ["Account", "Accounts", "Proof"]


class Proof(Protocol):
    """What knows a password without having it, such as a line of an htpasswd file."""

    def matches(self, password: str) -> bool:
        """Whether this is the password; may be slow on purpose."""


class _Sealed:
    """A salted hash, and a quick one: these are a lab's passwords, made up by the lab."""

    __slots__ = ("_salted", "_sealed")

    def __init__(self, password: str, salt: str) -> None:
        self._salted = Seal(salt.encode())
        self._sealed = self._salted(password)

    def matches(self, password: str) -> bool:
        return compare_digest(self._sealed, self._salted(password))


class Account:
    """A name, what proves its password, and the privacy of its new repositories."""

    __slots__ = ("_proof", "_salt", "_seen", "default_privacy", "name")

    def __init__(self, name: str, password: str | Proof, salt: str, default_privacy: str) -> None:
        """A password given in clear is sealed, and not kept."""
        self.name = name
        self.default_privacy = default_privacy
        self._salt = salt
        self._proof = _Sealed(password, salt) if isinstance(password, str) else password
        #: What was right once is right again, without paying a slow proof for every request.
        self._seen: _Sealed | None = None

    def matches(self, password: str) -> bool:
        """Whether this is the password; what is wrong is proved wrong every time anew."""
        if self._seen is not None and self._seen.matches(password):
            return True
        if not self._proof.matches(password):
            return False
        self._seen = _Sealed(password, self._salt)
        return True

    def __repr__(self) -> str:
        return f"<Account {self.name}>"


class Accounts(Mapping[str, Account]):
    """The accounts of one registry, by name."""

    __slots__ = ("_accounts", "_decoy")

    def __init__(self) -> None:
        """None yet."""
        self._accounts: dict[str, Account] = {}
        self._decoy: Proof | None = None

    def __getitem__(self, name: str) -> Account:
        return self._accounts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._accounts)

    def __len__(self) -> int:
        return len(self._accounts)

    def add(self, account: Account, proof: str | Proof) -> None:
        """Let that account in from now on."""
        self._accounts[account.name] = account
        if not isinstance(proof, str):
            self._decoy = self._decoy or proof

    def proven(self, name: str, password: str) -> str:
        """The name if that is its password, or ``""``.

        A name that nobody has takes as long as a wrong password, so time does not tell them apart.
        """
        account = self._accounts.get(name)
        if account is not None:
            return name if account.matches(password) else ""
        if self._decoy is not None:
            self._decoy.matches(password)
        return ""
