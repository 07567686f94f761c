"""The classic engine's pull: find the manifest, and fetch what is not here yet.

1. HEAD the tag for its digest; a refusal is repeated as GET, because a HEAD has no error body.
2. GET the manifest by that digest, unless it was kept from an earlier pull.  An index leads to the
   one manifest that suits this machine.
3. The image is here already: nothing more is fetched, it only gets another name.
4. Layers from the bottom up that are here *on top of the same layers* are used as they are.  From
   the first missing one upwards everything is fetched, three at a time, the config beside them.
5. Digests are checked, then each layer is unpacked on top of the one below, and the DiffIDs must be
   the config's.

A download that breaks goes on where it stopped, up to five times.

Source: moby ``distribution/pull_v2.go``, ``manifest.go`` and ``xfer/download.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from labsim.blob import Blob
from labsim.client.blobs import Repository
from labsim.client.login import tags
from labsim.client.memory import Known, Memory
from labsim.client.refusals import first_only, is_final
from labsim.client.session import Session
from labsim.digest import ChainID, DiffID, Digest, ImageID
from labsim.errors import LabError, Mismatch, Unreachable
from labsim.image import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    HERE,
    OCI_INDEX,
    OCI_MANIFEST,
    Config,
    Descriptor,
    Image,
    Index,
    Layer,
    Manifest,
    Platform,
    read_manifest,
)
from labsim.reference import Reference
from labsim.wire import Dialogue, Lane, Pause, Together

__all__ = ["ATTEMPTS", "LANES", "Arrived", "PullOutcome", "Shelf", "pull", "pull_all"]

#: moby ``daemon/config``: max-concurrent-downloads and max-download-attempts.
LANES = 3
ATTEMPTS = 5
_WAIT_US = 5_000_000
_CONFIG_WAIT_US = 250_000
#: The daemon sends them in random order, one header line each; ours is fixed.
_ACCEPT = tuple(
    ("Accept", media_type)
    for media_type in (
        DOCKER_MANIFEST,
        DOCKER_INDEX,
        OCI_MANIFEST,
        OCI_INDEX,
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "application/json",
    )
)


class Shelf(Protocol):
    """What a pull needs of the place where images live."""

    def manifest(self, digest: Digest) -> Manifest | Index | None:
        """A manifest or index kept from an earlier pull."""

    def kept_from(self, digest: Digest, repository: str) -> bool:
        """Whether that repository (its canonical name) is known to have had it."""

    def keep(self, manifest: Manifest | Index, repository: str) -> None:
        """Keep a manifest or index, and that this repository had it."""

    def has_image(self, image_id: ImageID) -> bool:
        """Whether an image is here, complete."""

    def layer(self, chain_id: ChainID) -> Layer | None:
        """The layer that is here on top of exactly those below it."""

    def adopt(self, image: Image) -> object:
        """Take in an image whose digests and DiffIDs have been checked."""

    def name(self, reference: Reference, digest: Digest, image_id: ImageID) -> bool:
        """Name an image; whether the name is new or meant another image before."""


class Arrived(NamedTuple):
    """One layer of a pull: it was "here", or it was "fetched"; ``size`` is the packed blob's."""

    digest: Digest
    diff_id: DiffID
    size: int
    decision: str


class PullOutcome(NamedTuple):
    """A pull that came to its end; ``digest`` is what the name leads to (maybe an index).

    ``new`` is False when the name meant this image before.  ``layers`` are bottom first, and none
    when the image was here already.
    """

    reference: Reference
    digest: Digest
    image_id: ImageID
    new: bool
    layers: tuple[Arrived, ...]


def pull(
    session: Session,
    reference: Reference,
    shelf: Shelf,
    memory: Memory,
    *,
    platform: Platform = HERE,
) -> Dialogue:
    """Pull by tag, or by digest where there is one; returns a :class:`PullOutcome`."""
    session.claim(reference.repository, "pull")
    yield from session.ping()
    return (yield from _Order(session, reference, shelf, memory, platform).fulfil())


def pull_all(
    session: Session,
    reference: Reference,
    shelf: Shelf,
    memory: Memory,
    *,
    platform: Platform = HERE,
) -> Dialogue:
    """Pull every tag of a repository, in the registry's order; returns their outcomes."""
    session.claim(reference.repository, "pull")
    outcomes = []
    for tag in (yield from tags(session, reference.repository)):
        order = _Order(session, reference.with_tag(tag), shelf, memory, platform)
        outcomes.append((yield from order.fulfil()))
    return outcomes


class _Order:
    """One name that is being pulled."""

    __slots__ = ("memory", "platform", "reference", "repository", "session", "shelf")

    def __init__(
        self,
        session: Session,
        reference: Reference,
        shelf: Shelf,
        memory: Memory,
        platform: Platform,
    ) -> None:
        self.session = session
        self.reference = reference
        self.repository = Repository(session, reference.repository)
        self.shelf = shelf
        self.memory = memory
        self.platform = platform

    def fulfil(self) -> Dialogue:
        """From the name to the image, and back to the name."""
        digest = self.reference.digest or (yield from self._resolve())
        found = yield from self._manifest(digest, "manifest-by-digest")
        yield Pause(0, "pulling")
        manifest = found
        if isinstance(found, Index):
            child = found.choose(self.platform)
            manifest = yield from self._manifest(child.digest, "platform")
        image_id = ImageID(manifest.config.digest)
        layers: tuple[Arrived, ...] = ()
        if self.shelf.has_image(image_id):
            yield Pause(0, "complete")
        else:
            layers = yield from self._image(manifest)
        new = self.shelf.name(self.reference, digest, image_id)
        return PullOutcome(self.reference, digest, image_id, new, layers)

    # --- manifests -------------------------------------------------------------------------------

    def _target(self, name: str) -> str:
        return f"/v2/{self.reference.repository}/manifests/{name}"

    def _resolve(self) -> Dialogue:
        """The digest that a tag leads to."""
        ask, target = self.session.ask, self._target(self.reference.tag or "")
        response = yield from ask("HEAD", target, "resolve", _ACCEPT)
        named = response.headers.get("Docker-Content-Digest")
        if not response.ok or not named:
            response = yield from ask("GET", target, "repeat-as-get", _ACCEPT)
            if not response.ok:
                raise self.session.refused(response)
            named = response.headers.get("Docker-Content-Digest") or response.body.digest
        return Digest(named)

    def _manifest(self, digest: Digest, because: str) -> Dialogue:
        """A manifest or index by digest, from here if it was kept, else from the registry."""
        kept = self.shelf.manifest(digest)
        if kept is not None and (yield from self._vouched(digest)):
            self.shelf.keep(kept, self.reference.name)
            return kept
        response = yield from self.session.ask("GET", self._target(digest), because, _ACCEPT)
        if not response.ok:
            raise self.session.refused(response)
        body = _checked(response.body, digest, "manifest")
        media_type = response.headers.get("Content-Type").partition(";")[0].strip()
        manifest = read_manifest(media_type, body)
        self.shelf.keep(manifest, self.reference.name)
        return manifest

    def _vouched(self, digest: Digest) -> Dialogue:
        """A digest typed by a person must be the repository's own, even if we have the bytes."""
        name = self.reference.name
        if self.reference.digest != digest or self.shelf.kept_from(digest, name):
            return True
        response = yield from self.session.ask(
            "HEAD", self._target(digest), "other-source", _ACCEPT
        )
        return response.ok

    # --- blobs -----------------------------------------------------------------------------------

    def _image(self, manifest: Manifest) -> Dialogue:
        """Fetch config and layers side by side, check them, and hand the image over."""
        here = self._here(manifest.layers)
        config, blobs = yield Together(
            [
                Lane("config", self._config(manifest.config)),
                Lane("layers", self._layers(manifest.layers, len(here))),
            ],
            2,
        )
        layers = [*here, *_unpacked(manifest.layers[len(here) :], blobs)]
        image = _assembled(config, layers)
        self.shelf.adopt(image)
        arrived = []
        for at, (descriptor, layer) in enumerate(zip(manifest.layers, layers, strict=True)):
            self._learn(descriptor, layer)
            decision = "here" if at < len(here) else "fetched"
            arrived.append(Arrived(descriptor.digest, layer.diff_id, descriptor.size, decision))
        return tuple(arrived)

    def _here(self, descriptors: Sequence[Descriptor]) -> list[Layer]:
        """The unbroken run of layers, from the lowest, that are here on top of each other."""
        layers: list[Layer] = []
        diff_ids: list[DiffID] = []
        for descriptor in descriptors:
            diff_id = self.memory.diff_id(descriptor.digest)
            if diff_id is None:
                break
            diff_ids.append(diff_id)
            layer = self.shelf.layer(ChainID.chain(diff_ids)[-1])
            if layer is None:
                break
            layers.append(layer)
            self._learn(descriptor, layer)
        return layers

    def _learn(self, descriptor: Descriptor, layer: Layer) -> None:
        self.memory.learn(layer.diff_id, Known(descriptor.digest, self.reference.name))

    def _config(self, descriptor: Descriptor) -> Dialogue:
        """The config, tried up to five times with waits that double from a quarter of a second."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = yield from self.repository.fetch(descriptor.digest, "config-of-image")
                break
            except LabError as error:
                if is_final(error) or attempt == ATTEMPTS:
                    error.subject = "config"
                    raise
            yield Pause(_CONFIG_WAIT_US << (attempt - 1), "again")
        return _checked(response.body, descriptor.digest, "config")

    def _layers(self, descriptors: Sequence[Descriptor], here: int) -> Dialogue:
        """The missing layers, three at a time; each digest once."""
        lanes = [Lane(d.digest, _note("here")) for d in descriptors[:here]]
        missing = {d.digest: d for d in descriptors[here:]}
        lanes += [Lane(digest, self._layer(d)) for digest, d in missing.items()]
        blobs = yield Together(lanes, LANES)
        return dict(zip(missing, blobs[here:], strict=True))

    def _layer(self, descriptor: Descriptor) -> Dialogue:
        """One layer's blob, tried up to five times, going on where the last try stopped."""
        came: list[Blob] = []
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return (yield from self._download(descriptor.digest, came))
            except LabError as error:
                if is_final(error) or attempt == ATTEMPTS:
                    raise first_only(error) from None
            yield Pause(attempt * _WAIT_US, "retry")

    def _download(self, digest: Digest, came: list[Blob]) -> Dialogue:
        """One try; what arrives before the connection breaks is left in ``came``."""
        start = sum(part.size for part in came)
        because = "resume" if start else "layer"
        try:
            response = yield from self.repository.fetch(digest, because, start)
        except Unreachable as fault:
            if fault.partial is not None and fault.partial.ok:
                came.append(fault.partial.body)
            raise
        blob = Blob.joined([*came, response.body])
        if came and blob.digest != digest:
            came.clear()
            raise self.session.refused(response, "resumed-wrong")
        return _checked(blob, digest, "layer")


def _checked(body: Blob, digest: Digest, subject: str) -> Blob:
    if body.digest != digest:
        raise Mismatch(f"the {subject} is not what {digest} names", subject, digest)
    return body


def _unpacked(descriptors: Iterable[Descriptor], blobs: dict[Digest, Blob]) -> list[Layer]:
    """The layers in those blobs, unpacked from the bottom up."""
    layers = []
    for descriptor in descriptors:
        try:
            layers.append(Layer.from_packed(blobs[descriptor.digest], descriptor.media_type))
        except Mismatch as fault:
            fault.subject, fault.digest = "layer", descriptor.digest
            raise
    return layers


def _assembled(config: Blob, layers: Sequence[Layer]) -> Image:
    try:
        return Image(Config.read(config), layers)
    except Mismatch as fault:
        fault.subject = "rootfs"
        raise


def _note(words: str) -> Dialogue:
    yield Pause(0, words)
