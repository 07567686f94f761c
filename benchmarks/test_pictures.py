"""What a picture costs beside other ways to draw one: ``make bench`` prints each with its limit."""

from __future__ import annotations

import io
import resource
import shutil
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from benchmarks.pictures import forest
from benchmarks.ratio import cpu_of, gate, ratio
from labsim.figures.figure import Figure
from labsim.figures.graph import graph
from labsim.figures.strata import strata
from labsim.graph import layer_graph
from labsim.image import Image
from tests.conftest import absent

pytestmark = pytest.mark.bench

#: Layers and names that make so many nodes.
NODES = {60: (36, 24), 500: (320, 180)}
DRAW: dict[str, Callable[[Mapping[str, Image]], Figure]] = {"graph": graph, "strata": strata}
pictures = pytest.mark.parametrize("picture", DRAW)


def scene(nodes: int) -> dict[str, Image]:
    """A store of so many nodes, whose layers have been packed and hashed."""
    images = forest(*NODES[nodes])
    assert len(layer_graph(images)) == nodes
    return images


@pictures
def test_sixty_nodes_beside_networkx_and_matplotlib(picture: str) -> None:
    images = scene(60)
    nodes = layer_graph(images)
    gate(
        f"{picture} of 60 nodes",
        lambda: ratio(
            lambda: cpu_of(lambda: DRAW[picture](images), repeat=10),
            lambda: cpu_of(lambda: as_png(nodes)),
            rounds=5,
        ),
        1 / 50,
        "networkx and matplotlib, to a PNG",
        form=".2g",
    )


def as_png(nodes: Any) -> bytes:
    """The same graph as networkx draws it, in generations."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt
    import networkx

    for at, generation in enumerate(networkx.topological_generations(nodes)):
        for node in generation:
            nodes.nodes[node]["subset"] = at
    figure, ax = plt.subplots(figsize=(12, 8))
    labels = {node: str(node)[:20] for node in nodes}
    places = networkx.multipartite_layout(nodes)
    networkx.draw(nodes, places, ax=ax, labels=labels, font_size=6)
    kept = io.BytesIO()
    figure.savefig(kept, format="png")
    plt.close(figure)
    return kept.getvalue()


@pictures
@pytest.mark.parametrize("nodes", NODES)
def test_never_slower_than_dot(picture: str, nodes: int) -> None:
    if shutil.which("dot") is None:
        absent("graphviz's dot is not installed")
    images = scene(nodes)
    text = as_dot(layer_graph(images))
    gate(
        f"{picture} of {nodes} nodes",
        lambda: ratio(
            lambda: cpu_of(lambda: DRAW[picture](images), repeat=3),
            lambda: cpu_of_dot(text),
            rounds=5,
        ),
        1,
        "graphviz dot, to SVG",
        form=".2g",
    )


def as_dot(nodes: Any) -> str:
    """The graph in dot's language."""
    numbers = {node: at for at, node in enumerate(nodes)}
    names = [f'n{at} [label="{str(node)[:20]}"];' for node, at in numbers.items()]
    edges = [f"n{numbers[one]} -> n{numbers[other]};" for one, other in nodes.edges()]
    return "digraph { rankdir=RL; node [shape=box]; " + " ".join(names + edges) + " }"


def cpu_of_dot(text: str) -> float:
    """CPU seconds of dot, its start included: that is what a caller pays."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["dot", "-Tsvg"], input=text.encode(), stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pictures
def test_five_hundred_nodes_beside_sixty(picture: str) -> None:
    few, many = scene(60), scene(500)
    gate(
        f"{picture} of 500 nodes",
        lambda: ratio(
            lambda: cpu_of(lambda: DRAW[picture](many)),
            lambda: cpu_of(lambda: DRAW[picture](few), repeat=5),
            rounds=7,
        ),
        12,
        "the same of 60",
        form=".2g",
    )
