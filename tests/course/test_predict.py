"""Predictions: committed before the run, measured on the lab, and a hint for each wrong model."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.course.exercise import start
from labsim.course.lessons import EXERCISES, QUESTIONS, question
from labsim.course.predict import MB, Prediction, pushed_bytes
from labsim.errors import LabError

FIRST = question("first build")
asked = pytest.mark.parametrize("asked", QUESTIONS.values(), ids=list(QUESTIONS))


@pytest.fixture(scope="module")
def road() -> Lab:
    """The lab as the lesson leaves it: everything has been pushed."""
    return start(EXERCISES["one more name"])


@pytest.fixture
def before() -> Lab:
    """The lab before the first push of the built image."""
    lab = Lab()
    lab.docker("login -u cantdocpp --password-stdin < token.txt")
    lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
    return lab


def test_the_lesson_measures_16_mb_and_then_1(road):
    assert pushed_bytes(road, "cantdocpp/golang:1.0") == 16 * MB
    assert pushed_bytes(road, "cantdocpp/golang:1.1") == 1 * MB
    assert pushed_bytes(road, "cantdocpp/golang:v1") == 0
    assert pushed_bytes(road, "cantdocpp/golang:9") is None


@asked
def test_exactly_the_right_answer_has_no_code_and_wrong_ones_differ(asked, road):
    right = [choice.megabytes for choice in asked.choices if not choice.code]
    assert [megabytes * MB for megabytes in right] == [pushed_bytes(road, asked.push)]
    assert len({choice.megabytes for choice in asked.choices}) == len(asked.choices)
    assert len({choice.thought for choice in asked.choices}) == len(asked.choices)


@pytest.mark.parametrize("line", ["docker push {}", "docker image push {}", "image push {}"])
def test_a_push_counts_however_it_is_typed(before, line):
    before.docker(line.format("cantdocpp/golang:1.0"))
    assert pushed_bytes(before, "cantdocpp/golang:1.0") == 16 * MB


def test_nothing_committed_shows_no_prediction(before):
    prediction = Prediction(FIRST)
    assert str(prediction.outcome(before)) == "Prediction  no prediction\nOutcome     nothing yet"
    before.push("cantdocpp/golang:1.0")
    assert str(prediction.outcome(before)) == "Prediction  no prediction\nOutcome     16 MB"


def test_a_right_prediction_is_told_so(before):
    prediction = Prediction(FIRST)
    prediction.commit(before, 16, 3)
    before.push("cantdocpp/golang:1.0")
    assert str(prediction.outcome(before)) == (
        "Prediction  16 MB, sure\nOutcome     16 MB\nYou were right."
    )


def test_a_wrong_one_is_answered_with_the_thought_behind_it(before):
    prediction = Prediction(FIRST)
    prediction.commit(before, 116, 1)
    assert prediction.outcome(before).remark == ""
    before.push("cantdocpp/golang:1.0")
    told = prediction.outcome(before)
    assert told.predicted == "116 MB, a guess"
    assert told.remark.startswith("116 MB is all layers.")


def test_an_answer_nobody_offered_points_to_the_ledger(before):
    prediction = Prediction(FIRST)
    prediction.commit(before, 77)
    before.push("cantdocpp/golang:1.0")
    assert "ledger" in prediction.outcome(before).remark


def test_a_prediction_is_made_once_and_before_the_run(before):
    prediction = Prediction(FIRST)
    with pytest.raises(LabError, match="1, 2 or 3, not 7"):
        prediction.commit(before, 16, 7)
    assert not prediction.committed
    prediction.commit(before, 16)
    with pytest.raises(LabError, match="committed already"):
        prediction.commit(before, 1)
    assert prediction.megabytes == 16
    before.push("cantdocpp/golang:1.0")
    with pytest.raises(LabError, match="has been run already"):
        Prediction(FIRST).commit(before, 16)


def test_a_push_counts_however_its_name_is_spelled(before):
    before.docker("image push -q docker.io/cantdocpp/golang:1.0")
    assert pushed_bytes(before, "cantdocpp/golang:1.0") == 16 * MB
    assert pushed_bytes(before, "cantdocpp/golang") is None


def test_a_push_of_what_is_not_there_does_not_count():
    lab = Lab()
    lab.pull("golang")
    lab.docker("push cantdocpp/golang:1.0")
    assert pushed_bytes(lab, "cantdocpp/golang:1.0") is None


def test_a_push_that_failed_does_not_count(before):
    before.cut("2MB")
    assert before.docker("push cantdocpp/golang:1.0").exit_code != 0
    assert pushed_bytes(before, "cantdocpp/golang:1.0") is None
    Prediction(FIRST).commit(before, 16)


def test_the_question_shows_its_choices():
    assert str(Prediction(FIRST)).splitlines()[1] == "Choose: 342 MB, 116 MB, 42 MB, 16 MB, 1 MB"
    with pytest.raises(LabError, match="there are first build, second build"):
        question("third build")
    with pytest.raises(LabError, match=r"which question\? There are first build, second build"):
        question()
