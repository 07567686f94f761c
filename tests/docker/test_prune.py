"""``docker image prune``: the question, and which moment ``until`` names."""

from __future__ import annotations

import pytest

from labsim.docker.moments import until_us
from labsim.errors import CommandError
from tests.docker.loaded import loaded_seat
from tests.docker.seat import NOW

QUESTION = (
    "WARNING! This will remove all dangling images.\nAre you sure you want to continue? [y/N] "
)


@pytest.mark.parametrize(
    ("answer", "goes"), [("y", True), ("Y ", True), ("yes", False), ("n", False), ("", False)]
)
def test_only_a_y_lets_them_go(answer, goes):
    seat = loaded_seat()
    seat.answers = [answer]
    result = seat.docker("image prune")
    assert seat.prompts == [(QUESTION, False)]
    assert (len(seat.engine.images()), result.exit_code) == (3 if goes else 4, 0)
    assert result.stdout.endswith("Total reclaimed space: 77B\n") == goes


def test_an_answer_may_come_through_standard_input():
    seat = loaded_seat()
    result = seat.docker("image prune", stdin="y\n")
    assert result.stdout.startswith(f"{QUESTION}Deleted Images:\ndeleted: sha256:")
    assert seat.prompts == []


def test_where_nobody_is_there_the_answer_is_no():
    seat = loaded_seat()
    assert seat.docker("image prune").stdout == QUESTION
    assert len(seat.engine.images()) == 4


HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1h30m", NOW - HOUR * 3 // 2),
        ("1.5h", NOW - HOUR * 3 // 2),
        ("500ms", NOW - 500_000),
        ("1737363600", NOW),
        ("2025-01-20T09:00:00Z", NOW),
        ("2025-01-20T10:00:00+01:00", NOW),
        ("2025-01-20T09:00:00", NOW),
        ("2025-01-20T09:00", NOW),
        ("2025-01-20", NOW - 9 * HOUR),
    ],
)
def test_a_moment_is_an_age_or_a_date(text, moment):
    assert until_us([text], NOW) == moment


@pytest.mark.parametrize("values", [["yesterday"], ["1 day"], ["2025-13-01"], ["1h", "2h"]])
def test_what_is_no_moment_is_refused(values):
    with pytest.raises(CommandError):
        until_us(values, NOW)
