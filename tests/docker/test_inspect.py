"""``docker inspect`` where no recording judges: where ``overlay2`` keeps layers, and tag times."""

from __future__ import annotations

import json

import pytest

from tests.docker.loaded import loaded_seat
from tests.docker.seat import NOW


def document(seat, name):
    return json.loads(seat.docker(f"inspect {name}").stdout)[0]


def test_a_layer_lies_in_one_place_whatever_stands_on_it():
    seat = loaded_seat()
    base, app, alone = (document(seat, name) for name in ("base:1", "shop/app:1", "alone:1"))
    assert list(base["GraphDriver"]["Data"]) == ["LowerDir", "MergedDir", "UpperDir", "WorkDir"]
    assert list(alone["GraphDriver"]["Data"]) == ["MergedDir", "UpperDir", "WorkDir"]
    below = app["GraphDriver"]["Data"]["LowerDir"].split(":")
    assert below[0] == base["GraphDriver"]["Data"]["UpperDir"]
    assert below[1:] == [base["GraphDriver"]["Data"]["LowerDir"]]


def test_a_tag_has_its_time_and_a_load_has_none():
    seat = loaded_seat()
    assert document(seat, "base:1")["Metadata"] == {"LastTagTime": "0001-01-01T00:00:00Z"}
    seat.docker("tag base:1 other:1")
    assert document(seat, "base:1")["Metadata"] == {"LastTagTime": "2025-01-20T09:00:00Z"}
    shown = seat.docker(["inspect", "-f", "{{.Metadata.LastTagTime}}", "other:1"]).stdout
    assert shown == "2025-01-20 09:00:00 +0000 UTC\n"
    assert NOW == 1_737_363_600_000_000


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("inspect bridge", "docker inspect of a network"),
        ("inspect --type service x", "docker inspect --type service"),
    ],
)
def test_what_is_no_image_is_refused_by_name(line, name):
    result = loaded_seat().docker(line)
    assert f"labsim: {name} is real Docker, but not simulated here; " in result.stderr
    assert result.exit_code == 1


def test_a_pointer_inside_a_whole_value_is_not_printed_as_an_address():
    result = loaded_seat().docker(["inspect", "-f", "{{.}}", "shop/app:1"])
    assert "printing a whole Go value" in result.stderr
