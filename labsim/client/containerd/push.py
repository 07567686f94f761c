"""The containerd client's push: ask for every blob, and for the manifest too.

For each blob, the config as well, five lanes at a time:

1. HEAD in the target repository.  Found: done.
2. A repository of the same host is known to have it: offer that one for mounting.  Mounted: done;
   no question after.  A registry that will not mount opens an upload session instead, which is
   used.
3. Else open a session.
4. One PUT with the whole blob; no question after.

Then the manifests, children before their index: HEAD, and PUT only where the name leads to
something else.  Nothing is tried again but what :mod:`.requests` repeats, and the first failure
ends the push.  What was pushed is labelled with its new repository only when all of it is there.

Source: moby ``daemon/containerd/image_push.go``, containerd 2.3 ``core/remotes/docker/pusher.go``
and ``core/remotes/handlers.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from labsim.blob import Blob
from labsim.client.blobs import path_of
from labsim.client.containerd.content import Content, is_document
from labsim.client.containerd.requests import Remote, accept, pull_scope, push_scope
from labsim.digest import DiffID, Digest
from labsim.errors import LabError, RegistryError
from labsim.image import DOCKER_CONFIG, OCI_CONFIG, Config, Descriptor, Manifest
from labsim.reference import Reference
from labsim.wire import Dialogue, Lane, Response, Together

__all__ = ["LANES", "PushOutcome", "blobs_of", "push"]

#: moby ``daemon/config``: max-concurrent-uploads; the config takes one too.
LANES = 5
_BYTES = (("Content-Type", "application/octet-stream"),)


class PushOutcome(NamedTuple):
    """A push that came to its end: what the name leads to now, and the index it was chosen from.

    ``instead_of`` is the local index whose other platforms are not here; without one it is None.
    """

    reference: Reference
    digest: Digest
    size: int
    instead_of: Digest | None = None


def push(remote: Remote, reference: Reference, content: Content, target: Descriptor) -> Dialogue:
    """Push what a descriptor leads to under a name; returns a :class:`PushOutcome`."""
    return _Shipment(remote, reference, content, target).carry()


def blobs_of(content: Content, target: Descriptor) -> Iterator[tuple[Descriptor, bool]]:
    """The blobs of a push, each once and in the order of its lanes, and whether it is shown."""
    reached = {one.digest: one for one in content.walk(target)}
    for one in reached.values():
        if not is_document(one):
            yield one, one.media_type not in (DOCKER_CONFIG, OCI_CONFIG)


class _Shipment:
    """Everything that one name leads to, on its way."""

    __slots__ = ("base", "content", "reference", "remote", "scope", "target")

    def __init__(
        self, remote: Remote, reference: Reference, content: Content, target: Descriptor
    ) -> None:
        self.remote = remote
        self.reference = reference
        self.content = content
        self.target = target
        self.base = f"/v2/{reference.repository}"
        self.scope = push_scope(reference.repository)

    def carry(self) -> Dialogue:
        """The blobs in lanes, then the documents, the one that is named last."""
        reached = {one.digest: one for one in self.content.walk(self.target)}
        subjects = self._subjects(reached)
        blobs = [one for one, _ in blobs_of(self.content, self.target)]
        yield Together([Lane(subjects[one.digest], self._blob(one)) for one in blobs], LANES)
        for document in reversed([one for one in reached.values() if is_document(one)]):
            yield from self._document(document)
        for digest in reached:
            registry, path = self.reference.registry, self.reference.repository
            self.content.labels.add(digest, registry, path)
        return PushOutcome(self.reference, self.target.digest, self.target.size)

    def _subjects(self, reached: Mapping[Digest, Descriptor]) -> dict[Digest, str]:
        """What each lane is about: a layer by its DiffID, whatever packed it; the config."""
        subjects: dict[Digest, str] = {digest: digest for digest in reached}
        for one in reached.values():
            manifest = self.content.document(one) if is_document(one) else None
            if isinstance(manifest, Manifest):
                subjects[manifest.config.digest] = "config"
                for layer, diff_id in zip(manifest.layers, self._diff_ids(manifest), strict=False):
                    subjects[layer.digest] = diff_id
        return subjects

    def _diff_ids(self, manifest: Manifest) -> tuple[DiffID, ...]:
        """The names of the unpacked layers; none where the config is no image's."""
        try:
            return Config.read(self.content.require(manifest.config)).diff_ids
        except LabError:
            return ()

    # --- one blob ---------------------------------------------------------------------------------

    def _blob(self, descriptor: Descriptor) -> Dialogue:
        body = self.content.require(descriptor)
        if (yield from self._is_there(f"{self.base}/blobs/{descriptor.digest}", descriptor)):
            return
        opened = yield from self._open(descriptor)
        if opened.status == 201:
            return
        if opened.status not in (200, 202, 204):
            raise self.remote.unexpected(opened)
        location = path_of(opened.headers.get("Location"))
        mark = "&" if "?" in location else "?"
        target = f"{location}{mark}digest={descriptor.digest.replace(':', '%3A')}"
        yield from self._put(target, "seal", _BYTES, body)

    def _is_there(self, target: str, descriptor: Descriptor) -> Dialogue:
        """Ask; who may not even ask is left to find out by sending."""
        try:
            response: Response = yield from self.remote.ask(
                "HEAD",
                target,
                "every-blob",
                headers=accept(descriptor.media_type),
                scopes=(self.scope,),
            )
        except RegistryError as error:
            if error.reason not in ("barred", "no-credentials"):
                raise
            return False
        if response.status == 200:
            named = response.headers.get("Docker-Content-Digest")
            return "/blobs/" in target or named == descriptor.digest
        if response.status != 404:
            raise self.remote.unexpected(response)
        return False

    def _open(self, descriptor: Descriptor) -> Dialogue:
        """A mount, or an upload session: the answer to the POST that did it."""
        target, reference = f"{self.base}/blobs/uploads/", self.reference
        source = self.content.labels.candidate(
            descriptor.digest, reference.registry, reference.repository
        )
        if source:
            query = f"?mount={descriptor.digest}&from={source}"
            scopes = (self.scope, pull_scope(source))
            try:
                response = yield from self.remote.ask(
                    "POST", target + query, "mount", scopes=scopes
                )
            except RegistryError as error:
                if error.reason not in ("barred", "no-credentials"):
                    raise
            else:
                if response.status != 401:
                    return response
        because = "unmountable" if not source else "refused-mount"
        return (yield from self.remote.ask("POST", target, because, scopes=(self.scope,)))

    # --- one document -----------------------------------------------------------------------------

    def _document(self, descriptor: Descriptor) -> Dialogue:
        named = self.reference.tag or str(self.reference.digest)
        name = named if descriptor.digest == self.target.digest else str(descriptor.digest)
        target = f"{self.base}/manifests/{name}"
        if not (yield from self._is_there(target, descriptor)):
            kind = (("Content-Type", descriptor.media_type),)
            yield from self._put(target, "asked-first", kind, self.content.require(descriptor))

    def _put(
        self, target: str, because: str, kind: tuple[tuple[str, str], ...], body: Blob
    ) -> Dialogue:
        response = yield from self.remote.ask(
            "PUT", target, because, headers=kind, body=body, scopes=(self.scope,)
        )
        if not 200 <= response.status < 300:
            raise self.remote.unexpected(response)
