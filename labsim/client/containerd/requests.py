"""One registry as containerd speaks to it: a request goes out again until it is settled.

======  ==========================================================================================
answer  what follows
======  ==========================================================================================
401     who speaks is proved, and the request repeated (:mod:`.authorizer`)
405     a HEAD of a manifest becomes a GET
408     repeated at once; so is 429
500     repeated once; so are 503 and 504
======  ==========================================================================================

No request goes out more than five times.  Source: containerd 2.3 ``core/remotes/docker/
resolver.go`` (``retryRequest``); recorded: five HEADs, then the 429 is told.
"""

from __future__ import annotations

from collections.abc import Iterable

from labsim.blob import EMPTY, Blob
from labsim.client.containerd.authorizer import Authorizer
from labsim.client.credentials import Credentials
from labsim.client.refusals import rows
from labsim.errors import LabError, RegistryError
from labsim.wire import Dialogue, Headers, Request, Response

__all__ = ["MOST_TRIES", "Remote", "accept", "pull_scope", "push_scope"]

MOST_TRIES = 5
_AT_ONCE = (408, 429)
_ONCE_MORE = (500, 503, 504)
_Pairs = tuple[tuple[str, str], ...]


class Remote:
    """One host, for one command; all lanes share it."""

    __slots__ = ("_authorizer", "asked", "host", "peer")

    def __init__(
        self, host: str, credentials: Credentials | None = None, *, peer: str = ""
    ) -> None:
        self.host = host
        self.peer = peer
        self._authorizer = Authorizer(credentials, peer=peer)
        #: The request answered last; between its answer and the next request it is one's own.
        self.asked = Request("GET", "/v2/", host=host)

    def __repr__(self) -> str:
        return f"<Remote {self.host}>"

    def ask(
        self,
        method: str,
        target: str,
        because: str,
        *,
        headers: _Pairs = (),
        body: Blob = EMPTY,
        scopes: Iterable[str] = (),
    ) -> Dialogue:
        """Send a request as often as it takes; returns the last response, whatever it says."""
        seen: list[int] = []
        while True:
            request = Request(method, target, (), body, host=self.host, peer=self.peer)
            request.because = because
            try:
                proof: Headers = yield from self._authorizer.headers(scopes)
                request.headers = Headers(proof + headers)
                response: Response = yield request
                self.asked = request
                seen.append(response.status)
                again = self._again(request, response, seen)
            except LabError as error:
                error.asked = error.asked or request
                raise
            if not again:
                return response
            if response.status == 405:
                method = "GET"

    def _again(self, request: Request, response: Response, seen: list[int]) -> bool:
        if response.status < 400 or len(seen) >= MOST_TRIES:
            return False
        if response.status == 401:
            return self._authorizer.learn(response, first=len(seen) == 1)
        if response.status == 405:
            return request.method == "HEAD" and "/manifests/" in request.target
        if response.status in _ONCE_MORE:
            return seen[-2:] != [response.status] * 2
        return response.status in _AT_ONCE

    def unexpected(self, response: Response) -> RegistryError:
        """The error that the last answer means: its rows, or nothing but a status."""
        found = rows(response)
        if found:
            error = found[0]
            error.also = tuple(found[1:])
        else:
            error = RegistryError(response.status)
        error.reason, error.asked = "unexpected", self.asked
        return error


def accept(media_type: str) -> _Pairs:
    """Which kind of bytes is meant; any other would do too."""
    return (("Accept", f"{media_type}, */*"),)


def pull_scope(repository: str) -> str:
    """The right to read a repository."""
    return f"repository:{repository}:pull"


def push_scope(repository: str) -> str:
    """The right to read and to write a repository."""
    return f"repository:{repository}:pull,push"
