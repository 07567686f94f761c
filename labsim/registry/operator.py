"""What the operator of a registry does: accounts, visibility, switches.

These rows answer only a request whose ``peer`` is :data:`OPERATOR`; for everybody else the paths do
not exist.  A door sets ``peer`` from the connection, so no header can claim it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from labsim.registry.answers import Refusal, document, encoded, plain
from labsim.registry.call import Call
from labsim.registry.token_server import rfc3339
from labsim.registry.tokens import Grant
from labsim.wire import Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = [
    "OPERATOR",
    "account_page",
    "enrol",
    "lend_password",
    "make_repository",
    "set_member",
    "set_privacy",
    "set_visibility",
    "show_policy",
    "take_back",
    "turn_switch",
]

#: The ``peer`` of a request that comes from whoever runs the registry.
OPERATOR = "operator"
_PRIVACY = ("public", "private")
_ACTIONS = frozenset({"pull", "push", "delete"})


def enrol(registry: Registry, call: Call) -> Response:
    """Make an account from ``{"password": …, "default_privacy": …}``; 201, or 409 if it exists."""
    wish = _body(call)
    password, privacy = wish.get("password"), wish.get("default_privacy", "")
    if not isinstance(password, str) or privacy not in ("", *_PRIVACY):
        return plain(400, "an account needs a password\n")
    if call.argument in registry.access.accounts:
        return plain(409, f"the account {call.argument} exists\n")
    try:
        registry.access.enrol(call.argument, password, privacy)
    except ValueError as unfit:  # a Mismatch, or text that cannot be encoded
        return plain(400, f"{unfit}\n")
    return document(201, encoded({"account": call.argument}) + "\n")


def account_page(registry: Registry, call: Call) -> Response:
    """The account's page: its repositories with tags and visibility."""
    account = registry.access.accounts.get(call.argument)
    if account is None:
        return plain(404, f"no account {call.argument}\n")
    page = {
        "account": account.name,
        "default_privacy": account.default_privacy,
        "repositories": [
            {"name": r.name, "visibility": r.visibility, "tags": sorted(r.tags)}
            for r in registry.store.in_namespace(account.name)
        ],
    }
    return document(200, encoded(page) + "\n")


def set_privacy(registry: Registry, call: Call) -> Response:
    """Decide how visible an account's next new repository will be."""
    account = registry.access.accounts.get(call.name)
    if account is None or call.argument not in _PRIVACY:
        return plain(404, f"no account {call.name}, or no privacy {call.argument}\n")
    account.default_privacy = call.argument
    return Response(204)


def set_visibility(registry: Registry, call: Call) -> Response:
    """Open a repository to everybody, or close it; its owner is not affected."""
    repository = registry.store.find(call.name)
    if repository is None or call.argument not in _PRIVACY:
        return plain(404, f"no repository {call.name}, or no visibility {call.argument}\n")
    repository.visibility = call.argument
    return Response(204)


def set_member(registry: Registry, call: Call) -> Response:
    """Let an account do ``{"actions": "pull,push,delete"}`` in a repository; none: no more."""
    repository, wish = registry.store.find(call.name), _body(call).get("actions")
    actions = frozenset(wish.split(",")) - {""} if isinstance(wish, str) else {"nonsense"}
    if not actions <= _ACTIONS:
        return plain(400, "actions are some of pull,push,delete\n")
    if repository is None or call.argument not in registry.access.accounts:
        return plain(404, f"no repository {call.name}, or no account {call.argument}\n")
    repository.let_in(call.argument, frozenset(actions))
    return Response(204)


def lend_password(registry: Registry, call: Call) -> Response:
    """A password for a time, where one's own opens nothing: ``aws ecr get-login-password``."""
    name, policy, at_us = call.argument, registry.policy, call.request.at_us
    if not policy["login_as"]:
        return plain(404, f"{policy.name}: everybody has a password of their own\n")
    if name not in registry.access.accounts:
        return plain(404, f"no account {name}\n")
    expires_us = at_us + policy["token_lifetime_s"] * 1_000_000
    password = registry.access.tokens.lend(Grant(name, expires_us, {}), at_us)
    lent = {"username": policy["login_as"], "password": password, "until": rfc3339(expires_us)}
    return document(201, encoded(lent) + "\n")


def take_back(registry: Registry, call: Call) -> Response:
    """Let no token and no lent password of an account count any more; its password still does."""
    if call.argument not in registry.access.accounts:
        return plain(404, f"no account {call.argument}\n")
    registry.access.tokens.take_back(call.argument)
    return Response(204)


def make_repository(registry: Registry, call: Call) -> Response:
    """Make an empty repository, public or private, for registries where a push makes none."""
    if call.argument not in _PRIVACY:
        return plain(404, f"no visibility {call.argument}\n")
    if registry.store.find(call.name) is not None:
        return plain(409, f"the repository {call.name} exists\n")
    registry.store.opened(call.name, call.argument)
    return Response(201)


def show_policy(registry: Registry, _: Call) -> Response:
    """Every switch with its value, date, source and whether it was checked."""
    switches = {name: switch._asdict() for name, switch in registry.policy.switches.items()}
    return document(200, encoded({"policy": registry.policy.name, "switches": switches}) + "\n")


def turn_switch(registry: Registry, call: Call) -> Response:
    """Turn one switch to ``{"value": …}``; it counts from the next request on."""
    try:
        registry.follow(registry.policy.turned(call.argument, _body(call).get("value")))
    except KeyError:
        return plain(404, f"no switch {call.argument}\n")
    except ValueError as error:
        return plain(400, f"{error}\n")
    return Response(204)


def _body(call: Call) -> Any:
    try:
        wish = json.loads(bytes(call.request.body))
    except (ValueError, RecursionError):
        wish = None
    if not isinstance(wish, dict):
        raise Refusal("UNKNOWN", "the body is no JSON object", status=400)
    return wish
