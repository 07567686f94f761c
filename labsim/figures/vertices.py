"""What the graph figure knows of its nodes, whoever brought them: images by name, or networkx."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from labsim.digest import DiffID
from labsim.errors import LabError
from labsim.figures import bricks, theme
from labsim.graph import MOST_NODES
from labsim.image import Image

__all__ = ["Vertex", "of_graph", "of_images"]


class Vertex(NamedTuple):
    """One node: a layer (with a ``mark``), or names that are pinned to one, or anything else.

    ``below`` are the keys that it stands on, ``size`` its bytes of files (None where it has none),
    ``short`` the first digits of its DiffID or image ID.
    """

    key: str
    kind: str  #: "layer", "image" or "node"
    names: tuple[str, ...]
    words: str
    short: str
    size: int | None
    below: tuple[str, ...]
    mark: theme.Mark | None = None


def of_images(
    images: Mapping[str, Image], titles: Mapping[DiffID, str] | None = None
) -> tuple[Vertex, ...]:
    """The layers of these images, the lower before the higher, each followed by its pins."""
    every = bricks.store(images, titles)
    feet = {
        upper: (lower,)
        for image in images.values()
        for lower, upper in zip(image.chain_ids, image.chain_ids[1:], strict=False)
    }
    layers = [
        Vertex(
            str(one.chain_id),
            "layer",
            (),
            one.words,
            one.diff_id.short,
            one.files,
            tuple(map(str, feet.get(one.chain_id, ()))),
            one.mark,
        )
        for one in every
    ]
    pinned: dict[tuple[str, ...], list[str]] = {}
    for name, image in images.items():
        pinned.setdefault((image.id, *image.chain_ids[-1:]), []).append(name)
    pins = [_pin(tuple(names), images[names[0]]) for names in pinned.values()]
    return _counted((*layers, *pins))


def _pin(names: tuple[str, ...], image: Image) -> Vertex:
    below = tuple(map(str, image.chain_ids[-1:]))
    return Vertex(names[0], "image", names, "", image.id.short, image.size, below)


def of_graph(graph: Any) -> tuple[Vertex, ...]:
    """The nodes of a ``networkx.DiGraph``: as :func:`labsim.graph.layer_graph` makes it, or any.

    An edge leads from a node to one that it stands on.  Nodes without a ``kind`` are drawn as
    boxes with their name.
    """
    rows = [(node, dict(data)) for node, data in graph.nodes(data=True)]
    marks = theme.Marks(str(data["diff_id"]) for _, data in rows if "diff_id" in data)
    feet = {node: tuple(map(str, graph.successors(node))) for node, _ in rows}
    pinned: dict[tuple[str, ...], list[str]] = {}
    for node, data in rows:
        if data.get("kind") == "image":
            pinned.setdefault((str(data.get("id", node)), *feet[node]), []).append(str(node))
    nodes = dict(rows)
    layers = [
        _vertex(str(node), data, feet[node], marks)
        for node, data in rows
        if data.get("kind") != "image"
    ]
    pins = [
        Vertex(names[0], "image", tuple(names), "", _short(who), _size(nodes[names[0]]), below)
        for (who, *rest), names in pinned.items()
        for below in (tuple(rest),)
    ]
    return _counted((*layers, *pins))


def _vertex(
    key: str, data: Mapping[str, Any], below: tuple[str, ...], marks: Mapping[str, theme.Mark]
) -> Vertex:
    diff_id = str(data.get("diff_id", ""))
    if not diff_id:
        return Vertex(key, "node", (), key, "", _size(data), below)
    return Vertex(key, "layer", (), "", _short(diff_id), _size(data), below, marks[diff_id])


def _short(digest: str) -> str:
    return digest.partition(":")[2][:12]


def _size(data: Mapping[str, Any]) -> int | None:
    files = data.get("files")
    return files if isinstance(files, int) else None


def _counted(vertices: Iterable[Vertex]) -> tuple[Vertex, ...]:
    found = tuple(vertices)
    if len(found) > MOST_NODES:
        raise LabError(f"more than {MOST_NODES} nodes are no picture: ask Sharing instead")
    return found
