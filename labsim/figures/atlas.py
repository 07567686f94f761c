"""What a map of a lab shows: a laptop, what the last command moved, and the registries.

Three lists of plain values, read from images, a trace and the stores of registries; the map draws
them and knows nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from labsim.errors import LabError
from labsim.figures import theme
from labsim.figures.bricks import Brick, marked
from labsim.image import Config, Image, Manifest
from labsim.image.manifest import read_manifest
from labsim.registry import Registry
from labsim.registry.store import Repository, Store, StoredManifest
from labsim.story import ledger
from labsim.story.ledger import Entry
from labsim.story.shapes import shape
from labsim.trace import Trace

__all__ = ["Atlas", "Shelf", "Travelled", "shelf"]

UP, DOWN = "up", "down"
#: What only a push does (:mod:`labsim.story.shapes`).
_WRITES = ("open", "send", "seal", "cancel", "tag")


class Shelf(NamedTuple):
    """One repository at a registry: its tags, and the layers of what they name, by DiffID.

    ``packed`` is the bytes of all that it links to.  A layer whose config is not there goes by its
    blob's digest.
    """

    host: str
    repository: str
    tags: tuple[str, ...]
    layers: tuple[str, ...]
    packed: int

    @property
    def name(self) -> str:
        """Host and repository."""
        return f"{self.host}/{self.repository}"


class Travelled(NamedTuple):
    """Something that moved: which way, what it was (a layer's DiffID or a word), and its bytes."""

    way: str
    what: str
    moved: int


class Atlas(NamedTuple):
    """The three lanes; ``left_out`` counts repositories that are there and not shown, by host."""

    command: str
    images: Mapping[str, Image]
    travelled: tuple[Travelled, ...]
    outcome: str
    shelves: tuple[Shelf, ...]
    left_out: Mapping[str, int]
    known: Mapping[str, Brick]

    @classmethod
    def of(
        cls,
        images: Mapping[str, Image],
        registries: Iterable[Registry] = (),
        *,
        command: str = "",
        trace: Trace | None = None,
        shown: Collection[str] | None = None,
        layers: Mapping[str, Brick] | None = None,
    ) -> Atlas:
        """Read it; ``shown`` are the repositories to show, as host/name (None: every one).

        ``layers`` are bricks by DiffID: a layer that is among them keeps its look.
        """
        blobs = {
            str(layer.packed.digest): str(layer.diff_id)
            for image in images.values()
            for layer in image.layers
        }
        shelves: list[Shelf] = []
        left_out: dict[str, int] = {}
        for registry in registries:
            for repository in registry.store.repositories.values():
                if shown is None or f"{registry.host}/{repository.name}" in shown:
                    shelves.append(shelf(registry.host, repository, registry.store))
                else:
                    left_out[registry.host] = left_out.get(registry.host, 0) + 1
        moved, outcome = _moved(trace, blobs)
        return cls(command, images, moved, outcome, tuple(shelves), left_out, layers or {})

    @property
    def marks(self) -> Mapping[str, theme.Mark]:
        """The marks of every layer anywhere on the map, the laptop's first."""
        here = (str(name) for image in self.images.values() for name in image.diff_ids)
        there = (layer for one in self.shelves for layer in one.layers)
        moved = (one.what for one in self.travelled if ":" in one.what)
        return marked((*here, *there, *moved), self.known)


def shelf(host: str, repository: Repository, store: Store) -> Shelf:
    """What one repository holds."""
    layers: dict[str, None] = {}
    for digest in repository.tags.values():
        found = repository.manifest(digest)
        if found is not None:
            layers.update(dict.fromkeys(_layers(found, repository, store)))
    packed = sum(blob.size for blob in repository.blobs.values())
    return Shelf(host, repository.name, tuple(sorted(repository.tags)), tuple(layers), packed)


def _layers(stored: StoredManifest, repository: Repository, store: Store) -> list[str]:
    """The layers that a manifest lists, an index's of all its images."""
    if stored.children:
        found = [repository.manifest(child.digest) for child in stored.children]
        return [
            name for one in found if one is not None for name in _layers(one, repository, store)
        ]
    try:
        manifest = read_manifest(stored.media_type, stored.blob)
        if not isinstance(manifest, Manifest):
            return []
        config = store.blobs.get(manifest.config.digest)
        if config is not None and len(ids := Config.read(config).diff_ids) == len(manifest.layers):
            return [str(name) for name in ids]
        return [str(layer.digest) for layer in manifest.layers]
    except LabError:
        return []


def _moved(trace: Trace | None, blobs: Mapping[str, str]) -> tuple[tuple[Travelled, ...], str]:
    """What a conversation moved, in the ledger's order, and what that came to."""
    if trace is None:
        return (), "nothing was said to any registry"
    told = ledger(trace)
    way = UP if any(shape(one).act in _WRITES for one in trace.exchanges) else DOWN
    moved = tuple(Travelled(way, _what(row, blobs), row.moved) for row in told.rows if row.moved)
    return moved, told.total if told.rows else "asked, and no image moved"


def _what(row: Entry, blobs: Mapping[str, str]) -> str:
    """A layer by its DiffID where anything tells it, else the word for what it is."""
    if row.part not in ("layer", "blob"):
        return row.part
    return row.subject or blobs.get(row.blob, row.blob)
