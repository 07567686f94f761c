"""What the images on a laptop weigh: together, shared with others, and alone.

Source: moby 20.10 ``daemon/images/image.go`` (``LayerDiskUsage``) and ``images.go`` (shared sizes).
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ChainID
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary

__all__ = ["Usage", "usage"]


class Usage(NamedTuple):
    """An image, and how many of its bytes stand in layers that another image needs too."""

    image: ImageSummary
    shared_size: int

    @property
    def unique_size(self) -> int:
        """The bytes that nobody else needs."""
        return self.image.size - self.shared_size


def usage(engine: Engine) -> list[Usage]:
    """Every image with its share, the one created last first."""
    images = engine.images()
    users: Counter[ChainID] = Counter(
        chain_id for row in images for chain_id in row.image.chain_ids
    )
    return [Usage(row, _shared(row, users)) for row in images]


def _shared(row: ImageSummary, users: Counter[ChainID]) -> int:
    pairs = zip(row.image.chain_ids, row.image.layers, strict=True)
    return sum(layer.files_size for chain_id, layer in pairs if users[chain_id] > 1)
