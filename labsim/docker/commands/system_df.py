"""``docker system df``: how much room the images take; there is nothing else in the lab.

CLI 28.2.2 and 29.7 ``cli/command/formatter/disk_usage.go``.
"""

from __future__ import annotations

from typing import Any

from labsim.docker import rows
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.units import created_at, created_since, human_size
from labsim.docker.voices import voice_of
from labsim.engine.usage import Usage, usage
from labsim.errors import CommandError

__all__ = ["COMMAND"]

_TITLES = {
    "Type": "TYPE",
    "TotalCount": "TOTAL",
    "Active": "ACTIVE",
    "Size": "SIZE",
    "Reclaimable": "RECLAIMABLE",
}
#: Sums have one digit more than the size of an image (go-units, ``HumanSize``).
_DIGITS = 4
_TYPES = ("Containers", "Local Volumes", "Build Cache")
_IMAGE_TITLES = {
    "Repository": "REPOSITORY",
    "Tag": "TAG",
    "ID": "IMAGE ID",
    "CreatedSince": "CREATED",
    "Size": "SIZE",
    "SharedSize": "SHARED SIZE",
    "UniqueSize": "UNIQUE SIZE",
    "Containers": "CONTAINERS",
}
_VERBOSE = """\
Images space usage:

{}
Containers space usage:

CONTAINER ID   IMAGE     COMMAND   LOCAL VOLUMES   SIZE      CREATED   STATUS    NAMES

Local Volumes space usage:

VOLUME NAME   LINKS     SIZE

Build cache usage: 0B

CACHE ID   CACHE TYPE   SIZE      CREATED   LAST USED   USAGE     SHARED
"""


def system_df(call: Call) -> int:
    """Print the sums, or with ``--verbose`` each image."""
    form = call.value("format")
    if call.flag("verbose"):
        call.out(_verbose(call, form))
    elif form in ("", "table"):
        call.out(rows.table(_TITLES, tuple(_TITLES), _sums(call)))
    else:
        kinds = ("Images", "Containers", "Volumes", "BuildCache")
        contexts = [
            rows.context(f"*formatter.diskUsage{kind}Context", row)
            for kind, row in zip(kinds, _sums(call), strict=True)
        ]
        call.out(rows.templated(form, contexts, _TITLES, voice_of(call.seat.engine).CLI))
    return 0


def _sums(call: Call) -> list[rows.Fields]:
    """What several images have is counted once."""
    engine = call.seat.engine
    found, size = usage(engine), engine.size
    free = voice_of(engine).reclaimable(found, size)
    share = f" ({free * 100 // size}%)" if size else ""
    total, back = human_size(size, _DIGITS), human_size(free, _DIGITS)
    images = _row("Images", len(found), total, f"{back}{share}")
    return [images, *(_row(name, 0, "0B", "0B") for name in _TYPES)]


def _row(kind: str, count: int, size: str, reclaimable: str) -> rows.Fields:
    values = (kind, str(count), "0", size, reclaimable)
    return dict(zip(_TITLES, values, strict=True))


def _verbose(call: Call, form: str) -> str:
    found = [_image(call, row) for row in usage(call.seat.engine)]
    if form in ("", "table"):
        cut = [{**row, "ID": str(row["ID"])[7:19]} for row in found]
        return _VERBOSE.format(rows.table(_IMAGE_TITLES, tuple(_IMAGE_TITLES), cut))
    return _through(form, found, voice_of(call.seat.engine).CLI)


def _image(call: Call, row: Usage) -> rows.Fields:
    """One image, under the first of its names."""
    image = row.image
    name = image.tags[0] if image.tags else None
    extra = {**voice_of(call.seat.engine).FIELDS, "Containers": "0"}
    fields: dict[str, object] = {
        "CreatedAt": created_at(image.created_us),
        "CreatedSince": created_since(image.created_us, call.seat.now),
        "Digest": "",
        "ID": str(image.id),
        "Repository": name.familiar_name if name else "<none>",
        "SharedSize": human_size(row.shared_size, _DIGITS),
        "Size": human_size(image.size),
        "Tag": (name.tag or "") if name else "<none>",
        "UniqueSize": human_size(row.unique_size, _DIGITS),
    }
    return fields | {one: text or human_size(image.size) for one, text in extra.items()}


def _through(form: str, found: list[rows.Fields], cli: int) -> str:
    """One template for everything; it ends without a newline."""
    from labsim.docker.templates import Struct, Template, TemplateError

    fields: dict[str, Any] = {
        "Images": [rows.context("*formatter.imageContext", row) for row in found],
        "Containers": [],
        "Volumes": [],
        "BuildCache": [],
    }
    text = "{{json .}}" if form == "json" else form.removeprefix("table").lstrip(" ")
    try:
        template = Template(text, cli=cli)
    except TemplateError as error:
        raise CommandError(f"template parsing error: {error}\n") from None
    try:
        return template.render(Struct("*formatter.diskUsageContext", fields))
    except TemplateError as error:
        raise CommandError(f"{error}\n") from None


COMMAND = Command(
    "system_df",
    Count(0, 0),
    system_df,
    simulated=frozenset({"format", "verbose"}),
    looks=True,
)
