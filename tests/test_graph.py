"""Who holds which bytes: five numbers for each image that add up."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.archive import file, tar
from labsim.errors import LabError, UnknownImage
from labsim.graph import MOST_NODES, Shares, Sharing, layer_graph
from labsim.image import Config, Image, Layer

#: The layers of the teaching world, a byte for a megabyte of files.
SIZES = {"os": 80, "go": 220, "deps": 40, "src": 2, "mus": 8}
LAYERS = {name: Layer.of(tar([file(name, bytes(size))])) for name, size in SIZES.items()}


def image(*names: str, comment: str = "") -> Image:
    layers = [LAYERS[name] for name in names]
    config = Config.make(
        [layer.diff_id for layer in layers], created="2025-03-01T09:00:00Z", env=[f"X={comment}"]
    )
    return Image(config, layers)


MINE = image("os", "go", "deps", "src")
WORLD = {
    "golang:latest": image("os", "go"),
    "cantdocpp/golang:1.0": MINE,
    "cantdocpp/golang:latest": MINE,
    "debian:stable": image("os"),
    "alpine:3": image("mus"),
}


def test_listed_sizes_add_up_to_more_than_the_store_holds() -> None:
    sharing = Sharing(WORLD)
    assert (sharing.listed, sharing.store) == (1072, 350)


def test_every_name_has_five_numbers() -> None:
    rows = {row.name: tuple(row[1:]) for row in Sharing(WORLD).rows}
    assert rows == {  #            listed, shared, unique, proportional, freed
        "golang:latest": (300, 300, 0, 94, 0),  # 80/4 and 220/3, the odd byte first
        "cantdocpp/golang:1.0": (342, 300, 42, 114, 0),
        "cantdocpp/golang:latest": (342, 300, 42, 114, 0),
        "debian:stable": (80, 80, 0, 20, 0),
        "alpine:3": (8, 0, 8, 8, 8),
    }


def test_removing_both_names_of_an_image_frees_what_only_it_held() -> None:
    sharing = Sharing(WORLD)
    assert sharing.freed("cantdocpp/golang:1.0") == 0
    assert sharing.freed("cantdocpp/golang:1.0", "cantdocpp/golang:latest") == 42
    assert sharing.freed(*WORLD) == sharing.store
    with pytest.raises(UnknownImage, match="nosuch"):
        sharing.freed("nosuch")


def test_packed_bytes_are_counted_like_a_registry_does() -> None:
    sharing = Sharing(WORLD, counting="packed")
    assert sharing.store == sum(layer.packed_size for layer in LAYERS.values())
    assert sharing.rows[0].listed == WORLD["golang:latest"].packed_size
    with pytest.raises(ValueError, match="files, packed"):
        Sharing(WORLD, counting="dollars")


def test_a_laptop_stores_a_layer_again_on_another_base_and_a_registry_does_not() -> None:
    two = {"a": image("os", "src"), "b": image("mus", "src")}
    assert Sharing(two).store == 80 + 8 + 2 + 2
    packed = {name: layer.packed_size for name, layer in LAYERS.items()}
    assert Sharing(two, counting="packed").store == packed["os"] + packed["mus"] + packed["src"]


def test_a_layer_that_an_image_repeats_is_one_blob() -> None:
    doubled = {"a": image("os", "src", "src")}
    assert Sharing(doubled).listed == doubled["a"].size == 84
    packed = {name: layer.packed_size for name, layer in LAYERS.items()}
    assert Sharing(doubled, counting="packed").listed == packed["os"] + packed["src"]


def test_the_report_is_a_table() -> None:
    assert str(Sharing(WORLD)).split("\n") == [
        "IMAGE                    LISTED  SHARED  UNIQUE  PROPORTIONAL  FREED IF REMOVED",
        "golang:latest               300     300       0            94                 0",
        "cantdocpp/golang:1.0        342     300      42           114                 0",
        "cantdocpp/golang:latest     342     300      42           114                 0",
        "debian:stable                80      80       0            20                 0",
        "alpine:3                      8       0       8             8                 8",
        "total                     1,072                           350",
        "",
        "The store holds 350 bytes of files, each layer once.",
    ]


def test_no_image_is_an_empty_report() -> None:
    assert Sharing({}).store == 0
    assert str(Sharing({})).startswith("IMAGE  LISTED")


HOLDERS = st.lists(
    st.lists(st.integers(0, 9), unique=True, max_size=6), max_size=8
)  # layer numbers
COUNTED = st.tuples(HOLDERS, st.lists(st.integers(0, 1000), min_size=10, max_size=10))


@given(COUNTED)
def test_proportional_bytes_add_up_to_the_store_exactly(
    counted: tuple[list[list[int]], list[int]],
) -> None:
    shares = Shares(*counted)
    assert sum(shares.proportional) == shares.store
    assert all(
        u <= p <= n
        for u, p, n in zip(shares.unique, shares.proportional, shares.listed, strict=True)
    )


@given(COUNTED, st.data())
def test_what_removing_some_frees_is_what_the_store_shrinks_by(
    counted: tuple[list[list[int]], list[int]], data: st.DataObject
) -> None:
    holders, sizes = counted
    gone = data.draw(st.sets(st.sampled_from(range(len(holders))))) if holders else set()
    left = [layers for number, layers in enumerate(holders) if number not in gone]
    shares = Shares(holders, sizes)
    assert shares.freed(gone) == shares.store - Shares(left, sizes).store
    assert [shares.freed([number]) for number in range(len(holders))] == shares.unique


def test_the_graph_goes_from_an_image_down_to_its_lowest_layer() -> None:
    graph = layer_graph(WORLD)
    assert isinstance(graph, networkx.DiGraph)
    golang = WORLD["golang:latest"]
    assert networkx.shortest_path(graph, "golang:latest", golang.chain_ids[0]) == [
        "golang:latest",
        golang.chain_ids[1],
        golang.chain_ids[0],
    ]
    kinds = [kind for _, kind in graph.nodes(data="kind")]
    assert (kinds.count("image"), kinds.count("layer"), graph.number_of_edges()) == (5, 5, 8)


def test_the_nodes_say_what_they_are() -> None:
    graph = layer_graph(WORLD)
    golang = WORLD["golang:latest"]
    assert graph.nodes["golang:latest"] == {
        "kind": "image",
        "id": golang.id,
        "files": 300,
        "packed": golang.packed_size,
    }
    assert graph.nodes[golang.chain_ids[1]] == {
        "kind": "layer",
        "diff_id": LAYERS["go"].diff_id,
        "files": 220,
        "packed": LAYERS["go"].packed_size,
        "depth": 2,
    }


def test_the_graph_and_the_report_agree() -> None:
    graph = layer_graph(WORLD)
    stored = sum(files for node, files in graph.nodes(data="files") if node not in WORLD)
    assert stored == Sharing(WORLD).store


def test_a_graph_that_nobody_could_look_at_is_refused() -> None:
    many = {f"image:{number}": WORLD["alpine:3"] for number in range(MOST_NODES + 1)}
    with pytest.raises(LabError, match="2000 nodes"):
        layer_graph(many)
