"""The map: what is here, what travelled, what is there; the same as engine, trace and store say."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.course import views
from labsim.figures.atlas import Atlas
from labsim.figures.map import MOST, map_figure
from tests.figures.kept import indexed, pushed


def test_what_travelled_is_what_the_trace_counts():
    lab = pushed()
    assert lab.trace is not None
    rows = views.the_map(lab).data["network"]
    assert {row["way"] for row in rows} == {"up"}
    assert sum(row["moved"] for row in rows) == lab.trace.bytes_up
    lab.docker("pull busybox")
    rows = views.the_map(lab).data["network"]
    assert {row["way"] for row in rows} == {"down"}
    assert [row["what"].split()[0] for row in rows] == ["layer", "config", "manifest"]


def test_what_is_here_is_what_docker_images_lists():
    lab = pushed()
    rows = views.the_map(lab).data["laptop"]
    assert {row["image"]: row["files"] for row in rows} == {
        name: image.size for name, image in lab.images().items()
    }


def test_what_is_there_is_what_the_registry_stores():
    lab = pushed()
    rows = {row["repository"]: row for row in views.the_map(lab).data["registries"]}
    repository = lab.registry("docker.io").store.find("cantdocpp/golang")
    row = rows["docker.io/cantdocpp/golang"]
    assert repository is not None
    assert row["tags"] == "1.0"
    assert row["packed"] == sum(blob.size for blob in repository.blobs.values())


def test_a_layer_has_one_letter_in_all_three_lanes():
    data = views.the_map(pushed()).data
    here = {row["image"]: row["layers"] for row in data["laptop"]}
    there = {row["repository"]: row["holds"] for row in data["registries"]}
    assert here["cantdocpp/golang:1.0"] == there["docker.io/cantdocpp/golang"]
    moved = [row["what"].split()[1] for row in data["network"] if row["what"].startswith("layer")]
    assert moved == here["cantdocpp/golang:1.0"].split()[-2:]


def test_a_command_that_asked_nobody_moves_nothing():
    lab = pushed()
    lab.tag("golang", "cantdocpp/golang:v2")
    figure = views.the_map(lab)
    assert figure.data["network"] == []
    assert "tag golang cantdocpp/golang:v2\nnothing was said to any registry" in figure.text


@pytest.mark.parametrize("engine", ["classic", "containerd"])
def test_every_command_redraws_it(engine):
    lab = Lab(engine=engine)
    seen = {views.the_map(lab).svg}
    for line in (
        "pull golang",
        "tag golang localhost:5000/g",
        "push localhost:5000/g",
        "rmi localhost:5000/g",
        "push nowhere",
        "login -u cantdocpp -p wrong",
    ):
        lab.docker(line)
        seen.add(views.the_map(lab).svg)
    assert len(seen) == 7


def test_no_secret_of_the_command_is_drawn():
    lab = Lab()
    lab.docker("login -u cantdocpp -p lab")
    figure = views.the_map(lab)
    assert "-p right" in figure.text
    assert "-p lab" not in figure.text + figure.svg


def test_a_full_lane_counts_what_is_left_and_the_text_has_it_all():
    lab = Lab()
    lab.pull("golang")
    for number in range(MOST + 3):
        lab.tag("golang", f"a-team-with-a-name/and-an-app-{number}:v1")
    figure = views.the_map(lab)
    assert "and 4 more" in figure.svg
    assert len(figure.data["laptop"]) == MOST + 4
    assert all(str(row["image"]) in figure.text for row in figure.data["laptop"])


def test_an_index_holds_the_layers_of_its_images():
    lab = indexed()
    lab.http("DELETE", "/v2/tiny/manifests/one", host="localhost:5000")
    data = views.the_map(lab).data
    rows = {row["repository"]: row for row in data["registries"]}
    assert rows["localhost:5000/tiny"]["tags"] == "many"
    assert rows["localhost:5000/tiny"]["holds"] == data["laptop"][0]["layers"]


def test_hostile_names_stay_names():
    image = next(iter(pushed().images().values()))
    figure = map_figure(Atlas.of({"<script>": image}, command="push <b>"))
    assert "<script" not in figure.svg
    assert "<b>" not in figure.svg
