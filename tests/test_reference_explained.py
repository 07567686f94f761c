"""A name taken apart, and the patterns that find it again."""

from __future__ import annotations

import doctest
import time
from pathlib import Path

import pytest

from labsim.reference import Reference

PINNED = "sha256:" + "f" * 64


def test_every_part_says_who_filled_it_and_why() -> None:
    parts = Reference("golang").explain().parts
    assert [(part.label, part.text, part.origin) for part in parts] == [
        ("host", "docker.io", "default"),
        ("namespace", "library", "default"),
        ("repository", "golang", "written"),
        ("tag", "latest", "default"),
        ("digest", "", "absent"),
    ]
    assert all(part.rule for part in parts)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("golang", {"repository": "golang"}),
        ("alice/app:v1", {"namespace": "alice", "repository": "app", "tag": "v1"}),
        ("localhost:5000", {"repository": "localhost", "tag": "5000"}),
        ("localhost:5000/app", {"host": "localhost:5000", "repository": "app"}),
        (
            f"ghcr.io/a/b/c:1@{PINNED}",
            {
                "host": "ghcr.io",
                "namespace": "a/b",
                "repository": "c",
                "tag": "1",
                "digest": PINNED,
            },
        ),
        ("index.docker.io/golang", {"host": "index.docker.io", "repository": "golang"}),
        ("test_com.x/foo", {"namespace": "test_com.x", "repository": "foo"}),
    ],
)
def test_a_written_part_points_at_its_place(text: str, written: dict[str, str]) -> None:
    explanation = Reference(text).explain()
    places = {part.label: part.span for part in explanation.parts if part.span}
    assert {label: text[start:stop] for label, (start, stop) in places.items()} == written


@pytest.mark.parametrize(
    ("text", "label", "rule"),
    [
        ("golang", "host", "no '/' is written"),
        ("alice/app", "host", "'alice' has no '.', no ':' and no capital"),
        ("a.io/b", "host", "the '.' before the first '/'"),
        ("a:5000/b", "host", "the ':' before the first '/'"),
        ("localhost/b", "host", "localhost before the first '/' is always a host"),
        ("A/b", "host", "a namespace has no capitals"),
        ("index.docker.io/b", "host", "an old name of docker.io"),
        ("test_com.x/b", "host", "a host has no '_'"),
        ("docker.io/golang", "namespace", "a name of one part"),
        ("library/golang", "namespace", "the short form leaves it out"),
        ("docker.io/library/a/b", "namespace", "up to its last '/'"),
        ("ghcr.io/app", "namespace", "only docker.io has a default"),
        ("b:5000", "tag", "a tag, not a port"),
        ("golang", "tag", "neither a tag nor a digest"),
        (f"golang@{PINNED}", "tag", "so no tag is added"),
        (f"golang:1@{PINNED}", "tag", "the digest decides"),
    ],
)
def test_the_rule_that_decided_is_named(text: str, label: str, rule: str) -> None:
    part = next(part for part in Reference(text).explain().parts if part.label == label)
    assert rule in part.rule


def test_the_default_tag_is_never_called_written() -> None:
    bare, filled = Reference("golang"), Reference("golang").with_default_tag()
    assert bare.explain() == filled.explain()


def test_an_explanation_is_a_table() -> None:
    meaning, *table = str(Reference(f"ghcr.io/app@{PINNED}").explain()).split("\n")
    assert meaning == f"ghcr.io/app@{PINNED} means ghcr.io/app@{PINNED}"
    assert table == [
        "PART        TEXT                  FROM     BECAUSE",
        "host        ghcr.io               written  the '.' before the first '/' makes it a host",
        "namespace   -                     absent   none is written; only docker.io has a default",
        "repository  app                   written  the last part of the path",
        "tag         -                     absent   a digest is written, so no tag is added",
        "digest      sha256:ffffffffffff…  written  names one exact manifest, whatever tags say",
    ]


def test_the_page_on_names_tells_the_truth() -> None:
    page = Path(__file__).parents[1] / "docs" / "names.md"
    failed, attempted = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert (failed, attempted) == (0, 3)


LOCAL = ["app:1", "app:2", "app:3", "base:1", "alice/app:v1", "alice/app:latest", "bar/baz:2"]
APP = ["app:1", "app:2", "app:3"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("app", APP),
        ("app*", APP),
        ("*app*", APP),
        ("*", [*APP, "base:1"]),
        ("*:*", [*APP, "base:1"]),
        ("**", [*APP, "base:1"]),
        ("*/*", LOCAL[4:]),
        ("*/*:*", LOCAL[4:]),
        ("*:1", ["app:1", "base:1"]),
        ("alice/*", ["alice/app:v1", "alice/app:latest"]),
        ("alice/app:v?", ["alice/app:v1"]),
        ("alice/app:[a-z]1", ["alice/app:v1"]),
        ("alice", []),
        ("app:", []),
        ("", []),
        ("docker.io/*/*", []),  # daemons from 29.5 on try the canonical name too
        (r"\app:[^1]", ["app:2", "app:3"]),
        ("app:[z-a]", []),
        ("app:[^z-a]", APP),
        ("alice[/]app:v1", ["alice/app:v1"]),
        ("alice?app:v1", []),
        ("b*a*e", ["base:1"]),
    ],
)
def test_a_pattern_finds_what_dockers_filter_finds(pattern: str, found: list[str]) -> None:
    assert [name for name in LOCAL if Reference(name).matches(pattern)] == found


@pytest.mark.parametrize("pattern", ["[", "a[", "[]", "[]a]", "[^]", "[-]", "[a-]", "a\\", "[a\\"])
def test_a_malformed_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="is no pattern"):
        Reference("app").matches(pattern)


def test_many_stars_do_not_take_forever() -> None:
    started = time.process_time()
    assert not Reference("a" * 240).matches("*a" * 40 + "b")
    assert time.process_time() - started < 0.5
