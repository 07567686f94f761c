"""Accounts from an htpasswd file: a name, a colon, and a bcrypt hash on each line.

>>> Hashed("$2b$04$Y2flsYVCwEbD5VE.pMNxt.xLwXUp7.U3WrsXNMLU0XpgEbRqVd4LO").matches("lab")
True

A wrong password costs as much as its account's hash, and a name that nobody has as much as the
slowest in the file; give all lines the same cost, and time tells nothing.

Source: Apache ``htpasswd -B``; distribution takes no other kind of hash (``auth/htpasswd``).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from labsim.errors import LabError

__all__ = ["Hashed", "add_user", "read_users"]

_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
_COSTS = range(4, 15)  # each is twice as slow as the one before: 14 takes about a second
_USUAL_COST = 10
_LONGEST = 72  # bytes of a password that bcrypt looks at; the library refuses more
_KINDS = {"{SHA}": "SHA-1", "$apr1$": "MD5", "$1$": "MD5", "$5$": "SHA-256", "$6$": "SHA-512"}


class Hashed:
    """A bcrypt hash: it knows the password when it sees it, and takes its time."""

    __slots__ = ("_hash", "cost")

    def __init__(self, text: str) -> None:
        """The hash as htpasswd writes it; a ``ValueError`` says what else it is."""
        found = _BCRYPT.fullmatch(text)
        if found is None:
            kind = next((_KINDS[sign] for sign in _KINDS if text.startswith(sign)), "no hash known")
            raise ValueError("cut short or misspelt" if text.startswith("$2") else f"{kind} here")
        self.cost = int(found[1])
        if self.cost not in _COSTS:
            raise ValueError(f"of cost {self.cost}, and 4 to {_COSTS[-1]} is possible")
        self._hash = text.encode()

    def matches(self, password: str) -> bool:
        """Whether this is the password."""
        import bcrypt

        typed = password.encode()[:_LONGEST]
        return bool(bcrypt.checkpw(typed, self._hash))

    def __repr__(self) -> str:
        return "<Hashed>"


def read_users(path: str | Path) -> dict[str, Hashed]:
    """The accounts of a file, by name; ``LabError`` names the line that cannot be used.

    A file without any is refused too: whoever names one does not mean to let everybody in.
    """
    users = _accounts(path)
    if not users:
        raise LabError(f"there is no account in {path}: labsim users {path} add NAME makes one")
    return users


def _accounts(path: str | Path) -> dict[str, Hashed]:
    _needs_bcrypt()
    users: dict[str, Hashed] = {}
    for number, line in enumerate(_text(path).splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            name, hashed = _read(line.strip(), f"{path}, line {number}")
            if name in users:
                raise LabError(f"{path}, line {number}: {name} is there already")
            users[name] = hashed
    return users


def add_user(path: str | Path, name: str, password: str) -> None:
    """Write one more account to a file, which is made when there is none, for its owner to read."""
    _needs_bcrypt()
    import bcrypt

    path = Path(path)
    if not name or name != name.strip() or name.startswith("#") or not _one_line(name):
        raise LabError(f"{name!r} cannot be an account name")
    if not password or "\0" in password or len(password.encode()) > _LONGEST:
        raise LabError(f"a password has from 1 to {_LONGEST} bytes, and no NUL")
    there = path.exists()
    if there and name in _accounts(path):
        raise LabError(f"{path}: {name} is there already")
    before = _text(path) if there else ""
    before += "\n" if before and not before.endswith("\n") else ""
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(_USUAL_COST)).decode()
    _replace(path, f"{before}{name}:{hashed.replace('$2b$', '$2y$')}\n")


def _one_line(name: str) -> bool:
    return name.isprintable() and ":" not in name


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is no UTF-8 text"
        raise LabError(f"the users in {path} cannot be read: {why}") from None


def _read(line: str, place: str) -> tuple[str, Hashed]:
    name, colon, text = line.partition(":")
    if not name or not colon:
        raise LabError(f"{place} is no account: write NAME:HASH, as htpasswd -B does")
    try:
        return name, Hashed(text)
    except ValueError as fault:
        words = f"the hash of {name} is not bcrypt as htpasswd -B makes it, but {fault}"
        raise LabError(f"{place}: {words}: make it again") from None


def _replace(path: Path, text: str) -> None:
    """Beside first, then in its place: a reader sees the old accounts or all of the new ones."""
    beside = path.with_name(f"{path.name}.new")
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    try:
        beside.unlink(missing_ok=True)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as fault:
        raise LabError(f"the users in {path} cannot be written: {fault.strerror}") from None


def _needs_bcrypt() -> None:
    try:
        import bcrypt  # noqa: F401  only whether it is there
    except ModuleNotFoundError:
        raise LabError("htpasswd files need bcrypt: pip install 'labsim[serve]'") from None
