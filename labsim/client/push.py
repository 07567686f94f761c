"""The classic engine's push: what it asks, in which order, and what it never asks.

For each layer, top first, five lanes at a time:

1. Nothing remembered of this layer: upload it, without asking.
2. Something remembered: HEAD the likeliest digest.  Found: done.
3. Not found: offer repositories of this registry that are remembered to have had it, the likeliest
   first; at most 4 for a layer above 10 MiB, 3 above 100 KiB, else 1.  Mounted: HEAD it, done.
   A registry that will not mount opens an upload session instead, and the upload uses that one.
4. Above 10 MiB: HEAD two more remembered digests.
5. Upload.

Then the config, then the manifest: last, and always.  What a layer taught is remembered at once, so
a push that fails later has not been for nothing.

Source: moby ``distribution/push_v2.go``, ``distribution/xfer/upload.go``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from labsim.client.blobs import Repository
from labsim.client.memory import Known, Memory
from labsim.client.refusals import first_only, is_final
from labsim.client.session import Session
from labsim.digest import DiffID, Digest
from labsim.errors import LabError, RegistryError
from labsim.image import DOCKER_CONFIG, DOCKER_LAYER, Descriptor, Image, Layer, Manifest
from labsim.reference import Reference
from labsim.wire import Dialogue, Lane, Pause, Together

__all__ = ["ATTEMPTS", "LANES", "Carried", "PushOutcome", "push"]

#: moby ``daemon/config``: max-concurrent-uploads, and ``xfer``: maxUploadAttempts.
LANES = 5
ATTEMPTS = 5
_WAIT_US = 5_000_000
_LARGE = 10 * 1024 * 1024
_MIDDLING = 100 * 1024


class Carried(NamedTuple):
    """What became of one layer: "found", "mounted" (from ``source``), "sent", or "known".

    "known" is a layer that an earlier push of the same command has dealt with.
    """

    diff_id: DiffID
    digest: Digest
    size: int
    decision: str
    source: str = ""


class PushOutcome(NamedTuple):
    """A push that came to its end: the manifest's name and length, and its layers, top first."""

    reference: Reference
    digest: Digest
    size: int
    layers: tuple[Carried, ...]


def push(
    session: Session,
    reference: Reference,
    image: Image,
    memory: Memory,
    *,
    sent: dict[DiffID, Carried] | None = None,
) -> Dialogue:
    """Push an image under a tagged name; returns a :class:`PushOutcome`.

    ``sent`` holds what earlier pushes of the same command have dealt with (``--all-tags``).
    """
    session.claim(reference.repository, "push,pull")
    yield from session.ping()
    shipment = _Shipment(session, reference, memory, {} if sent is None else sent)
    carried = yield from shipment.carry_all(image.layers[::-1])
    config = yield from _config(session, reference, image)
    manifest = _manifest(image, config, carried[::-1])
    target = f"/v2/{reference.repository}/manifests/{reference.tag}"
    headers = (("Content-Type", manifest.media_type),)
    response = yield from session.ask("PUT", target, "manifest", headers, manifest)
    if not response.ok:
        raise session.refused(response)
    return PushOutcome(reference, manifest.digest, manifest.size, tuple(carried))


def _manifest(image: Image, config: Descriptor, carried: Sequence[Carried]) -> Manifest:
    """What the registry will be told: the digests that it has, which may not be the image's own."""
    usual = image.manifest("docker")
    if [one.digest for one in carried] == [layer.digest for layer in usual.layers]:
        return usual
    return Manifest.docker(config, [Descriptor(DOCKER_LAYER, c.digest, c.size) for c in carried])


def _config(session: Session, reference: Reference, image: Image) -> Dialogue:
    """The config is looked for and sent like a layer, but never mounted and never tried again."""
    repository, config = Repository(session, reference.repository), image.config
    if (yield from repository.size_of(config.digest, "config")) is None:
        location = yield from repository.open("config-missing")
        yield from repository.send(config, location)
    return Descriptor(DOCKER_CONFIG, config.digest, config.size)


class _Shipment:
    """The layers of one push, on their way."""

    __slots__ = ("failed", "mark", "memory", "name", "repository", "sent", "session")

    def __init__(
        self,
        session: Session,
        reference: Reference,
        memory: Memory,
        sent: dict[DiffID, Carried],
    ) -> None:
        self.session = session
        self.mark = session.mark
        self.name = reference.name
        self.repository = Repository(session, reference.repository)
        self.memory = memory
        self.sent = sent
        self.failed: dict[DiffID, LabError] = {}

    def carry_all(self, layers: Sequence[Layer]) -> Dialogue:
        """All layers, in lanes; once every lane is at rest, the topmost failure is the push's."""
        yield from self._first_token()
        lanes: dict[DiffID, Lane] = {}
        again = []
        for layer in layers:
            diff_id = layer.diff_id
            if diff_id in lanes:
                again.append(Lane(diff_id, _note("twice")))
            else:
                lanes[diff_id] = Lane(diff_id, self._lane(layer))
        yield Together([*lanes.values(), *again], LANES)
        for diff_id in lanes:
            if diff_id in self.failed:
                raise self.failed[diff_id]
        return [self.sent[layer.diff_id] for layer in layers]

    def _first_token(self) -> Dialogue:
        """One token for all lanes; if there is none to be had, each lane will find that out."""
        try:
            yield from self.session.authorize()
        except LabError:
            return

    def _lane(self, layer: Layer) -> Dialogue:
        """One layer, tried up to five times; it gives up early when the push is lost anyway."""
        diff_id = layer.diff_id
        if diff_id in self.sent:
            self.sent[diff_id] = self.sent[diff_id]._replace(decision="known", source="")
            yield Pause(0, "known")
            return
        checked: set[Digest] = set()
        for attempt in range(1, ATTEMPTS + 1):
            if self.failed:
                return
            try:
                carried = yield from self._carry(layer, checked)
                if carried is not None:
                    self.sent[diff_id] = carried
                return
            except LabError as error:
                if is_final(error) or attempt == ATTEMPTS:
                    self.failed[diff_id] = first_only(error)
                    return
            yield Pause(attempt * _WAIT_US, "retry")

    def _carry(self, layer: Layer, checked: set[Digest]) -> Dialogue:
        """One attempt: look, mount, look again, send; returns None if that has become pointless.

        ``checked`` are the digests looked for before, by an earlier attempt too.
        """
        known, location = self.memory.recall(layer.diff_id), ""
        if known:
            spared, location = yield from self._spare(layer, self._likeliest(known), checked)
            if spared is not None:
                return spared
        if not location:
            location = yield from self.repository.open("unmountable" if known else "unremembered")
        if self.failed:
            return None
        packed = layer.packed
        size = yield from self.repository.send(packed, location)
        return self._learned(layer, packed.digest, size, "sent")

    def _spare(self, layer: Layer, known: Sequence[Known], checked: set[Digest]) -> Dialogue:
        """What is remembered may spare the sending: returns what was carried, or a session."""
        mounts, checks = _patience(layer.files_size)
        found = yield from self._look(layer, known, checked, 1)
        if found is not None:
            return found, ""
        mounted, location = yield from self._mount(layer, self._sources(known)[:mounts])
        if mounted is not None:
            return mounted, ""
        found = yield from self._look(layer, known, checked, checks - len(checked))
        return found, location

    def _look(
        self, layer: Layer, known: Sequence[Known], checked: set[Digest], most: int
    ) -> Dialogue:
        """HEAD the likeliest digests not looked for yet; what cannot be told counts as missing."""
        for one in known:
            if most <= 0:
                return None
            if one.digest in checked:
                continue
            most -= 1
            checked.add(one.digest)
            try:
                size = yield from self.repository.size_of(one.digest, "remembered")
            except LabError:
                continue
            if size is not None:
                return self._learned(layer, one.digest, size, "found", one)
            if one.repository == self.name:
                self.memory.forget(layer.diff_id, one)
        return None

    def _mount(self, layer: Layer, sources: Sequence[Known]) -> Dialogue:
        """Offer sources one after another; returns what was mounted, or the last session opened."""
        location, unwelcome = "", False
        for one in sources:
            path = one.repository.partition("/")[2]
            opened = None
            try:
                opened = yield from self.repository.mount(one.digest, path)
                if opened is None:
                    size = yield from self.repository.confirm(one.digest, "confirm-mount")
                    return self._learned(layer, one.digest, size, "mounted", one), ""
            except LabError as error:
                unwelcome = unwelcome or _unauthorized(error)
            if not (unwelcome and self.session.credentials is None):
                self._disown(layer, one)
            if opened:
                yield from self._cancel(location)
                location = opened
        return None, location

    def _cancel(self, location: str) -> Dialogue:
        if location:
            try:
                yield from self.repository.cancel(location)
            except LabError:
                return

    # --- memory ----------------------------------------------------------------------------------

    def _learned(
        self, layer: Layer, digest: Digest, size: int, decision: str, known: Known | None = None
    ) -> Carried:
        diff_id, fresh = layer.diff_id, Known(digest, self.name, self.mark)
        if decision != "found" or known != fresh:
            self.memory.learn(diff_id, fresh)
        source = known.repository.partition("/")[2] if known and decision == "mounted" else ""
        return Carried(diff_id, digest, size, decision, source)

    def _disown(self, layer: Layer, known: Known) -> None:
        """A source that would not be mounted is forgotten, unless other credentials learned it."""
        if known.mark in ("", self.mark):
            self.memory.forget(layer.diff_id, known)

    def _likeliest(self, known: Sequence[Known]) -> list[Known]:
        """Same credentials first, then more leading name components in common, then the newest."""
        mark, target = self.mark, self.name.split("/")
        if len(known) == 1:
            return [*known]
        newest_first = known[::-1]
        return sorted(newest_first, key=lambda k: (k.mark != mark, -_common(k, target)))

    def _sources(self, known: Sequence[Known]) -> list[Known]:
        """What may be mounted from: other repositories of the same registry."""
        domain = self.name.partition("/")[0] + "/"
        return [k for k in known if k.repository.startswith(domain) and k.repository != self.name]


def _patience(size: int) -> tuple[int, int]:
    """How many mounts and how many existence checks a layer of so many bytes of files is worth."""
    if size > _LARGE:
        return 4, 3
    return (3, 1) if size > _MIDDLING else (1, 1)


def _common(known: Known, target: Sequence[str]) -> int:
    """How many leading components of the names are equal; the registry is the first."""
    equal = 0
    for ours, theirs in zip(target, known.repository.split("/"), strict=False):
        if ours != theirs:
            break
        equal += 1
    return equal


def _unauthorized(error: LabError) -> bool:
    said = (error, *error.also) if isinstance(error, RegistryError) and not error.reason else ()
    return any(one.code == "UNAUTHORIZED" and one.message for one in said)


def _note(words: str) -> Dialogue:
    yield Pause(0, words)
