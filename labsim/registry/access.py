"""Who is asking, and what they may do: accounts, challenges, tokens, scopes.

Three ways to prove who one is, chosen by the policy's switch ``auth``:

========  ====================================================================================
none      everybody may do everything
basic     name and password with each request, checked against a list (``htpasswd``)
bearer    the registry turns the client away with a *challenge* that names a token server and a
          *scope* (``repository:alice/app:pull,push``); the client asks there, with or without a
          password, and comes back with a token that grants that scope, or less, or nothing
========  ====================================================================================

The token server never says no to a known or anonymous caller: it answers 200 with a token that
lacks the action, and the registry then refuses.  So an outsider cannot tell a private repository
from one that does not exist.

Source: distribution ``docs/content/spec/auth/token.md``; recorded exchanges with dockerd 20.10.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Mapping

from labsim.errors import Mismatch
from labsim.reference.grammar import COMPONENT
from labsim.registry.accounts import Account, Accounts, Proof
from labsim.registry.answers import NOSNIFF, Astray, Refusal, encoded, plain
from labsim.registry.call import Call
from labsim.registry.limits import Limits
from labsim.registry.policy import Policy
from labsim.registry.seal import Seal
from labsim.registry.store import Store
from labsim.registry.tokens import Grant, Tokens
from labsim.wire import Request, Response, parameters

__all__ = ["NEEDS", "Access", "Account", "Grant"]

#: What a row of the endpoint table may ask for, in the words of a scope.
NEEDS: Mapping[str, frozenset[str]] = {
    text: frozenset(text.split(",")) if text else frozenset()
    for text in ("", "pull", "pull,push", "delete")
}
_NAMESPACE = re.compile(COMPONENT)
_NOTHING: frozenset[str] = frozenset()
_PULL = NEEDS["pull"]
_EVERYTHING = frozenset({"pull", "push", "delete"})


class Access:
    """The accounts and the tokens of one registry, and the check at its door."""

    __slots__ = (
        "_host",
        "_policy",
        "_seal",
        "_store",
        "_tokens",
        "accounts",
        "bearer",
        "limits",
        "open",
    )

    def __init__(self, host: str, policy: Policy, store: Store, seal: Seal) -> None:
        """``seal`` makes tokens and salts unguessable; everything else is public knowledge."""
        self.accounts = Accounts()
        self.limits = Limits(self.account_of)
        self._host = host
        self._store = store
        self._seal = seal
        self._tokens = Tokens(seal)
        self.follow(policy)

    def follow(self, policy: Policy) -> None:
        """Judge by this policy from now on."""
        self._policy = policy
        self.limits.follow(policy)
        #: Whether nobody is asked anything, and whether tokens are.
        self.open = policy["auth"] == "none"
        self.bearer = policy["auth"] == "bearer"

    def enrol(self, name: str, password: str | Proof, default_privacy: str = "") -> Account:
        """Make an account; where accounts own namespaces, its name must be one that is free.

        ``password`` is the password, or something that knows it when it sees it.
        """
        if name in self.accounts or name == self._policy["reserved"]:
            raise Mismatch(f"the account name {name!r} is taken")
        owns = self._policy["push_to"] == "own namespace"
        if not name or ":" in name or (owns and not _NAMESPACE.fullmatch(name)):
            raise Mismatch(f"{name!r} cannot be an account name")
        salt = self._seal(f"salt {name}")
        privacy = default_privacy or self._policy["default_privacy"]
        account = Account(name, password, salt, privacy)
        self.accounts.add(account, password)
        return account

    def privacy_of(self, repository: str) -> str:
        """How visible a new repository of that name is: its owner's default, else the policy's."""
        owner = self.accounts.get(repository.partition("/")[0])
        return owner.default_privacy if owner else str(self._policy["default_privacy"])

    # --- the check ---------------------------------------------------------------------------

    def check(self, call: Call) -> None:
        """Let the request pass, or raise the challenge; not asked where the registry is open.

        A repository to mount from must be readable too: otherwise knowing a digest would be enough
        to read what it names.
        """
        endpoint = call.endpoint
        source = call.query.get("from", "") if endpoint.method == "POST" else ""
        check = self._check_bearer if self.bearer else self._check_basic
        check(call.request, call.name, endpoint.scope, source)

    def _check_bearer(self, request: Request, name: str, scope: str, source: str) -> None:
        shown = request.headers.get("Authorization")
        grant = self._tokens.shown(shown)
        if grant is None or request.at_us >= grant.expires_us:
            error = "invalid_token" if shown[:7].lower() == "bearer " else ""
            raise self._challenge(request, name, scope, source, error)
        scopes = grant.scopes
        if not (
            NEEDS[scope] <= scopes.get(name, _NOTHING)
            and (not source or "pull" in scopes.get(source, _NOTHING))
        ):
            raise self._challenge(request, name, scope, source, "insufficient_scope")

    def _check_basic(self, request: Request, name: str, scope: str, source: str) -> None:
        account = self._proven(request)
        if not account:
            header = ("Www-Authenticate", 'Basic realm="Registry Realm"')
            raise Refusal("UNAUTHORIZED", _wanted(name, scope, source), headers=[header])
        allowed = NEEDS[scope] <= self.rights(account, name) if name else True
        if not allowed or (source and "pull" not in self.rights(account, source)):
            raise Refusal("DENIED")

    def _challenge(
        self, request: Request, name: str, scope: str, source: str, error: str
    ) -> Refusal:
        policy = self._policy
        host = policy.token_host or request.host or self._host
        said = f'Bearer realm="{policy["scheme"]}://{host}/token"'
        said += f',service="{policy.service or self._host}"'
        if name:
            also = f" repository:{source}:pull" if source else ""
            said += f',scope="repository:{name}:{scope}{also}"'
        if error:
            said += f',error="{error}"'
        detail = _wanted(name, scope, source)
        return Refusal("UNAUTHORIZED", detail, headers=[("Www-Authenticate", said)])

    def reads(self, request: Request, name: str) -> bool:
        """Whether the sender of a request that was let in may pull from that repository too.

        A token counts for what it grants, and what everybody may read is everybody's.
        """
        if self.open or "pull" in self.rights("", name):
            return True
        if self.bearer:
            grant = self._tokens.shown(request.headers.get("Authorization"))
            return grant is not None and "pull" in grant.scopes.get(name, _NOTHING)
        return "pull" in self.rights(self._proven(request), name)

    def account_of(self, request: Request) -> str:
        """Whose request this is, ``""`` for nobody's; it was let in already."""
        if self.open:
            return ""
        if self.bearer:
            grant = self._tokens.shown(request.headers.get("Authorization"))
            return grant.account if grant else ""
        return self._proven(request)

    # --- rights ------------------------------------------------------------------------------

    def rights(self, account: str, name: str) -> frozenset[str]:
        """What an account (``""`` is nobody) may do with the repository of that name."""
        policy = self._policy
        if account and policy["push_to"] == "anywhere":
            return _EVERYTHING
        namespace, slash, _ = name.partition("/")
        if account and slash and namespace == account != policy["reserved"]:
            return _EVERYTHING
        repository = self._store.find(name)
        if repository is None:
            return _NOTHING
        open_to_all = repository.published and repository.visibility == "public"
        may = _PULL if open_to_all and (account or policy["anonymous_pull"]) else _NOTHING
        return may | repository.members.get(account, _NOTHING)

    def _proven(self, request: Request) -> str:
        """The account whose name and password the request carries, or ``""``."""
        scheme, _, packed = request.headers.get("Authorization").partition(" ")
        if scheme.lower() != "basic":
            return ""
        try:
            name, _, password = binascii.a2b_base64(packed).decode().partition(":")
        except ValueError:
            return ""
        return self.accounts.proven(name, password)

    # --- the token server --------------------------------------------------------------------

    def token(self, request: Request) -> Response:
        """A token for as much of what is asked as the caller may have; 401 for a wrong password."""
        account = self._proven(request)
        if request.headers.get("Authorization") and not account:
            return _said(401, {"details": "incorrect username or password"})
        query = request.query
        scopes = self._granted(account, (value for key, value in query if key == "scope"))
        token = self._issue(account, scopes, request.at_us)
        answer: dict[str, object] = {"token": token, "access_token": token, **self._life(request)}
        if account and self._policy["oauth"] and ("offline_token", "true") in query:
            answer["refresh_token"] = self._tokens.refresh(account)
        return _said(200, answer)

    def oauth(self, request: Request) -> Response:
        """The same by POST, with a form (RFC 6749): a password, or what stands for one."""
        if not self._policy["oauth"]:
            raise Astray(plain(405, "Method not allowed\n", [("Allow", "GET")]))
        form = dict(reversed(parameters(bytes(request.body).decode(errors="replace"))))
        kind, refresh = form.get("grant_type", ""), form.get("refresh_token", "")
        if kind == "password":
            account = self.accounts.proven(form.get("username", ""), form.get("password", ""))
        elif kind == "refresh_token":
            account = self._tokens.account_of(refresh)
        else:
            return _said(400, {"error": "unsupported_grant_type"})
        if not account:
            return _said(401, {"error": "invalid_grant", "details": "incorrect credentials"})
        scopes = self._granted(account, [form.get("scope", "")])
        answer: dict[str, object] = {"access_token": self._issue(account, scopes, request.at_us)}
        answer |= {"scope": _written(scopes), **self._life(request)}
        if refresh or form.get("access_type") == "offline":
            answer["refresh_token"] = refresh or self._tokens.refresh(account)
        return _said(200, answer)

    def _life(self, request: Request) -> dict[str, object]:
        lives_s = self._policy["token_lifetime_s"]
        return {"expires_in": lives_s, "issued_at": _rfc3339(request.at_us)}

    def _granted(self, account: str, asked: Iterable[str]) -> dict[str, frozenset[str]]:
        scopes: dict[str, frozenset[str]] = {}
        for scope in (scope for text in asked for scope in text.split()):
            kind, _, rest = scope.partition(":")
            name, _, actions = rest.rpartition(":")
            if kind == "repository" and name:
                may = self.rights(account, name).intersection(actions.split(","))
                scopes[name] = scopes.get(name, _NOTHING) | may
        return scopes

    def _issue(self, account: str, scopes: Mapping[str, frozenset[str]], at_us: int) -> str:
        expires_us = at_us + self._policy["token_lifetime_s"] * 1_000_000
        return self._tokens.issue(Grant(account, expires_us, scopes), at_us)


def _written(scopes: Mapping[str, frozenset[str]]) -> str:
    """What was granted, as a client would have asked for it."""
    granted = sorted((name, ",".join(sorted(may))) for name, may in scopes.items() if may)
    return " ".join(f"repository:{name}:{may}" for name, may in granted)


def _wanted(name: str, scope: str, source: str) -> list[dict[str, str]] | None:
    """The detail of a 401: one entry per action wanted."""
    pairs = [(name, action) for action in scope.split(",")] if name else []
    pairs += [(source, "pull")] if source else []
    return [
        {"Type": "repository", "Class": "", "Name": repository, "Action": action}
        for repository, action in pairs
    ] or None


def _rfc3339(at_us: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _said(status: int, answer: Mapping[str, object]) -> Response:
    body = encoded(answer).encode()
    length = ("Content-Length", str(len(body)))
    return Response(status, (length, ("Content-Type", "application/json"), NOSNIFF), body)
