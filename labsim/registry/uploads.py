"""Upload sessions: how the bytes of a blob arrive.

::

    POST …/blobs/uploads/            202, a Location         (or 201 at once: ?mount=, ?digest=)
    PATCH Location                   202, the next Location  any number of chunks, in order
    GET Location                     204, Range: how far we are
    PUT Location&digest=sha256:…     201, the blob exists now
    DELETE Location                  204, never mind

The Location carries an opaque ``_state``; clients hand it back as it is and append ``digest=``.
The bytes of a session belong to nobody until the PUT has compared them with the digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsim.blob import EMPTY, Blob
from labsim.digest import HEX_LENGTHS, Digest
from labsim.errors import Mismatch
from labsim.registry.answers import API_VERSION, NO_BODY, NOSNIFF, Refusal, created
from labsim.registry.call import Call, count
from labsim.registry.limits import address
from labsim.registry.sessions import Session
from labsim.registry.shelf import Draft
from labsim.wire import Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

Found = Blob | None

__all__ = [
    "append",
    "cancel",
    "finish",
    "in_order",
    "into_new",
    "into_session",
    "may_begin",
    "start",
    "status",
]


def start(registry: Registry, call: Call) -> Response:
    """Open a session; or mount, or take the whole blob at once, if the query asks and it works."""
    algorithm = "sha256"
    if call.query_text:
        blob = _mounted(registry, call)
        if blob is None:
            blob = _posted(call)
        if blob is not None:
            return _created(registry, call, blob, str(blob.digest))
        algorithm = _announced(call)
    at_us, owner = call.request.at_us, _owner(registry, call)
    session = registry.uploads.open(call.name, algorithm, at_us, owner)
    return _progress(202, registry, call, session)


def _owner(registry: Registry, call: Call) -> str:
    """Whose upload this is, where that is counted: an account's, else an address's."""
    if not (registry.uploads.limit or registry.uploads.each):
        return ""
    return registry.access.account_of(call.request) or address(call.request.peer)


def _mounted(registry: Registry, call: Call) -> Found:
    """The blob that ``?mount=`` asks for, if another repository has it for this caller.

    Rights on the one that ``from`` names were checked at the door.  Without a name, and where the
    policy lets clients ask so, only repositories count that the caller may read: a digest must not
    open a private one.
    """
    digest, source = call.query.get("mount", ""), call.query.get("from", "")
    if digest not in registry.store.blobs:
        return None
    if source:
        return registry.mountable(digest, source)
    if registry.policy["mount_anonymous"]:
        for name, repository in registry.store.repositories.items():
            if digest in repository.blobs and registry.access.reads(call.request, name):
                return registry.mountable(digest, name)
    return None


def _posted(call: Call) -> Found:
    """The whole blob of a POST with ``?digest=`` (end-4b).

    No body means that it is yet to come, as clients of older registries announce it, unless it is
    the blob of no bytes that is named.
    """
    digest = call.query.get("digest")
    if digest is None:
        return None
    algorithm, body = _algorithm(digest), call.request.body
    if not body.size and digest != EMPTY.named(algorithm).digest:
        return None
    blob = body.named(algorithm)
    if blob.digest != digest:
        raise _not_its_name(digest)
    return blob


def status(registry: Registry, call: Call) -> Response:
    """Say how many bytes have arrived."""
    session = registry.uploads.resume(call)
    return _progress(204, registry, call, session)


def append(registry: Registry, call: Call) -> Response:
    """Take one chunk."""
    session, body = call.session, call.request.body
    if session.awaited not in (None, body.size):
        raise Refusal("SIZE_INVALID")
    session.writer.take(body)
    if body.size:
        session.heard(call.request.at_us)
    return _progress(202, registry, call, session)


def finish(registry: Registry, call: Call) -> Response:
    """Take the last bytes, if any, and compare all of them with the digest.

    On a mismatch the session stays as it was before this request, so that a client may try again.
    """
    session, body = call.session, call.request.body
    if session.awaited not in (None, body.size):
        raise Refusal("SIZE_INVALID")
    if body.size:
        session.heard(call.request.at_us)
    digest = call.query.get("digest", "")
    blob = session.writer.whole(body, _algorithm(digest))
    if blob.digest != digest:
        # Cut off what came now, which nothing else would do before a restart.
        session.writer.draft(session.opened.algorithm).discard()
        raise _not_its_name(digest)
    response = _created(registry, call, blob, digest)
    registry.uploads.close(session)
    return response


def cancel(registry: Registry, call: Call) -> Response:
    """Throw the session away."""
    registry.uploads.close(registry.uploads.resume(call))
    return Response(204, (API_VERSION, ("Docker-Upload-Uuid", call.argument), NOSNIFF))


def may_begin(registry: Registry, call: Call) -> None:
    """The guard of POST: where a push makes no repositories, there must be one."""
    registry.must_exist(call.name)


def in_order(registry: Registry, call: Call) -> None:
    """The guard of PATCH and PUT: the session exists, is free, and the chunk continues it.

    A body that comes without a ``Content-Length`` must be as long as its ``Content-Range`` says;
    that it is, its handler finds.
    """
    session = call.session = registry.uploads.resume(call)
    if session.writer.busy:
        raise Refusal("RANGE_INVALID", "another chunk of this upload is under way")
    session.awaited = None
    headers = call.request.headers
    if not headers:
        return
    if call.request.method == "PATCH":
        _check_kind(headers.get("Content-Type"))
    if span := headers.get("Content-Range"):
        session.awaited = _continuing(span, session.writer.size)
        if call.announced not in (None, session.awaited):
            raise Refusal("SIZE_INVALID")


def _check_kind(media_type: str) -> None:
    """A chunk is bytes and nothing else, where it says what it is."""
    if media_type.partition(";")[0] not in ("", "application/octet-stream"):
        raise Refusal("UNSUPPORTED", "bad Content-Type", status=415)


def _continuing(span: str, size: int) -> int:
    """The bytes of a ``Content-Range`` that begins where an upload of this size ends.

    ``<first>-<last>``: both are inclusive, and there is no unit (distribution-spec "Pushing a blob
    in chunks").
    """
    first, last = map(count, span.split("-", 1)) if "-" in span else (None, None)
    if first is None or last is None:
        raise Refusal("RANGE_INVALID", f"invalid content range format, {span}")
    if first > last or first != size:
        raise Refusal("RANGE_INVALID")
    return last - first + 1


def into_session(registry: Registry, call: Call) -> Draft:
    """Where the body of a PATCH or PUT goes while it arrives: behind what the session has."""
    session = registry.uploads[call.argument]
    named = call.query.get("digest", "").partition(":")[0]
    return session.writer.draft(named if named in HEX_LENGTHS else session.opened.algorithm)


def into_new(registry: Registry, call: Call) -> Draft:
    """Where the body of a POST goes: it is the whole blob, or nothing."""
    named = call.query.get("digest", "").partition(":")[0]
    return registry.store.shelf.writer(None).draft(named if named in HEX_LENGTHS else "sha256")


def _algorithm(digest: str) -> str:
    """How to hash what is to bear this name."""
    algorithm = digest.partition(":")[0]
    if algorithm not in HEX_LENGTHS:
        raise Refusal("DIGEST_INVALID", "digest parsing failed" if digest else "digest missing")
    return algorithm


def _not_its_name(digest: str) -> Refusal:
    """What is said to who names content by a digest that it does not have."""
    try:
        Digest(digest)
    except Mismatch:
        return Refusal("DIGEST_INVALID", "digest parsing failed")
    lie = f"invalid digest for referenced layer: {digest}, content does not match digest"
    return Refusal("DIGEST_INVALID", lie)


def _announced(call: Call) -> str:
    """The algorithm that a POST announces for what will come (end-4c)."""
    algorithm = call.query.get("digest-algorithm", "sha256")
    if algorithm not in HEX_LENGTHS:
        raise Refusal("DIGEST_INVALID", f"unsupported digest algorithm: {algorithm}")
    return algorithm


def _created(registry: Registry, call: Call, blob: Blob, digest: str) -> Response:
    """Link the blob, whose digest this is, to the repository; 201."""
    repository = registry.repository(call.name)
    repository.link(registry.store.keep(blob))
    repository.confirm(digest, call.request.at_us)
    path = f"/v2/{call.name}/blobs/{digest}"
    return created(digest, registry.location(call.request, path))


def _progress(status: int, registry: Registry, call: Call, session: Session) -> Response:
    """Where to go on, and the first and last byte held; of none ``0-0`` too, as distribution."""
    size = session.writer.size
    return Response(
        status,
        (
            NO_BODY,
            API_VERSION,
            ("Docker-Upload-Uuid", session.opened.id),
            ("Location", registry.location(call.request, session.path)),
            ("Range", f"0-{size - 1}" if size else "0-0"),
            NOSNIFF,
        ),
    )
