"""Many images as one graph of layers, and who pays for the bytes they share.

A layer that two images stand on is stored once.  So the sizes that images list add up to more than
the store holds, and no single number says what an image costs; :class:`Sharing` gives the five that
together do.  Sharing is counted on small integers, one for each layer, in a few passes over the
images: a hundred thousand of them take a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from labsim.errors import LabError, UnknownImage

if TYPE_CHECKING:
    import networkx

    from labsim.digest import ImageID
    from labsim.image import Image

__all__ = ["MOST_NODES", "Share", "Shares", "Sharing", "layer_graph"]

#: A drawing with more would say nothing, and networkx takes half a kilobyte for an edge.
MOST_NODES = 2_000


def layer_graph(images: Mapping[str, Image]) -> networkx.DiGraph:
    """Images and layers as a ``networkx.DiGraph``, to compute on.

    Nodes: an image by its name (``kind="image"``, ``id``, ``files``, ``packed``), a layer by its
    ChainID (``kind="layer"``, ``diff_id``, ``files``, ``packed``, ``depth`` from 1 at the bottom).
    Edges: from an image to its top layer, from a layer to the one it stands on.  Bytes are those of
    the regular files, and of the packed blob.
    """
    import networkx

    graph = networkx.DiGraph()
    for name, image in images.items():
        graph.add_node(name, kind="image", id=image.id, files=image.size, packed=image.packed_size)
        for depth, (chain_id, layer) in enumerate(
            zip(image.chain_ids, image.layers, strict=True), start=1
        ):
            graph.add_node(
                chain_id,
                kind="layer",
                diff_id=layer.diff_id,
                files=layer.files_size,
                packed=layer.packed_size,
                depth=depth,
            )
        graph.add_edges_from(pairwise((name, *reversed(image.chain_ids))))
        if len(graph) > MOST_NODES:
            raise LabError(f"more than {MOST_NODES} nodes are no picture: ask Sharing instead")
    return graph


class Shares:
    """The counting itself: ``holders`` name layers by index into ``sizes``, each at most once.

    >>> shares = Shares([(0, 1), (0, 1, 2), (3,)], [80, 220, 40, 8])
    >>> shares.store, shares.listed, shares.unique, shares.proportional
    (348, [300, 340, 8], [0, 40, 8], [150, 190, 8])
    """

    __slots__ = ("counts", "holders", "sizes")

    def __init__(self, holders: Sequence[Sequence[int]], sizes: Sequence[int]) -> None:
        self.holders = holders
        self.sizes = sizes
        #: How many holders each layer has.
        self.counts = counts = [0] * len(sizes)
        for layer in chain.from_iterable(holders):
            counts[layer] += 1

    @classmethod
    def named(cls, holders: Iterable[Iterable[tuple[str, int]]]) -> Shares:
        """Count layers that are given by name and size, a name perhaps more than once.

        >>> Shares.named([[("os", 80), ("go", 220)], [("os", 80)]]).unique
        [220, 0]
        """
        index: dict[str, int] = {}
        sizes: list[int] = []
        return cls([tuple(_interned(pieces, index, sizes)) for pieces in holders], sizes)

    @property
    def store(self) -> int:
        """Every layer that anybody holds, once."""
        return sum(size for size, count in zip(self.sizes, self.counts, strict=True) if count)

    @property
    def listed(self) -> list[int]:
        """Per holder: all its layers."""
        return self._summed(self.sizes)

    @property
    def unique(self) -> list[int]:
        """Per holder: the layers that nobody else holds."""
        alone = [
            size if count == 1 else 0 for size, count in zip(self.sizes, self.counts, strict=True)
        ]
        return self._summed(alone)

    @property
    def proportional(self) -> list[int]:
        """Per holder: each layer divided by its holders, in whole bytes that add up to the store.

        Bytes that do not divide go to the first holders, one each.
        """
        even = [size // (count or 1) for size, count in zip(self.sizes, self.counts, strict=True)]
        odd = [size % (count or 1) for size, count in zip(self.sizes, self.counts, strict=True)]
        shares = self._summed(even)
        for holder, layers in enumerate(self.holders):
            for layer in layers:
                if odd[layer]:
                    odd[layer] -= 1
                    shares[holder] += 1
        return shares

    def freed(self, holders: Iterable[int]) -> int:
        """What goes when these go: the layers that nobody else holds, all of them together."""
        gone: dict[int, int] = {}
        for holder in set(holders):
            for layer in self.holders[holder]:
                gone[layer] = gone.get(layer, 0) + 1
        return sum(self.sizes[layer] for layer, n in gone.items() if n == self.counts[layer])

    def _summed(self, values: Sequence[int]) -> list[int]:
        value = values.__getitem__
        return [sum(map(value, layers)) for layers in self.holders]


class Share(NamedTuple):
    """One name's bytes, five ways."""

    name: str
    listed: int  #: all layers of the image
    shared: int  #: layers that other images have too
    unique: int  #: layers that no other image has
    proportional: int  #: each layer divided among the names that hold it: these add up to the store
    freed: int  #: what removing this one name gives back


class Sharing:
    """Who holds which bytes; ``str()`` is a table.

    ``counting="files"`` counts as a laptop stores: the files of a layer, once per ChainID (Docker's
    SIZE is ``listed``).  ``counting="packed"`` counts as a registry does: each packed blob once.
    An image with two names has two rows: ``unique`` compares images, ``freed`` compares names, so
    removing one name of two frees nothing.
    """

    __slots__ = ("_names", "counting", "rows")

    def __init__(self, images: Mapping[str, Image], *, counting: str = "files") -> None:
        if counting not in _UNITS:
            raise ValueError(f"counting is one of {', '.join(_UNITS)}, not {counting!r}")
        self.counting = counting
        index: dict[str, int] = {}
        sizes: list[int] = []
        held: dict[ImageID, tuple[int, ...]] = {}
        for image in images.values():
            if image.id not in held:
                held[image.id] = tuple(_interned(_pieces(image, counting), index, sizes))
        alone = dict(zip(held, Shares(tuple(held.values()), sizes).unique, strict=True))
        self._names = Shares([held[image.id] for image in images.values()], sizes)
        self.rows = tuple(
            Share(name, listed, listed - alone[image.id], alone[image.id], part, freed)
            for (name, image), listed, part, freed in zip(
                images.items(),
                self._names.listed,
                self._names.proportional,
                self._names.unique,
                strict=True,
            )
        )

    @property
    def store(self) -> int:
        """What is really kept: each layer once."""
        return self._names.store

    @property
    def listed(self) -> int:
        """What the images say they are, added up."""
        return sum(row.listed for row in self.rows)

    def freed(self, *names: str) -> int:
        """What removing all these names gives back."""
        numbers = {row.name: number for number, row in enumerate(self.rows)}
        for name in names:
            if name not in numbers:
                raise UnknownImage(f"no image of that name is counted here: {name}", name)
        return self._names.freed(numbers[name] for name in names)

    def __str__(self) -> str:
        title, *header = _TITLES
        rows = [(row.name, *(f"{count:,}" for count in row[1:])) for row in self.rows]
        total = ("total", f"{self.listed:,}", "", "", f"{self.store:,}", "")
        table = [(title, *header), *rows, total]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join((name.ljust(widths[0]), *map(str.rjust, cells, widths[1:]))).rstrip()
            for name, *cells in table
        ]
        return "\n".join((*lines, "", f"The store holds {self.store:,} {_UNITS[self.counting]}."))

    __repr__ = __str__


_TITLES = ("IMAGE", "LISTED", "SHARED", "UNIQUE", "PROPORTIONAL", "FREED IF REMOVED")
_UNITS = {
    "files": "bytes of files, each layer once",
    "packed": "bytes of packed layers, each blob once",
}


def _pieces(image: Image, counting: str) -> Iterable[tuple[str, int]]:
    """What a store keeps of an image: names and sizes, a name perhaps more than once."""
    if counting == "packed":  # one DiffID, one packing: no need to hash the blobs
        return [(layer.diff_id, layer.packed_size) for layer in image.layers]
    return zip(image.chain_ids, (layer.files_size for layer in image.layers), strict=True)


def _interned(
    pieces: Iterable[tuple[str, int]], index: dict[str, int], sizes: list[int]
) -> Iterable[int]:
    """The number of each piece, once each; a new name takes the next number."""
    for name, size in dict(pieces).items():
        if name not in index:
            index[name] = len(sizes)
            sizes.append(size)
        yield index[name]
