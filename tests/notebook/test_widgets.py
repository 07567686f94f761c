"""Widgets as Python sees them: complete texts, markup made here, and predictions that are kept."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from IPython.core.formatters import DisplayFormatter

from labsim import Lab
from labsim.course import views
from labsim.errors import LabError
from labsim.figures.figure import Table
from labsim.notebook import (
    check,
    layer_picture,
    ledger,
    name_splitter,
    predict,
    push_replay,
    reveal,
)
from labsim.notebook.widgets.shell import VIEW

LOGIN = "login -u cantdocpp --password-stdin < token.txt"


@pytest.fixture
def pushed(lab) -> Lab:
    """The lab after the lesson's first push."""
    for line in (
        "pull golang",
        LOGIN,
        "tag golang cantdocpp/golang:v1",
        "push cantdocpp/golang:v1",
    ):
        lab.docker(line)
    return lab


@pytest.fixture
def built(pushed) -> Lab:
    """The lab with the learner's image built and not yet pushed."""
    pushed.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
    return pushed


def shown(value) -> dict[str, Any]:
    """The MIME bundle that a kernel sends for a value."""
    data, _ = DisplayFormatter().format(value)
    return data


def test_every_widget_has_a_complete_text_that_never_changes(built):
    for make in (name_splitter, layer_picture, push_replay, lambda: predict("first build")):
        one, other = shown(make()), shown(make())
        assert VIEW in one
        assert one["text/plain"] == other["text/plain"]
        assert one.get("text/html") == other.get("text/html")
        assert one[VIEW]["model_id"] != other[VIEW]["model_id"]
        assert one[VIEW]["model_id"] not in str(one["text/plain"]) + str(one.get("text/html"))
        assert len(str(one["text/plain"]).splitlines()) > 1


def test_the_text_of_a_picture_is_the_figures_text(pushed):
    assert shown(layer_picture())["text/plain"] == views.layers(pushed).text
    assert repr(layer_picture()) == views.layers(pushed).text
    assert shown(push_replay())["text/plain"] == views.replayed(pushed).figure.text
    assert isinstance(ledger(), Table)


def test_a_still_picture_has_nothing_to_press(pushed):
    for widget in (layer_picture(), push_replay()):
        assert "<button" not in str(shown(widget)["text/html"])
        assert 'role="img"' in str(shown(widget)["text/html"])


def test_a_movable_picture_has_named_controls_and_a_live_region(pushed):
    markup = push_replay().markup
    assert re.findall(r'data-do="(\w+)"', markup) == ["play", "back", "step"]
    assert 'aria-label="Simulated time"' in markup
    assert 'role="status"' in markup
    assert 'role="img"' not in markup


def test_every_layer_of_the_picture_can_be_chosen_and_speaks(pushed):
    markup = layer_picture().markup
    assert len(re.findall(r'data-key="sha256:', markup)) == 2
    assert len(re.findall(r'data-about="Layer [A-Z] \((?:os|go)\): ', markup)) == 2


def test_the_replay_starts_at_its_end_and_carries_every_moment(pushed):
    told = views.replayed(pushed)
    widget = push_replay()
    assert widget.clock == told.length_us
    assert [moment["at"] for moment in widget.moments] == [one.at_us for one in told.moments]


def test_the_splitter_follows_the_field():
    splitter = name_splitter("golang")
    assert "docker.io/library/golang:latest" in repr(splitter)
    splitter.field.value = "ghcr.io/alice/app:2"
    assert repr(splitter).startswith("ghcr.io/alice/app:2")
    assert "<svg" in splitter.shell.markup
    splitter.field.value = "Golang"
    assert "must be lowercase" in repr(splitter)
    assert splitter.said == repr(splitter).splitlines()[0]
    assert f'role="status" data-say="{splitter.said}"' in html.unescape(splitter.shell.markup)
    assert "    ^\n" in f"{splitter!r}\n"
    splitter.field.value = ""
    assert "<svg" in splitter.shell.markup


def test_an_example_of_the_splitter_is_typed_for_the_learner():
    splitter = name_splitter("golang")
    splitter.example.value = "https://ghcr.io/alice/app"
    assert splitter.field.value == "https://ghcr.io/alice/app"
    assert "^" in repr(splitter)
    splitter.example.value = ""
    assert splitter.field.value == "https://ghcr.io/alice/app"


def test_a_prediction_is_committed_by_the_button_and_then_locked(built):
    widget = predict("first build")
    widget.button.click()
    assert "Choose an answer first" in widget.said.value
    widget.answer.value = 116
    widget.confidence.value = 3
    widget.button.click()
    assert [part.disabled for part in (widget.answer, widget.confidence, widget.button)] == [
        True
    ] * 3
    assert "Committed: 116 MB" in widget.said.value
    assert predict("first build").answer.value == 116
    built.push("cantdocpp/golang:1.0")
    assert str(reveal("first build")) == (
        "Prediction  116 MB, sure\nOutcome     16 MB\n"
        "116 MB is all layers. The registry has two already."
    )


def test_a_prediction_after_the_run_is_refused_in_words(built):
    built.push("cantdocpp/golang:1.0")
    widget = predict("first build")
    widget.answer.value = 16
    widget.button.click()
    assert "Too late: the push has been run already" in widget.said.value
    assert not widget.answer.disabled
    assert reveal("first build").predicted == "no prediction"


def test_predictions_belong_to_their_lab(built):
    widget = predict("first build")
    widget.answer.value = 16
    widget.button.click()
    Lab()
    assert reveal("first build").predicted == "no prediction"
    built.use()
    assert reveal("first build").predicted == "16 MB, fairly sure"


def test_values_show_themselves_as_pictures_and_tables(shell, pushed):
    show = shell.display_formatter.format
    for value, element in ((pushed.trace, "<svg"), (check("one more name"), "<pre")):
        data, _ = show(value)
        assert element in data["text/html"]
    verdict, _ = show(check("one more name"))
    assert verdict["text/plain"] == str(check("one more name"))
    from labsim import Reference
    from labsim.story import ledger as told

    assert "<svg" in show(Reference("golang"))[0]["text/html"]
    assert "<table" in show(told(pushed.trace))[0]["text/html"]


@pytest.mark.parametrize(
    ("ask", "listed"),
    [(check, "one more name"), (predict, "first build"), (reveal, "first build")],
    ids=["check", "predict", "reveal"],
)
def test_without_a_name_a_sentence_lists_those_there_are(built, ask, listed):
    with pytest.raises(LabError, match=f"There are {listed}, "):
        ask()
