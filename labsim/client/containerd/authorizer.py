"""Who speaks, as a registry wants to be told: asked for after a 401, and shared by all lanes.

The first 401 makes a *handler*; the lanes whose 401 comes later use it.  A handler keeps a token
for each set of scopes, and lanes that need the same one wait for the first that fetches it.  A
token that turns out not to be good for the request is thrown away with its handler, once: the
second such answer is the end of that request.

Source: containerd 2.3 ``core/remotes/docker/authorizer.go`` and ``auth/fetch.go``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from labsim.blob import EMPTY
from labsim.client.credentials import Credentials
from labsim.client.refusals import challenges
from labsim.errors import LabError, RegistryError
from labsim.wire import NO_HEADERS, Dialogue, Gate, Headers, Request, Response

__all__ = ["Authorizer"]

#: After these a token server is taken to be one that does not know the form, and is asked again.
_NO_FORM = (400, 401, 404, 405)
_FORM = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)


class Authorizer:
    """What one command knows of one registry's wishes."""

    __slots__ = ("_credentials", "_handler", "_peer")

    def __init__(self, credentials: Credentials | None, *, peer: str = "") -> None:
        self._credentials = credentials
        self._peer = peer
        self._handler: _Basic | _Bearer | None = None

    def __repr__(self) -> str:
        return f"<Authorizer of {self._credentials.username if self._credentials else 'nobody'}>"

    def headers(self, scopes: Iterable[str]) -> Dialogue:
        """The lines that prove who speaks, as far as anybody has asked; may fetch a token."""
        if self._handler is None:
            return NO_HEADERS
        return (yield from self._handler.headers(scopes))

    def learn(self, answer: Response, *, first: bool) -> bool:
        """What a 401 asks for: whether the request may go out again.

        ``first`` is its first answer.  It raises when the answer to the proof is no, or when there
        is nothing to prove with.
        """
        for scheme, parameters in challenges(answer).items():
            if scheme == "bearer":
                self._bearer(parameters, first=first)
                return True
            if scheme == "basic":
                if self._credentials is None:
                    raise RegistryError(401, "UNAUTHORIZED", reason="no-credentials")
                self._handler = _Basic(self._credentials)
                return True
        return False

    def _bearer(self, parameters: dict[str, str], *, first: bool) -> None:
        fault = parameters.get("error", "")
        if fault:
            self._handler = None
            if not first:
                raise RegistryError(401, message=fault, reason="barred")
        if self._handler is None:
            self._handler = _Bearer(parameters, self._credentials, self._peer)


class _Basic:
    """The name and the password, in every request."""

    __slots__ = ("_lines",)

    def __init__(self, credentials: Credentials) -> None:
        self._lines = Headers((("Authorization", credentials.basic),))

    def headers(self, scopes: Iterable[str]) -> Dialogue:
        """The same for whatever is asked."""
        yield from ()
        return self._lines


class _Token:
    """A token, or why there is none; whoever needs it waits at the gate."""

    __slots__ = ("error", "gate", "value")

    def __init__(self) -> None:
        self.gate = Gate()
        self.value = ""
        self.error: LabError | None = None


class _Bearer:
    """A token for each set of scopes, of the server that the challenge names."""

    __slots__ = ("_challenge", "_credentials", "_peer", "_tokens")

    def __init__(
        self, challenge: dict[str, str], credentials: Credentials | None, peer: str
    ) -> None:
        self._challenge = challenge
        self._credentials = credentials
        self._peer = peer
        self._tokens: dict[tuple[str, ...], _Token] = {}

    def headers(self, scopes: Iterable[str]) -> Dialogue:
        """The token for what is about to be done and for what the challenge asked."""
        wanted = tuple(sorted({*scopes, *self._challenge.get("scope", "").split()}))
        token = self._tokens.get(wanted)
        if token is None:
            token = self._tokens[wanted] = _Token()
            try:
                token.value = yield from self._fetch(wanted)
            except LabError as error:
                token.error = error
            token.gate.open = True
        yield token.gate
        if token.error is not None:
            raise token.error
        return Headers((("Authorization", f"Bearer {token.value}"),))

    def _fetch(self, scopes: tuple[str, ...]) -> Dialogue:
        """By form with a password, which old servers do not know; else by query."""
        if self._credentials is not None:
            request = self._by_form(scopes, self._credentials)
            try:
                response = yield request
            finally:
                request.body = EMPTY  # a trace keeps its requests, and no password
            if response.status not in _NO_FORM:
                return _given(request, response, "oauth")
        response = yield (request := self._by_query(scopes))
        return _given(request, response, "oauth" if self._credentials else "anonymous")

    def _place(self) -> tuple[str, str]:
        """The token server's host and path."""
        host, slash, path = self._challenge.get("realm", "").partition("://")[2].partition("/")
        return host, slash + path

    def _by_form(self, scopes: tuple[str, ...], who: Credentials) -> Request:
        from urllib.parse import urlencode  # dear to load, and few registries want tokens

        host, path = self._place()
        form = {
            "client_id": "containerd-client",
            "grant_type": "password",
            "password": who.password,
            "scope": " ".join(scopes),
            "service": self._challenge.get("service", ""),
            "username": who.username,
        }
        body = urlencode(form).encode()
        return Request(
            "POST", path, Headers(_FORM), body, host=host, peer=self._peer, because="token"
        )

    def _by_query(self, scopes: tuple[str, ...]) -> Request:
        from urllib.parse import quote_plus

        host, path = self._place()
        query = [("scope", scope) for scope in scopes]
        query.append(("service", self._challenge.get("service", "")))
        text = "&".join(f"{name}={quote_plus(value)}" for name, value in query)
        lines = (("Authorization", self._credentials.basic),) if self._credentials else ()
        target = f"{path}?{text}"
        return Request("GET", target, lines, host=host, peer=self._peer, because="token")


def _given(request: Request, response: Response, kind: str) -> str:
    """The token of an answer; an error says of which ``kind`` it would have been."""
    if not 200 <= response.status < 400:
        said = _named(response, ("details",)) or None
        raise _without_token(
            request, RegistryError(response.status, "", kind, said, reason="token")
        )
    token = _named(response, ("access_token", "token")[:: 1 if request.method == "POST" else -1])
    if not token:
        raise _without_token(request, RegistryError(response.status, reason="no-token"))
    return token


def _without_token(request: Request, error: RegistryError) -> RegistryError:
    error.asked = request
    return error


def _named(response: Response, names: Iterable[str]) -> str:
    """The first of these that an answer holds; empty where there is none."""
    try:
        document = json.loads(bytes(response.body))
    except (ValueError, RecursionError):
        return ""
    found = [document.get(name) for name in names] if isinstance(document, dict) else []
    return next((text for text in found if isinstance(text, str) and text), "")
