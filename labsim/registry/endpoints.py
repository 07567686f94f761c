"""The distribution spec as a table: what can be asked, who answers, and what they may refuse.

A new endpoint is a row here and a function ``(registry, call) -> Response``; routing, rights, the
``Allow`` header of a 405, the docs and the tests all read the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from labsim.registry import blobs, manifests, operator, uploads
from labsim.registry.answers import Astray, Refusal, document, plain
from labsim.registry.call import Call
from labsim.wire import Request, Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["ENDPOINTS", "Endpoint", "Router"]

Handler = Callable[["Registry", Call], Response]
Guard = Callable[["Registry", Call], None]


def ping(registry: Registry, call: Call) -> Response:
    """Say that this is a registry, and that the caller may come in."""
    return document(200, "{}")


def token(registry: Registry, call: Call) -> Response:
    """Hand out a token (the token server)."""
    return registry.access.token(call.request)


class Endpoint(NamedTuple):
    """One row.  ``scope`` is what a token must grant, or whose desk this is (token, operator)."""

    method: str
    path: str
    handler: Handler
    scope: str
    section: str
    codes: tuple[str, ...] = ()
    guard: Guard | None = None


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

_NAME = re.compile(
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_LONGEST_NAME = 255
_TOO_LONG = "repository name must not be more than 255 characters"


@lru_cache(maxsize=4096)
def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def _is_reference(text: str) -> bool:
    return ":" in text or _TAG.fullmatch(text) is not None


def _fitting(argument: str) -> Callable[[str], bool]:
    """The test that the last segment of a path must pass."""
    if argument == "<reference>":
        return _is_reference
    if argument == "<digest>":
        return lambda text: ":" in text
    return bool if argument.startswith("<") else lambda text: text == argument


class _Shape(NamedTuple):
    """All rows of one path: what stands before and after the name, and how the path ends."""

    before: str
    after: str
    named: bool
    fits: Callable[[str], bool]
    methods: dict[str, Endpoint]


class Router:
    """Finds the row for a request by the last-but-one segment of its path, without searching."""

    __slots__ = ("_place", "_shapes")

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        """Sort the rows by path, and the paths by their last-but-one segment."""
        self._shapes: dict[str, list[_Shape]] = {}
        paths: dict[str, _Shape] = {}
        for row in endpoints:
            if row.path not in paths:
                stem, kind, argument = _ends(row.path)
                before, named, after = stem.partition("<name>")
                shape = _Shape(before, after, bool(named), _fitting(argument), {})
                paths[row.path] = shape
                self._shapes.setdefault(kind, []).append(shape)
            paths[row.path].methods[row.method] = row
        # A push asks for the same few paths again and again.
        self._place = lru_cache(maxsize=4096)(self._read)

    def find(self, request: Request) -> Call:
        """The call, or a :class:`Refusal` with NAME_INVALID, 301, 404 or 405."""
        path = request.target.partition("?")[0]
        shape, name, argument = self._place(path)
        if shape is None:
            raise Astray(self._elsewhere(path))
        endpoint = shape.methods.get(request.method)
        if endpoint is None:
            allowed = ("Allow", ", ".join(sorted(shape.methods)))
            raise Astray(plain(405, "Method not allowed\n", [allowed]))
        if len(name) > _LONGEST_NAME:
            raise Refusal("NAME_INVALID", f'repository name "{name}" invalid: {_TOO_LONG}')
        return Call(request, endpoint, name, argument)

    def _read(self, path: str) -> tuple[_Shape | None, str, str]:
        """The path's shape with the name and the last segment that it was given."""
        if "%" in path:
            path = unquote(path)
        stem, kind, argument = _ends(path)
        for shape in self._shapes.get(kind, ()):
            before, after, named, fits, _ = shape
            if not (stem.startswith(before) and stem.endswith(after) and fits(argument)):
                continue
            name = stem[len(before) : len(stem) - len(after)]
            if _is_name(name) if named else not name:
                return shape, name, argument
        return None, "", ""

    def _elsewhere(self, path: str) -> Response:
        """301 where only slashes are wrong, as a Go router does; else 404."""
        clean = re.sub("//+", "/", path)
        if self._read(clean)[0] is None:
            clean += "/"
        if clean == path or self._read(clean)[0] is None:
            return plain(404, "404 page not found\n")
        return plain(301, "Moved Permanently\n", [("Location", clean)])


def _ends(path: str) -> tuple[str, str, str]:
    """The last segment, the one before it, and all that stands before both."""
    head, _, argument = path.rpartition("/")
    stem, _, kind = head.rpartition("/")
    return stem, kind, argument
