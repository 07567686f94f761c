"""What a registry is: a function from a request to a response, and what it remembers.

Start with :mod:`~labsim.registry.endpoints`, the distribution spec as a table of rows.  A request
finds its row, shows what it may do (:mod:`~labsim.registry.access`), passes the row's guard, and is
answered by the row's function from the :mod:`~labsim.registry.store`.  What differs between Docker
Hub and a registry of your own is data in :mod:`~labsim.registry.policy`.  No sockets, no clock, no
dice: a door or a lab brings the request, and the time in it.

>>> from labsim.wire import Request
>>> registry = Registry("localhost:5000")
>>> registry.handle(Request("GET", "/v2/")).status
200
>>> answer = registry.handle(Request("GET", "/v2/team/app/tags/list"))
>>> answer.status, bytes(answer.body)[:32]
(404, b'{"errors":[{"code":"NAME_UNKNOWN')
"""

from __future__ import annotations

from labsim.registry.endpoints import ENDPOINTS, Endpoint
from labsim.registry.operator import OPERATOR
from labsim.registry.policy import (
    ECR,
    GHCR,
    HTPASSWD,
    HUB,
    LOCKED,
    OPEN,
    PLAIN,
    POLICIES,
    TOKENS,
    Policy,
    Switch,
)
from labsim.registry.registry import Registry
from labsim.registry.store import Repository, Store, StoredManifest

__all__ = [
    "Registry",
    "Store",
    "Repository",
    "StoredManifest",
    "Policy",
    "Switch",
    "HUB",
    "GHCR",
    "HTPASSWD",
    "PLAIN",
    "OPEN",
    "TOKENS",
    "LOCKED",
    "ECR",
    "POLICIES",
    "OPERATOR",
    "ENDPOINTS",
    "Endpoint",
]
