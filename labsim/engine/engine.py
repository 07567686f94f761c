"""What a laptop's engine is to those who use it, whichever store it has.

The commands of docker, the lab and its doors know an engine by this; what is behind it (layers by
ChainID, or blobs by digest) is the engine's own business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.blob import Blob
    from labsim.digest import ChainID, DiffID, ImageID
    from labsim.engine.builder import BuildCache
    from labsim.engine.config_file import ConfigFile
    from labsim.engine.dialect import Dialect
    from labsim.engine.names import Names
    from labsim.engine.removal import Record
    from labsim.engine.summary import ImageSummary
    from labsim.image import Image, Layer, Platform
    from labsim.reference import Reference
    from labsim.wire import Dialogue

__all__ = ["Engine"]


class Engine(Protocol):
    """Local images, their names, the logins, and the verbs."""

    peer: str
    names: Names
    credentials: ConfigFile
    #: When an image was last given a name, as far as the engine counts it.
    tagged_us: dict[ImageID, int]
    #: Which image the legacy builder made an image of.
    parents: dict[ImageID, ImageID]

    @property
    def dialect(self) -> Dialect:
        """Whose words are said about it."""

    @property
    def contents(self) -> str:
        """How much is here, in words."""

    def resolve(self, text: str) -> ImageID:
        """The id of the image meant by a name or by the beginning of an id."""

    def image(self, text: str, platform: Platform | None = None) -> Image:
        """The image meant by a name or id, as this machine (or that platform) would run it."""

    def images(self, *, everything: bool = False) -> list[ImageSummary]:
        """The images, the one created last first; ``everything``: those on the way to others."""

    def summary(self, image_id: ImageID) -> ImageSummary:
        """What :meth:`images` says of one, found out anew."""

    def standing_on(self, diff_ids: Sequence[DiffID]) -> list[Image]:
        """The images of exactly these layers, the one created last first."""

    @property
    def size(self) -> int:
        """Bytes of disk that all images take, what several have counted once."""

    @property
    def builds(self) -> BuildCache:
        """What builds have left for later ones."""

    def another(self) -> Engine:
        """An empty engine of the same kind, for the same laptop."""

    def disk_size(self, layer: Layer) -> int:
        """What the engine calls the size of a layer."""

    def pieces(self, image_id: ImageID) -> list[tuple[str, int]]:
        """What an image's size is made of, by names that images share, with bytes."""

    def has_image(self, image_id: ImageID) -> bool:
        """Whether the image is here."""

    def has_config(self, config_id: ImageID) -> bool:
        """Whether an image with this config is here, whatever its id."""

    def tag(self, source: str, target: Reference, *, at_us: int = 0) -> None:
        """Give an image one more name."""

    def remove(self, text: str, *, force: bool = False, prune: bool = True) -> list[Record]:
        """Take away a name, or an image when it was the last one; what was done, in order.

        ``prune``: and the images without a name that only led to it.
        """

    def prune(self, image_id: ImageID) -> list[Record]:
        """Take away an image with all its names; what was done, in order."""

    def note(self, image_id: ImageID, at_us: int) -> None:
        """An image got a name then, otherwise than by ``tag``."""

    def discard(self, image_id: ImageID) -> list[ChainID]:
        """Delete an image that has no names left; the layers whose going is told, top first."""

    def adopt(self, image: Image, names: Iterable[Reference] = ()) -> Image:
        """Take in a complete image under these names; the image as it is held here."""

    def load(self, config: Blob, layers: Sequence[Blob], names: Iterable[Reference] = ()) -> Image:
        """Take in an image from its config and its layer blobs, the lowest first."""

    def login(self, server: str, user: str, secret: str) -> Dialogue:
        """Ask a registry whether it knows this account; nothing is stored."""

    def logout(self, server: str) -> bool:
        """Forget a login; whether there was one."""

    def pull(
        self, reference: Reference, *, all_tags: bool = False, platform: Platform | None = None
    ) -> Dialogue:
        """Fetch an image (or every tag of a repository) and name it."""

    def push(
        self, reference: Reference, *, all_tags: bool = False, platform: Platform | None = None
    ) -> Dialogue:
        """Send an image under a name (or every tag of a repository); returns its outcomes."""
