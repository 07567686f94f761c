"""Sizes, ages and columns as Go writes them."""

from __future__ import annotations

import pytest

from labsim.docker.tables import align
from labsim.docker.units import created_at, human_duration, human_size


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0B"),
        (19, "19B"),
        (999, "999B"),
        (1000, "1kB"),
        (999_499, "999kB"),
        (999_500, "1e+03kB"),
        (999_999, "1e+03kB"),
        (1_000_000, "1MB"),
        (3_200_000, "3.2MB"),
        (77_800_000, "77.8MB"),
        (186_900_000, "187MB"),
        (1_500_000_000, "1.5GB"),
        (500_000, "500kB"),
    ],
)
def test_sizes_have_three_digits(size, text):
    assert human_size(size) == text


def test_totals_have_four_digits():
    assert [human_size(size, 4) for size in (13_256, 6_455_000)] == ["13.26kB", "6.455MB"]


_HOUR, _DAY = 3600, 86_400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.9, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (119, "About a minute"),
        (120, "2 minutes"),
        (59 * 60, "59 minutes"),
        (_HOUR, "About an hour"),
        (1.4 * _HOUR, "About an hour"),
        (1.5 * _HOUR, "2 hours"),
        (47 * _HOUR, "47 hours"),
        (2 * _DAY, "2 days"),
        (13 * _DAY, "13 days"),
        (14 * _DAY, "2 weeks"),
        (59 * _DAY, "8 weeks"),
        (60 * _DAY, "2 months"),
        (729 * _DAY, "24 months"),
        (730 * _DAY, "2 years"),
    ],
)
def test_ages_are_told_roughly(seconds, text):
    assert human_duration(seconds) == text


def test_a_moment_is_told_as_go_does():
    assert created_at(1_795_471_246_999_999) == "2026-11-23 22:00:46 +0000 UTC"


def test_a_column_is_as_wide_as_its_widest_cell_and_ten_at_least():
    assert align("A\tB\n1234567890\tb\n") == "A            B\n1234567890   b\n"
    assert align("A\tB\n1\tb\n") == "A         B\n1         b\n"


def test_the_last_cell_is_not_padded_and_a_line_without_tabs_ends_a_column():
    assert align("a\tlast\nbreak\nlonger than ten\tb\n") == (
        "a         last\nbreak\nlonger than ten   b\n"
    )


def test_an_empty_last_cell_keeps_the_padding_before_it():
    assert align("A\tB\n1\t\n") == "A         B\n1         \n"
