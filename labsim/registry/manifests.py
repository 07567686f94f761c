"""Manifests: read by tag or digest, and checked when they are put.

A manifest is bytes first.  The registry looks inside once, to see what the bytes name, and serves
for ever exactly what it was given.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from labsim.digest import Digest
from labsim.image import DOCKER_INDEX, DOCKER_MANIFEST, OCI_MANIFEST
from labsim.registry.answers import (
    API_VERSION,
    NOSNIFF,
    Refusal,
    created,
    deleted,
)
from labsim.registry.blobs import check_digest
from labsim.registry.call import Call
from labsim.registry.conditions import is_known, must_match, wishes
from labsim.registry.documents import read_manifest
from labsim.registry.memory import SmallDraft
from labsim.registry.router import is_tag
from labsim.registry.shelf import Draft
from labsim.registry.store import Repository, StoredManifest
from labsim.wire import Response, parameters

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["delete", "into_memory", "may_put", "put", "read"]

_TOO_LARGE = Refusal("MANIFEST_INVALID", "http: request body too large", status=413)


def read(registry: Registry, call: Call) -> Response:
    """Serve a manifest as it was pushed, if the client's ``Accept`` can take it."""
    repository = registry.store.find(call.name)
    stored = repository.manifest(call.argument) if repository else None
    if repository is None or stored is None:
        raise _unknown(call)
    request, digest, limits = call.request, stored.digest, registry.access.limits
    if limits.active:
        limits.may_pull(request)
    repository.confirm(digest, request.at_us)
    if asked := wishes(request.headers):
        must_match(asked, digest)
        if is_known(asked, digest):
            etag = ("Etag", f'"{digest}"')
            return Response(
                304, (("Docker-Content-Digest", str(digest)), API_VERSION, etag, NOSNIFF)
            )
    served = _acceptable(repository, stored, call)
    if served is not stored:
        repository.confirm(served.digest, request.at_us)
    told = limits.pulled(request, served.media_type) if limits.active else ()
    return _served(served, told)


def _served(stored: StoredManifest, more: Iterable[tuple[str, str]]) -> Response:
    """The manifest; whoever asks by HEAD is not sent it."""
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
            *more,
        ),
        stored.blob,
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
    return SmallDraft(registry.policy["manifest_limit"], _TOO_LARGE, registry.store.shelf.memory)


def put(registry: Registry, call: Call) -> Response:
    """Accept a manifest whose blobs are all in this repository, and move the tags to it.

    What a tag pointed to before stays, reachable by its digest.  A manifest that is put by its
    digest is named by that digest's algorithm, and may bring tags in the query (end-7b).
    """
    by_digest = ":" in call.argument
    tags = _tags_asked(call) if by_digest else (call.argument,)
    stored = _received(registry, call, by_digest=by_digest)
    _may_publish(registry, call, stored, tags)
    repository = registry.repository(call.name)
    repository.publish(registry.store.file(stored), *tags)
    repository.confirm(stored.digest, call.request.at_us)
    said = [("OCI-Tag", ", ".join(tags))] if by_digest and tags else []
    if stored.subject is not None and registry.policy["referrers"]:
        said.append(("OCI-Subject", str(stored.subject)))
    path = f"/v2/{call.name}/manifests/{stored.digest}"
    return created(str(stored.digest), registry.location(call.request, path), *said)


def _may_publish(
    registry: Registry, call: Call, stored: StoredManifest, tags: tuple[str, ...]
) -> None:
    """Compare a manifest with what is here: the client's conditions, tags that stay, its blobs."""
    repository = registry.store.find(call.name)
    if asked := wishes(call.request.headers):
        here = repository.manifest(call.argument) if repository else None
        must_match(asked, here.digest if here else "", writing=True)
    if repository:
        _may_move(registry, repository, str(stored.digest), tags)
    if missing := _missing(registry, repository, stored):
        raise Refusal.each("MANIFEST_BLOB_UNKNOWN", missing)


def _received(registry: Registry, call: Call, *, by_digest: bool) -> StoredManifest:
    """The manifest in the body, under the name that it is put by."""
    reference, body = call.argument, call.request.body
    if by_digest:
        check_digest(reference)
    body = body.named(reference.partition(":")[0] if by_digest else "sha256")
    stored = read_manifest(registry.store, call.request.headers.get("Content-Type"), body)
    if by_digest and reference != stored.digest:
        raise Refusal("DIGEST_INVALID")
    return stored


def _tags_asked(call: Call) -> tuple[str, ...]:
    """The tags in the query, each once."""
    tags = dict.fromkeys(tag for key, tag in parameters(call.query_text) if key == "tag")
    for tag in tags:
        if not is_tag(tag):
            raise Refusal("MANIFEST_INVALID", f"invalid tag {tag}")
    return tuple(tags)


def _may_move(
    registry: Registry, repository: Repository, digest: str, tags: tuple[str, ...]
) -> None:
    """Refuse where a tag stays where it is once and for all; the words are Amazon's.

    Source: osscontainertools/kaniko#204, which quotes them with their code.
    """
    if registry.policy["tags_move"]:
        return
    for tag in tags:
        if repository.tags.get(tag, digest) != digest:
            words = f"The image tag '{tag}' already exists in the '{repository.name}' repository "
            words += "and cannot be overwritten because the tag is immutable."
            raise Refusal(registry.policy["tag_kept"], {"tag": tag}, message=words)


def _missing(
    registry: Registry, repository: Repository | None, stored: StoredManifest
) -> list[Digest]:
    """What the manifest names, is not here, and must be: how sparse it may be is a policy."""
    missing = repository.missing(stored) if repository else list(dict.fromkeys(stored.names))
    if not missing or registry.policy["sparse"] == "nothing":
        return missing
    if registry.policy["sparse"] == "manifests":
        return [digest for digest in missing if digest in stored.needs]
    return []


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


def _unknown(call: Call) -> Refusal:
    if ":" not in call.argument:
        return Refusal("MANIFEST_UNKNOWN", f"unknown tag={call.argument}")
    check_digest(call.argument)
    words = f"unknown manifest name={call.name} revision={call.argument}"
    return Refusal("MANIFEST_UNKNOWN", words)
