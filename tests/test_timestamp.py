"""Times are whole numbers, and agree with the calendar that Python ships."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.timestamp import NEVER, rfc3339, unix_us

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(st.datetimes(timezones=st.just(UTC)))
def test_reading_and_writing_agree_with_the_standard_library(moment):
    us = (moment - EPOCH) // timedelta(microseconds=1)
    assert unix_us(moment.isoformat()) == us
    assert unix_us(rfc3339(us)) == us
    assert datetime.fromisoformat(rfc3339(us)) == moment


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("2025-01-20T09:00:00.123456789Z", 1_737_363_600_123_456),
        ("2025-01-20T10:30:00+01:30", 1_737_363_600_000_000),
        ("2025-01-20T07:00:00.5-02:00", 1_737_363_600_500_000),
    ],
)
def test_nanoseconds_are_cut_and_offsets_taken_off(text, us):
    assert unix_us(text) == us


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2025-01-20", "2025-01-20T09:00:00", "2025-02-30T00:00:00Z"]
)
def test_what_is_no_time_is_go_s_zero_time(text):
    assert unix_us(text) == NEVER == unix_us("0001-01-01T00:00:00Z")
