"""``docker save`` and ``docker load``: files of the laptop, in Docker's own archive."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.archive import file, tar
from tests.docker.loaded import loaded_seat
from tests.docker.seat import BareSeat
from tests.docker.stacked import archive


def test_what_was_saved_is_loaded_as_the_same_images():
    seat, other = loaded_seat(), BareSeat()
    seat.docker("save -o all.tar shop/app base:1 alone:1 693602a9689c")
    other.files["all.tar"] = seat.files["all.tar"]
    result = other.docker("load -i all.tar")
    assert (result.exit_code, result.stderr) == (0, "")
    assert {row.id for row in other.engine.images()} == {row.id for row in seat.engine.images()}
    assert other.engine.names.get(next(iter(other.engine.names))) is not None


def test_an_archive_written_by_others_is_loaded():
    seat = BareSeat()
    seat.files["stack.tar"] = archive()
    assert seat.docker("load --input ./stack.tar").stdout.startswith("Loaded image: base:1\n")
    assert {row.id for row in seat.engine.images()} == {
        row.id for row in loaded_seat().engine.images()
    }


def test_an_archive_may_come_through_standard_input():
    seat = BareSeat()
    seat.files["stack.tar"] = archive()
    assert seat.docker("load < stack.tar").exit_code == 0
    assert len(seat.engine.images()) == 4


def test_images_without_a_name_are_told_by_id_when_the_last_one_has_none():
    seat, other = loaded_seat(), BareSeat()
    seat.docker("save -o loose.tar base:1 693602a9689c")
    other.files["loose.tar"] = seat.files["loose.tar"]
    told = other.docker("load -i loose.tar").stdout.splitlines()
    ids = [f"Loaded image ID: {seat.engine.resolve(name)}" for name in ("base:1", "693602a9689c")]
    assert told == ["Loaded image: base:1", *ids]


def test_a_name_that_stood_elsewhere_is_said_to_move():
    seat = loaded_seat()
    seat.docker("save -o base.tar base:1")
    old = seat.engine.resolve("alone:1")
    seat.docker("tag alone:1 base:1")
    assert seat.docker("load -i base.tar").stdout == (
        f"The image base:1 already exists, renaming the old one with ID {old} to empty string\n"
        "Loaded image: base:1\n"
    )


@pytest.mark.parametrize(
    ("content", "stderr"),
    [
        (b"junk\n", "Error processing tar file(exit status 1): unexpected EOF\n"),
        (b"x" * 600, "Error processing tar file(exit status 1): archive/tar: invalid tar header\n"),
        (
            bytes(tar([file("index.json", b"{}")])),
            "open /var/lib/docker/tmp/docker-import-{}/repositories: no such file or directory\n",
        ),
        (bytes(tar([file("manifest.json", b"{}")])), "labsim: x.tar: this is neither"),
    ],
)
def test_what_is_no_archive_is_refused_and_changes_nothing(content, stderr):
    seat = BareSeat()
    seat.files["x.tar"] = content
    result = seat.docker("load -i x.tar")
    head, _, tail = stderr.partition("{}")
    assert result.stderr.startswith(head)
    assert result.stderr.endswith(tail)
    assert (result.stdout, result.exit_code) == ("", 1)
    assert not seat.engine.images()


def test_nothing_is_read_where_nothing_comes_and_nothing_is_shown_on_a_terminal():
    seat = loaded_seat()
    assert seat.docker("load").stderr == "requested load from stdin, but stdin is empty\n"
    refused = "cowardly refusing to save to a terminal. Use the -o flag or redirect\n"
    assert seat.docker("save base:1").stderr == refused


def test_a_large_image_is_saved_and_loaded_without_its_bytes_and_replayed():
    lab = Lab()
    lab.docker("pull -q golang")
    assert lab.docker("save -o golang.tar golang").exit_code == 0
    golang = lab.image("golang").id
    lab.docker("rmi golang")
    assert lab.docker("load -i golang.tar").stdout == "Loaded image: golang:latest\n"
    assert lab.image("golang").id == golang
    assert "golang.tar" in lab.files
    assert Lab.replay(lab.script).image("golang").id == golang
