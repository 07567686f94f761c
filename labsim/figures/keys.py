"""Docker's ``config.json`` read as a ring of keys, and which of them opens which registry.

A login is kept under the *exact* text of a host, port included; the Hub's is kept under an old URL.
A key that was written down as a URL fits the host in it.  A helper, where there is one, is asked
instead of the file.

Source: cli ``cli/config/configfile/file.go`` (which store is asked: ``credHelpers`` by host, then
``credsStore``, then the file), ``cli/config/credentials/file_store.go`` (``Get`` and
``ConvertToHostname``), ``registry/config.go`` (the Hub's key).

Nothing secret is read out: of an account only its name.
"""

from __future__ import annotations

import json
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from labsim.engine.config_file import HUB_KEY
from labsim.errors import LabError
from labsim.reference import Reference

__all__ = ["Fit", "Key", "Ring"]

HUB = "docker.io"
IN_FILE, TOKEN, EMPTY = "password in the file", "token in the file", "nothing"
UNREADABLE = "cannot be read"
NOBODY = "nobody: anonymous"
EVERY_HOST = "any host"
_PROGRAM = "docker-credential-"


class Key(NamedTuple):
    """One entry of the file: the text it stands under, whose it is, and where the secret is kept.

    Of a helper's keys the file knows no account.
    """

    server: str
    account: str
    kept: str

    @property
    def helper(self) -> str:
        """The program that keeps it; empty: the file does, or nothing."""
        return self.kept.removeprefix("by ") if self.kept.startswith(f"by {_PROGRAM}") else ""

    @property
    def host(self) -> str:
        """The host in the text (``ConvertToHostname``): no scheme, nothing from the first slash."""
        return self.server.removeprefix("https://").removeprefix("http://").partition("/")[0]


class Fit(NamedTuple):
    """A reference: the registry it leads to, the key that is asked for, and what is found.

    ``key`` is the place in the ring, None where nobody logs in.
    """

    reference: str
    host: str
    wanted: str
    key: int | None
    outcome: str
    why: str


class Ring(NamedTuple):
    """The keys of a file, and the references that were held against them."""

    keys: tuple[Key, ...]
    fits: tuple[Fit, ...]

    @classmethod
    def of(cls, config: str, references: Iterable[str | Reference]) -> Ring:
        """Read the text of a ``config.json`` (empty: there is none) for these references.

        LabError where it is no such file; the sentence quotes nothing of it.
        """
        document = _read(config)
        keys = tuple(_keys(document))
        names = tuple(one if isinstance(one, Reference) else Reference(one) for one in references)
        return cls(keys, tuple(_fit(name, keys, document) for name in names))

    def opened(self, at: int) -> tuple[str, ...]:
        """The references that use that key."""
        return tuple(fit.reference for fit in self.fits if fit.key == at)


def _read(config: str) -> dict[str, Any]:
    if not config.strip():
        return {}
    try:
        document = json.loads(config)
    except ValueError as fault:
        where = f": line {fault.lineno}" if isinstance(fault, json.JSONDecodeError) else ""
        raise LabError(f"config.json is no JSON{where}; docker login writes one that is") from None
    parts = [document.get(name, {}) for name in _MAPS] if isinstance(document, dict) else [None]
    if not all(isinstance(part, dict) for part in parts):
        raise LabError(f"config.json is no object with {' and '.join(_MAPS)} that are objects too")
    return dict(document)


_MAPS = ("auths", "credHelpers")


def _keys(document: Mapping[str, Any]) -> Iterable[Key]:
    helpers, store = document.get("credHelpers", {}), document.get("credsStore", "")
    for server, entry in sorted(document.get("auths", {}).items()):
        program = helpers.get(server) or store
        yield Key(server, "", f"by {_PROGRAM}{program}") if program else Key(server, *_kept(entry))
    for server, program in sorted(helpers.items()):
        if server not in document.get("auths", {}):
            yield Key(server, "", f"by {_PROGRAM}{program}")
    if store:
        yield Key(EVERY_HOST, "", f"by {_PROGRAM}{store}")


def _kept(entry: object) -> tuple[str, str]:
    """Whose a login is and how it is kept; never the secret."""
    found = entry if isinstance(entry, dict) else {}
    if found.get("identitytoken") or found.get("registrytoken"):
        return str(found.get("username", "")), TOKEN
    if not found.get("auth"):
        return str(found.get("username", "")), EMPTY
    try:
        user, colon, _ = a2b_base64(str(found["auth"])).decode().partition(":")
    except (NotBase64, ValueError):
        return "", UNREADABLE
    return (user, IN_FILE) if colon else ("", UNREADABLE)


def _fit(name: Reference, keys: Sequence[Key], document: Mapping[str, Any]) -> Fit:
    host = name.registry
    wanted = HUB_KEY if host == HUB else host
    own = document.get("credHelpers", {}).get(wanted)
    program = own or document.get("credsStore", "")
    at = _found(wanted, keys, stored=bool(program))
    if at is None:
        return Fit(name.familiar, host, wanted, None, NOBODY, _missed(wanted, keys))
    key = keys[at]
    if key.kept in _USELESS:
        return Fit(name.familiar, host, wanted, None, NOBODY, _USELESS[key.kept])
    if not program:
        return Fit(name.familiar, host, wanted, at, _as(key), _because(wanted, key))
    why = "credHelpers names it for this key" if own else "credsStore keeps every login"
    return Fit(name.familiar, host, wanted, at, f"whoever {_PROGRAM}{program} has", why)


_USELESS = {EMPTY: "the key's entry is empty", UNREADABLE: "the key's entry cannot be read"}


def _found(wanted: str, keys: Sequence[Key], *, stored: bool) -> int | None:
    """The place of the key that fits: the same text, else the same host, else the store's."""
    servers, hosts = [key.server for key in keys], [key.host for key in keys]
    for texts, text in (
        (servers, wanted),
        (hosts, wanted),
        (servers, EVERY_HOST if stored else ""),
    ):
        if text in texts:
            return texts.index(text)
    return None


def _as(key: Key) -> str:
    return f"as {key.account}" if key.account else "with a token"


def _because(wanted: str, key: Key) -> str:
    if wanted == HUB_KEY:
        return "Docker Hub's key is this old URL"
    return "the key is this host" if key.server == wanted else f"{key.server} is at this host"


def _missed(wanted: str, keys: Sequence[Key]) -> str:
    """Why the key that looks right is none."""
    if wanted == HUB_KEY:
        near = next((key for key in keys if key.host in ("index.docker.io", HUB)), None)
        return "no key is there" if near is None else f"{near.server} is not the Hub's key"
    name = wanted.partition(":")[0]
    near = next((key for key in keys if key.host.partition(":")[0] == name), None)
    if near is not None:
        return f"{near.host} is another host: the port counts"
    return f"no key is for {wanted}" if keys else "no key is there"
