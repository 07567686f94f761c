"""What a lesson shows of a lab that has nothing to show, or has talked of something else since."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.course import views
from labsim.errors import LabError
from tests.figures.scenes import pushed

LOGIN = "login -u cantdocpp --password-stdin < token.txt"
SHOWN = {"ledger": views.ledger, "replay": views.replayed, "trace": views.last_trace}
shown = pytest.mark.parametrize("view", SHOWN.values(), ids=list(SHOWN))


@shown
@pytest.mark.parametrize("lines", [(), (LOGIN,), ("images", LOGIN)])
def test_with_no_push_or_pull_one_sentence_says_so(view, lines):
    lab = Lab()
    for line in lines:
        lab.docker(line)
    with pytest.raises(LabError, match="nothing has been pushed or pulled yet"):
        view(lab)


def test_a_login_does_not_hide_the_pull_before_it():
    lab = Lab()
    lab.docker("pull golang")
    pulled = views.ledger(lab).text
    lab.docker(LOGIN)
    assert views.ledger(lab).text == pulled
    assert "fetched" in pulled


@pytest.mark.parametrize("line", ["pull alpine:3", "run busybox", "create busybox"])
def test_the_last_of_several_is_shown(line):
    lab = Lab()
    lab.docker("pull golang")
    lab.docker(LOGIN)
    last = lab.docker(line).trace
    assert views.last_trace(lab) is last


def test_a_pull_of_nothing_says_that_it_failed():
    lab = Lab()
    lab.docker("pull cantdocpp/nothing")
    assert views.ledger(lab).text == "It failed before any layer was reached."


def test_a_layer_has_one_letter_in_all_pictures_of_a_lab():
    """The learner reads S as deps: no other picture may call deps R, or src S."""
    lab = pushed()
    name, own = "cantdocpp/golang:1.0", {"os": "B", "go": "K", "deps": "S", "src": "T"}
    stored = {row["made by"]: row["layer"] for row in views.layers(lab).data["layer"]}
    graphed = {row["made by"]: row["layer"] for row in views.layer_graph(lab).data["layer"]}
    assert {title: stored[title] for title in own} == own
    assert graphed == stored
    labels = {f"{letter} {title}" for title, letter in own.items()}
    parts = [row["part"] for row in views.digests(lab, name, flip="layer 4").data["part"]]
    assert {part.split(" ", 2)[2] for part in parts if part.startswith("layer")} == labels
    (mine,) = [row for row in views.the_map(lab).data["laptop"] if row["image"] == name]
    assert mine["layers"] == " ".join(own.values())
    said = (views.ledger(lab), views.told(lab), views.replayed(lab).figure)
    for text in map(str, (*said, views.shelved(lab, "docker.io", "cantdocpp/golang"))):
        assert all(label in text for label in labels)
