"""The lists of Docker 29: one line a name, the tree, and the table where it comes back."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.reference import Reference
from tests.docker.seat29 import HOST, WEB, Seat29, multi_platform_seat, seat_with_image
from tests.engine.small import image

BLANKS = " " * 8


def test_the_list_has_one_line_a_name_sorted_with_blanks_to_the_end():
    seat = Seat29()
    one, two = image("os"), image("os", "app", created="2025-01-02T00:00:00Z")
    seat.store.adopt(one, [Reference("base:1")])
    seat.store.adopt(two, [Reference("app:1"), Reference("127.0.0.1:5000/app:1")])
    ids = {name: seat.engine.resolve(name).short for name in ("base:1", "app:1")}
    rows = {row.id.short: row for row in seat.engine.images()}
    assert {row.content_size for row in rows.values()} == {
        one.packed_size + one.config.size + one.manifest("oci").size,
        two.packed_size + two.config.size + two.manifest("oci").size,
    }
    lines = seat.docker("images").stdout.split("\n")
    assert lines[0] == ("IMAGE                  ID             DISK USAGE   CONTENT SIZE   EXTRA")
    assert [line[:37].split() for line in lines[1:4]] == [
        ["127.0.0.1:5000/app:1", ids["app:1"]],
        ["app:1", ids["app:1"]],
        ["base:1", ids["base:1"]],
    ]
    assert {len(line) for line in lines[1:4]} == {len(lines[0])}
    assert all(line.endswith(BLANKS) for line in lines[1:4])


def test_an_empty_list_is_its_header():
    header = "IMAGE   ID             DISK USAGE   CONTENT SIZE   EXTRA\n"
    assert Seat29().docker("image ls").stdout == header


def test_an_image_without_a_name_is_listed_only_when_asked_for():
    seat = seat_with_image()
    seat.store.adopt(image("new"), [Reference("app:2")])
    seat.docker(f"tag app:2 {WEB}")
    assert "<untagged>" not in seat.docker("images").stdout
    assert seat.docker("images -q").stdout.count("\n") == 2
    for line in ("images -a", "images --filter dangling=true"):
        assert seat.docker(line).stdout.split("\n")[-2].startswith("<untagged>  "), line


def test_what_was_pulled_by_digest_alone_is_listed_by_it():
    seat = Seat29()
    made = image("os")
    digest = made.manifest("oci").digest
    seat.store.hold(made.manifest("oci"), made.blobs, [Reference(f"{HOST}/t/app@{digest}")])
    assert f"{HOST}/t/app@{digest}   {digest.hex[:12]} " in seat.docker("images").stdout


@pytest.mark.parametrize(
    "flags", ["--digests", "--no-trunc", "--format table", "-q --format table", "--format json"]
)
def test_the_table_comes_back_with_what_only_a_table_has(flags):
    text = seat_with_image().docker(f"images {flags}").stdout
    assert "DISK USAGE" not in text
    assert text


def test_the_digest_is_shown_beside_one_repository_only():
    seat = Seat29()
    seat.store.adopt(image("os"), [Reference("lab/app:1"), Reference(WEB)])
    lines = seat.docker("images --digests").stdout.split("\n")
    assert [line.split()[2][:7] for line in lines[1:3]] == ["<none>", "sha256:"]


def test_a_tree_shows_platforms_those_that_are_not_here_too():
    seat = multi_platform_seat()
    (row,) = seat.engine.images()
    header, first, second, here, other, blank, end = seat.docker("images --tree").stdout.split("\n")
    assert header.split()[:2] == ["IMAGE", "ID"]
    assert first == WEB
    assert second.split()[:2] == ["app:1", row.id.short]
    assert here.split()[:3] == ["├─", "linux/amd64", row.platforms[0].digest.hex[:12]]
    assert other.split() == ["└─", "linux/arm64", row.platforms[1].digest.hex[:12], "0B", "0B"]
    assert (blank, end) == ("", "")


@pytest.mark.parametrize(
    ("flags", "name"),
    [("-q", "quiet"), ("--no-trunc", "no-trunc"), ("--digests", "show-digest"),
     ("--format json", "format")],
)  # fmt: skip
def test_a_tree_goes_with_nothing_that_only_a_table_has(flags, name):
    result = Seat29().docker(f"images --tree {flags}")
    assert (result.stderr, result.exit_code) == (
        f"--{name} is not yet supported with --tree\n",
        1,
    )


@pytest.mark.parametrize(
    ("filters", "refusal"),
    [
        ("bogus=1", "Error response from daemon: invalid filter 'bogus'\n"),
        ("dangling=maybe", "Error response from daemon: invalid filter 'dangling=[maybe]'\n"),
        ("reference=[", ""),
        ("before=nosuch", "Error response from daemon: No such image: nosuch:latest\n"),
    ],
)
def test_filters_are_refused_in_the_new_words_and_a_bad_pattern_fits_nothing(filters, refusal):
    result = seat_with_image().docker(["images", "-q", "--filter", filters])
    assert (result.stdout, result.stderr) == ("", refusal)


def test_a_reference_filter_knows_the_whole_name_too():
    seat = Seat29()
    seat.store.adopt(image("os"), [Reference("app:1")])
    ids = seat.docker("images -q").stdout
    assert seat.docker("images -q -f reference=docker.io/library/app").stdout == ids
    assert seat.docker("images -q -f reference=docker.io/*/*").stdout == ids


def test_until_lists_what_got_its_name_before_a_moment():
    lab = Lab(engine="containerd")
    lab.docker("pull alpine:3")
    lab.wait("2h")
    lab.docker("pull golang")
    lab.wait("1s")
    form = "--format {{.Repository}}"
    assert lab.docker(f"images {form} --filter until=1h").stdout == "alpine\n"
    assert lab.docker(f"images {form} --filter until=3h").stdout == ""
    assert lab.docker(f"images {form} --filter until=0s").stdout == "golang\nalpine\n"
    refused = lab.docker("images --filter until=yesterday")
    assert refused.stderr == (
        "Error response from daemon: invalid value for 'until' filter: "
        'failed to parse value as time or duration: invalid seconds "yesterday": invalid syntax\n'
    )


def test_a_name_above_another_fills_its_column_in_the_tree():
    lab = Lab(engine="containerd")
    lab.docker("pull alpine:3")
    lab.docker("tag alpine:3 localhost:5000/team/alpine:1")
    _, above, below, *_ = lab.docker("images --tree").stdout.splitlines()
    assert (above, below[: len(above)]) == (
        "alpine:3                    ",
        "localhost:5000/team/alpine:1",
    )
