"""A user name and a password: all that a registry knows a person by."""

from __future__ import annotations

from binascii import b2a_base64
from typing import NamedTuple

__all__ = ["Credentials"]


class Credentials(NamedTuple):
    """A user name and a password, as typed."""

    username: str
    password: str

    @property
    def basic(self) -> str:
        """The ``Authorization`` header's value: encoded, not encrypted."""
        words = f"{self.username}:{self.password}".encode()
        return "Basic " + b2a_base64(words, newline=False).decode()

    def __repr__(self) -> str:
        return f"Credentials({self.username!r}, '********')"
