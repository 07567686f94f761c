"""The token server: a password, or what stands for one, is exchanged for a token.

It never says no to a known or anonymous caller: it answers 200 with a token that lacks the action,
and the registry then refuses.  So an outsider cannot tell a private repository from one that does
not exist.

A wrong password is 401 with ``details``, which is where a docker client looks for words (moby,
``registry/client/errors.go``); a form is told besides what OAuth2 calls it (RFC 6749 §5.2).

Source: distribution ``docs/content/spec/auth/token.md`` and ``oauth.md``; recorded exchanges with
dockerd 20.10, and with the containerd store, which tries the form first, and the query after a 405.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from labsim.registry.answers import NOSNIFF, Astray, encoded, plain
from labsim.registry.call import Call
from labsim.registry.scopes import written
from labsim.registry.token_form import form_password, read_form
from labsim.registry.tokens import Grant
from labsim.wire import Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["by_form", "by_query", "rfc3339"]

_WRONG = "incorrect username or password"
_NO_STORE = ("Cache-Control", "no-store")  # RFC 6749 §5.1


def by_query(registry: Registry, call: Call) -> Response:
    """A token for as much of what the query asks as the caller may have."""
    request, access = call.request, registry.access
    account = access.proven(request)
    if request.headers.get("Authorization") and not account:
        return _said(401, {"details": _WRONG})
    query = request.query
    token, _ = _issued(registry, call, account, (text for key, text in query if key == "scope"))
    answer = {"token": token, "access_token": token, **_life(registry, call)}
    if account and registry.policy["oauth"] and ("offline_token", "true") in query:
        answer["refresh_token"] = access.tokens.refresh(account, call.query.get("service", ""))
    return _said(200, answer)


def by_form(registry: Registry, call: Call) -> Response:
    """The same for a form, with a password or with a refresh token."""
    if not registry.policy["oauth"]:
        raise Astray(plain(405, "Method not allowed\n", [("Allow", "GET")]))
    form = read_form(call.request)
    tokens, service = registry.access.tokens, form.get("service", "")
    kind, refresh = form.get("grant_type"), ""
    if shown := form_password(call.request):
        account = registry.access.accounts.proven(*shown)
    elif kind == "refresh_token":
        refresh = form.get("refresh_token", "")
        account = tokens.account_of(refresh, service)
    else:
        return _said(400, {"error": "unsupported_grant_type" if kind else "invalid_request"})
    if not account:
        return _said(401, {"error": "invalid_grant", "details": _WRONG})
    token, scopes = _issued(registry, call, account, [form.get("scope", "")])
    answer = {"access_token": token, "scope": written(scopes), **_life(registry, call)}
    if refresh or form.get("access_type") == "offline":
        answer["refresh_token"] = refresh or tokens.refresh(account, service)
    return _said(200, answer, _NO_STORE)


def _issued(
    registry: Registry, call: Call, account: str, asked: Iterable[str]
) -> tuple[str, Mapping[str, frozenset[str]]]:
    """A new token, and what it grants."""
    at_us, access = call.request.at_us, registry.access
    scopes = access.granted(account, asked)
    expires_us = at_us + registry.policy["token_lifetime_s"] * 1_000_000
    return access.tokens.issue(Grant(account, expires_us, scopes), at_us), scopes


def _life(registry: Registry, call: Call) -> dict[str, object]:
    lives_s = registry.policy["token_lifetime_s"]
    return {"expires_in": lives_s, "issued_at": rfc3339(call.request.at_us)}


def rfc3339(at_us: int) -> str:
    """A moment as an answer writes it, in UTC."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _said(status: int, answer: Mapping[str, object], *headers: tuple[str, str]) -> Response:
    body = encoded(answer).encode()
    length = ("Content-Length", str(len(body)))
    kind = ("Content-Type", "application/json")
    return Response(status, (length, kind, *headers, NOSNIFF), body)
