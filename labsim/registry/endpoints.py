"""The distribution spec as a table: what can be asked, who answers, and what they may refuse.

A new endpoint is a row here and a function ``(registry, call) -> Response``; routing, rights, the
``Allow`` header of a 405, the docs and the tests all read the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labsim.registry import blobs, manifests, operator, uploads
from labsim.registry.answers import document
from labsim.registry.call import Call
from labsim.wire import Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["ENDPOINTS", "Endpoint"]

Handler = Callable[["Registry", Call], Response]
Guard = Callable[["Registry", Call], None]


def ping(registry: Registry, call: Call) -> Response:
    """Say that this is a registry, and that the caller may come in."""
    return document(200, "{}")


def token(registry: Registry, call: Call) -> Response:
    """Hand out a token (the token server)."""
    return registry.access.token(call.request)


class Endpoint:
    """One row.  ``scope`` is what a token must grant, or whose desk this is (token, operator).

    Not a NamedTuple: every request reads three of its fields, and a slot is read sooner.
    """

    __slots__ = ("codes", "desk", "guard", "handler", "method", "path", "scope", "section")

    def __init__(
        self,
        method: str,
        path: str,
        handler: Handler,
        scope: str,
        section: str,
        codes: tuple[str, ...] = (),
        guard: Guard | None = None,
    ) -> None:
        """A row as the table below writes it."""
        self.method = method
        self.path = path
        self.handler = handler
        self.scope = scope
        #: Whether it is asked for at a desk of its own, whatever the registry's door is like.
        self.desk = scope in ("token", "operator")
        self.section = section
        self.codes = codes
        self.guard = guard


_BLOB = "/v2/<name>/blobs/<digest>"
_UPLOADS = "/v2/<name>/blobs/uploads/"
_UPLOAD = "/v2/<name>/blobs/uploads/<session>"
_MANIFEST = "/v2/<name>/manifests/<reference>"
_TAGS = "/v2/<name>/tags/list"
_PRIVACY = "/_lab/accounts/<name>/privacy/<value>"
_VISIBILITY = "/_lab/repositories/<name>/visibility/<value>"

_PUSH = "pull,push"
_OPERATOR = "operator"
_POSTS = "end-4a, end-4b, end-11"

_NO_BLOB = ("BLOB_UNKNOWN", "DIGEST_INVALID")
_NO_START = ("DIGEST_INVALID", "NAME_UNKNOWN")
_NO_SESSION = ("BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID")
_NO_CHUNK = (*_NO_SESSION, "RANGE_INVALID", "SIZE_INVALID", "UNKNOWN")
_NO_FINISH = (*_NO_CHUNK, "DIGEST_INVALID")
_NO_READ = ("MANIFEST_UNKNOWN", "DIGEST_INVALID", "MANIFEST_INVALID")
_NO_PUT = ("MANIFEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "DIGEST_INVALID", "NAME_UNKNOWN")
_NO_DELETE = ("MANIFEST_UNKNOWN", "DIGEST_INVALID", "UNSUPPORTED")
_NO_TAGS = ("NAME_UNKNOWN", "PAGINATION_NUMBER_INVALID")

#: ``section`` is the row of the table "Endpoints" in OCI distribution-spec 1.1, where it has one.
#: Rows with a scope may also answer UNAUTHORIZED, DENIED and (with a name) NAME_INVALID.
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/v2/", ping, "", "end-1"),
    Endpoint("HEAD", "/v2/", ping, "", "end-1"),
    Endpoint("OPTIONS", "/v2/", ping, "", "distribution"),
    Endpoint("GET", _BLOB, blobs.read, "pull", "end-2", _NO_BLOB),
    Endpoint("HEAD", _BLOB, blobs.read, "pull", "end-2", _NO_BLOB),
    Endpoint("DELETE", _BLOB, blobs.delete, "delete", "end-10", (*_NO_BLOB, "UNSUPPORTED")),
    Endpoint("POST", _UPLOADS, uploads.start, _PUSH, _POSTS, _NO_START, uploads.may_begin),
    Endpoint("GET", _UPLOAD, uploads.status, "pull", "end-13", _NO_SESSION),
    Endpoint("PATCH", _UPLOAD, uploads.append, _PUSH, "end-5", _NO_CHUNK, uploads.in_order),
    Endpoint("PUT", _UPLOAD, uploads.finish, _PUSH, "end-6", _NO_FINISH, uploads.in_order),
    # distribution asks `delete` of who cancels; whoever may open a session may close it here.
    Endpoint("DELETE", _UPLOAD, uploads.cancel, _PUSH, "distribution", _NO_SESSION),
    Endpoint("GET", _MANIFEST, manifests.read, "pull", "end-3", _NO_READ),
    Endpoint("HEAD", _MANIFEST, manifests.read, "pull", "end-3", _NO_READ),
    Endpoint("PUT", _MANIFEST, manifests.put, _PUSH, "end-7", _NO_PUT, manifests.may_put),
    Endpoint("DELETE", _MANIFEST, manifests.delete, "delete", "end-9", _NO_DELETE),
    Endpoint("GET", _TAGS, manifests.tags, "pull", "end-8a, end-8b", _NO_TAGS),
    Endpoint("GET", "/token", token, "token", "distribution auth/token"),
    Endpoint("PUT", "/_lab/accounts/<account>", operator.enrol, _OPERATOR, "labsim"),
    Endpoint("GET", "/_lab/accounts/<account>", operator.account_page, _OPERATOR, "labsim"),
    Endpoint("PUT", _PRIVACY, operator.set_privacy, _OPERATOR, "labsim"),
    Endpoint("PUT", _VISIBILITY, operator.set_visibility, _OPERATOR, "labsim"),
    Endpoint("GET", "/_lab/policy/", operator.show_policy, _OPERATOR, "labsim"),
    Endpoint("PUT", "/_lab/policy/<switch>", operator.turn_switch, _OPERATOR, "labsim"),
)
