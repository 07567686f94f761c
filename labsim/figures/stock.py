"""What a registry holds at a moment, as plain values: one is drawn, or two compared.

A registry goes on changing, so a picture of "before" needs a :class:`Stock` that was taken before:

>>> from labsim.registry import Registry
>>> Stock.of(Registry("localhost:5000")).summary
'localhost:5000 holds nothing.'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from labsim.errors import LabError
from labsim.figures.figure import bytes_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.registry.registry import Registry
    from labsim.registry.store import Repository, Store, StoredManifest

__all__ = ["Content", "Held", "Shelf", "Stock"]

#: What may be said of a content: the words are the picture's and the text's.
NAMED, UNTAGGED, GARBAGE = "in use", "untagged", "garbage"


class Content(NamedTuple):
    """One thing that is stored once, whoever links to it.

    ``kind`` is layer, config, manifest, index or blob; ``state`` is ``in use`` where a tag leads to
    it, ``untagged`` where only a manifest without a tag does, and ``garbage`` where nothing does,
    which is what a collection throws away.
    """

    digest: str
    kind: str
    size: int
    state: str
    repositories: tuple[str, ...]


class Held(NamedTuple):
    """One manifest that a repository serves: its tags, what it is made of, or whom it lists."""

    digest: str
    kind: str
    size: int
    tags: tuple[str, ...]
    parts: tuple[str, ...]
    platforms: tuple[str, ...]


class Shelf(NamedTuple):
    """One repository: the manifests that it serves, and the blobs that it links to."""

    name: str
    visibility: str
    held: tuple[Held, ...]
    links: tuple[str, ...]

    @property
    def unneeded(self) -> tuple[str, ...]:
        """The links that no manifest of it needs."""
        needed = {part for one in self.held for part in one.parts}
        return tuple(link for link in self.links if link not in needed)


class Stock(NamedTuple):
    """Contents, each once, and the repositories that link to them."""

    host: str
    contents: tuple[Content, ...]
    shelves: tuple[Shelf, ...]

    @classmethod
    def of(cls, registry: Registry | Stock, only: Iterable[str] = ()) -> Stock:
        """What a registry holds now; with ``only``, these repositories and what they link to.

        LabError for what is no registry, and for a repository that is not there.
        """
        if isinstance(registry, Stock):
            return registry
        store = getattr(registry, "store", None)
        if store is None:
            raise LabError(f"shelves are drawn of a registry, not of {registry!r:.60}")
        names = list(only) or list(store.repositories)
        for name in names:
            if name not in store.repositories:
                raise LabError(f"{registry.host} has no repository {name!r}")
        chosen = [store.repositories[name] for name in names]
        shelves = tuple(map(_shelf, chosen))
        return cls(registry.host, tuple(_contents(store, chosen, whole=not only)), shelves)

    @property
    def size(self) -> int:
        """Bytes, each content once."""
        return sum(one.size for one in self.contents)

    @property
    def garbage(self) -> int:
        """Bytes of what nothing names."""
        return sum(one.size for one in self.contents if one.state == GARBAGE)

    @property
    def summary(self) -> str:
        """One sentence."""
        if not self.contents and not self.shelves:
            return f"{self.host} holds nothing."
        tags = sum(len(held.tags) for shelf in self.shelves for held in shelf.held)
        counts = (
            _count(len(self.contents), "content"),
            _count(len(self.shelves), "repository"),
            _count(tags, "tag"),
        )
        waste = bytes_text(self.garbage) if self.garbage else "nothing"
        listed = f"{', '.join(counts[:2])} and {counts[2]}"
        return f"{self.host}: {listed}, {bytes_text(self.size)} stored; {waste} is garbage."


def _count(number: int, noun: str) -> str:
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else many}"


def _shelf(repository: Repository) -> Shelf:
    tags: dict[str, list[str]] = {}
    for tag, digest in repository.tags.items():
        tags.setdefault(digest, []).append(tag)
    held = tuple(
        _held(stored, tuple(tags.get(digest, ())))
        for digest, stored in repository.manifests.items()
    )
    return Shelf(repository.name, repository.visibility, held, tuple(map(str, repository.blobs)))


def _held(stored: StoredManifest, tags: tuple[str, ...]) -> Held:
    kind = "index" if stored.children and not stored.needs else "manifest"
    platforms = tuple(child.platform for child in stored.children)
    parts = tuple(map(str, stored.names))
    return Held(str(stored.digest), kind, stored.blob.size, tags, parts, platforms)


def _contents(
    store: Store, repositories: Iterable[Repository], *, whole: bool
) -> Iterator[Content]:
    """Blobs, then manifests, each as it came; with ``whole``, what nobody links to as well."""
    states, kinds = _states(repositories)
    homes: dict[str, list[str]] = {}
    for repository in repositories:
        for digest in (*repository.blobs, *repository.manifests):
            homes.setdefault(digest, []).append(repository.name)
    sizes: dict[str, tuple[str, int]] = {
        digest: (kinds.get(digest, "blob"), blob.size)
        for blobs in (store.blobs, store.loose)
        for digest, blob in blobs.items()
    }
    for digest, stored in store.manifests.items():
        sizes[digest] = (_held(stored, ()).kind, stored.blob.size)
    for digest, (kind, size) in sizes.items():
        if whole or digest in homes:
            state = states.get(digest, GARBAGE)
            yield Content(str(digest), kind, size, state, tuple(homes.get(digest, ())))


def _states(repositories: Iterable[Repository]) -> tuple[dict[str, str], dict[str, str]]:
    """By digest, whether a tag or only a manifest leads to it, and which part it is."""
    states: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for repository in repositories:
        for digest in repository.manifests:
            _reach(repository.manifests, digest, UNTAGGED, states, kinds)
    for repository in repositories:
        for digest in repository.tags.values():
            _reach(repository.manifests, digest, NAMED, states, kinds)
    return states, kinds


def _reach(
    manifests: Mapping[str, StoredManifest],
    digest: str,
    state: str,
    states: dict[str, str],
    kinds: dict[str, str],
) -> None:
    states[digest] = state
    if (stored := manifests.get(digest)) is None:
        return
    for at, part in enumerate(stored.needs):
        states[part] = state
        kinds.setdefault(part, "layer" if at else "config")
    for child in stored.children:
        if states.get(child.digest) != state or child.digest not in manifests:
            _reach(manifests, child.digest, state, states, kinds)
