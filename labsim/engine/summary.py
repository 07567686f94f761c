"""What an engine says of its images when it lists them."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import Digest, ImageID
    from labsim.image import Image, Platform
    from labsim.reference import Reference

__all__ = ["ImageSummary", "PlatformSummary"]


class PlatformSummary(NamedTuple):
    """One platform's manifest of an image: what of it is here, in bytes."""

    platform: Platform
    digest: Digest
    size: int
    content_size: int


class ImageSummary(NamedTuple):
    """One local image as the daemon lists it; ``tags`` empty means dangling.

    ``size`` is what the engine calls the image's size: of its files, or with its packed bytes.
    ``content_size`` and ``platforms`` are an engine's that keeps packed bytes.
    """

    id: ImageID
    tags: tuple[Reference, ...]
    digests: tuple[Reference, ...]
    created: str
    created_us: int
    size: int
    labels: dict[str, str]
    image: Image
    content_size: int = 0
    platforms: tuple[PlatformSummary, ...] = ()
