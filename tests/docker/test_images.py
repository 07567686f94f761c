"""``docker images``: rows, columns, filters."""

from __future__ import annotations

import pytest

from labsim.digest import Digest
from labsim.reference import Reference
from tests.docker.seat import BareSeat

F64 = "f" * 64


@pytest.fixture
def seat():
    """The images of the recorded table of ``--filter reference=``, newest first."""
    found = BareSeat()
    found.image("app:1", "app:2", "app:3", created="2025-01-17T09:00:00Z", labels=[("k", "v")])
    found.image("base:1", created="2025-01-16T09:00:00Z")
    found.image("alice/app:v1", "alice/app:latest", created="2025-01-15T09:00:00Z")
    found.image("bar/baz:2", created="2025-01-14T09:00:00Z")
    return found


def names(seat, *words):
    form = "{{.Repository}}:{{.Tag}}"
    return seat.docker(["images", "--format", form, *words]).stdout.split()


APP = ["app:1", "app:2", "app:3"]
ALICE = ["alice/app:latest", "alice/app:v1"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("app", APP),
        ("app*", APP),
        ("*app*", APP),
        ("*", [*APP, "base:1"]),
        ("*:*", [*APP, "base:1"]),
        ("**", [*APP, "base:1"]),
        ("*/*", [*ALICE, "bar/baz:2"]),
        ("*/*:*", [*ALICE, "bar/baz:2"]),
        ("*:1", ["app:1", "base:1"]),
        ("alice/*", ALICE),
        ("alice/app:v?", ["alice/app:v1"]),
        ("alice/app:[a-z]1", ["alice/app:v1"]),
        ("alice", []),
        ("app:", []),
        ("docker.io/*/*", []),
        ("", []),
    ],
)
def test_a_reference_pattern_matches_as_recorded(seat, pattern, found):
    assert names(seat, "-f", f"reference={pattern}") == found
    if pattern:
        assert names(seat, pattern) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["reference=base", "reference=bar/*"], ["base:1", "bar/baz:2"]),
        (["reference=*:1", "label=k"], ["app:1"]),
        (["before=base:1"], [*ALICE, "bar/baz:2"]),
        (["since=base"], None),
        (["since=base:1"], APP),
        (["since=bar/baz:2", "before=app:1"], ["base:1", *ALICE]),
        (["label=k=v"], APP),
        (["label=k=w"], []),
        (["label=k", "label=z"], []),
        (["label="], []),
        (["dangling=false"], [*APP, "base:1", *ALICE, "bar/baz:2"]),
        (["dangling=true"], []),
        (["Reference = base"], ["base:1"]),
    ],
)
def test_filters_of_a_kind_are_alternatives_and_kinds_add_up(seat, filters, found):
    words = [word for text in filters for word in ("-f", text)]
    if found is None:
        assert "No such image: base:latest" in seat.docker(["images", *words]).stderr
    else:
        assert names(seat, *words) == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("bogus=1", "Invalid filter 'bogus'"),
        ("until=1h", "Invalid filter 'until'"),
        ("=x", "Invalid filter ''"),
        ("dangling=maybe", "Invalid filter 'dangling=[maybe]'"),
        ("dangling=", "Invalid filter 'dangling=[]'"),
        ("dangling=1", "Invalid filter 'dangling=[1]'"),
        ("reference=[", "syntax error in pattern"),
        ("before=nosuch", "No such image: nosuch:latest"),
        ("before=", "invalid reference format"),
    ],
)
def test_a_bad_filter_is_the_daemons_to_refuse(seat, text, sentence):
    result = seat.docker(["images", "-f", text])
    expected = f"Error response from daemon: {sentence}\n"
    assert (result.stderr, result.exit_code) == (expected, 1)


def test_a_filter_without_a_value_sign_is_a_usage_error(seat):
    result = seat.docker("images -f nofilter")
    assert result.exit_code == 125
    assert result.stderr.startswith('invalid argument "nofilter" for "-f, --filter" flag: bad')


def test_an_image_can_be_meant_by_the_beginning_of_its_id(seat):
    image_id = seat.engine.resolve("base:1")
    assert names(seat, "-f", f"since={image_id.hex[:6]}") == APP


# -- rows ------------------------------------------------------------------------------------------


def test_one_row_a_name_sorted_within_the_newest_image():
    seat = BareSeat()
    seat.image("b:1", "a:2", "a:1", "localhost:5000/z:1")
    assert names(seat) == ["a:1", "a:2", "b:1", "localhost:5000/z:1"]
    assert len(set(seat.docker("images -q").stdout.split())) == 1
    assert seat.docker("images -q").stdout.count("\n") == 4


def test_a_moved_tag_leaves_a_row_without_one():
    seat = BareSeat()
    old = seat.image("app:1")
    seat.image("new:1", created="2025-01-18T09:00:00Z")
    seat.docker("tag new:1 app:1")
    assert names(seat) == ["app:1", "new:1", "<none>:<none>"]
    assert names(seat, "-f", "dangling=true") == ["<none>:<none>"]
    shown = seat.docker("images --no-trunc -q -f dangling=true").stdout
    assert shown == f"{old.id}\n"


def test_digests_stand_beside_the_tags_of_their_repository():
    seat = BareSeat()
    made = seat.image("app:1", "app:2", "other:1")
    digest = Digest(f"sha256:{F64}")
    seat.engine.name(Reference("app:1"), digest, made.id)
    form = ["images", "--digests", "--format", "{{.Repository}}:{{.Tag}} {{.Digest}}"]
    assert seat.docker(form).stdout.splitlines() == [
        f"app:1 {digest}",
        f"app:2 {digest}",
        "other:1 <none>",
    ]
    # A pattern with a tag does not fit the name with the digest, so the column goes empty.
    assert seat.docker([*form, "app:1"]).stdout == "app:1 <none>\n"
    assert seat.docker([*form, "app"]).stdout.count(F64) == 2


def test_an_image_known_by_digest_only_has_a_row_for_its_repository():
    seat = BareSeat()
    made = seat.image()
    digest = Digest(f"sha256:{F64}")
    seat.engine.name(Reference("app").with_digest(digest), digest, made.id)
    assert names(seat) == ["app:<none>"]
    form = ["images", "--digests", "--format", "{{.Repository}} {{.Tag}} {{.Digest}}"]
    assert seat.docker(form).stdout == f"app <none> {digest}\n"
    for dangling in ("true", "false"):
        assert names(seat, "-f", f"dangling={dangling}") == ["app:<none>"]
    seat.engine.tag(made.id, Reference("zoo:1"))
    assert names(seat) == ["zoo:1", "app:<none>"]


def test_no_image_is_a_line_of_titles():
    assert BareSeat().docker("images").stdout == (
        "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n"
    )


def test_a_list_shows_the_moment_it_was_asked_for():
    seat = BareSeat()
    seat.image("app:1")
    listed = seat.docker("images")
    seat.docker("rmi app:1")
    assert "app" in listed.stdout
