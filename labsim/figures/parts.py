"""An image as parts that name each other by digest, and what one changed byte does to the names.

An index lists manifests, a manifest lists a config and packed layers, a config lists the unpacked
ones: each by the digest of its bytes.  So a byte that changes in one part changes the names of that
part and of all that list it, up to the top, and no other.  Nothing here is pretended: the changed
parts are made and hashed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from labsim.archive import Tar
from labsim.archive.reading import FILE
from labsim.archive.ustar import Piece
from labsim.blob import Blob
from labsim.errors import LabError
from labsim.figures.bricks import Brick, marked, store
from labsim.figures.theme import Mark
from labsim.image import OCI_MANIFEST, Config, Descriptor, Image, Index, Layer, Manifest

__all__ = ["Part", "Parts", "flipped", "parts"]

#: Where a tar without any file gets its changed byte: in the time of its first header.
_TIME = 137


class Part(NamedTuple):
    """One part: what it is called, its bytes, its name, and which parts list it.

    ``words`` say more about a layer; ``mark`` is what it looks like in every picture.
    """

    key: str
    size: int
    digest: str
    lists: tuple[str, ...]
    words: str = ""
    mark: Mark | None = None


Parts = Mapping[str, Part]


def parts(image: Image, kind: str = "docker", layers: Mapping[str, Brick] | None = None) -> Parts:
    """The parts of an image by key: index, manifest, config, layer 1 … and files 1 …, in order.

    ``kind`` is the manifest's, docker or oci; layers count from the bottom, and the files of a
    layer are its unpacked tar.
    """
    manifest = _manifest(image, kind)
    return _parts(image, manifest, manifest, _index(manifest, image), layers)


def _parts(
    image: Image,
    manifest: Manifest,
    sent: Blob,
    index: Blob,
    layers: Mapping[str, Brick] | None,
) -> Parts:
    numbers = range(1, len(image.layers) + 1)
    packed = tuple(f"layer {at}" for at in numbers)
    files = tuple(f"files {at}" for at in numbers)
    bricks = store({"": image})
    known = {**{str(one.diff_id): one for one in bricks}, **(layers or {})}
    marks = marked(map(str, image.diff_ids), layers or {})
    found = [
        Part("index", index.size, str(index.digest), ("manifest",)),
        Part("manifest", sent.size, str(sent.digest), ("config", *packed)),
        Part("config", image.config.size, str(manifest.config.digest), files),
    ]
    for at, layer in enumerate(image.layers):
        name = str(layer.diff_id)
        blob = layer.packed
        found.append(
            Part(
                packed[at],
                blob.size,
                str(blob.digest),
                (files[at],),
                known[name].words,
                marks[name],
            )
        )
    found += [
        Part(files[at], layer.tar.size, str(layer.diff_id), ())
        for at, layer in enumerate(image.layers)
    ]
    return {part.key: part for part in found}


def flipped(
    image: Image, part: str, kind: str = "docker", layers: Mapping[str, Brick] | None = None
) -> tuple[Parts, str]:
    """The parts after one bit of one byte was changed in a part, and what was done, in words.

    ``part`` is index, manifest, config or "layer 2": in a layer a byte of its first file changes,
    and it is packed again, which takes a second for 100 MB.  LabError for any other.
    """
    if part.startswith("layer "):
        return _layer_flipped(image, part, kind, layers)
    manifest = _manifest(image, kind)
    index = _index(manifest, image)
    if part == "config":
        config, words = _config_flipped(image.config)
        changed = Image(config, image.layers)
        manifest = _manifest(changed, kind)
        return _parts(changed, manifest, manifest, _index(manifest, changed), layers), words
    if part == "manifest":
        sent, words = _byte_flipped(manifest, part)
        renamed = bytes(index).replace(manifest.digest.encode(), sent.digest.encode())
        return _parts(image, manifest, sent, Blob(renamed), layers), words
    if part == "index":
        other, words = _byte_flipped(index, part)
        return _parts(image, manifest, manifest, other, layers), words
    raise _no_part(image, part)


def _no_part(image: Image, part: str) -> LabError:
    count = len(image.layers)
    layers = {0: "", 1: " or layer 1"}.get(count, f" or layer 1 to layer {count}")
    return LabError(f"there is no part {part!r} to change: index, manifest, config{layers}")


def _manifest(image: Image, kind: str) -> Manifest:
    if kind not in ("docker", "oci"):
        raise LabError(f"a manifest is of kind docker or oci, not {kind!r}")
    return image.manifest(kind)


def _index(manifest: Manifest, image: Image) -> Index:
    """The index that would list this manifest among others of its kind."""
    make = Index.oci if manifest.media_type == OCI_MANIFEST else Index.docker
    return make([Descriptor.of(manifest.media_type, manifest, image.config.platform)])


def _layer_flipped(
    image: Image, part: str, kind: str, known: Mapping[str, Brick] | None
) -> tuple[Parts, str]:
    number = part.removeprefix("layer ")
    if not number.isdecimal() or not 1 <= int(number) <= len(image.layers):
        raise _no_part(image, part)
    old = image.layers[int(number) - 1]
    new, words = _tar_flipped(old.tar, part)
    layers = [Layer.of(new) if layer is old else layer for layer in image.layers]
    text = bytes(image.config).replace(
        old.diff_id.encode(), layers[int(number) - 1].diff_id.encode()
    )
    changed = Image(Config.read(Blob(text)), layers)
    manifest = _manifest(changed, kind)
    # It is the layer that it was, changed: it keeps its name and its look.
    kept = {str(new.diff_id): known[old.diff_id]} if known and old.diff_id in known else {}
    index = _index(manifest, changed)
    return _parts(changed, manifest, manifest, index, {**(known or {}), **kept}), words


def _tar_flipped(tar: Tar, part: str) -> tuple[Tar, str]:
    """The tar with another first byte of its first file."""
    first = next((one for one in tar.entries if one.kind == FILE and one.size), None)
    at = first.at if first else min(_TIME, tar.size - 1)
    what = f"of {first.name} in {part}" if first else f"of the first header in {part}"
    made = Tar.streamed(lambda: _changed(tar.pieces(), at), tar.size, files_size=tar.files_size)
    return made, f"the first byte {what}" if first else f"a byte {what}"


def _changed(pieces: Iterator[Piece], at: int) -> Iterator[Piece]:
    """The same pieces, with the lowest bit of the byte at an offset turned over."""
    done = 0
    for piece in pieces:
        size = len(piece) if isinstance(piece, bytes) else piece
        if done <= at < done + size:
            here = piece if isinstance(piece, bytes) else bytes(piece)
            mine = at - done
            yield here[:mine] + bytes([here[mine] ^ 1]) + here[mine + 1 :]
        else:
            yield piece
        done += size


def _config_flipped(config: Config) -> tuple[Config, str]:
    """The config a second earlier or later; one without a time, with another blank in it."""
    data = bytes(config)
    created = config.created
    at = data.find(b'"' + created.encode() + b'"') if created else -1
    if at < 0 or "Z" not in created:
        return Config.read(Blob(data.replace(b":", b": ", 1))), "one blank in the config"
    second = at + 1 + created.index(":", created.index("T") + 4) + 2
    made = data[:second] + bytes([data[second] ^ 1]) + data[second + 1 :]
    return Config.read(Blob(made)), "the last digit of the second in which the config was created"


def _byte_flipped(blob: Blob, part: str) -> tuple[Blob, str]:
    """The last byte but one, which is white space or a bracket: no name that it lists changes."""
    data = bytes(blob)
    at = len(data) - 2
    made = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    return Blob(made), f"byte {at} of the {part}"
