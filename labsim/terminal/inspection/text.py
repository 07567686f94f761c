"""The report for people: what each image consists of, what of it is hidden, what is shared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labsim.archive.overlay import Hidden, Overlay, Seen
from labsim.archive.reading import DIRECTORY, FILE, HARDLINK, SYMLINK, Entry
from labsim.archive.whiteout import is_opaque, whited_out
from labsim.doors.layouts import Inspected, InspectedImage
from labsim.image.layouts.documents import Other
from labsim.terminal.inspection.sharing import Row, Shared, sharing
from labsim.terminal.inspection.words import (
    count_text,
    cut,
    label,
    printable,
    ratio_text,
    size,
    table,
)

__all__ = ["left_out", "made_by", "report"]

#: How many files are named where not all of them were asked for.
_NAMED = 10
_STEP_WIDTH = 36
#: What the classic builder copies is named by a sum of which twelve digits will do.
_SUM = re.compile(r"\b((?:file|dir|multi):[0-9a-f]{12})[0-9a-f]{52}\b")
_LEGEND = """\
PACKED counts the bytes of a layer's blob as it lies in the file, UNPACKED those of its tar, FILES
those of its regular files, whose number is COUNT; Docker adds FILES up as SIZE.  WASTED is the part
of FILES that no container sees, because a later layer hides it.  Efficiency is the part that
containers do see."""


def report(archives: Sequence[Inspected], *, files: bool = False) -> str:
    """All of it; with ``files``, every file of every layer by name."""
    blocks = [block for archive in archives for block in _archive(archive, files)]
    if sum(len(archive.images) for archive in archives) > 1:
        blocks.append(_shared(archives))
    return "\n\n".join((*blocks, _LEGEND)) + "\n"


def _archive(archive: Inspected, files: bool) -> Iterator[str]:
    count = count_text(len(archive.images), "image")
    yield f"{printable(archive.path)}: {count}, listed in {archive.listed_in}"
    for image in archive.images:
        yield _image(image)
        if image.overlay.hidden:
            yield "\n".join(_hidden(image.overlay.hidden, all_of_them=files))
        if files:
            yield from (_files(image, number) for number in range(len(image.layers)))
    if archive.others:
        yield "\n".join(("  Listed too, and no image here:", *map(_other, archive.others)))


# -- one image -------------------------------------------------------------------------------------


def _image(image: InspectedImage) -> str:
    names = ", ".join(image.names) or "(no name)"
    facts = [f"image {image.config.image_id.short}"]
    if image.manifest:
        facts.append(f"manifest {image.manifest.short}")
    if image.config.created:
        facts.append(f"created {image.config.created[:10]}")
    head = printable(f"{names}  {image.platform}".rstrip())
    lines = (head, f"  {', '.join(facts)}", "", *_layers(image), "", _efficiency(image.overlay))
    return "\n".join(lines)


_HEADER = ("#", "LAYER", "FORM", "PACKED", "UNPACKED", "FILES", "COUNT", "WASTED", "MADE BY")


def _layers(image: InspectedImage) -> list[str]:
    rows: list[tuple[str, ...]] = [_HEADER]
    for number, (layer, level) in enumerate(
        zip(image.layers, image.overlay.levels, strict=True), 1
    ):
        found = layer.measured
        sizes = map(size, (found.size, found.tar_size, level.files_size))
        counts = (f"{level.files:,}", size(level.hidden_size))
        form = found.packing.replace("plain", "tar")
        step = cut(printable(made_by(layer.created_by)), _STEP_WIDTH)
        rows.append((str(number), found.diff_id.short, form, *sizes, *counts, step))
    rows.append(_total(image))
    return table(rows, "lllrrrrrl")


def _total(image: InspectedImage) -> tuple[str, ...]:
    found = [layer.measured for layer in image.layers]
    packed, unpacked = sum(one.size for one in found), sum(one.tar_size for one in found)
    laid = image.overlay
    files = sum(level.files for level in laid.levels)
    sizes = map(size, (packed, unpacked, laid.files_size))
    return ("", "all", "", *sizes, f"{files:,}", size(laid.hidden_size), "")


def made_by(step: str) -> str:
    """The step of a build, without what every such line begins or ends with."""
    plain = _SUM.sub(r"\1", " ".join(step.split()).removesuffix(" # buildkit"))
    if plain.startswith("/bin/sh -c #(nop) "):
        return plain.removeprefix("/bin/sh -c #(nop) ").strip()
    if plain.startswith("/bin/sh -c "):
        return "RUN " + plain.removeprefix("/bin/sh -c ")
    return plain.replace("RUN /bin/sh -c ", "RUN ", 1)


def _efficiency(laid: Overlay) -> str:
    if not laid.files_size:
        return "  There are no bytes in its files."
    seen = f"  Efficiency {ratio_text(laid.efficiency)}: of {size(laid.files_size)} in files"
    seen += f" a container sees {size(laid.seen_size)}"
    if not laid.hidden:
        return f"{seen}; nothing is wasted."
    return f"{seen}; {size(laid.hidden_size)} in {count_text(len(laid.hidden), 'file')} wasted."


def _hidden(hidden: Sequence[Hidden], *, all_of_them: bool) -> list[str]:
    named = hidden if all_of_them else hidden[:_NAMED]
    rows = [("SIZE", "IN LAYER", "HIDDEN BY", "FILE"), *map(_hidden_row, named)]
    return table(rows, "rlll", 4) + left_out(hidden[len(named) :], 4)


def _hidden_row(one: Hidden) -> tuple[str, str, str, str]:
    return size(one.size), str(one.layer), f"{one.by}, {one.how}", printable(one.path)


def left_out(rest: Sequence[Hidden | Seen], indent: int) -> list[str]:
    """A line for the files that are not named."""
    if not rest:
        return []
    words = f"and {count_text(len(rest), 'more file')} with {size(sum(one.size for one in rest))}"
    return [f"{' ' * indent}{words}"]


def _files(image: InspectedImage, at: int) -> str:
    """Every member of a layer that changes something, as ``docker diff`` marks it."""
    entries, marks = image.layers[at].measured.entries, image.overlay.levels[at].marks
    rows = [_file(entry, mark) for entry, mark in zip(entries, marks, strict=True) if mark != "."]
    lines = table(rows, "lrl", 4) if rows else ["    nothing"]
    return "\n".join((f"  Layer {at + 1}", *lines))


def _file(entry: Entry, mark: str) -> tuple[str, str, str]:
    weight = size(entry.size) if entry.kind == FILE and mark != "D" else ""
    return mark, weight.rjust(8), printable(_path(entry, mark))


def _path(entry: Entry, mark: str) -> str:
    name = entry.name.removeprefix("./")
    if mark == "D":
        folder = name.rpartition("/")[0]
        return f"{folder}/ (what was in it)" if is_opaque(name) else whited_out(name) or name
    if entry.kind == DIRECTORY:
        return f"{name.rstrip('/')}/"
    arrow = {SYMLINK: " -> ", HARDLINK: " = "}.get(entry.kind)
    return f"{name}{arrow}{entry.link}" if arrow else name


_OTHERS = {
    "absent": "its bytes are not in this file",
    "attestation": "an attestation about an image",
    "artifact": "an artifact of type {media_type}",
}


def _other(other: Other) -> str:
    words = _OTHERS[other.kind].format(media_type=printable(other.media_type))
    platform = f" {printable(other.platform)}" if other.kind == "absent" and other.platform else ""
    return f"    manifest {other.digest.short}{platform}: {words}"


# -- several images --------------------------------------------------------------------------------


def _shared(archives: Sequence[Inspected]) -> str:
    """What they have in common, as a laptop keeps them; and the sums for a registry."""
    found = sharing(archives)
    several = len(archives) > 1
    rows: list[tuple[str, ...]] = [("ALL", "SHARED", "UNIQUE", "PROPORTIONAL", "IMAGE")]
    rows += [_sharing_row(row, several) for row in found["files"].rows]
    rows.append((size(found["files"].listed), "", "", size(found["files"].store), "together"))
    lines = table(rows, "rrrrl")
    title = "Shared layers, in bytes of files; each image's proportional part adds up to the store"
    return "\n".join((title, "", *lines, "", *_stores(found)))


def _sharing_row(row: Row, several: bool) -> tuple[str, ...]:
    sizes = map(size, (row.listed, row.shared, row.unique, row.proportional))
    where = f"{printable(row.archive)}: " if several else ""
    return (*sizes, f"{where}{label(row.image)}")


def _stores(found: dict[str, Shared]) -> Iterator[str]:
    yield f"  A laptop keeps {size(found['files'].store)} of files, each layer once."
    yield f"  A registry keeps {size(found['packed'].store)} of packed layers, each blob once."
