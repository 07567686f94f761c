"""A pattern held against names, segment by segment: what Docker would list, and why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labsim import Lab, Reference
from labsim.course import views
from labsim.errors import InvalidReference
from labsim.figures.filter import filter_figure
from labsim.figures.segments import meet, shown_text
from labsim.reference.pattern import compiled

NAMES = (
    "golang",
    "golang:v1",
    "cantdocpp/golang:v1",
    "ghcr.io/team/app:v2",
    "localhost:5000/a/b/c",
)


@pytest.mark.parametrize(
    ("pattern", "name", "why"),
    [
        ("golang", "golang:latest", "every segment fits"),
        ("golang", "a/golang", "golang does not fit a"),
        ("*/golang", "golang", "the name has nothing for golang"),
        ("*/golang", "a/b/golang", "golang does not fit b"),
        ("*golang*:v?", "golang:v1", "every segment fits"),
        ("*golang*:v?", "a/golang:v1", "*golang*:v? does not fit a"),
        ("*", "a/golang", "the pattern has nothing for golang:latest"),
        ("ghcr.io/*/*", "ghcr.io/team/app:v2", "every segment fits"),
    ],
)
def test_the_first_segment_that_fails_is_named(pattern, name, why):
    tagged = Reference(name).with_default_tag()
    assert shown_text(pattern, tagged).why == why


@given(some.text("ab/*?[]^-\\", max_size=8), some.sampled_from(NAMES))
def test_a_name_is_listed_exactly_when_docker_lists_it(pattern, name):
    tagged = Reference(name).with_default_tag()
    try:
        compiled(pattern)
    except ValueError:
        assert "is no pattern" in filter_figure(pattern, [name]).text
        return
    for canonical in (False, True):
        met = shown_text(pattern, tagged, canonical=canonical)
        assert met.matches == tagged.matches(pattern, canonical=canonical)
        assert met.matches == all(pair.verdict == "fits" for pair in met.pairs)


def test_a_class_that_meets_a_slash_is_shown_whole():
    (pair,) = meet("a[^x]b", "a/b").pairs
    assert (pair.pattern, pair.name, pair.verdict) == ("a[^x]b", "a/b", "fits")


@pytest.mark.parametrize("engine", ["classic", "containerd"])
def test_the_figure_lists_what_docker_images_lists(engine):
    lab = Lab(engine=engine)
    lab.pull("golang")
    for name in ("cantdocpp/golang:v1", "ghcr.io/team/golang:v2", "golang:1.0"):
        lab.tag("golang", name)
    for pattern in (
        "golang",
        "*/golang",
        "*golang*",
        "golang:*",
        "docker.io/*/*",
        "ghcr.io/*/*:v?",
    ):
        form = "'{{.Repository}}:{{.Tag}}'"
        listed = lab.docker(f"images --filter reference={pattern} --format {form}").stdout.split()
        rows = views.filtered(lab, pattern).data["names"]
        assert sorted(row["name"] for row in rows if row["listed"]) == sorted(listed)


def test_a_pattern_that_is_none_is_drawn_as_a_sentence():
    figure = filter_figure("<script>[", ["golang"])
    assert figure.text == "'<script>[' is no pattern: see what follows '<script>'"
    assert "<script" not in figure.svg
    assert figure.data["names"] == []


def test_a_name_that_is_none_is_refused():
    with pytest.raises(InvalidReference):
        filter_figure("golang", ["Golang"])


def test_hostile_patterns_and_long_names_stay_words():
    figure = filter_figure('"<b>&*', ["a/" * 9 + "b" * 90])
    assert "<b>" not in figure.svg
    assert "b" * 90 in figure.text
