"""The distribution spec as a table: what can be asked, who answers, and what they may refuse.

A new endpoint is a row here and a function ``(registry, call) -> Response``; routing, rights, the
``Allow`` header of a 405, the docs and the tests all read the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labsim.errors import OCI_ERRORS
from labsim.registry import (
    blobs,
    catalog,
    collect,
    manifests,
    operator,
    referrers,
    token_server,
    uploads,
)
from labsim.registry.answers import Refusal, document
from labsim.registry.call import Call
from labsim.registry.memory import SmallDraft
from labsim.registry.shelf import Draft
from labsim.wire import Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["ENDPOINTS", "Endpoint"]

Handler = Callable[["Registry", Call], Response]
Guard = Callable[["Registry", Call], None]
Receiver = Callable[["Registry", Call], Draft]

_FORM = 64 * 1024  # bytes; a token request with a hundred scopes has a tenth of that


def ping(registry: Registry, call: Call) -> Response:
    """Say that this is a registry, and that the caller may come in."""
    return document(200, "{}")


def small(registry: Registry, call: Call) -> Draft:
    """Where a body goes that can only be a form or a few words of JSON."""
    return SmallDraft(_FORM, Refusal("SIZE_INVALID", "the body is too large", status=413))


class Endpoint:
    """One row.

    ``scope`` is what a token must grant (``*`` is the catalogue's), or whose desk this is (token,
    operator).  ``answers`` are the statuses that carry no error code, ``codes`` the errors; one
    whose status is not the code's own is written with it (``"413 MANIFEST_INVALID"``).
    ``receiver`` says where a body goes while it arrives through a door.
    """

    __slots__ = (
        "answers",
        "codes",
        "desk",
        "guard",
        "handler",
        "keeps",
        "method",
        "path",
        "receiver",
        "scope",
        "section",
    )

    def __init__(
        self,
        method: str,
        path: str,
        handler: Handler,
        scope: str,
        section: str,
        answers: tuple[int, ...],
        codes: tuple[str, ...] = (),
        guard: Guard | None = None,
        receiver: Receiver = small,
    ) -> None:
        self.method, self.path, self.handler = method, path, handler
        self.scope, self.section = scope, section
        self.answers, self.codes = answers, codes
        self.guard, self.receiver = guard, receiver
        #: Whether somebody else than a repository's users is served here: see ``scope``.
        self.desk = scope in ("operator", "token")
        #: Whether its body is for keeping, so that it takes room; a form has room at any time.
        self.keeps = receiver is not small

    def __repr__(self) -> str:
        return f"<Endpoint {self.method} {self.path}>"

    @property
    def refusals(self) -> tuple[tuple[int, str], ...]:
        """Each declared error as status and code."""
        return tuple(map(_refusal, self.codes))


def _refusal(text: str) -> tuple[int, str]:
    status, _, code = text.rpartition(" ")
    return int(status or OCI_ERRORS[code].status), code


_BLOB = "/v2/<name>/blobs/<digest>"
_UPLOADS = "/v2/<name>/blobs/uploads/"
_UPLOAD = "/v2/<name>/blobs/uploads/<session>"
_MANIFEST = "/v2/<name>/manifests/<reference>"
_TAGS = "/v2/<name>/tags/list"
_CATALOG = "/v2/_catalog"
_REFERRERS = "/v2/<name>/referrers/<subject>"
_ACCOUNT = "/_lab/accounts/<account>"
_PRIVACY = "/_lab/accounts/<name>/privacy/<value>"
_VISIBILITY = "/_lab/repositories/<name>/visibility/<value>"
_MEMBER = "/_lab/repositories/<name>/members/<account>"
_MAKE = "/_lab/repositories/<name>/make/<value>"
_LEND = "/_lab/passwords/<account>"
_TOKENS_OF = "/_lab/tokens/<account>"
_SWITCH = "/_lab/policy/<switch>"
_COLLECT = "/_lab/collect"

_PUSH = "pull,push"
_OPERATOR = "operator"
_POSTS = "end-4a, end-4b, end-4c, end-11"

_FULL = "507 UNAVAILABLE"
_NO_PAGE = "PAGINATION_NUMBER_INVALID"
_NO_BLOB = ("BLOB_UNKNOWN", "DIGEST_INVALID")
_NO_START = ("DIGEST_INVALID", "NAME_UNKNOWN", "TOOMANYREQUESTS", _FULL)
_NO_SESSION = ("BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID")
_NO_CHUNK = (*_NO_SESSION, "RANGE_INVALID", "SIZE_INVALID", _FULL)
_NO_PATCH = (*_NO_CHUNK, "415 UNSUPPORTED")
_NO_FINISH = (*_NO_CHUNK, "DIGEST_INVALID")
_NO_READ = ("MANIFEST_UNKNOWN", "DIGEST_INVALID", "MANIFEST_INVALID")
_NO_PULL = (*_NO_READ, "TOOMANYREQUESTS")
_NO_MANIFEST = ("MANIFEST_INVALID", "413 MANIFEST_INVALID", "MANIFEST_BLOB_UNKNOWN")
_NO_PUT = (*_NO_MANIFEST, "DIGEST_INVALID", "NAME_UNKNOWN", "TAG_INVALID", _FULL)
_NO_DELETE = ("MANIFEST_UNKNOWN", "DIGEST_INVALID", "UNSUPPORTED")
_NO_WISH = ("400 UNKNOWN", "413 SIZE_INVALID")

_BEGINS = (uploads.may_begin, uploads.into_new)
_GOES_ON = (uploads.in_order, uploads.into_session)

#: ``section`` is the row of the table "Endpoints" in OCI distribution-spec 1.1 (main of 2026-07),
#: where it has one.  Rows under ``/v2/`` may also answer UNAUTHORIZED, DENIED and (with a name)
#: NAME_INVALID; each row may answer 413 SIZE_INVALID to a large body where none belongs.
# fmt: off
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/v2/", ping, "", "end-1", (200,)),
    Endpoint("HEAD", "/v2/", ping, "", "end-1", (200,)),
    Endpoint("OPTIONS", "/v2/", ping, "", "distribution", (200,)),
    Endpoint("GET", _BLOB, blobs.read, "pull", "end-2", (200, 206, 304, 412, 416), _NO_BLOB),
    Endpoint("HEAD", _BLOB, blobs.read, "pull", "end-2", (200, 304, 412), _NO_BLOB),
    Endpoint("DELETE", _BLOB, blobs.delete, "delete", "end-10", (202,),
             (*_NO_BLOB, "UNSUPPORTED")),
    Endpoint("POST", _UPLOADS, uploads.start, _PUSH, _POSTS, (201, 202), _NO_START, *_BEGINS),
    Endpoint("GET", _UPLOAD, uploads.status, "pull", "end-13", (204,), _NO_SESSION),
    Endpoint("PATCH", _UPLOAD, uploads.append, _PUSH, "end-5", (202,), _NO_PATCH, *_GOES_ON),
    Endpoint("PUT", _UPLOAD, uploads.finish, _PUSH, "end-6", (201,), _NO_FINISH, *_GOES_ON),
    # distribution asks `delete` of who cancels; whoever may open a session may close it here.
    Endpoint("DELETE", _UPLOAD, uploads.cancel, _PUSH, "end-14", (204,), _NO_SESSION),
    Endpoint("GET", _MANIFEST, manifests.read, "pull", "end-3", (200, 304, 412), _NO_PULL),
    Endpoint("HEAD", _MANIFEST, manifests.read, "pull", "end-3", (200, 304, 412), _NO_READ),
    Endpoint("PUT", _MANIFEST, manifests.put, _PUSH, "end-7a, end-7b", (201, 412), _NO_PUT,
             manifests.may_put, manifests.into_memory),
    Endpoint("DELETE", _MANIFEST, manifests.delete, "delete", "end-9", (202,), _NO_DELETE),
    Endpoint("GET", _TAGS, catalog.tags, "pull", "end-8a, end-8b", (200,),
             ("NAME_UNKNOWN", _NO_PAGE)),
    Endpoint("GET", _REFERRERS, referrers.referrers, "pull", "end-12a, end-12b", (200, 404),
             ("DIGEST_INVALID",), referrers.may_list),
    Endpoint("GET", _CATALOG, catalog.catalog, "*", "distribution", (200,),
             (_NO_PAGE, "UNSUPPORTED"), catalog.may_browse),
    Endpoint("GET", "/token", token_server.by_query, "token", "distribution auth/token",
             (200, 401)),
    Endpoint("POST", "/token", token_server.by_form, "token", "distribution auth/oauth",
             (200, 400, 401, 405), ("413 SIZE_INVALID",)),
    Endpoint("PUT", _ACCOUNT, operator.enrol, _OPERATOR, "labsim", (201, 400, 409), _NO_WISH),
    Endpoint("GET", _ACCOUNT, operator.account_page, _OPERATOR, "labsim", (200, 404)),
    Endpoint("PUT", _PRIVACY, operator.set_privacy, _OPERATOR, "labsim", (204, 404)),
    Endpoint("PUT", _VISIBILITY, operator.set_visibility, _OPERATOR, "labsim", (204, 404)),
    Endpoint("PUT", _MEMBER, operator.set_member, _OPERATOR, "labsim", (204, 400, 404), _NO_WISH),
    Endpoint("PUT", _MAKE, operator.make_repository, _OPERATOR, "labsim", (201, 404, 409)),
    Endpoint("POST", _LEND, operator.lend_password, _OPERATOR, "labsim", (201, 404)),
    Endpoint("DELETE", _TOKENS_OF, operator.take_back, _OPERATOR, "labsim", (204, 404)),
    Endpoint("GET", "/_lab/policy/", operator.show_policy, _OPERATOR, "labsim", (200,)),
    Endpoint("PUT", _SWITCH, operator.turn_switch, _OPERATOR, "labsim", (204, 400, 404), _NO_WISH),
    Endpoint("POST", _COLLECT, collect.collect, _OPERATOR, "labsim", (200, 400)),
)
# fmt: on
