"""Bases that tell of fewer layers than they have: what each builder makes of the history.

The rows are those that daemon 20.10.24 gave for the same bases and Dockerfiles.
"""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.archive import file, tar
from labsim.engine.builder.documents import buildkit_config
from labsim.image import Config, History, Image, Layer
from tests.engine.build_scene import Scene

LAYERS = [Layer.of(tar([file(name, name.encode())])) for name in ("one", "two")]
ONE = History("2025-01-01T00:00:00Z", "one")
FILEOP = ("fileop target", "buildkit.exporter.image.v0")
LOCAL = ("from local ", "buildkit.exporter.image.v0")
COPY = ("COPY a / # buildkit", "buildkit.dockerfile.v0")
ENV = ("ENV A=1", "buildkit.dockerfile.v0")
EXEC = ("mount / from exec /bin/sh -c true", "buildkit.exporter.image.v0")
RUN = ("RUN /bin/sh -c true # buildkit", "buildkit.dockerfile.v0")


def base(layers: int, *history: History) -> Image:
    stack = LAYERS[:layers]
    ids = [layer.diff_id for layer in stack]
    return Image(Config.make(ids, created=ONE.created, history=history), stack)


def made(desk: Scene, dockerfile: str) -> Image:
    image = desk.build(dockerfile).image
    assert image is not None
    return image


def scene(builder: str, image: Image) -> Scene:
    desk = Scene(builder, {"a": "a\n"})
    desk.images["base"] = image
    return desk


@pytest.mark.parametrize(
    ("image", "lines", "rows"),
    [
        (base(1), "ENV A=1", [ENV, LOCAL]),
        (base(1), "COPY a /", [COPY, FILEOP]),
        (base(1), "RUN true", [RUN, EXEC]),
        (base(2), "ENV A=1", [ENV, LOCAL, LOCAL]),
        (base(2), "COPY a /", [COPY, LOCAL, FILEOP]),
        (base(2), "COPY a /\nRUN true", [COPY, RUN, FILEOP, EXEC]),
        (base(2, ONE), "COPY a /", [("one", ""), COPY, FILEOP]),
        (base(2, ONE, ONE), "COPY a /", [("one", ""), ("one", ""), COPY]),
    ],
)
def test_buildkit_adds_the_rows_that_are_missing(image, lines, rows):
    built = made(scene("buildkit", image), f"FROM base\n{lines}\n")
    assert [(row.created_by, row.comment) for row in built.config.history] == rows
    told = [row for row in built.config.history if not row.empty_layer]
    assert len(told) == len(built.layers)
    assert Config.read(built.config).history == built.config.history


def test_a_row_takes_the_time_of_the_layer_that_it_goes_with():
    desk = scene("buildkit", base(1))
    first = made(desk, "FROM base\nCOPY a /\n").config.history
    desk.now += 60_000_000
    again = made(desk, "FROM base\nRUN true\n").config.history
    assert first[0].created == again[0].created == "2025-01-20T09:00:00Z"
    assert first[1].created == "2025-01-20T09:00:00.02Z"
    assert again[1].created > "2025-01-20T09:01:00"


def test_a_row_without_a_layer_is_an_empty_one():
    from labsim.engine.builder.bench import Bench, Ref
    from labsim.image import HERE

    bench = Bench(base(1, ONE, ONE._replace(created_by="two")))
    bench.refs = [Ref(0, "from local ")]
    rows = buildkit_config(bench, HERE, 0).history
    assert [(row.created_by, row.empty_layer) for row in rows] == [("one", False), ("two", True)]


def test_the_legacy_builder_adds_nothing():
    built = made(scene("legacy", base(2)), "FROM base\nENV A=1\nRUN touch /x\n")
    assert [row.created_by for row in built.config.history] == [
        "/bin/sh -c #(nop)  ENV A=1",
        "/bin/sh -c touch /x",
    ]
    assert len(built.layers) == 3
    assert Config.read(built.config).history == built.config.history


@pytest.mark.parametrize("engine", ["classic", "containerd"])
@pytest.mark.parametrize("kind", ["", "DOCKER_BUILDKIT=0 "])
def test_such_a_base_is_built_on_pushed_and_told_of(engine, kind):
    import tests.properties.tiny_world  # noqa: F401  its name is registered

    lab = Lab(engine=engine, world="tiny")
    lab.write("Dockerfile", "FROM base\nCOPY Dockerfile /\n")
    assert lab.docker(f"{kind}docker build -t localhost:5000/app .").exit_code == 0
    assert lab.docker("push localhost:5000/app").exit_code == 0
    told = lab.docker("history --format '{{.CreatedBy}}|{{.Size}}' localhost:5000/app").stdout
    lowest = told.splitlines()[-1]
    assert "COPY" in lowest
    assert lowest.partition("|")[2].startswith(("188kB", "197kB"))
    assert len(told.splitlines()) == (1 if kind else 2)
    top = told.splitlines()[0].partition("|")[0]
    if not kind:
        assert top == ("fileop target" if engine == "classic" else "[2/2] COPY Dockerfile /")
