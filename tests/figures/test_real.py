"""Equal for equal: what a real client did is drawn with the rows of the same push simulated.

``skopeo.json`` is what the served registry recorded while skopeo 1.9.3 pushed the two images of
:mod:`tests.conformance.images`, one after the other: the trace of the test of the same name in
``tests/conformance/test_pictures.py``, which compares a skopeo of today.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from labsim import Lab, load
from labsim.figures import bricks
from labsim.figures.graph import graph
from labsim.figures.ladder import ladder
from labsim.figures.lanes import Lanes
from labsim.figures.rungs import Ladder
from labsim.figures.strata import Strata, strata
from labsim.figures.timeline import timeline
from labsim.image import Image
from labsim.story import pushes
from labsim.trace import Trace
from tests.conformance.images import FIRST, SECOND
from tests.doors.written import Layout, docker_save, in_folder, in_tar, layer_tar
from tests.figures import seen

RECORDED = Path(__file__).with_name("skopeo.json")
KNOWN = bricks.known(bricks.store({"first": FIRST, "second": SECOND}))
HOST = "localhost:5000"


def rows(trace: Trace) -> list[tuple[Any, ...]]:
    """The rows of a timeline: what each is about, its size, what moved, and what came of it."""
    shown = Lanes.of(trace, KNOWN).rows
    return [(row.title, row.mark, row.size, row.moved, row.outcome, row.failed) for row in shown]


def decided(trace: Trace) -> dict[str, str]:
    """What a ladder says was decided in the end about each layer, the config and the name."""
    shown = Ladder.of(trace, "", KNOWN)
    return {one.topic.label: one.words for one in shown.decisions if one.topic.key != "login"}


def simulated(engine: str) -> list[Trace]:
    """Both pushes by a simulated Docker, to a registry that asks nobody for anything."""
    lab, traces = Lab(engine=engine), []
    for at, image in enumerate((FIRST, SECOND), 1):
        name = f"{HOST}/team/app:{at}"
        lab.load([name], image.config, [layer.packed for layer in image.layers])
        trace = lab.push(name).trace
        assert trace is not None
        traces.append(trace)
    return traces


@pytest.mark.parametrize("engine", ["classic", "containerd"])
def test_a_push_by_skopeo_has_the_rows_of_the_same_push_simulated(engine):
    real = [push.trace for push in pushes(Trace.from_json(RECORDED.read_text(encoding="utf-8")))]
    assert [rows(trace) for trace in real] == [rows(trace) for trace in simulated(engine)]
    assert [decided(trace) for trace in real] == [decided(trace) for trace in simulated(engine)]
    assert [row[4] for row in rows(real[1])] == [
        "published as 2",
        "sent 15.2 kB",
        "sent 25.2 kB",
        "already there",
        "already there",
        "sent 418 B",
    ]


def test_a_whole_recording_is_drawn_as_one_conversation():
    trace = Trace.from_json(RECORDED.read_text(encoding="utf-8"))
    for figure in (timeline(trace, KNOWN), ladder(trace, layers=KNOWN)):
        assert seen.faults(figure.svg) == []
        assert "published as 2" in figure.text
    assert "skopeo 1.9.3" in seen.words(ladder(trace).svg)


def loaded(tmp_path: Path, kind: str) -> dict[str, Image]:
    """Two images that share a layer, read from a file that another tool might have written."""
    base, upper = layer_tar(1), layer_tar(2)
    lab = Lab()
    if kind == "docker":
        images: list[tuple[list[str] | None, list[bytes]]]
        images = [(["shop/base:1"], [base]), (["shop/web:1"], [base, upper])]
        load(in_tar(docker_save(images), tmp_path / "web.tar"), into=lab)
    else:
        for name, layers in (("shop/base:1", [base]), ("shop/web:1", [base, upper])):
            layout = Layout()
            layout.add(layout.manifest(layers), name)
            load(in_folder(layout.finished(), tmp_path / f"layers-{len(layers)}"), into=lab)
    return lab.images()


@pytest.mark.parametrize("kind", ["docker", "oci"])
@pytest.mark.parametrize("counting", ["files", "packed"])
def test_archives_that_others_wrote_are_drawn_like_any(tmp_path, kind, counting):
    images = loaded(tmp_path, kind)
    shown = Strata.of(images, counting=counting)
    assert len(shown.bricks) == 2
    assert shown.stored < shown.listed
    for figure in (strata(images, counting=counting), graph(images)):
        assert seen.faults(figure.svg) == []
        assert {"shop/base:1", "shop/web:1"} <= set(seen.words(figure.svg))
