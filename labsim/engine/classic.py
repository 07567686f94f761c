"""The laptop with Docker's classic image store (overlay2): images, names, layers, and the verbs.

An image *is* its config: the ImageID is the config's hash, and everything else hangs on it.  Layers
are kept unpacked, by ChainID, each once.  Packed bytes are not kept at all: a push packs anew, so
the digest a registry gets may differ from the one the image was loaded with (moby#23684).

The verbs that talk are dialogues: whoever drives them decides how they travel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from labsim.blob import size_text
from labsim.client.memory import Memory
from labsim.digest import ImageID
from labsim.engine.config_file import ConfigFile
from labsim.engine.dialect import CLASSIC
from labsim.engine.layers import LayerStore
from labsim.engine.listing import Listing
from labsim.engine.names import Names, digest_reference
from labsim.engine.summary import ImageSummary
from labsim.errors import LabError, UnknownImage

# A verb loads what it needs: `docker images` on an empty laptop speaks to no registry.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.blob import Blob
    from labsim.digest import ChainID, DiffID, Digest
    from labsim.engine.builder import BuildCache
    from labsim.engine.removal import Record
    from labsim.image import Image, Index, Layer, Manifest, Platform
    from labsim.reference import Reference
    from labsim.wire import Dialogue

__all__ = ["Classic", "ImageSummary"]


class Classic:
    """A laptop's engine with the classic store.  It is also the shelf a pull puts things on."""

    __slots__ = (
        "_builds",
        "_images",
        "_listing",
        "_manifests",
        "_on_top",
        "_sources",
        "credentials",
        "layers",
        "memory",
        "names",
        "parents",
        "peer",
        "tagged_us",
    )

    #: Whose words are said about it.
    dialect = CLASSIC

    def __init__(self, *, peer: str = "") -> None:
        """An empty engine; ``peer`` is whose laptop this is, as registries see it."""
        self.peer = peer
        self.names = Names(self._renamed)
        self.layers = LayerStore()
        self.memory = Memory()
        self.credentials = ConfigFile()
        #: When an image was last given a name with ``tag`` (a load or a pull does not count).
        self.tagged_us: dict[ImageID, int] = {}
        #: Which image the legacy builder made an image of.
        self.parents: dict[ImageID, ImageID] = {}
        self._builds: BuildCache | None = None
        self._images: dict[ImageID, Image] = {}
        self._listing = Listing()
        self._manifests: dict[Digest, Manifest | Index] = {}
        #: The images by their topmost layer, in which images of one base differ.
        self._on_top: dict[DiffID | None, dict[ImageID, Image]] = {}
        self._sources: dict[tuple[Digest, str], None] = {}

    def __repr__(self) -> str:
        return f"<Classic: {self.contents}>"

    @property
    def contents(self) -> str:
        """How much is here, in words: ``2 images, 300 MB of files``."""
        count = f"{len(self._images)} image{'s' * (len(self._images) != 1)}"
        return f"{count}, {size_text(self.layers.size)} of files" if self._images else count

    @property
    def size(self) -> int:
        """Bytes of files in all layers, each counted once."""
        return self.layers.size

    @property
    def builds(self) -> BuildCache:
        """What builds have left for later ones."""
        if self._builds is None:
            from labsim.engine.builder import BuildCache

            self._builds = BuildCache()
        return self._builds

    def another(self) -> Classic:
        """An empty engine of the same kind, for the same laptop."""
        return Classic(peer=self.peer)

    def has_config(self, config_id: ImageID) -> bool:
        """Whether an image with this config is here: an image is its config."""
        return config_id in self._images

    def disk_size(self, layer: Layer) -> int:
        """Bytes of a layer's files."""
        return layer.files_size

    def pieces(self, image_id: ImageID) -> list[tuple[str, int]]:
        """The layers of an image, by ChainID, with the bytes of their files."""
        image = self._images[image_id]
        return [
            (chain_id, layer.files_size)
            for chain_id, layer in zip(image.chain_ids, image.layers, strict=True)
        ]

    # -- looking -----------------------------------------------------------------------------------

    def resolve(self, text: str) -> ImageID:
        """The image meant by a name or by the beginning of an id; a name wins over an id.

        :class:`~labsim.errors.UnknownImage` carries the name with its default tag, as Docker says
        it; an ambiguous beginning is unknown too.  Source: moby ``daemon/images/image.go``.
        """
        from labsim.reference import Reference

        meant = Reference.any(text)
        named = self.names.get(meant) if isinstance(meant, Reference) else None
        found = named or self._by_prefix(text)
        if found is None:
            name = str(meant)
            if isinstance(meant, Reference):
                name = meant.with_default_tag().familiar
            raise UnknownImage(f"no image here is called {name}", name)
        return found

    def image(self, text: str, platform: Platform | None = None) -> Image:
        """The image meant by a name or id; it is of one platform, so none can be chosen."""
        known = self._images.get(text) if isinstance(text, ImageID) else None
        return known or self._images[self.resolve(text)]

    def standing_on(self, diff_ids: Sequence[DiffID]) -> list[Image]:
        """The images of exactly these layers, the one created last first."""
        wanted = tuple(diff_ids)
        alike = self._on_top.get(wanted[-1] if wanted else None, {})
        found = [image_id for image_id, image in alike.items() if image.diff_ids == wanted]
        return [row.image for row in self._listing.of(found)]

    def images(self, *, everything: bool = False) -> list[ImageSummary]:
        """The images, the one created last first (creation is the config's, not the pull's).

        ``everything``: with those that a build has left on its way to another.
        """
        from labsim.engine.lineage import visible

        return visible(self, self._listing.newest_first(), everything)

    def _renamed(self, image_id: ImageID) -> None:
        self._listing.name(image_id, self.names.known(image_id))

    def summary(self, image_id: ImageID) -> ImageSummary:
        """What a list says of an image, found out now; :meth:`images` has it from before."""
        from labsim.timestamp import unix_us

        image, created = self._images[image_id], self._images[image_id].created
        return ImageSummary(
            image_id,
            *self.names.known(image_id),
            created,
            unix_us(created),
            image.size,
            dict(image.config.labels),
            image,
        )

    def _by_prefix(self, text: str) -> ImageID | None:
        digits = text.removeprefix("sha256:")
        if not digits:
            return None
        found = [image_id for image_id in self._images if image_id.hex.startswith(digits)]
        return found[0] if len(found) == 1 else None

    # -- local verbs -------------------------------------------------------------------------------

    def tag(self, source: str, target: Reference, *, at_us: int = 0) -> None:
        """Give an image one more name; a name that stood elsewhere moves without a word."""
        image_id = self.resolve(source)
        if target.digest is not None:
            raise LabError(f"{target.familiar} is no tag: a name with a digest cannot be given")
        self.names.point(target, image_id)
        self.tagged_us[image_id] = at_us

    def remove(self, text: str, *, force: bool = False, prune: bool = True) -> list[Record]:
        """Take away a name, or an image when it was the last one; what was done, in order."""
        from labsim.engine.removal import remove

        return remove(self, text, force=force, prune=prune)

    def prune(self, image_id: ImageID) -> list[Record]:
        """Take away an image with all its names, one after the other."""
        records: list[Record] = []
        for name in [*map(str, self.names.of(image_id))] or [str(image_id)]:
            if self.has_image(image_id):
                records += self.remove(name)
        return records

    def note(self, image_id: ImageID, at_us: int) -> None:
        """Nothing: only ``tag`` counts."""

    def discard(self, image_id: ImageID) -> list[ChainID]:
        """Delete an image that has no names left; the layers that went with it, top first."""
        image = self._images.pop(image_id)
        del self._on_top[_top(image)][image_id]
        self._listing.drop(image_id)
        self.tagged_us.pop(image_id, None)
        self.parents.pop(image_id, None)
        return self.layers.release(image.chain_ids[-1] if image.layers else None)

    def logout(self, server: str) -> bool:
        """Forget a login; whether there was one.  Tokens already given stay valid."""
        return self.credentials.erase(server)

    # -- verbs that talk ---------------------------------------------------------------------------

    def login(self, server: str, user: str, secret: str) -> Dialogue:
        """Ask a registry whether it knows this account; nothing is stored."""
        from labsim.engine import talking

        return talking.login(self, server, user, secret)

    def pull(
        self, reference: Reference, *, all_tags: bool = False, platform: Platform | None = None
    ) -> Dialogue:
        """Fetch an image (or every tag of a repository) and name it."""
        from labsim.engine import talking

        return talking.pull(self, reference, all_tags=all_tags, platform=platform)

    def push(
        self, reference: Reference, *, all_tags: bool = False, platform: Platform | None = None
    ) -> Dialogue:
        """Send an image under a name (or every tag of a repository); returns its outcomes.

        An image here is of one platform, so none can be chosen; the daemon never hears of it.
        """
        from labsim.engine import talking

        return talking.push(self, reference, all_tags=all_tags)

    # -- the shelf: what a pull finds here and puts here -------------------------------------------

    def manifest(self, digest: Digest) -> Manifest | Index | None:
        """A manifest kept from an earlier pull, of whatever repository."""
        return self._manifests.get(digest)

    def kept_from(self, digest: Digest, repository: str) -> bool:
        """Whether that repository (canonical name) is known to have had it."""
        return (digest, repository) in self._sources

    def keep(self, manifest: Manifest | Index, repository: str) -> None:
        """Keep a manifest that a repository had; removing the image does not forget it."""
        self._manifests[manifest.digest] = manifest
        self._sources[manifest.digest, repository] = None

    def has_image(self, image_id: ImageID) -> bool:
        """Whether the image is complete here."""
        return image_id in self._images

    def layer(self, chain_id: ChainID) -> Layer | None:
        """A layer present on top of exactly these layers below."""
        return self.layers.get(chain_id)

    def load(self, config: Blob, layers: Sequence[Blob], names: Iterable[Reference] = ()) -> Image:
        """Take in an image from its config and its layer blobs, which are unpacked and let go."""
        from labsim.image import Image

        return self.adopt(Image.read(config, layers), names)

    def adopt(self, image: Image, names: Iterable[Reference] = ()) -> Image:
        """Take in a complete image and give it these names; the image as it is held here."""
        from labsim.image import Image

        if image.id not in self._images:
            self.layers.hold(image.chain_ids, image.layers)
            held = tuple(self.layers[chain_id] for chain_id in image.chain_ids)
            kept = self._images[image.id] = Image(image.config, held)
            self._on_top.setdefault(_top(kept), {})[image.id] = kept
            self._listing.put(self.summary(image.id))
        for name in names:
            self.names.point(name, image.id)
        return self._images[image.id]

    def name(self, reference: Reference, digest: Digest, image_id: ImageID) -> bool:
        """Name a pulled image by tag and by digest; whether the name is new or has moved."""
        by_digest = digest_reference(reference, digest)
        key = by_digest if reference.digest is not None else reference
        moved = self.names.get(key) != image_id
        self.names.point(by_digest, image_id)
        self.names.point(key, image_id)
        return moved


def _top(image: Image) -> DiffID | None:
    return image.diff_ids[-1] if image.layers else None
