"""Looking at what a name leads to at a registry: the manifest, and of an index each of its own.

``docker manifest inspect`` asks a registry from the command line itself, not through the daemon: it
fetches each manifest and, for the platform, its config.  Source: CLI 28.2.2
``internal/registryclient/fetcher.go``; the recorded requests of ``docker_manifest_list``.
"""

from __future__ import annotations

from typing import NamedTuple

from labsim.blob import Blob
from labsim.client.blobs import Repository
from labsim.client.session import Session
from labsim.digest import Digest
from labsim.image import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    Config,
    Descriptor,
    Index,
    Manifest,
    Platform,
    read_manifest,
)
from labsim.reference import Reference
from labsim.wire import Dialogue

__all__ = ["Looked", "look", "manifest_of"]

_ACCEPT = tuple(
    ("Accept", media_type)
    for media_type in (DOCKER_MANIFEST, DOCKER_INDEX, OCI_MANIFEST, OCI_INDEX)
)


class Looked(NamedTuple):
    """What was found: an image or an index, and of an index the images in it.

    ``platform`` is the config's for an image that was asked for by its own name, the index's for
    one that is in an index; ``configs`` belong to the images that were read for their config.
    """

    descriptor: Descriptor
    manifest: Manifest | Index
    platform: Platform | None
    config: Config | None = None
    children: tuple[Looked, ...] = ()


def manifest_of(session: Session, reference: Reference) -> Dialogue:
    """One manifest or index by tag or digest; the registry is greeted first."""
    session.claim(reference.repository, "pull")
    yield from session.ping()
    name = reference.digest or reference.with_default_tag().tag or ""
    return (yield from _fetch(session, reference, name))


def look(session: Session, reference: Reference) -> Dialogue:
    """A manifest with its config, or an index with all of its manifests and their configs."""
    found: Manifest | Index = yield from manifest_of(session, reference)
    if isinstance(found, Manifest):
        return (yield from _image(session, reference, found))
    children = []
    for child in found.manifests:
        inner = yield from _fetch(session, reference, child.digest)
        seen: Looked = yield from _image(session, reference, inner)
        children.append(seen._replace(platform=child.platform or seen.platform))
    return Looked(_described(found), found, None, None, tuple(children))


def _image(session: Session, reference: Reference, found: Manifest | Index) -> Dialogue:
    if isinstance(found, Index):  # an index in an index is listed, and not gone into
        return Looked(_described(found), found, None)
    repository = Repository(session, reference.repository)
    response = yield from repository.fetch(found.config.digest, "config-of-image")
    found.config.check(response.body)
    config = Config(bytes(response.body))
    return Looked(_described(found), found, config.platform, config)


def _fetch(session: Session, reference: Reference, name: Digest | str) -> Dialogue:
    target = f"/v2/{reference.repository}/manifests/{name}"
    response = yield from session.ask("GET", target, "look", _ACCEPT)
    if not response.ok:
        raise session.refused(response)
    media_type = response.headers.get("Content-Type").partition(";")[0].strip()
    body: Blob = response.body
    if isinstance(name, Digest):
        Descriptor(media_type, name, body.size).check(body)
    return read_manifest(media_type, body)


def _described(found: Manifest | Index) -> Descriptor:
    return Descriptor.of(found.media_type, found)
