"""The containerd client's pull: resolve the name, and fetch what the content store lacks.

1. HEAD the tag, or the digest, for what it leads to.  When all of that is here, this was all.
2. GET the document by its digest; an index is kept whole, and leads to the one manifest that suits
   the platform.
3. GET the config: its DiffIDs say what the layers must unpack to.
4. GET the layers that are not here, three at a time.  A blob that is here is used wherever it
   stands: what lies below it does not matter.

A download that breaks goes on at once where it stopped, as long as something arrives.

Source: moby ``daemon/containerd/image_pull.go``, containerd 2.3 ``client/pull.go``,
``core/unpack/unpacker.go`` and ``core/remotes/docker/fetcher.go``; the order as recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from labsim.blob import Blob
from labsim.client.containerd.content import Content, is_document
from labsim.client.containerd.requests import Remote, accept, pull_scope
from labsim.digest import Digest
from labsim.errors import Mismatch, RegistryError, Unreachable
from labsim.image import (
    DOCKER_CONFIG,
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    INDEX_TYPES,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
    Config,
    Descriptor,
    Index,
    Manifest,
    Platform,
)
from labsim.reference import Reference
from labsim.wire import Dialogue, Lane, Pause, Response, Together

__all__ = ["LANES", "PullOutcome", "pull"]

#: moby ``daemon/config``: max-concurrent-downloads.
LANES = 3
_ANY = accept(f"{DOCKER_MANIFEST}, {DOCKER_INDEX}, {OCI_MANIFEST}, {OCI_INDEX}")
#: How often a download is taken up again without a byte in between.
_IN_VAIN = 5


class PullOutcome(NamedTuple):
    """A pull that came to its end: what the name leads to, and the manifest for the platform.

    ``new`` is False when the name led there before.
    """

    reference: Reference
    target: Descriptor
    manifest: Descriptor
    new: bool = True

    @property
    def digest(self) -> Digest:
        """What ``Digest:`` shows: an index's, where there is one."""
        return self.target.digest


def pull(remote: Remote, reference: Reference, content: Content, platform: Platform) -> Dialogue:
    """Fetch what a name leads to, for one platform; returns a :class:`PullOutcome`."""
    return _Order(remote, reference, content, platform).fulfil()


class _Order:
    """One name that is being pulled."""

    __slots__ = ("base", "content", "platform", "reference", "remote", "scopes")

    def __init__(
        self, remote: Remote, reference: Reference, content: Content, platform: Platform
    ) -> None:
        self.remote = remote
        self.reference = reference
        self.content = content
        self.platform = platform
        self.base = f"/v2/{reference.repository}"
        self.scopes = (pull_scope(reference.repository),)

    def fulfil(self) -> Dialogue:
        """From the name to all that it leads to here."""
        target = yield from self._resolve()
        manifest, descriptor = yield from self._manifest(target)
        yield Pause(0, "pulling")
        missing = [one for one in manifest.layers if one.digest not in self.content]
        if manifest.config.digest in self.content and not missing:
            yield Pause(0, "complete")
        config = yield from self._have(manifest.config, "config")
        yield from self._layers(missing)
        self._check(manifest, Config.read(config))
        for one in (target, descriptor, *manifest.blobs):
            registry, path = self.reference.registry, self.reference.repository
            self.content.labels.add(one.digest, registry, path)
        return PullOutcome(self.reference, target, descriptor)

    # --- documents --------------------------------------------------------------------------------

    def _resolve(self) -> Dialogue:
        """What the name leads to, by what the registry says in a header."""
        name = str(self.reference.digest or self.reference.tag)
        target = f"{self.base}/manifests/{name}"
        response = yield from self._ask("HEAD", target, "resolve", _ANY)
        if response.status == 404 and self.reference.digest:
            response = yield from self._ask("HEAD", f"{self.base}/blobs/{name}", "resolve", _ANY)
        self._settled(response)
        named = response.headers.get("Docker-Content-Digest")
        size = response.headers.get("Content-Length")
        media_type = response.headers.get("Content-Type").partition(";")[0].strip()
        if named and size.isdecimal():
            return Descriptor(media_type, Digest(named), int(size))
        response = yield from self._ask("GET", target, "repeat-as-get", _ANY)
        self._settled(response)
        body: Blob = response.body
        return Descriptor(media_type, body.digest, body.size)

    def _settled(self, response: Response) -> None:
        """Nothing under that name, or no good answer to what it is."""
        if response.status == 404:
            error = RegistryError(404, reason="nowhere")
            error.asked, error.subject = self.remote.asked, "resolve"
            raise error
        if response.status > 299:
            error = self.remote.unexpected(response)
            error.subject = "resolve"
            raise error

    def _manifest(self, target: Descriptor) -> Dialogue:
        """The document itself; an index's chosen one, and the pointer to it."""
        because = "manifest-by-digest"
        while True:
            yield from self._have(target, because)
            found = self.content.document(target)
            if isinstance(found, Manifest):
                return found, target
            assert isinstance(found, Index)
            target, because = found.choose(self.platform), "platform"

    # --- blobs ------------------------------------------------------------------------------------

    def _ask(
        self, method: str, target: str, because: str, headers: tuple[tuple[str, str], ...]
    ) -> Dialogue:
        return (
            yield from self.remote.ask(method, target, because, headers=headers, scopes=self.scopes)
        )

    def _have(self, descriptor: Descriptor, because: str) -> Dialogue:
        """What is pointed at: from here, or fetched, checked and kept."""
        kept = self.content.get(descriptor.digest)
        if kept is None:
            kept = yield from self._download(descriptor, because)
            self.content.put(kept)
        return kept

    def _layers(self, missing: Iterable[Descriptor]) -> Dialogue:
        """Each missing blob once, three at a time."""
        wanted = {one.digest: one for one in missing}
        lanes = [Lane(digest, self._have(one, "content")) for digest, one in wanted.items()]
        if lanes:
            yield Together(lanes, LANES)

    def _download(self, descriptor: Descriptor, because: str) -> Dialogue:
        """All the bytes, in as many pieces as it takes."""
        came: list[Blob] = []
        in_vain = 0
        while True:
            try:
                response = yield from self._piece(descriptor, came, because)
                break
            except Unreachable as fault:
                moved = fault.partial.body if fault.partial is not None else Blob(b"")
                in_vain = 0 if moved.size else in_vain + 1
                if not moved.size and (not came or in_vain > _IN_VAIN):
                    raise
                came.append(moved)
            because = "resume"
        if response.status > 299:
            raise self.remote.unexpected(response)
        return _checked(Blob.joined([*came, response.body]), descriptor)

    def _piece(self, descriptor: Descriptor, came: list[Blob], because: str) -> Dialogue:
        place = "manifests" if is_document(descriptor) else "blobs"
        start = sum(part.size for part in came)
        span = (("Range", f"bytes={start}-"),) if start else ()
        target = f"{self.base}/{place}/{descriptor.digest}"
        return (yield from self._ask("GET", target, because, accept(descriptor.media_type) + span))

    def _check(self, manifest: Manifest, config: Config) -> None:
        """The layers must unpack to what the config lists."""
        if len(config.diff_ids) != len(manifest.layers):
            raise Mismatch("the config lists other layers than the manifest", "rootfs")
        for descriptor, diff_id in zip(manifest.layers, config.diff_ids, strict=True):
            if self.content.layer(descriptor).diff_id != diff_id:
                raise Mismatch(f"{descriptor.digest} unpacks to other files", "rootfs", diff_id)


def _checked(body: Blob, descriptor: Descriptor) -> Blob:
    if body.digest != descriptor.digest:
        fault = Mismatch(f"the bytes sent as {descriptor.digest} hash to {body.digest}")
        fault.subject, fault.digest = _kind(descriptor), str(descriptor.digest)
        fault.found = str(body.digest)
        raise fault
    return body


def _kind(descriptor: Descriptor) -> str:
    """What containerd calls it while it comes (``remotes.MakeRefKey``)."""
    media_type = descriptor.media_type
    if is_document(descriptor):
        return "index" if media_type in INDEX_TYPES else "manifest"
    return "config" if media_type in (DOCKER_CONFIG, OCI_CONFIG) else "layer"
