"""Every figure on every kind of input: small and large, nothing, one, long names, hostile ones.

``FIGURES`` is what the tests of all figures run over: a scene's name begins with its figure's, and
a name without a blank is that of a golden.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from benchmarks.pictures import forest
from labsim import Lab
from labsim.course import views
from labsim.figures.compare import compare
from labsim.figures.figure import Figure
from labsim.figures.graph import graph
from labsim.figures.ladder import ladder
from labsim.figures.merkle import merkle
from labsim.figures.name import name_figure
from labsim.figures.shelves import shelves
from labsim.figures.stock import Stock
from labsim.figures.strata import strata
from labsim.figures.timeline import timeline
from labsim.image import Image
from labsim.registry import Registry
from labsim.trace import Trace
from tests.figures.kept import KEPT

__all__ = ["FIGURES", "drawn", "moved", "pushed", "small"]

LOGIN = "login -u cantdocpp --password-stdin < token.txt"
LONG = "registry.example.com:5000/a-team-with-a-long-name/and-an/application-with-one:v1.2.3-rc.4"
HOSTILE = '<script>alert("x")</script>&\'\x00\x1b[31m\u202e'


@cache
def pushed(engine: str = "classic") -> Lab:
    """A lab in which an image that shares two layers with golang was pushed to the Hub."""
    lab = Lab(engine=engine)
    for line in ("pull debian:stable", "pull golang", "pull alpine:3", LOGIN):
        lab.docker(line)
    lab.tag("golang", "cantdocpp/golang:v1")
    lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
    lab.push("cantdocpp/golang:1.0")
    return lab


@cache
def refused() -> Lab:
    """The same, pushed into somebody else's namespace."""
    lab = pushed().fork()
    lab.build("alice/app:1", base="golang", layers=["deps"], edited="deps")
    lab.docker("push alice/app:1")
    return lab


@cache
def broken() -> Lab:
    """The same over a link that breaks."""
    lab = pushed().fork()
    lab.build("cantdocpp/app:1", base="golang", layers=["deps"], edited="deps")
    lab.cut("5MB")
    lab.docker("push cantdocpp/app:1")
    return lab


@cache
def small() -> dict[str, Image]:
    """One image of two layers: three nodes."""
    return dict(list(forest(3, 1).items())[1:2])


def named(name: str) -> dict[str, Image]:
    """The small image under some name, in which every step has that name too."""
    return {name: next(iter(small().values()))}


@cache
def moved() -> tuple[Stock, Registry]:
    """A registry, and what it held before a tag moved, one went and garbage was collected."""
    lab, host = pushed().fork(), "localhost:5000"
    for name, tag in (("alpine:3", "team/tool:1"), ("golang", "team/app:1")):
        lab.tag(name, f"{host}/{tag}")
        lab.push(f"{host}/{tag}")
    lab.build(f"{host}/team/app:2", base="golang", layers=["deps", "src"])
    lab.push(f"{host}/team/app:2")
    before = Stock.of(lab.registry(host))
    lab.build(f"{host}/team/app:2", base="golang", layers=["deps", "src"], edited="src")
    lab.push(f"{host}/team/app:2")
    for repository, tag in (("team/app", "1"), ("team/tool", "1")):
        manifest = lab.registry(host).store.repositories[repository].tags[tag]
        reference = tag if repository == "team/app" else manifest
        lab.http("DELETE", f"/v2/{repository}/manifests/{reference}", host=host)
    return before, lab.registry(host)


def stages() -> Any:
    """A graph in which lines merge: the stages of a build."""
    import networkx

    made = networkx.DiGraph()
    made.add_edges_from(
        [
            ("final", "build"),
            ("final", "assets"),
            ("build", "deps"),
            ("assets", "deps"),
            ("assets", "node"),
            ("deps", "base"),
            ("test", "build"),
            ("test", "fixtures"),
            ("fixtures", "base"),
        ]
    )
    return made


def told(lab: Lab) -> Figure:
    return views.told(lab)


def both() -> Figure:
    return views.both(pushed())


FIGURES: dict[str, Callable[[], Figure]] = {
    "name": lambda: name_figure("golang"),
    "name long": lambda: name_figure(LONG),
    "name digest": lambda: name_figure(f"ghcr.io/team/app:v1@sha256:{'a' * 64}"),
    "name wrong": lambda: name_figure("https://ghcr.io/x"),
    "name hostile": lambda: name_figure(HOSTILE),
    "strata": lambda: views.layers(pushed()),
    "strata packed": lambda: strata(views.images(pushed()), views.titles(), counting="packed"),
    "strata both": both,
    "strata half": lambda: strata(small(), registry={}),
    "strata empty": lambda: strata({}),
    "strata neither": lambda: strata({}, registry={}, host="x:1"),
    "strata one": lambda: strata(small()),
    "strata sixty": lambda: strata(forest(36, 24)),
    "strata long": lambda: strata(named(LONG)),
    "strata hostile": lambda: strata(named(HOSTILE)),
    "graph": lambda: views.layer_graph(pushed()),
    "graph networkx": lambda: graph(pushed().graph()),
    "graph merged": lambda: graph(stages()),
    "graph empty": lambda: graph({}),
    "graph one": lambda: graph(small()),
    "graph sixty": lambda: graph(forest(36, 24)),
    "graph many": lambda: graph(forest(320, 180)),
    "graph long": lambda: graph(named(LONG)),
    "graph hostile": lambda: graph(named(HOSTILE)),
    "ladder": lambda: told(pushed()),
    "ladder containerd": lambda: told(pushed("containerd")),
    "ladder refused": lambda: told(refused()),
    "ladder broken": lambda: told(broken()),
    "ladder empty": lambda: ladder(Trace()),
    "ladder unknown": lambda: ladder(views.last_trace(pushed())),
    "ladder hostile": lambda: ladder(views.last_trace(pushed()), f"{HOSTILE}\n{LONG * 3}"),
    "timeline": lambda: views.replayed(pushed()).figure,
    "timeline movable": lambda: views.replayed(pushed()).movable,
    "timeline instant": lambda: views.replayed(pushed()).still(1_500_000),
    "timeline broken": lambda: views.replayed(broken()).figure,
    "timeline broken instant": lambda: views.replayed(broken()).still(4_000_000),
    "timeline refused": lambda: views.replayed(refused()).figure,
    "timeline unknown": lambda: timeline(views.last_trace(pushed("containerd"))),
    "timeline empty": lambda: timeline(Trace()),
    "shelves": lambda: views.shelved(pushed(), "docker.io", "cantdocpp/golang", "library/golang"),
    "shelves hub": lambda: shelves(pushed().registry("docker.io")),
    "shelves compared": lambda: shelves(moved()[1], moved()[0]),
    "shelves empty": lambda: shelves(Registry("x:1")),
    "merkle": lambda: views.digests(pushed(), "cantdocpp/golang:1.0", "layer 4"),
    "merkle still": lambda: views.digests(pushed(), "cantdocpp/golang:1.0"),
    "merkle config": lambda: views.digests(pushed(), "alpine:3", "config"),
    "merkle manifest": lambda: merkle(next(iter(small().values())), "manifest", kind="oci"),
    "merkle two": lambda: compare(pushed().image("golang"), pushed().image("cantdocpp/golang:1.0")),
    "differences": lambda: views.compared(pushed().at(2), pushed()),
    "differences none": lambda: views.compared(pushed(), pushed()),
    "differences stores": lambda: compare({}, named(LONG)),
    "differences traces": lambda: compare(
        views.last_trace(pushed()), views.last_trace(pushed("containerd"))
    ),
    **KEPT,
}


@cache
def drawn(scene: str) -> Figure:
    """A scene's figure, drawn once for all tests that only look at it."""
    return FIGURES[scene]()
