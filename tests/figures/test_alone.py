"""Figures need nothing but Python, and say in one sentence what they cannot draw."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labsim.errors import LabError
from labsim.figures.compare import compare
from labsim.figures.graph import graph
from labsim.figures.ladder import ladder
from labsim.figures.merkle import merkle
from labsim.figures.shelves import shelves
from labsim.figures.strata import strata
from labsim.figures.timeline import timeline
from labsim.registry import Registry
from tests.figures.scenes import FIGURES, drawn, small
from tests.repository.tree import module_name, sources

#: What a learner may hand over in place of what is meant.
FIVE: Any = 5
WORDS: Any = "golang"
NOTHING: Any = None
BLOCKED = ("numpy", "matplotlib", "IPython", "ipywidgets", "anywidget")
MODULES = [name for path in sources() if (name := module_name(path)).startswith("labsim.figures")]

DRAW = """
import sys, json
sys.path.insert(0, ".")
sys.modules.update(dict.fromkeys(json.loads(sys.argv[1])))
import importlib
for name in json.loads(sys.argv[2]):
    importlib.import_module(name)
early = "networkx" in sys.modules
from tests.figures.scenes import FIGURES
print(json.dumps([early, {name: len(FIGURES[name]().svg) for name in json.loads(sys.argv[3])}]))
"""


def test_every_module_imports_and_draws_without_numpy_matplotlib_and_ipython(fresh):
    first = [name for name in FIGURES if " " not in name]
    ran = fresh(DRAW, *map(json.dumps, (BLOCKED, MODULES, first)))
    networkx_came, sizes = json.loads(ran.stdout)
    assert not networkx_came
    assert sizes == {name: len(drawn(name).svg) for name in first}
    assert len(MODULES) > 20


def test_the_guard_sees_a_blocked_module(fresh):
    code = "import sys; sys.modules['numpy'] = None\n"
    code += "try: import numpy\nexcept ImportError: print('no')"
    assert fresh(code).stdout == "no\n"


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (lambda: graph(5), "a layer graph is drawn of images by name, or of a networkx.DiGraph"),
        (lambda: strata(WORDS), "strata are drawn of images by name, not of 'golang'"),
        (lambda: strata({"golang": FIVE}), "strata are drawn of images by name, and 'golang' is 5"),
        (lambda: strata({}, counting="inches"), "bytes are counted as files or packed, not as"),
        (lambda: ladder(WORDS), "a ladder is drawn of a trace, such as lab.trace, not of 'golang'"),
        (
            lambda: timeline(NOTHING),
            "a timeline is drawn of a trace, such as lab.trace, not of None",
        ),
        (lambda: shelves(FIVE), "shelves are drawn of a registry, not of 5"),
        (lambda: shelves(Registry("x:1"), only=["a/b"]), "x:1 has no repository 'a/b'"),
        (lambda: merkle(WORDS), "a tree of digests is drawn of an image, such as"),
        (lambda: merkle(image(), "layer 9"), "there is no part 'layer 9' to change: index, manife"),
        (lambda: merkle(image(), "layer 0"), "there is no part 'layer 0' to change: index, manife"),
        (lambda: merkle(image(), kind="zip"), "a manifest is of kind docker or oci, not 'zip'"),
        (lambda: compare(5, "x"), "two labs, two registries, two mappings of names to images, two"),
        (lambda: compare({}, Registry("x:1")), "two labs, two registries, two mappings of names"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(draw, sentence):
    with pytest.raises(LabError) as caught:
        draw()
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


def image():
    return next(iter(small().values()))


def circle(*edges: tuple[str, str]):
    import networkx

    made = networkx.DiGraph()
    made.add_edges_from(edges)
    return made


def test_a_circle_and_a_crowd_are_no_layer_graph():
    with pytest.raises(LabError, match="a layer graph has no circles, and b stands on itself"):
        graph(circle(("a", "c"), ("b", "d"), ("d", "b")))
    with pytest.raises(LabError, match="more than 2000 nodes are no picture"):
        graph(circle(*((f"n{at}", f"n{at + 1}") for at in range(2001))))
