"""``docker images`` of CLI 29: one line a name, with what is on the disk and what is content.

Columns are three blanks apart and padded to their width, the last one too; its place is for a ``U``
where a container uses the image, and the lab has none.  ``--tree`` shows each image once, under its
last name, with a line for each platform of its index, here or not.

Source: cli 29.7 ``cli/command/image/tree.go``.  A real terminal has a legend above the list, and a
redirected list a warning on standard error; nobody redirects here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter

from labsim.docker.tables import worded
from labsim.docker.units import human_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.summary import ImageSummary

__all__ = ["expanded", "flat"]

_UNTAGGED = "<untagged>"
_EXTRA = " " * 5
_Cells = tuple[str, str, str, str]


def flat(images: Sequence[ImageSummary]) -> str:
    """A line for each name, sorted; images without one come last."""
    named = [row for row in images if row.tags or row.digests]
    rows = sorted(_rows(named), key=itemgetter(0))
    if len(named) < len(images):
        rows += _rows([row for row in images if not (row.tags or row.digests)])
    width = max([len("IMAGE"), *[len(row[0]) for row in rows]])
    form = f"%-{width}s   %-12s   %10s   %12s   {_EXTRA}\n"
    return _header(width) + "".join(map(form.__mod__, rows))


def _rows(images: Sequence[ImageSummary]) -> Iterator[_Cells]:
    """The cells of each name, made column by column while the images lie in their order."""
    found = [row for row in images for _ in row.tags or row.digests or (None,)]
    names = [name for row in images for name in _names(row)]
    ids = [row.id[7:19] for row in found]
    usages = worded(human_size, [row.size for row in found])
    contents = worded(human_size, [row.content_size for row in found])
    return zip(names, ids, usages, contents, strict=True)


def expanded(images: Sequence[ImageSummary]) -> str:
    """Each image with all its names, and its platforms below it."""
    blocks = sorted(images, key=lambda image: (not _named(image), _names(image)[0]))
    names = [name for image in images for name in _names(image)]
    leaves = [f"└─ {row.platform}" for image in images for row in image.platforms]
    width = max([len("IMAGE"), *map(len, names), *map(len, leaves)])
    return "".join([_header(width), *("".join(_block(width, image)) for image in blocks)])


def _block(width: int, image: ImageSummary) -> Iterator[str]:
    *above, last = _names(image)
    yield from (f"{name:{width}}\n" for name in above)
    yield _line(width, last, *_cells(image))
    for number, row in enumerate(image.platforms, 1):
        branch = "└─" if number == len(image.platforms) else "├─"
        sizes = human_size(row.size), human_size(row.content_size)
        yield _line(width, f"{branch} {row.platform}", row.digest.hex[:12], *sizes)
    yield "\n"


def _named(image: ImageSummary) -> bool:
    return bool(image.tags or image.digests)


def _names(image: ImageSummary) -> list[str]:
    """Its tags, sorted; one that was pulled by digest alone has that; else none."""
    if len(image.tags) == 1:
        return [image.tags[0].familiar]
    return sorted([name.familiar for name in image.tags or image.digests]) or [_UNTAGGED]


def _cells(image: ImageSummary) -> tuple[str, str, str]:
    return image.id.short, human_size(image.size), human_size(image.content_size)


def _header(width: int) -> str:
    return f"{'IMAGE':{width}}   {'ID':12}   DISK USAGE   CONTENT SIZE   EXTRA\n"


def _line(width: int, name: str, id_: str, usage: str, content: str) -> str:
    return f"{name:{width}}   {id_:12}   {usage:>10}   {content:>12}   {_EXTRA}\n"
