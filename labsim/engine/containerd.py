"""The laptop with Docker 29's image store (containerd): blobs by digest, and names for them.

An image *is* its manifest, or its index: the id is that document's hash.  Everything is kept as it
came, packed layers too, so a push sends the bytes that a pull brought, and the digests stay.  An
index is kept whole; of its images only those are here that somebody asked for.

The verbs that talk are dialogues: whoever drives them decides how they travel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from labsim.blob import size_text
from labsim.client.containerd.content import Content
from labsim.digest import ImageID
from labsim.engine.config_file import ConfigFile
from labsim.engine.dialect import CONTAINERD
from labsim.engine.lineage import visible
from labsim.engine.listing import Listing
from labsim.engine.names import Known, Names, digest_reference
from labsim.engine.summary import ImageSummary
from labsim.engine.weighing import Weighed, weigh
from labsim.errors import LabError, UnknownImage
from labsim.image import (
    ATTESTATION,
    DOCKER_LAYER_TAR,
    HERE,
    OCI_CONFIG,
    OCI_LAYER,
    OCI_LAYER_TAR,
    OCI_LAYER_ZSTD,
    Config,
    Descriptor,
    Image,
    Index,
    Layer,
    Manifest,
    Platform,
)
from labsim.reference import Reference

if TYPE_CHECKING:
    from labsim.blob import Blob
    from labsim.digest import ChainID, DiffID, Digest
    from labsim.engine.builder import BuildCache
    from labsim.engine.removal import Record
    from labsim.wire import Dialogue

__all__ = ["Containerd"]

#: What may be the beginning of an id (moby ``daemon/containerd/image.go``, ``checkTruncatedID``).
_ID = re.compile(r"(?:sha256:)?([0-9a-f]{4,64})")


class Containerd:
    """A laptop's engine with the containerd image store."""

    __slots__ = (
        "_awaited", "_builds", "_images", "_listing", "_sizes", "_stale", "_targets",
        "content", "credentials", "names", "parents", "peer", "tagged_us",
    )  # fmt: skip

    #: Whose words are said about it.
    dialect = CONTAINERD

    def __init__(self, *, peer: str = "") -> None:
        """An empty engine; ``peer`` is whose laptop this is, as registries see it."""
        self.peer = peer
        self.names = Names(self._renamed)
        self.credentials = ConfigFile()
        self.content = Content(self._arrived)
        #: When an image was last given a name: tagged, pulled, loaded or built.
        self.tagged_us: dict[ImageID, int] = {}
        self.parents: dict[ImageID, ImageID] = {}
        self._builds: BuildCache | None = None
        self._targets: dict[ImageID, Descriptor] = {}
        self._listing = Listing()
        #: What is not here, by the images that would weigh more with it.
        self._awaited: dict[Digest, list[ImageID]] = {}
        #: Images that weigh something else than is listed.
        self._stale: dict[ImageID, None] = {}
        self._images: dict[Digest, Image] = {}
        #: What a layer takes unpacked, counted once.
        self._sizes: dict[DiffID, int] = {}

    def __repr__(self) -> str:
        return f"<Containerd: {self.contents}>"

    @property
    def contents(self) -> str:
        """How much is here, in words: ``2 images, 120 MB of content``."""
        count = f"{len(self._targets)} image{'s' * (len(self._targets) != 1)}"
        return f"{count}, {size_text(self.content.size)} of content" if self._targets else count

    @property
    def size(self) -> int:
        """Bytes of the content as it came, and of the unpacked layers, each counted once."""
        chains: dict[ChainID, int] = {}
        for image_id in self._targets:
            for descriptor, _ in self.manifests(image_id):
                if self.content.complete(descriptor):
                    chains.update(self.snapshots(self.read(descriptor)))
        return self.content.size + sum(chains.values())

    @property
    def builds(self) -> BuildCache:
        """What builds have left for later ones."""
        if self._builds is None:
            from labsim.engine.builder import BuildCache

            self._builds = BuildCache()
        return self._builds

    def snapshots(self, image: Image) -> Iterator[tuple[ChainID, int]]:
        """The layers as they lie unpacked on each other, the lowest first, and their sizes."""
        for chain_id, layer in zip(image.chain_ids, image.layers, strict=True):
            yield chain_id, self.disk_size(layer)

    def disk_size(self, layer: Layer) -> int:
        """Bytes of disk that a layer takes unpacked."""
        known = self._sizes.get(layer.diff_id)
        if known is None:
            from labsim.engine.snapshots import disk_size

            known = self._sizes[layer.diff_id] = disk_size(layer.tar.entries)
        return known

    def pieces(self, image_id: ImageID) -> list[tuple[str, int]]:
        """What an image takes on the disk: its layers of every platform, and its blobs once."""
        found: list[tuple[str, int]] = []
        blobs: dict[str, int] = {}
        for descriptor, _ in self.manifests(image_id):
            here = [one.digest for one in self.content.walk(descriptor)]
            blobs.update((one, self.content[one].size) for one in here if one in self.content)
            if self.content.complete(descriptor):
                found += self.snapshots(self.read(descriptor))
        return [*found, *blobs.items()]

    def has_image(self, image_id: ImageID) -> bool:
        """Whether the image is here."""
        return image_id in self._targets

    def another(self) -> Containerd:
        """An empty engine of the same kind, for the same laptop."""
        return Containerd(peer=self.peer)

    def has_config(self, config_id: ImageID) -> bool:
        """Whether an image with this config is here, whatever its manifest."""
        return any(self.image(image_id).id == config_id for image_id in self._targets)

    # -- looking -----------------------------------------------------------------------------------

    def resolve(self, text: str) -> ImageID:
        """The image meant by a name or by the beginning of an id; a name wins over an id."""
        meant = Reference.any(text)
        if isinstance(meant, Reference):
            found = self.names.get(meant) or self._by_digest(meant) or self._by_prefix(text)
            name = meant.with_default_tag().familiar
        else:
            found, name = self._by_prefix(str(meant)), str(meant)
        if found is None:
            raise UnknownImage(f"no image here is called {name}", name)
        return found

    def _by_digest(self, meant: Reference) -> ImageID | None:
        """The image with that digest, if any of its names is in the repository."""
        image_id = self._by_prefix(str(meant.digest)) if meant.digest is not None else None
        known = self.names.of(image_id) if image_id else ()
        return image_id if any(name.name == meant.name for name in known) else None

    def _by_prefix(self, text: str) -> ImageID | None:
        """The one image whose id begins so; ``subject`` "ambiguous" marks that there are more."""
        meant = _ID.fullmatch(text)
        found = [one for one in self._targets if meant and one.hex.startswith(meant[1])]
        if len(found) > 1:
            error = UnknownImage(f"the ids of {len(found)} images begin with {text}", text)
            error.subject = "ambiguous"
            raise error
        return found[0] if found else None

    def target(self, image_id: ImageID) -> Descriptor:
        """What an image's names point at: a manifest, or an index."""
        return self._targets[image_id]

    def manifests(self, image_id: ImageID) -> Iterator[tuple[Descriptor, Platform]]:
        """The images that one leads to, here or not, each with its platform."""
        target = self._targets[image_id]
        document = self.content.document(target)
        children = document.manifests if isinstance(document, Index) else (target,)
        for child in children:
            platform = child.platform or self._platform(child)
            if platform is not None and not child.annotation(ATTESTATION):
                yield child, platform

    def _platform(self, descriptor: Descriptor) -> Platform | None:
        if not self.content.complete(descriptor):
            return None
        return self.read(descriptor).config.platform

    def image(self, text: str, platform: Platform | None = None) -> Image:
        """The image meant by a name or id: of that platform, or else of this machine's, or any."""
        image_id = text if isinstance(text, ImageID) else self.resolve(text)
        return self.read(self.best(image_id, platform))

    def best(self, image_id: ImageID, platform: Platform | None = None) -> Descriptor:
        """The manifest that is looked at; ``subject`` "platform" marks that there is none."""
        present = [row for row in self.manifests(image_id) if self.content.complete(row[0])]
        if platform is not None:
            present = [row for row in present if platform.runs(row[1])]
            if not present:
                raise self.lacks(platform)
        if not present:
            raise UnknownImage(f"nothing of {image_id.short} is here", image_id.short)
        return min(present, key=lambda row: not HERE.runs(row[1]))[0]

    @staticmethod
    def lacks(platform: Platform | None) -> UnknownImage:
        """That an image has nothing here for a platform (none named: for this machine)."""
        error = UnknownImage(
            f"the image has nothing here for {platform or HERE}", str(platform or "")
        )
        error.subject = "platform"
        return error

    def read(self, descriptor: Descriptor) -> Image:
        """The image of a manifest that is here as a whole; read once."""
        found = self._images.get(descriptor.digest)
        if found is None:
            manifest = self.content.document(descriptor)
            assert isinstance(manifest, Manifest)
            layers = [self.content.layer(one) for one in manifest.layers]
            found = Image(Config.read(self.content[manifest.config.digest]), layers)
            self._images[descriptor.digest] = found
        return found

    def standing_on(self, diff_ids: Sequence[DiffID]) -> list[Image]:
        """The images of exactly these layers, the one created last first."""
        return [row.image for row in self.images() if row.image.diff_ids == tuple(diff_ids)]

    def images(self, *, everything: bool = False) -> list[ImageSummary]:
        """The images, the one created last first; ``everything``: those on the way to others."""
        for image_id in self._stale:
            if image_id in self._targets:
                self._list(image_id, weigh(self, self._targets[image_id]))
        self._stale.clear()
        return visible(self, self._listing.newest_first(), everything)

    def summary(self, image_id: ImageID) -> ImageSummary:
        """What a list says of an image, found out now; :meth:`images` has it from before."""
        return weigh(self, self._targets[image_id]).summary(image_id, self._shown(image_id))

    def _shown(self, image_id: ImageID) -> Known:
        """A list shows the digest beside one repository only: that of the last name."""
        tags, digests = self.names.known(image_id)
        last = max((*tags[-1:], *digests[-1:]), key=str, default=None)
        return Known(
            tags, (digest_reference(last, self._targets[image_id].digest),) if last else ()
        )

    def _list(self, image_id: ImageID, weighed: Weighed) -> None:
        self._listing.put(weighed.summary(image_id, self._shown(image_id)))
        for digest in weighed.missing:
            self._awaited.setdefault(digest, []).append(image_id)

    def _renamed(self, image_id: ImageID) -> None:
        if image_id in self._targets:
            self._listing.name(image_id, self._shown(image_id))

    def _arrived(self, digest: Digest) -> None:
        self._stale.update(dict.fromkeys(self._awaited.pop(digest, ())))

    # -- local verbs -------------------------------------------------------------------------------

    def tag(self, source: str, target: Reference, *, at_us: int = 0) -> None:
        """Give an image one more name; a name that stood elsewhere moves without a word."""
        image_id = self.resolve(source)
        if target.digest is not None:
            raise LabError(f"{target.familiar} is no tag: a name with a digest cannot be given")
        if self.names.get(target) != image_id:
            self.names.point(target, image_id)
            self.note(image_id, at_us)

    def remove(self, text: str, *, force: bool = False, prune: bool = True) -> list[Record]:
        """Take away a name, or an image when it was the last one; what was done, in order.

        A name with a digest stands for all that its repository calls that image.
        """
        from labsim.engine.removal import remove, remove_repository

        meant = Reference.any(text)
        if isinstance(meant, Reference) and meant.digest is not None:
            return remove_repository(self, self.resolve(text), meant.name)
        return remove(self, text, force=force, prune=prune)

    def prune(self, image_id: ImageID) -> list[Record]:
        """Take away an image with all its names; with the last one go its documents."""
        from labsim.engine.removal import prune_documents

        return prune_documents(self, image_id)

    def note(self, image_id: ImageID, at_us: int) -> None:
        """An image got a name then: pulled, loaded or built."""
        self.tagged_us[image_id] = at_us

    def discard(self, image_id: ImageID) -> list[ChainID]:
        """Delete an image that has no names left, and what no other image leads to.

        Nothing is told of layers: they are only content.
        """
        gone = {one.digest for one in self.content.walk(self._targets.pop(image_id))}
        self._listing.drop(image_id)
        for noted in (self.tagged_us, self.parents):
            noted.pop(image_id, None)
        for target in self._targets.values():
            gone.difference_update(one.digest for one in self.content.walk(target))
        self.drop(image_id, gone)
        return []

    def drop(self, image_id: ImageID, digests: Iterable[Digest]) -> None:
        """Forget content that no other image needs."""
        for digest in digests:
            self.content.drop(digest)
            self._images.pop(digest, None)
        self._stale[image_id] = None

    def logout(self, server: str) -> bool:
        """Forget a login; whether there was one."""
        return self.credentials.erase(server)

    # -- taking in ---------------------------------------------------------------------------------

    def adopt(self, image: Image, names: Iterable[Reference] = ()) -> Image:
        """Take in a complete image under these names, packed as the lab packs."""
        self.hold(image.manifest("oci"), image.blobs, names)
        return image

    def load(self, config: Blob, layers: Sequence[Blob], names: Iterable[Reference] = ()) -> Image:
        """Take in an image from its config and its layer blobs, which are kept as they are."""
        image = Image.read(config, layers)
        pairs = zip(image.layers, layers, strict=True)
        rows = [Descriptor.of(_oci_type(layer), blob) for layer, blob in pairs]
        manifest = Manifest.oci(Descriptor.of(OCI_CONFIG, config), rows)
        self.hold(manifest, (config, *layers), names)
        return image

    def hold(
        self, document: Manifest | Index, blobs: Iterable[Blob], names: Iterable[Reference] = ()
    ) -> ImageID:
        """Keep a document and these blobs (manifests of an index among them) under these names."""
        for blob in (document, *blobs):
            self.content.put(blob)
        image_id = self.know(Descriptor.of(document.media_type, document))
        for name in names:
            self.names.point(name, image_id)
        return image_id

    def know(self, target: Descriptor) -> ImageID:
        """Count what a descriptor leads to among the images."""
        image_id = ImageID.from_hex(target.digest.hex, target.digest.algorithm)
        if image_id not in self._targets:
            weighed = weigh(self, target)
            self._targets[image_id] = target
            self._list(image_id, weighed)
        return image_id

    # -- verbs that talk ---------------------------------------------------------------------------

    def login(self, server: str, user: str, secret: str) -> Dialogue:
        """Ask a registry whether it knows this account; nothing is stored."""
        from labsim.engine import talking

        return talking.login(self, server, user, secret)

    def pull(
        self, reference: Reference, *, all_tags: bool = False, platform: Platform | None = None
    ) -> Dialogue:
        """Fetch an image (or every tag of a repository) and name it."""
        from labsim.engine import fetching

        return fetching.pull(self, reference, all_tags=all_tags, platform=platform)

    def push(
        self, reference: Reference, *, all_tags: bool = False, platform: Platform | None = None
    ) -> Dialogue:
        """Send an image under a name (or every tag of a repository); returns its outcomes."""
        from labsim.engine import sending

        return sending.push(self, reference, all_tags=all_tags, platform=platform)


def _oci_type(layer: Layer) -> str:
    """The media type of a layer as it was given."""
    given = layer.source.media_type if layer.source else ""
    return {DOCKER_LAYER_TAR: OCI_LAYER_TAR, OCI_LAYER_ZSTD: OCI_LAYER_ZSTD}.get(given, OCI_LAYER)
