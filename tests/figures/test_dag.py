"""The layout of a layer graph: generations in columns, runs in rows, and no line over a name."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from labsim.figures.dag import Place, laid


@some.composite
def trees(draw) -> dict[str, list[str]]:
    """A forest: each node stands on an earlier one, or on nothing."""
    count = draw(some.integers(0, 40))
    feet = [draw(some.integers(-1, at - 1)) for at in range(count)]
    return {f"n{at}": [f"n{foot}"] if foot >= 0 else [] for at, foot in enumerate(feet)}


@some.composite
def graphs(draw) -> dict[str, list[str]]:
    """Any graph without circles: each node stands on some of the earlier ones."""
    count = draw(some.integers(0, 25))
    return {
        f"n{at}": [
            f"n{foot}" for foot in sorted(draw(some.sets(some.integers(0, at - 1), max_size=3)))
        ]
        if at
        else []
        for at in range(count)
    }


@given(graphs())
def test_each_node_has_a_place_of_its_own_right_of_what_it_stands_on(below):
    places = laid(below)
    assert places.keys() == below.keys()
    assert len(set(places.values())) == len(places)
    for node, feet in below.items():
        lowest = max((places[foot].column for foot in feet), default=-1)
        assert places[node].column == lowest + 1


@given(trees())
def test_in_a_tree_no_line_goes_down_through_anything(below):
    """A line leaves its row just behind the lower node: nothing stands there in rows between."""
    places = laid(below)
    for node, feet in below.items():
        for foot in feet:
            start, end = places[foot], places[node]
            assert end.row >= start.row
            between = [
                other
                for other in places.values()
                if start.row < other.row < end.row and other.column <= start.column
            ]
            assert between == []


@given(trees())
def test_what_stands_right_of_a_node_in_its_row_stands_on_it(below):
    places = laid(below)
    rows: dict[int, list[str]] = {}
    for node, place in sorted(places.items(), key=lambda item: item[1].column):
        rows.setdefault(place.row, []).append(node)
    for row in rows.values():
        assert all(below[upper] == [lower] for lower, upper in pairwise(row))


def test_the_longest_line_goes_on_and_the_last_branch_is_nearest():
    below = {"base": [], "tag": ["base"], "a": ["base"], "x": ["a"], "b": ["a"], "c": ["b"]}
    assert laid(below) == {
        "base": Place(0, 0),
        "a": Place(1, 0),
        "b": Place(2, 0),
        "c": Place(3, 0),
        "x": Place(2, 1),
        "tag": Place(1, 2),
    }


def test_sweeps_bring_what_merges_together():
    below: dict[str, list[str]] = {"base": []}
    below |= {name: ["base"] for name in "abcd"}
    below |= {"end": ["a", "d"]}
    places = laid(below)
    assert abs(places["a"].row - places["d"].row) == 1
