"""Manifests: read by tag or digest, checked when they are put, and the list of tags.

A manifest is bytes first.  The registry looks inside once, to see what the bytes name, and serves
for ever exactly what it was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsim.blob import EMPTY
from labsim.image import DOCKER_INDEX, DOCKER_MANIFEST, OCI_MANIFEST
from labsim.registry.answers import (
    API_VERSION,
    NOSNIFF,
    Refusal,
    created,
    deleted,
    document,
    encoded,
)
from labsim.registry.blobs import check_digest
from labsim.registry.call import Call, count
from labsim.registry.documents import read_manifest
from labsim.registry.shelf import Draft, SmallDraft
from labsim.registry.store import Repository, StoredManifest
from labsim.wire import Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["delete", "into_memory", "may_put", "put", "read", "tags"]

_TOO_LARGE = Refusal("MANIFEST_INVALID", "http: request body too large", status=413)


def read(registry: Registry, call: Call) -> Response:
    """Serve a manifest as it was pushed, if the client's ``Accept`` can take it."""
    repository = registry.store.find(call.name)
    stored = repository.manifest(call.argument) if repository else None
    if repository is None or stored is None:
        raise _unknown(call)
    request = call.request
    if request.headers.get("If-None-Match").strip('"') == stored.digest:
        return Response(304, (API_VERSION, NOSNIFF))
    stored = _acceptable(repository, stored, call)
    digest = str(stored.digest)
    return Response(
        200,
        (
            ("Content-Length", str(stored.blob.size)),
            ("Content-Type", stored.media_type),
            ("Docker-Content-Digest", digest),
            API_VERSION,
            ("Etag", f'"{digest}"'),
            NOSNIFF,
        ),
        EMPTY if request.method == "HEAD" else stored.blob,
    )


def _acceptable(repository: Repository, stored: StoredManifest, call: Call) -> StoredManifest:
    """What distribution 3.1.1 serves: Docker manifests and OCI indexes always, others if accepted.

    A Docker list that a client cannot read is answered, by tag, with its linux/amd64 manifest.
    ``*/*`` counts as nothing: a client that forgets ``Accept`` is told that an image is unknown.
    """
    if stored.media_type == OCI_MANIFEST and not _accepts(call, OCI_MANIFEST):
        words = "OCI manifest found, but accept header does not support OCI manifests"
        raise Refusal("MANIFEST_UNKNOWN", message=words)
    if stored.media_type != DOCKER_INDEX or ":" in call.argument or _accepts(call, DOCKER_INDEX):
        return stored
    default = [child.digest for child in stored.children if child.platform == "linux/amd64"]
    served = repository.manifest(default[0]) if default else None
    if served is None:
        raise Refusal("MANIFEST_UNKNOWN")
    if served.media_type == DOCKER_MANIFEST and not _accepts(call, DOCKER_MANIFEST):
        raise Refusal("MANIFEST_INVALID", message="Schema 2 manifest not supported by client")
    return served


def _accepts(call: Call, media_type: str) -> bool:
    return any(
        media_type == offer.partition(";")[0].strip()
        for line in call.request.headers.all("Accept")
        for offer in line.split(",")
    )


def may_put(registry: Registry, call: Call) -> None:
    """The guard of PUT: the repository can be, and the manifest is not too long to read."""
    registry.must_exist(call.name)
    if call.length > registry.policy["manifest_limit"]:
        raise _TOO_LARGE


def into_memory(registry: Registry, call: Call) -> Draft:
    """Where a manifest goes while it arrives."""
    return SmallDraft(registry.policy["manifest_limit"], _TOO_LARGE)


def put(registry: Registry, call: Call) -> Response:
    """Accept a manifest whose blobs are all in this repository, and move the tag to it.

    What the tag pointed to before stays, reachable by its digest.
    """
    name, reference = call.name, call.argument
    by_digest = ":" in reference
    if by_digest:
        check_digest(reference)
    stored = read_manifest(
        registry.store, call.request.headers.get("Content-Type"), call.request.body
    )
    digest = str(stored.digest)
    if by_digest and reference != digest:
        raise Refusal("DIGEST_INVALID")
    repository = registry.store.find(name)
    missing = repository.missing(stored) if repository else list(stored.names)
    if missing:
        raise Refusal.each("MANIFEST_BLOB_UNKNOWN", missing)
    tags = () if by_digest else (reference,)
    registry.repository(name).publish(registry.store.file(stored), *tags)
    path = f"/v2/{name}/manifests/{digest}"
    return created(digest, registry.location(call.request, path))


def delete(registry: Registry, call: Call) -> Response:
    """By digest: the manifest and every tag that points to it.  By tag: the tag alone."""
    registry.must_delete()
    reference = call.argument
    by_digest = ":" in reference
    if by_digest:
        check_digest(reference)
    repository = registry.store.find(call.name)
    forget = repository and (repository.withdraw if by_digest else repository.untag)
    if not forget or not forget(reference):
        raise Refusal("MANIFEST_UNKNOWN")
    return deleted()


def tags(registry: Registry, call: Call) -> Response:
    """The tags in byte order (upper case first), a page at a time where ``n`` asks for pages."""
    repository = registry.store.find(call.name)
    if repository is None or not repository.published:
        raise Refusal("NAME_UNKNOWN", {"name": call.name})
    last = call.query.get("last", "")
    found = sorted(tag for tag in repository.tags if tag > last)
    links = []
    if call.query.get("n"):
        size = _page(call.query["n"])
        found = found[:size]
        if found and len(found) == size:
            links = _next(call, found[-1])
    return document(200, encoded({"name": call.name, "tags": found}) + "\n", links)


def _page(text: str) -> int:
    size = count(text)
    if size is None:
        below = count(text[1:]) if text.startswith("-") else None
        raise Refusal("PAGINATION_NUMBER_INVALID", {"n": -(below or 0)})
    return size


def _next(call: Call, last: str) -> list[tuple[str, str]]:
    return [("Link", f'</v2/{call.name}/tags/list?last={last}&n={call.query["n"]}>; rel="next"')]


def _unknown(call: Call) -> Refusal:
    if ":" not in call.argument:
        return Refusal("MANIFEST_UNKNOWN", f"unknown tag={call.argument}")
    check_digest(call.argument)
    words = f"unknown manifest name={call.name} revision={call.argument}"
    return Refusal("MANIFEST_UNKNOWN", words)
