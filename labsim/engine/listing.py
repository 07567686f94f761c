"""The images of an engine, a row for each: what a list says is found out when an image comes.

A row is made once; when a name comes or goes it is only named again.  So the first list costs no
more than the next one, however many images came before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ImageID
    from labsim.engine.names import Known
    from labsim.engine.summary import ImageSummary

__all__ = ["Listing"]

_created = attrgetter("created_us")


class Listing:
    """Rows by ImageID, in the order in which the images came."""

    __slots__ = ("_newest_first", "_rows")

    def __init__(self) -> None:
        self._rows: dict[ImageID, ImageSummary] = {}
        self._newest_first: list[ImageSummary] | None = None

    def __repr__(self) -> str:
        return f"<Listing of {len(self._rows)} images>"

    def put(self, row: ImageSummary) -> None:
        """Keep what is true of an image now; one that was here keeps its place."""
        self._rows[row.id] = row
        self._newest_first = None

    def name(self, image_id: ImageID, known: Known) -> None:
        """An image that may be here is called so now."""
        row = self._rows.get(image_id)
        if row is not None:
            self.put(row._replace(tags=known.tags, digests=known.digests))

    def drop(self, image_id: ImageID) -> None:
        """Forget an image."""
        del self._rows[image_id]
        self._newest_first = None

    def newest_first(self) -> list[ImageSummary]:
        """Every row, the image created last first; of equal ones, that which came last."""
        if self._newest_first is None:
            self._newest_first = _sorted(self._rows.values())
        return [*self._newest_first]

    def of(self, image_ids: Iterable[ImageID]) -> list[ImageSummary]:
        """The rows of these images (in the order in which they came), sorted in the same way."""
        return _sorted([self._rows[one] for one in image_ids])


def _sorted(rows: Iterable[ImageSummary]) -> list[ImageSummary]:
    found = [*rows]
    found.reverse()
    found.sort(key=_created, reverse=True)  # which leaves equal ones as they are
    return found
