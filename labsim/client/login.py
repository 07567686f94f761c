"""Login: prove that credentials are good, and no more; and the list of a repository's tags.

A registry with Basic authentication is asked for ``/v2/`` with the password.  One with tokens is
asked for a token without any scope, then for ``/v2/`` with that: so a login that succeeds says
nothing about the right to push anything anywhere.

Source: moby ``registry/auth.go``; facts recorded from Docker 20.10.24.
"""

from __future__ import annotations

import json

from labsim.client.blobs import path_of
from labsim.client.session import Session
from labsim.errors import Mismatch
from labsim.wire import Dialogue, Response

__all__ = ["login", "ping", "tags"]

#: A registry that pages has a thousand tags on a page or so.
_MOST_PAGES = 1_000


def ping(session: Session) -> Dialogue:
    """Make the acquaintance of a registry, once per session."""
    yield from session.ping()


def login(session: Session) -> Dialogue:
    """Try the session's credentials; RegistryError with reason "login" or "token" if they fail."""
    yield from session.ping()
    response = yield from session.ask("GET", "/v2/", "login")
    if response.status != 200:
        raise session.refused(response, "login")


def tags(session: Session, repository: str) -> Dialogue:
    """All tags of a repository, in the registry's order."""
    if not session.scope:
        session.claim(repository, "pull")
    yield from session.ping()
    found: list[str] = []
    target = f"/v2/{repository}/tags/list"
    for _ in range(_MOST_PAGES):
        response = yield from session.ask("GET", target, "tags")
        if not response.ok:
            raise session.refused(response)
        found += _listed(response, f"{session.host}: the list of tags of {repository} is not one")
        target = _next_page(response)
        if not target:
            return found
    raise Mismatch(f"{session.host}: the list of tags of {repository} has no end")


def _listed(response: Response, complaint: str) -> list[str]:
    try:
        tags = json.loads(bytes(response.body))["tags"] or []
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Mismatch(complaint) from None
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise Mismatch(complaint)
    return tags


def _next_page(response: Response) -> str:
    """Where a long list goes on (RFC 8288), as a path; empty at its end."""
    link, _, relation = response.headers.get("Link").partition(">")
    if 'rel="next"' not in relation:
        return ""
    return path_of(link.strip().removeprefix("<"))
