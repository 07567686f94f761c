"""A build as its steps: the cut, what was cached, and bytes that agree with advice and registry."""

from __future__ import annotations

import pytest

from labsim import Lab, LabError
from labsim.course import views
from labsim.figures.build import build_figure
from labsim.figures.theme import mark
from tests.figures.kept import bench, built_of


def test_the_cut_is_above_the_first_step_that_is_not_cached():
    lab = bench()
    lab.docker("build -t cantdocpp/app .")
    lab.write("app.py", "print('bye')\n")
    lab.docker("build -t cantdocpp/app .")
    data = views.builds(lab).data
    assert [row["build"] for row in data["builds"]] == ["the build before", "the last build"]
    assert data["builds"][1]["cut above"] == "[3/4] COPY . ."
    assert [row["state"] for row in data["steps"]] == ["built"] * 3 + ["cached", "built", "built"]
    assert data["steps"][4]["why"] == "files changed: app.py"


def test_the_bytes_are_those_of_the_image_and_of_the_advice():
    lab = bench()
    advice = lab.advise(edited="app.py")
    before, after = (build_figure(built).data["builds"][0] for built in advice.builds)
    assert (before["pushed again"], after["pushed again"]) == (advice.before, advice.after)
    image = advice.builds[0].image
    assert image is not None
    data = build_figure(advice.builds[0]).data["steps"]
    packed = [layer.packed_size for layer in image.layers]
    assert [row["bytes"] for row in data] == packed[-len(data) :]


def test_advice_without_a_better_order_has_one_build():
    lab = bench()
    advice = lab.advise("FROM python\nCOPY app.py .\n", edited="app.py")
    assert len(advice.builds) == 1


@pytest.mark.parametrize("front", ["", "DOCKER_BUILDKIT=0 "])
def test_a_first_push_of_a_build_sends_what_the_figure_says(front):
    lab = bench()
    lab.login("cantdocpp", "lab")
    built = lab.docker(f"{front}docker build -t localhost:5000/app .")
    again = build_figure(built_of(built)).data["builds"][0]["pushed again"]
    lab.docker("pull python")
    lab.docker("tag python localhost:5000/base")
    lab.push("localhost:5000/base")
    lab.push("localhost:5000/app")
    assert views.ledger(lab).data["layers"][0]["was"] == again


@pytest.mark.slow
def test_only_layers_of_the_image_are_pushed():
    lab = bench()
    lab.write(
        "Dockerfile", "FROM golang AS b\nCOPY . .\nRUN make\nFROM debian\nCOPY --from=b . /x/\n"
    )
    built = built_of(lab.docker("build -t app ."))
    rows = build_figure(built).data["steps"]
    assert [row["pushed again"] for row in rows][:-1] == [0, 0]
    assert built.image is not None
    assert rows[-1]["pushed again"] == built.image.layers[-1].packed_size


def test_the_legacy_builders_settings_have_no_layer():
    lab = bench()
    lab.write("Dockerfile", "FROM python\nENV A=b\nCOPY . .\n")
    rows = build_figure(built_of(lab.docker("DOCKER_BUILDKIT=0 docker build ."))).data["steps"]
    assert [(row["state"], row["layer"] is None) for row in rows] == [
        ("read", True),
        ("built", True),
        ("built", False),
    ]


def test_a_layer_keeps_its_letter():
    built = built_of(bench().docker("build -t app ."))
    rows = build_figure(built).data["steps"]
    assert built.steps[-1].layer is not None
    assert rows[-1]["layer"] == mark(built.steps[-1].layer.diff_id).letter


def test_a_failed_build_says_what_stopped_it():
    lab = Lab()
    lab.write("Dockerfile", "FROM python\nCOPY nothing.txt .\n")
    figure = build_figure(built_of(lab.docker("build .")))
    assert "it failed: failed to compute cache key" in figure.text
    assert figure.data["steps"][0]["state"] == "failed"


def test_before_any_build_there_is_a_sentence():
    with pytest.raises(LabError, match="nothing has been built yet"):
        views.builds(Lab())


def test_hostile_and_long_lines_stay_lines():
    lab = Lab()
    words = "echo '<script>' > /x && echo " + "x" * 300
    lab.write("Dockerfile", f"FROM python\nRUN {words}\n")
    figure = build_figure({"<b>: it, too": built_of(lab.docker("build ."))})
    assert "<script" not in figure.svg
    assert "<b>" not in figure.svg
    assert words in figure.text
    assert "…" in figure.svg
