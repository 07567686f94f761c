"""``docker images``: the local images, one row a name, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.help import Flag
from labsim.docker.tables import align, columned, worded
from labsim.docker.units import created_at, created_since, human_size
from labsim.docker.voices import voice_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.summary import ImageSummary
    from labsim.reference import Reference

__all__ = ["COMMAND", "Row"]

NONE = "<none>"
_TITLES = {
    "Repository": "REPOSITORY",
    "Tag": "TAG",
    "Digest": "DIGEST",
    "ID": "IMAGE ID",
    "CreatedSince": "CREATED",
    "CreatedAt": "CREATED AT",
    "Size": "SIZE",
    "Containers": "CONTAINERS",
    "VirtualSize": "SIZE",
    "SharedSize": "SHARED SIZE",
    "UniqueSize": "UNIQUE SIZE",
}
#: Which of them only some CLIs have.
_EXTRA = ("Containers", "VirtualSize")
_PRIVATE = ("trunc", "i", "repo", "tag", "digest")
_TABLE = ("Repository", "Tag", "ID", "CreatedSince", "Size")
_TABLE_WITH_DIGEST = ("Repository", "Tag", "Digest", "ID", "CreatedSince", "Size")
_RAW = (
    "repository: {{.Repository}}\ntag: {{.Tag}}\n%simage_id: {{.ID}}\n"
    "created_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n"
)
#: Words that were meant for ``docker image …``.
_SLIPS = (
    "build", "history", "import", "inspect", "list", "load", "ls", "prune", "pull", "push", "rm",
    "save", "tag",
)  # fmt: skip


class Row(NamedTuple):
    """One line of the list: an image under one name."""

    image: ImageSummary
    repository: str
    tag: str
    digest: str

    def field(self, name: str, now_us: int, *, full: bool) -> str:
        """One column, as the CLI words it."""
        image = self.image
        if name == "ID":
            return str(image.id) if full else image.id.short
        if name == "CreatedSince":
            return created_since(image.created_us, now_us)
        if name == "CreatedAt":
            return created_at(image.created_us)
        if name == "Size":
            return human_size(image.size)
        return {"Repository": self.repository, "Tag": self.tag, "Digest": self.digest}.get(
            name, "N/A"
        )


def images(call: Call) -> int:
    """List what the filters leave, in the wanted format."""
    name = call.arguments[0] if call.arguments else ""
    voice = voice_of(call.seat.engine)
    left = voice.listed(call, _chosen(call, name))
    shown = voice.view(call, left)
    call.out(_table(call, left) if shown is None else shown)
    if name in _SLIPS and not left and call.path == "docker images":
        call.err(f'\nNo images found matching "{name}": did you mean "docker image {name}"?\n')
    return 0


def _table(call: Call, left: Sequence[ImageSummary]) -> str:
    """Rows as the formatter of every CLI writes them."""
    form, with_digest = _format(call), call.flag("digests")
    if not form and not with_digest:
        return _plain_table(left, call.seat.now, full=call.flag("no-trunc"))
    rows = list(_rows(left, digests=with_digest or "{{.Digest}}" in form, alone=with_digest))
    return _listed(call, form, rows)


def _chosen(call: Call, name: str) -> list[ImageSummary]:
    """The images to list, newest first."""
    engine, everything = call.seat.engine, call.flag("all")
    if not name and not call.values("filter"):
        return engine.images(everything=everything)
    from labsim.docker.filters import chosen

    return chosen(engine, call.values("filter"), call.seat.now, name, everything=everything)


def _format(call: Call) -> str:
    """The template to use; empty for the table (``cli/command/formatter/image.go``)."""
    form, quiet, digests = call.value("format"), call.flag("quiet"), call.flag("digests")
    if form in ("", "table"):
        return "{{.ID}}" if quiet else ""
    if form == "raw":
        return "image_id: {{.ID}}" if quiet else _RAW % ("digest: {{.Digest}}\n" * digests)
    if form.startswith("table") and digests and "{{.Digest}}" not in form:
        return form + "\t{{.Digest}}"
    return form


def _rows(images: Iterable[ImageSummary], *, digests: bool, alone: bool) -> Iterator[Row]:
    """An image's names: tags first, then repositories of which only digests are known.

    Repositories are sorted; the real CLI's order is random (it walks a Go map).  ``alone``: one
    row for each digest that has no tag beside it.
    """
    for image in images:
        if not image.tags and not image.digests:
            yield Row(image, NONE, NONE, NONE)
        known = _by_repository(image.digests)
        tagged = _by_repository(image.tags)
        for repository in (*sorted(tagged), *sorted(known.keys() - tagged.keys())):
            named = [str(name.digest) for name in known.get(repository, ())]
            for name in tagged.get(repository, ()):
                for digest in (named if digests else ()) or (NONE,):
                    yield Row(image, repository, name.tag or NONE, digest)
            if repository not in tagged:
                for digest in named if alone else ("",):
                    yield Row(image, repository, NONE, digest)


def _by_repository(names: Iterable[Reference]) -> dict[str, list[Reference]]:
    found: dict[str, list[Reference]] = {}
    for name in names:
        found.setdefault(name.familiar_name, []).append(name)
    return found


def _listed(call: Call, form: str, rows: list[Row]) -> str:
    now, full = call.seat.now, call.flag("no-trunc")
    if form == "{{.ID}}":
        return "".join(f"{row.field('ID', now, full=full)}\n" for row in rows)
    if form:
        return _templated(call, form, rows)
    lines = [[_TITLES[name] for name in _TABLE_WITH_DIGEST]]
    lines += (
        [row.field(name, now, full=full) or "N/A" for name in _TABLE_WITH_DIGEST] for row in rows
    )
    return align("".join("\t".join(line) + "\n" for line in lines))


def _plain_table(images: Sequence[ImageSummary], now: int, *, full: bool) -> str:
    """The usual table; what many images have in common is put into words once."""
    cut = slice(None) if full else slice(7, 19)
    named = [
        ((image.tags[0].familiar_name, image.tags[0].tag or NONE),)  # as of most images
        if len(image.tags) == 1 and not image.digests
        else _names(image)
        for image in images
    ]
    rows = [image for image, names in zip(images, named, strict=True) for _ in names]
    # Column by column: twice as fast as row by row.
    pairs = [pair for names in named for pair in names]
    repositories, tags = zip(*pairs, strict=True) if pairs else ((), ())
    ids = [image.id[cut] for image in rows]
    ages = worded(lambda us: created_since(us, now) or "N/A", [image.created_us for image in rows])
    sizes = worded(human_size, [image.size for image in rows])
    columns = zip(_TABLE, (repositories, tags, ids, ages, sizes), strict=True)
    return columned([[_TITLES[name], *cells] for name, cells in columns])


def _names(image: ImageSummary) -> Sequence[tuple[str, str]]:
    """Each repository and tag; where only one tag is known, there is nothing to sort."""
    if len(image.tags) == 1 == len(image.digests):
        (tag,), (digest,) = image.tags, image.digests
        if tag.familiar_name == digest.familiar_name:
            return ((tag.familiar_name, tag.tag or NONE),)
    rows = _rows((image,), digests=False, alone=False)
    return [(row.repository, row.tag) for row in rows]


def _templated(call: Call, form: str, found: list[Row]) -> str:
    from labsim.docker.rows import context, templated

    now, full = call.seat.now, call.flag("no-trunc")
    more = voice_of(call.seat.engine).FIELDS
    titles = {name: title for name, title in _TITLES.items() if name in more or name not in _EXTRA}
    contexts = []
    for row in found:
        fields = {name: row.field(name, now, full=full) for name in titles}
        fields |= {name: text or fields["Size"] for name, text in more.items()}
        contexts.append(context("*formatter.imageContext", fields, _PRIVATE))
    return templated(form, contexts, titles, voice_of(call.seat.engine).CLI)


COMMAND = Command(
    "images",
    Count(0, 1),
    images,
    simulated=frozenset({"all", "digests", "filter", "format", "no-trunc", "quiet", "tree"}),
    hidden=(Flag("tree", api="1.47"),),
    looks=True,
)
