"""Scenes of the figures that show a laptop at work: keys, builds, filters, the map, the ledger."""

from __future__ import annotations

from collections.abc import Callable

from labsim import Lab
from labsim.course import views
from labsim.docker import Result
from labsim.engine.builder import Built
from labsim.engine.builder.reasons import Reasons
from labsim.figures.atlas import Atlas
from labsim.figures.build import build_figure
from labsim.figures.figure import Figure
from labsim.figures.filter import filter_figure
from labsim.figures.keyring import key_ring
from labsim.figures.map import map_figure
from labsim.image import OCI_INDEX, Index

LONG = (
    "registry.example.com:5000/a-team/with-a-name/that-is-rather-long/and-longer:1.2.3-alpine3.20"
)
CONFIG = """{
 "auths": {
  "https://index.docker.io/v1/": {"auth": "Y2FudGRvY3BwOmh1bnRlcjI="},
  "https://ghcr.io/v2/": {"auth": "YWxpY2U6aHVudGVyMg=="},
  "localhost:5000": {"identitytoken": "hunter2"},
  "quay.io": {}
 },
 "credHelpers": {"registry.example.com:5000": "pass"}
}"""
NAMES = ("golang", "localhost:5000/app", "localhost/app", "ghcr.io/a/b:1", "quay.io/c", LONG)
DOCKERFILE = "FROM python\nWORKDIR /srv\nCOPY . .\nRUN pip install -r requirements.txt\n"


def bench() -> Lab:
    """A laptop with a project whose Dockerfile copies everything first."""
    lab = Lab()
    lab.write("Dockerfile", DOCKERFILE)
    lab.write("requirements.txt", "flask\n")
    lab.write("app.py", "print('hello')\n")
    return lab


def pushed() -> Lab:
    """The lab of the first lesson after its second push."""
    lab = Lab()
    lab.pull("golang")
    lab.pull("alpine:3")
    lab.login("cantdocpp", "lab")
    lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
    lab.push("cantdocpp/golang:1.0")
    return lab


def indexed() -> Lab:
    """A lab whose localhost:5000/tiny:many is an index of one image, which is on the laptop."""
    lab = Lab()
    lab.pull("alpine:3")
    lab.tag("alpine:3", "localhost:5000/tiny:one")
    lab.push("localhost:5000/tiny:one")
    image = lab.image("alpine:3")
    one = image.manifest("docker").descriptor._replace(platform=image.config.platform)
    headers = [("Content-Type", OCI_INDEX)]
    body = bytes(Index.oci([one]))
    target = "/v2/tiny/manifests/many"
    answer = lab.http("PUT", target, host="localhost:5000", headers=headers, body=body)
    assert answer.status == 201, answer
    return lab


def built_of(result: Result) -> Built:
    """The build that a command has made."""
    assert isinstance(result.why, Reasons), result.stderr
    return result.why.built


def edited() -> Figure:
    """A build, and the build after an edit."""
    lab = bench()
    lab.docker("build -t cantdocpp/app .")
    lab.write("app.py", "print('bye')\n")
    lab.docker("build -t cantdocpp/app .")
    return views.builds(lab)


def reordered() -> Figure:
    """The same edit with the lines in another order."""
    builds = bench().advise(edited="app.py").builds
    return build_figure(dict(zip(("in this order", "in the other"), builds, strict=True)))


def legacy() -> Figure:
    """The legacy builder, everything cached."""
    lab = bench()
    for _ in range(2):
        built = lab.docker("DOCKER_BUILDKIT=0 docker build -t cantdocpp/app .")
    return build_figure(built_of(built))


def failed() -> Figure:
    """A build that stops: a file is not there."""
    lab = Lab()
    lab.write("Dockerfile", "FROM python\nCOPY nothing.txt .\nRUN make\n")
    return build_figure(built_of(lab.docker("build .")))


def drawn_ledger() -> Figure:
    """The ledger, drawn."""
    table = views.ledger(pushed())
    return Figure(table.svg, table.text, table.data)


KEPT: dict[str, Callable[[], Figure]] = {
    "keyring": lambda: key_ring(CONFIG, NAMES),
    "keyring-nobody": lambda: key_ring("", ["golang"]),
    "keyring-empty": lambda: key_ring(""),
    "build-edited": edited,
    "build-reordered": reordered,
    "build-legacy": legacy,
    "build-failed": failed,
    "build-nothing": lambda: build_figure({}),
    "filter": lambda: filter_figure("*/golang", ["golang", "a/golang:v1", "a/b/golang", LONG]),
    "filter-one": lambda: filter_figure("*golang*:v?", ["golang:v1", "a/golang:v1"]),
    "filter-empty": lambda: filter_figure("golang", []),
    "filter-fault": lambda: filter_figure("gol[ang", ["golang"]),
    "map": lambda: views.the_map(pushed()),
    "map-empty": lambda: map_figure(Atlas.of({})),
    "ledger": drawn_ledger,
}
