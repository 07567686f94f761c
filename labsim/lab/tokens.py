"""How tokens, and passwords in a token's form, stay out of the journal.

A token is written down as the number it has among those that the lab has been given: ``token-3``
is the third.  A replay is given the same tokens in the same order, so the number is enough.  In the
form of an OAuth2 request for a token, a password is a verdict, as it is everywhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from labsim.blob import Blob
from labsim.lab.journal import RIGHT, WRONG

if TYPE_CHECKING:
    from labsim.digest import Digest
    from labsim.lab.state import State

__all__ = ["Tokens", "revealed", "veiled"]

_BEARER = re.compile(r"(header=authorization: *bearer +)(.+)", re.IGNORECASE)
_GIVEN = ("token", "access_token", "refresh_token")
_NUMBER = re.compile(r"token-([1-9][0-9]{0,5})")
_LONGEST = 64 * 1024
_UNKNOWN = "token-0"


class Tokens:
    """The tokens that the requests of a lab have been given, in order."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def hear(self, answer: Blob) -> None:
        """Take note of what a token server has answered."""
        try:
            said = json.loads(bytes(answer)) if answer.size <= _LONGEST else None
        except (ValueError, RecursionError):
            return
        given = said if isinstance(said, dict) else {}
        for name in _GIVEN:
            if isinstance(given.get(name), str):
                self._numbers.setdefault(given[name], len(self._numbers) + 1)

    def veil(self, token: str) -> str:
        """What is written down for a token."""
        number = self._numbers.get(token)
        if number is None:
            return token if _NUMBER.fullmatch(token) or token == _UNKNOWN else _UNKNOWN
        return f"token-{number}"

    def reveal(self, veiled: str) -> str:
        """The token that was written down like this; as it is where there is none."""
        match = _NUMBER.fullmatch(veiled)
        number = int(match[1]) if match else 0
        return next((token for token, at in self._numbers.items() if at == number), veiled)


def veiled(
    words: Sequence[str], files: Mapping[Digest, Blob], state: State
) -> tuple[list[str], dict[Digest, Blob], list[str]]:
    """An ``http`` action without its tokens, the bytes that go with it, and what was typed."""
    shown = [_BEARER.sub(lambda found: found[1] + state.tokens.veil(found[2]), w) for w in words]
    kept, typed = dict(files), list[str]()
    at = next((at for at, word in enumerate(words) if word.startswith("body=")), 0)
    if not at or not _asks(words):
        return shown, kept, typed
    named = (blob for digest, blob in files.items() if shown[at] == f"body={digest}")
    body = next(named, None)
    if body is not None:
        host = next((word[5:] for word in words if word.startswith("host=")), "docker.io")
        form, typed = _veiled_form(body, host, state)
        del kept[body.digest]
        kept[form.digest] = form
        shown[at] = f"body={form.digest}"
    return shown, kept, typed


def revealed(
    words: Sequence[str], body: Blob, host: str, typed: Sequence[str], state: State
) -> tuple[list[str], Blob]:
    """The words and the body of an action as they are sent; ``typed`` are secrets, if known."""
    sent = [_BEARER.sub(lambda found: found[1] + state.tokens.reveal(found[2]), w) for w in words]
    if not body.size or not _asks(words):
        return sent, body
    pairs = dict(_pairs(body))
    if "password" in pairs:
        held = typed[-1] if typed else ""
        user = pairs.get("username", "")
        pairs["password"] = held or state.password(pairs["password"], host, user)
    if "refresh_token" in pairs:
        pairs["refresh_token"] = state.tokens.reveal(pairs["refresh_token"])
    return sent, _form(pairs)


def _veiled_form(body: Blob, host: str, state: State) -> tuple[Blob, list[str]]:
    pairs, typed = dict(_pairs(body)), list[str]()
    if "password" in pairs:
        user = pairs.get("username", "")
        secret = pairs["password"]
        if secret not in (RIGHT, WRONG):
            typed.append(state.password_typed(secret, host, user))
            right = typed[0] == state.password(RIGHT, host, user)
            pairs["password"] = RIGHT if right else WRONG
    if "refresh_token" in pairs:
        pairs["refresh_token"] = state.tokens.veil(pairs["refresh_token"])
    return _form(pairs), typed


def _asks(words: Sequence[str]) -> bool:
    """Whether an action asks a token server for a token."""
    return len(words) > 2 and words[1] == "POST" and words[2].partition("?")[0].endswith("/token")


def _pairs(body: Blob) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl  # 6 ms that a first command need not spend

    text = bytes(body) if body.size <= _LONGEST else b""
    return parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True)


def _form(pairs: Mapping[str, str]) -> Blob:
    from urllib.parse import urlencode  # as above

    return Blob(urlencode(pairs).encode())
