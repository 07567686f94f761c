"""Who has an account, and how a password is proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hmac import compare_digest
from typing import Protocol

from labsim.registry.seal import Seal

__all__ = ["Account", "Accounts", "Guess", "Proof"]

_MOST_WRONG = 1000  # wrong guesses that are remembered, where a door judges them aside


class Proof(Protocol):
    """What knows a password without having it, such as a line of an htpasswd file.

    ``cost`` says how slow it is, 0 for not at all: the slowest is asked where there is no account.
    """

    cost: int

    def matches(self, password: str) -> bool:
        """Whether this is the password; may be slow on purpose."""


class _Sealed:
    """A salted hash, and a quick one: these are a lab's passwords, made up by the lab."""

    __slots__ = ("_salted", "_sealed")
    cost = 0

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
        if self.knows(password):
            return True
        if not self.proves(password):
            return False
        self.learn(password)
        return True

    def knows(self, password: str) -> bool:
        """Whether this password has been right before; quick."""
        return self._seen is not None and self._seen.matches(password)

    def proves(self, password: str) -> bool:
        """Whether this is the password; takes its time, and changes nothing."""
        return self._proof.matches(password)

    def learn(self, password: str) -> None:
        """It was right."""
        self._seen = _Sealed(password, self._salt)

    @property
    def cost(self) -> int:
        """How slow it is to prove."""
        return self._proof.cost

    def __repr__(self) -> str:
        return f"<Account {self.name}>"


class Guess:
    """A name and a password that somebody shows, to be judged aside because it takes long.

    ``right`` may run in any thread: it changes nothing.  ``settle`` tells the accounts, whose
    answer to the same name and password is quick from then on.
    """

    __slots__ = ("_accounts", "_password", "key", "name")

    def __init__(self, accounts: Accounts, name: str, password: str, key: str) -> None:
        """``key`` names both, and tells neither."""
        self._accounts = accounts
        self._password = password
        self.name = name
        self.key = key

    def right(self) -> bool:
        """Whether the password is the account's; a name that nobody has takes as long."""
        account = self._accounts.get(self.name) or self._accounts.decoy
        return account is not None and account.proves(self._password) and account.name == self.name

    def settle(self, right: bool) -> None:
        """Remember the verdict."""
        if right:
            self._accounts[self.name].learn(self._password)
        else:
            self._accounts.note_wrong(self.key)

    def __repr__(self) -> str:
        return "<Guess>"


class Accounts(Mapping[str, Account]):
    """The accounts of one registry, by name."""

    __slots__ = ("_accounts", "_seal", "_wrong", "decoy")

    def __init__(self, seal: Seal) -> None:
        """None yet; ``seal`` makes what is remembered of a wrong guess, never the guess itself."""
        self._accounts: dict[str, Account] = {}
        self._seal = seal
        self._wrong: dict[str, None] = {}
        #: The account that is slowest to prove: it answers for names that nobody has.
        self.decoy: Account | None = None

    def __getitem__(self, name: str) -> Account:
        return self._accounts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._accounts)

    def __len__(self) -> int:
        return len(self._accounts)

    def add(self, account: Account) -> None:
        """Let that account in from now on."""
        self._accounts[account.name] = account
        self._wrong.clear()  # who was nobody may be somebody now
        if self.decoy is None or account.cost > self.decoy.cost:
            self.decoy = account

    def proven(self, name: str, password: str) -> str:
        """The name if that is its password, or ``""``.

        A name that nobody has takes as long as a wrong password, so time does not tell them apart.
        """
        account = self._accounts.get(name)
        if self._wrong and self._key(name, password) in self._wrong:
            return ""
        if account is not None:
            return name if account.matches(password) else ""
        if self.decoy is not None:
            self.decoy.proves(password)
        return ""

    # --- judged aside ----------------------------------------------------------------------------

    @property
    def slow(self) -> bool:
        """Whether there is a password that takes long to judge."""
        return self.decoy is not None and self.decoy.cost > 0

    def guess(self, name: str, password: str) -> Guess | None:
        """What has to be judged aside, if :meth:`proven` would take long over it."""
        account = self._accounts.get(name) or self.decoy
        if account is None or not account.cost:
            return None
        if account.name == name and account.knows(password):
            return None
        key = self._key(name, password)
        return None if key in self._wrong else Guess(self, name, password, key)

    def note_wrong(self, key: str) -> None:
        """A guess was judged, and is wrong for as long as it is remembered."""
        if len(self._wrong) >= _MOST_WRONG:
            del self._wrong[next(iter(self._wrong))]
        self._wrong[key] = None

    def _key(self, name: str, password: str) -> str:
        return self._seal(f"guess {name}:{password}")
