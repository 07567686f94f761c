"""Who is asking, and what they may do: accounts, challenges, rights.

Three ways to prove who one is, chosen by the policy's switch ``auth``:

========  ====================================================================================
none      everybody may do everything
basic     name and password with each request, checked against a list (``htpasswd``); where the
          policy says so, none is needed to pull what is public
bearer    the registry turns the client away with a *challenge* that names a token server and a
          *scope* (``repository:alice/app:pull,push``); the client asks there, with or without a
          password (:mod:`~labsim.registry.token_server`), and comes back with a token that
          grants that scope, or less, or nothing
========  ====================================================================================

What an account may do does not depend on the way: its own namespace, what is public, and the
repositories it was let in to.  Who may not read a repository is answered as if there were none.

Source: distribution ``docs/content/spec/auth/token.md``; recorded exchanges with dockerd 20.10.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable

from labsim.errors import Mismatch
from labsim.reference.grammar import COMPONENT
from labsim.registry.accounts import Account, Accounts, Guess, Proof
from labsim.registry.answers import Refusal
from labsim.registry.call import Call
from labsim.registry.limits import Limits
from labsim.registry.policy import Policy
from labsim.registry.router import could_be_name
from labsim.registry.scopes import CATALOG, NEEDS, NOTHING, named, read_scopes
from labsim.registry.seal import Seal
from labsim.registry.store import Store
from labsim.registry.token_form import form_password
from labsim.registry.tokens import Grant, Tokens
from labsim.wire import Request

__all__ = ["NEEDS", "Access", "Account", "Grant", "is_host"]

_NAMESPACE = re.compile(COMPONENT)
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")
_PULL = NEEDS["pull"]
_EVERYTHING = frozenset({"pull", "push", "delete"})
_EVERY_NAME = NEEDS["*"]
_EXPIRED = "Your authorization token has expired. Reauthenticate and try again."


class Access:
    """The accounts and the tokens of one registry, and the check at its door."""

    __slots__ = (
        "_host",
        "_policy",
        "_seal",
        "_store",
        "accounts",
        "bearer",
        "limits",
        "open",
        "tokens",
    )

    def __init__(self, host: str, policy: Policy, store: Store, seal: Seal) -> None:
        """``seal`` makes tokens and salts unguessable; everything else is public knowledge."""
        self.accounts = Accounts(seal)
        self.limits = Limits(self.account_of)
        self._host = host
        self._store = store
        self._seal = seal
        self.tokens = Tokens(seal)
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
        self.accounts.add(account)
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
        name, source = call.name or (CATALOG if endpoint.scope == "*" else ""), ""
        if call.query_text and endpoint.method == "POST":
            source = call.query.get("from", "")
            if not could_be_name(source):
                source = ""  # nothing has that name, and no header shall show it
        if self.bearer:
            self._check_bearer(call.request, name, endpoint.scope, source)
        else:
            self._check_basic(call.request, name, endpoint.scope, source)

    def _check_bearer(self, request: Request, name: str, scope: str, source: str) -> None:
        shown = request.headers.get("Authorization")
        grant = self.tokens.shown(shown)
        if grant is None or request.at_us >= grant.expires_us:
            error = "invalid_token" if shown[:7].lower() == "bearer " else ""
            raise self._challenge(request, name, scope, source, error)
        scopes = grant.scopes
        if not (
            NEEDS[scope] <= scopes.get(name, NOTHING)
            and (not source or "pull" in scopes.get(source, NOTHING))
        ):
            raise self._challenge(request, name, scope, source, "insufficient_scope")

    def _check_basic(self, request: Request, name: str, scope: str, source: str) -> None:
        account = self.proven(request)
        if not account and not self._is_for_anybody(request, name, scope):
            header = ("Www-Authenticate", 'Basic realm="Registry Realm"')
            raise Refusal("UNAUTHORIZED", _wanted(name, scope, source), headers=[header])
        allowed = NEEDS[scope] <= self.rights(account, name) if name else True
        if not allowed or (source and "pull" not in self.rights(account, source)):
            raise Refusal("DENIED")

    def _is_for_anybody(self, request: Request, name: str, scope: str) -> bool:
        """Whether it is a pull of what everybody may read, by who shows no password at all.

        Anything else is a challenge, ``GET /v2/`` too: there a client learns how to log in.
        """
        shown = request.headers.get("Authorization")
        return scope == "pull" and not shown and "pull" in self.rights("", name)

    def _challenge(
        self, request: Request, name: str, scope: str, source: str, error: str
    ) -> Refusal:
        policy = self._policy
        host = policy.token_host or request.host
        host = host if is_host(host) else self._host
        said = f'Bearer realm="{policy["scheme"]}://{host}/token"'
        said += f',service="{policy.service or self._host}"'
        if name:
            also = f" {named(source, 'pull')}" if source else ""
            said += f',scope="{named(name, scope)}{also}"'
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
            grant = self.tokens.shown(request.headers.get("Authorization"))
            return grant is not None and "pull" in grant.scopes.get(name, NOTHING)
        return "pull" in self.rights(self.proven(request), name)

    def reader(self, request: Request) -> Callable[[str], bool]:
        """Which repositories may be named to the sender of a request that was let in."""
        if self.open:
            return lambda _: True
        account = self.account_of(request)
        return lambda name: "pull" in self.rights(account, name)

    def account_of(self, request: Request) -> str:
        """Whose request this is, ``""`` for nobody's; it was let in already."""
        if self.open:
            return ""
        if self.bearer:
            grant = self.tokens.shown(request.headers.get("Authorization"))
            return grant.account if grant else ""
        return self.proven(request)

    # --- rights ------------------------------------------------------------------------------

    def rights(self, account: str, name: str) -> frozenset[str]:
        """What an account (``""`` is nobody) may do with the repository of that name."""
        policy = self._policy
        if name == CATALOG:
            return _EVERY_NAME if account or policy["anonymous_pull"] else NOTHING
        if account and policy["push_to"] == "anywhere":
            return _EVERYTHING
        namespace, slash, _ = name.partition("/")
        if account and slash and namespace == account != policy["reserved"]:
            return _EVERYTHING
        repository = self._store.find(name)
        if repository is None:
            return NOTHING
        open_to_all = repository.published and repository.visibility == "public"
        may = _PULL if open_to_all and (account or policy["anonymous_pull"]) else NOTHING
        return may | repository.members.get(account, NOTHING)

    def granted(self, account: str, asked: Iterable[str]) -> dict[str, frozenset[str]]:
        """As much of these scopes as the account may have, by name; what is nothing is left out."""
        scopes: dict[str, frozenset[str]] = {}
        for scope in read_scopes(asked):
            if scope.name == CATALOG and not self._policy["catalog"]:
                continue
            if may := scope.of(self.rights(account, scope.name)):
                scopes[scope.name] = scopes.get(scope.name, NOTHING) | may
        return scopes

    def guess(self, call: Call) -> Guess | None:
        """The password that the request will be judged by, if that takes long."""
        scope = call.endpoint.scope
        if self.open or not self.accounts.slow or self._policy["login_as"] or scope == "operator":
            return None
        if scope == "token" and call.request.method == "POST":
            shown = form_password(call.request)
        else:
            shown = None if self.bearer and scope != "token" else _shown(call.request)
        return self.accounts.guess(*shown) if shown else None

    def proven(self, request: Request) -> str:
        """The account whose name and password the request carries, or ``""``."""
        shown = _shown(request)
        if shown is None:
            return ""
        name, password = shown
        if login_as := self._policy["login_as"]:
            return self._borrower(password, request.at_us) if name == login_as else ""
        return self.accounts.proven(name, password)

    def _borrower(self, password: str, at_us: int) -> str:
        """Whom a password was lent to; where its time is over, the words are Amazon's."""
        grant = self.tokens.lent(password)
        if grant is None:
            return ""
        if at_us >= grant.expires_us:
            raise Refusal("DENIED", message=_EXPIRED)
        return grant.account


def _shown(request: Request) -> tuple[str, str] | None:
    """The name and the password that the request carries (RFC 7617 §2)."""
    scheme, _, packed = request.headers.get("Authorization").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = binascii.a2b_base64(packed).decode().partition(":")
    except ValueError:
        return None
    return name, password


def is_host(text: str) -> bool:
    """Whether this can be a registry's host, with its port: nothing in it means something else."""
    return _HOST.fullmatch(text) is not None


def _wanted(name: str, scope: str, source: str) -> list[dict[str, str]] | None:
    """The detail of a 401: one entry per action wanted."""
    pairs = [(name, action) for action in scope.split(",")] if name else []
    pairs += [(source, "pull")] if source else []
    details = []
    for wanted, action in pairs:
        kind, _, resource = named(wanted, "").rstrip(":").partition(":")
        details.append({"Type": kind, "Class": "", "Name": resource, "Action": action})
    return details or None
