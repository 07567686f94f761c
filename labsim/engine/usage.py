"""What the images on a laptop weigh: together, shared with others, and alone.

Sources: moby 20.10 ``daemon/images/image.go`` (``LayerDiskUsage``) and ``images.go`` (shared
sizes); 29.7 ``daemon/containerd/image_list.go`` (``computeSharedSize``).
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
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
    rows = [(row, engine.pieces(row.id)) for row in engine.images()]
    users = Counter(name for _, pieces in rows for name, _ in pieces)
    return [
        Usage(row, sum(size for name, size in pieces if users[name] > 1)) for row, pieces in rows
    ]
