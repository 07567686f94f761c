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

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.errors import Mismatch
from labsim.registry.answers import API_VERSION, NO_BODY, NOSNIFF, Refusal, created
from labsim.registry.call import Call, count
from labsim.registry.seal import Seal
from labsim.wire import Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = [
    "Session",
    "Uploads",
    "append",
    "cancel",
    "finish",
    "in_order",
    "may_begin",
    "start",
    "status",
]


class Session:
    """One upload on its way: whose repository, and the bytes so far."""

    __slots__ = ("id", "parts", "path", "repository", "size", "state")

    def __init__(self, identity: str, repository: str, state: str) -> None:
        """A session with no bytes yet; ``path`` is where its next request goes."""
        self.path = f"/v2/{repository}/blobs/uploads/{identity}?{state}"
        self.id = identity
        self.repository = repository
        self.state = state
        self.size = 0
        self.parts: list[Blob] = []

    def append(self, blob: Blob) -> None:
        """Take the next bytes; a generated blob costs no memory here either."""
        if blob.size:
            self.parts.append(blob)
            self.size += blob.size

    @property
    def range(self) -> str:
        """First and last byte held; an empty session says ``0-0`` too, as distribution does."""
        return f"0-{self.size - 1}" if self.size else "0-0"


class Uploads:
    """The open sessions of one registry."""

    __slots__ = ("_opened", "_seal", "_sessions")

    def __init__(self, seal: Seal) -> None:
        """``seal`` makes session ids unguessable."""
        self._seal = seal
        self._opened = 0
        self._sessions: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, repository: str) -> Session:
        """A new session; its id looks like a UUID and comes from a counter and the seal."""
        self._opened += 1
        text = self._seal(f"upload {self._opened}")
        identity = f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"
        session = self._sessions[identity] = Session(identity, repository, f"_state={text[32:]}")
        return session

    def __getitem__(self, identity: str) -> Session:
        """An open session, for an endpoint whose guard has resumed it."""
        return self._sessions[identity]

    def resume(self, call: Call) -> Session:
        """The session a request speaks of, in its own repository and with its own state."""
        session = self._sessions.get(call.argument)
        if session is None:
            raise Refusal("BLOB_UPLOAD_UNKNOWN", "blob upload unknown")
        if session.repository != call.name or session.state not in call.query_text:
            raise Refusal("BLOB_UPLOAD_INVALID")
        return session

    def close(self, session: Session) -> None:
        """Forget the session and its bytes."""
        del self._sessions[session.id]


# --- the endpoints ---------------------------------------------------------------------------


def start(registry: Registry, call: Call) -> Response:
    """Open a session; or mount, or take the whole blob at once, if the query asks and it works."""
    if call.query_text:
        query = call.query
        blob = registry.mountable(query.get("mount", ""), query.get("from", ""))
        if blob is None and "digest" in query and call.request.body.size:
            blob = _verified(call.request.body, query["digest"])
        if blob is not None:
            return _created(registry, call, blob)
    return _progress(202, registry, call, registry.uploads.open(call.name))


def status(registry: Registry, call: Call) -> Response:
    """Say how many bytes have arrived."""
    session = registry.uploads.resume(call)
    return _progress(204, registry, call, session)


def append(registry: Registry, call: Call) -> Response:
    """Take one chunk."""
    session = registry.uploads[call.argument]
    session.append(call.request.body)
    return _progress(202, registry, call, session)


def finish(registry: Registry, call: Call) -> Response:
    """Take the last bytes, if any, and compare all of them with the digest.

    On a mismatch the session stays as it was before this request, so that a client may try again.
    """
    session = registry.uploads[call.argument]
    parts, last = session.parts, call.request.body
    sent_at_once = len(parts) == 1 and not last.size
    blob = parts[0] if sent_at_once else Blob.joined([*parts, last])
    blob = _verified(blob, call.query.get("digest", ""))
    registry.uploads.close(session)
    return _created(registry, call, blob)


def cancel(registry: Registry, call: Call) -> Response:
    """Throw the session away."""
    registry.uploads.close(registry.uploads.resume(call))
    return Response(204, (API_VERSION, ("Docker-Upload-Uuid", call.argument), NOSNIFF))


def may_begin(registry: Registry, call: Call) -> None:
    """The guard of POST: where a push makes no repositories, there must be one."""
    registry.must_exist(call.name)


def in_order(registry: Registry, call: Call) -> None:
    """The guard of PATCH and PUT: the session exists, and the chunk continues it.

    ``Content-Range: <first>-<last>`` is optional, both ends are inclusive, and there is no unit
    (distribution-spec "Pushing a blob in chunks").
    """
    session = registry.uploads.resume(call)
    headers = call.request.headers
    if not headers:
        return
    kind = span = ""
    for key, value in reversed(headers):  # one pass for both, so that the first of each counts
        lower = key.lower()
        if lower == "content-type":
            kind = value.partition(";")[0]
        elif lower == "content-range":
            span = value
    if kind not in ("", "application/octet-stream") and call.request.method == "PATCH":
        raise Refusal("UNKNOWN", "bad Content-Type")
    if not span:
        return
    first, last = map(count, span.split("-", 1)) if "-" in span else (None, None)
    if first is None or last is None:
        raise Refusal("UNKNOWN", f"invalid content range format, {span}")
    if first > last or first != session.size:
        raise Refusal("RANGE_INVALID")
    if call.length != last - first + 1:
        raise Refusal("SIZE_INVALID")


def _verified(blob: Blob, digest: str) -> Blob:
    """The blob, if that is its name."""
    if not digest:
        raise Refusal("DIGEST_INVALID", "digest missing")
    if blob.digest == digest:
        return blob
    try:
        algorithm = Digest(digest).algorithm
    except Mismatch:
        raise Refusal("DIGEST_INVALID", "digest parsing failed") from None
    if algorithm != blob.digest.algorithm:
        raise Refusal("DIGEST_INVALID", f"unsupported digest algorithm: {algorithm}")
    lie = f"invalid digest for referenced layer: {digest}, content does not match digest"
    raise Refusal("DIGEST_INVALID", lie)


def _created(registry: Registry, call: Call, blob: Blob) -> Response:
    """Link the blob to the repository; 201."""
    registry.repository(call.name).link(registry.store.keep(blob))
    digest = str(blob.digest)
    path = f"/v2/{call.name}/blobs/{digest}"
    return created(digest, registry.location(call.request, path))


def _progress(status: int, registry: Registry, call: Call, session: Session) -> Response:
    return Response(
        status,
        (
            NO_BODY,
            API_VERSION,
            ("Docker-Upload-Uuid", session.id),
            ("Location", registry.location(call.request, session.path)),
            ("Range", session.range),
            NOSNIFF,
        ),
    )
