"""One command's standing with one registry: who it is, what it was challenged to, its tokens.

All lanes of a command share a session, and with it the first token.  A mount needs a token with two
scopes, fetched for that one request and never kept: it would be too strong for the others.

Source: distribution ``registry/client/auth/session.go``; moby ``distribution/registry.go``.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b

from labsim.blob import EMPTY, Blob
from labsim.client.credentials import Credentials
from labsim.client.refusals import challenges, refusal
from labsim.errors import RegistryError
from labsim.wire import NO_HEADERS, Dialogue, Headers, Request, Response

__all__ = ["Credentials", "Session"]

_Pairs = tuple[tuple[str, str], ...]
#: A token that names no lifetime, or a shorter one, is taken to live this long (seconds).
_SHORTEST_LIFE_S = 60


class Session:
    """Who speaks to which host, for one command."""

    __slots__ = (
        "_authorization",
        "_expires_us",
        "_mark",
        "asked",
        "challenge",
        "credentials",
        "host",
        "now_us",
        "peer",
        "pinged",
        "scope",
    )

    #: The request answered last; between its answer and the next request it is one's own.
    asked: Request

    def __init__(
        self, host: str, credentials: Credentials | None = None, *, peer: str = ""
    ) -> None:
        self.host = host
        self.credentials = credentials
        self.peer = peer
        self.scope = ""
        #: "basic" or "bearer" with its parameters; empty when the registry asks nothing of us.
        self.challenge: tuple[str, dict[str, str]] = ("", {})
        self.pinged = False
        self.now_us = 0
        self._authorization: Headers | None = NO_HEADERS
        self._expires_us = 0
        self._mark = ""

    def __repr__(self) -> str:
        return f"<Session with {self.host} as {self.user or 'nobody'}>"

    @property
    def user(self) -> str:
        """The user's name, empty when nobody is logged in."""
        return self.credentials.username if self.credentials else ""

    def claim(self, repository: str, actions: str) -> None:
        """Say what the command is about to do, which is what its tokens will be for."""
        scope = f"repository:{repository}:{actions}"
        if scope != self.scope and self.challenge[0] == "bearer":
            self._authorization = None
        self.scope = scope

    def ping(self, because: str = "ping") -> Dialogue:
        """``GET /v2/`` without credentials, once, to learn what the registry wants."""
        if self.pinged:
            return
        response = yield from self.ask("GET", "/v2/", because)
        self.pinged = True
        if response.status != 401:
            return
        wanted = challenges(response)
        for scheme in ("bearer", "basic"):
            if scheme in wanted:
                self.challenge = (scheme, wanted[scheme])
                self._authorization = None
                return

    def ask(
        self,
        method: str,
        target: str,
        because: str,
        headers: _Pairs = NO_HEADERS,
        body: Blob = EMPTY,
        source: str = "",
    ) -> Dialogue:
        """Send one request with the right authorisation; returns the response.

        ``source`` names a second repository that must be readable (a mount's).
        """
        authorization = self._authorization
        if authorization is None or source or 0 < self._expires_us < self.now_us:
            authorization = yield from self._authorize(method, target, source)
        if authorization:
            headers = Headers(authorization + headers) if headers else authorization
        # Said one by one: keywords would double the time that it takes to make a request.
        request = Request(method, target, headers, body)
        request.host, request.peer, request.because = self.host, self.peer, because
        response = yield request
        self.asked = request
        self.now_us = request.done_us
        return response

    def authorize(self) -> Dialogue:
        """Fetch the token now, before lanes start that would all want it."""
        if self._authorization is None:
            yield from self._authorize("GET", "/v2/", "")

    def refused(self, response: Response, reason: str = "") -> RegistryError:
        """The error that the answer to the last request means."""
        return refusal(self.asked, response, reason)

    @property
    def mark(self) -> str:
        """The keyed hash that tells what was learned with these credentials from what was not.

        Nobody's credentials make a key too, so an anonymous push marks what it learns.  (The daemon
        signs each memory by itself; to compare credentials, one signature is enough.)
        """
        if not self._mark:
            key = blake2b(repr(tuple(self.credentials or ())).encode()).digest()
            self._mark = blake2b(b"memory", key=key, digest_size=32).hexdigest()
        return self._mark

    # --- tokens ----------------------------------------------------------------------------------

    def _authorize(self, method: str, target: str, source: str) -> Dialogue:
        scheme = self.challenge[0]
        if scheme == "basic":
            if self.credentials is None:
                error = RegistryError(401, "UNAUTHORIZED", reason="no-credentials")
                raise self._unsent(error, method, target)
            self._authorization = Headers((("Authorization", self.credentials.basic),))
        elif scheme == "bearer":
            if source:
                return (yield from self._token(method, target, f"repository:{source}:pull"))
            if self._authorization is None or self.now_us > self._expires_us:
                self._authorization = yield from self._token(method, target, "")
        return self._authorization or NO_HEADERS

    def _token(self, method: str, target: str, extra: str) -> Dialogue:
        """Ask the token server; ``extra`` is a scope for this once, so the token is not kept."""
        request = self._token_request(extra)
        response = yield request
        self.now_us = request.done_us
        if not response.ok:
            raise self._unsent(refusal(request, response, "token"), method, target)
        token, lives_s = _given(response)
        if not token:
            raise self._unsent(RegistryError(response.status, reason="no-token"), method, target)
        if not extra:
            # The life began when the server answered, and must last until a request is there.
            on_the_way_us = request.done_us - request.at_us
            self._expires_us = request.at_us + lives_s * 1_000_000 - on_the_way_us
        return Headers((("Authorization", f"Bearer {token}"),))

    def _token_request(self, extra: str) -> Request:
        parameters = self.challenge[1]
        _, _, rest = parameters.get("realm", "").partition("://")
        host, slash, path = rest.partition("/")
        query = [("account", self.user)] if self.user else []
        if not self.scope:
            query += [("client_id", "docker"), ("offline_token", "true")]
        query += [("scope", scope) for scope in (self.scope, extra) if scope]
        query.append(("service", parameters.get("service", "")))
        text = "&".join([f"{name}={_quoted(value)}" for name, value in query])
        headers = (("Authorization", self.credentials.basic),) if self.credentials else ()
        because = "mount-token" if extra else "token"
        target = f"{slash}{path}?{text}"
        return Request("GET", target, headers, host=host, peer=self.peer, because=because)

    def _unsent(self, error: RegistryError, method: str, target: str) -> RegistryError:
        error.asked = Request(method, target, host=self.host, peer=self.peer)
        return error


@lru_cache(maxsize=1024)
def _quoted(text: str) -> str:
    from urllib.parse import quote_plus  # dear to load, and few registries want tokens

    return quote_plus(text)


def _given(response: Response) -> tuple[str, int]:
    """The token of an answer and how many seconds it lives; empty where there is none."""
    try:
        document = json.loads(bytes(response.body))
    except (ValueError, RecursionError):
        return "", 0
    if not isinstance(document, dict):
        return "", 0
    token = document.get("token") or document.get("access_token")
    lives_s = document.get("expires_in")
    lives_s = lives_s if isinstance(lives_s, int) else 0
    return token if isinstance(token, str) else "", max(_SHORTEST_LIFE_S, lives_s)
