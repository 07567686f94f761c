"""Accounts from an htpasswd file: a name, a colon, and a bcrypt hash on each line.

>>> Hashed("$2b$04$2c.ZejusD4EUjI1mLlQVAeXi0L69.IELUbbBBOjivRVV8RRn3CAKa").matches("lab")
True

Source: Apache ``htpasswd -B``; distribution takes no other kind of hash (``auth/htpasswd``).
"""

from __future__ import annotations

from pathlib import Path

from labsim.errors import LabError

__all__ = ["Hashed", "read_users"]

_BCRYPT = ("$2y$", "$2b$", "$2a$")
_LONGEST = 72  # bytes of a password that bcrypt looks at; the library refuses more


class Hashed:
    """A bcrypt hash: it knows the password when it sees it, and takes its time."""

    __slots__ = ("_hash",)

    def __init__(self, text: str) -> None:
        """The hash as htpasswd writes it."""
        self._hash = text.encode()

    def matches(self, password: str) -> bool:
        """Whether this is the password."""
        import bcrypt

        try:
            return bool(bcrypt.checkpw(password.encode()[:_LONGEST], self._hash))
        except ValueError:  # a hash that only looked like one, or a NUL in the password
            return False

    def __repr__(self) -> str:
        return "<Hashed>"


def read_users(path: str | Path) -> dict[str, Hashed]:
    """The accounts of a file, by name; ``LabError`` names the line that cannot be used."""
    _needs_bcrypt()
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is no UTF-8 text"
        raise LabError(f"the users in {path} cannot be read: {why}") from None
    users: dict[str, Hashed] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            name, hashed = _read(line.strip(), f"{path}, line {number}")
            if name in users:
                raise LabError(f"{path}, line {number}: {name} is there already")
            users[name] = hashed
    return users


def _read(line: str, place: str) -> tuple[str, Hashed]:
    name, colon, text = line.partition(":")
    if not name or not colon:
        raise LabError(f"{place} is no account: write NAME:HASH, as htpasswd -B does")
    if not text.startswith(_BCRYPT):
        raise LabError(f"{place}: the hash of {name} is not bcrypt: make it with htpasswd -B")
    return name, Hashed(text)


def _needs_bcrypt() -> None:
    try:
        import bcrypt  # noqa: F401  only whether it is there
    except ModuleNotFoundError:
        raise LabError("htpasswd files need bcrypt: pip install 'labsim[serve]'") from None
