"""The history of a lab: every state that it was in, and what was said on the way there."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.course import views
from labsim.course.history import changed, conversation, state, steps
from labsim.errors import LabError


@pytest.fixture(scope="module")
def lab() -> Lab:
    """Two conversations, and a command between them that only looks."""
    lab = Lab()
    lab.pull("golang")
    lab.docker("images")
    lab.tag("golang", "me/app:1")
    lab.pull("alpine:3")
    return lab


def test_each_action_leads_to_a_state(lab):
    assert [one.title for one in steps(lab)] == [
        "0  the beginning",
        "1  docker pull golang",
        "2  docker images",
        "3  docker tag golang me/app:1",
        "4  docker pull alpine:3",
    ]
    assert [changed(action) for action in lab.journal] == [True, False, True, True]


def test_a_state_is_the_map_of_the_lab_as_it_was(lab):
    figure = state(lab, 3)
    assert figure.text.startswith("After 3 of 4 actions: docker tag golang me/app:1.\n")
    assert figure.svg == views.the_map(lab.at(3)).svg
    assert "→     3      docker tag golang me/app:1\n" in figure.text
    assert "alpine:3" not in figure.text.partition("The laptop has")[2]
    assert len(lab.journal) == 4


def test_what_an_action_said_is_a_replay_of_just_that(lab):
    told = conversation(lab, 1)
    assert told.figure.text == views.replayed(lab.at(1)).figure.text
    assert "mus" in conversation(lab, 4).figure.text


@pytest.mark.parametrize(
    ("after", "fault"),
    [(0, "at the beginning nothing has been said yet"), (3, "docker said nothing to a registry")],
)
def test_where_nothing_was_said_that_is_said(lab, after, fault):
    with pytest.raises(LabError, match=fault):
        conversation(lab, after)
