"""What of an image is here, and what that weighs: one walk through all that its target leads to."""

from __future__ import annotations

from typing import NamedTuple

from labsim.engine.summary import ImageSummary, PlatformSummary
from labsim.errors import UnknownImage
from labsim.image import ATTESTATION, HERE, Index
from labsim.timestamp import unix_us

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import Digest, ImageID
    from labsim.engine.containerd import Containerd
    from labsim.engine.names import Known
    from labsim.image import Descriptor, Image

__all__ = ["Weighed", "weigh"]


class Weighed(NamedTuple):
    """The image that is looked at, every platform's share in bytes, and what is not here."""

    image: Image
    platforms: tuple[PlatformSummary, ...]
    missing: tuple[Digest, ...]

    def summary(self, image_id: ImageID, names: Known) -> ImageSummary:
        """What a list says of it."""
        image = self.image
        return ImageSummary(
            image_id,
            *names,
            image.created,
            unix_us(image.created),
            sum([one.size for one in self.platforms]),
            dict(image.config.labels),
            image,
            sum([one.content_size for one in self.platforms]),
            self.platforms,
        )


def weigh(engine: Containerd, target: Descriptor) -> Weighed:
    """Weigh a manifest or an index; :class:`~labsim.errors.UnknownImage` if nothing is whole."""
    document = engine.content.document(target)
    children = document.manifests if isinstance(document, Index) else (target,)
    found: Image | None = None
    fits, platforms, missing = False, [], []
    for child in children:
        if child.annotation(ATTESTATION):
            continue
        row, image, lacking = _weigh(engine, child)
        missing += lacking
        if row is None:
            continue
        platforms.append(row)
        runs = HERE.runs(row.platform)
        if image is not None and (found is None or (runs and not fits)):
            found, fits = image, runs
    if found is None:
        short = target.digest.short
        raise UnknownImage(f"nothing of {short} is here", short)
    return Weighed(found, tuple(platforms), tuple(missing))


def _weigh(
    engine: Containerd, manifest: Descriptor
) -> tuple[PlatformSummary | None, Image | None, list[Digest]]:
    """One platform's row (none where nobody says which it is), its image if all is here."""
    content = engine.content
    here = dict.fromkeys([one.digest for one in content.walk(manifest)])
    missing = [one for one in here if one not in content]
    image = None if missing else engine.read(manifest)
    platform = manifest.platform or (None if image is None else image.config.platform)
    if platform is None:
        return None, None, missing
    packed = sum([content[one].size for one in here if one in content])
    files = 0 if image is None else sum(dict(engine.snapshots(image)).values())
    return PlatformSummary(platform, manifest.digest, packed + files, packed), image, missing
