"""Images for other platforms: not the one that is asked for, and removed one by one."""

from __future__ import annotations

import pytest

from labsim import Lab
from tests.docker.seat29 import Seat29, multi_platform_seat

WANTED = "linux/arm64"
#: moby 20.10.24 and 29.7, of an image that is here for this machine only.
OTHER = {
    "classic": "image with reference golang was found but does not match the specified platform:"
    " wanted linux/arm64, actual: linux/amd64",
    "containerd": "image with reference golang:latest was found but does not provide the specified"
    " platform (linux/arm64)",
}


@pytest.fixture(params=sorted(OTHER))
def lab(request) -> Lab:
    lab = Lab(engine=request.param)
    lab.docker("pull golang")
    return lab


def test_a_container_of_another_platform_is_refused(lab):
    for line in ("run", "create"):
        refused = lab.docker(f"{line} --pull never --platform {WANTED} golang")
        assert OTHER[str(lab.engine)] in refused.stderr
        assert refused.exit_code == (125 if line == "run" else 1)
    assert "is here" in lab.docker("run --platform linux/amd64 golang").stderr


def test_what_is_missing_for_a_platform_is_pulled_first(lab):
    result = lab.docker(f"run --platform {WANTED} golang")
    assert result.stderr.startswith("Unable to find image 'golang:latest' locally\nlatest: Pulling")
    assert result.stderr.count(f"daemon: {OTHER[str(lab.engine)]}\n") == 1


def test_the_older_daemon_warns_below_a_pull_of_what_is_no_choice(lab):
    warning = f"WARNING: {OTHER['classic']}\ndocker.io/library/golang:latest\n"
    result = lab.docker(f"pull --platform {WANTED} golang")
    assert result.exit_code == 0
    assert result.stdout.endswith(warning) == (str(lab.engine) == "classic")
    assert "WARNING" not in lab.docker(f"pull -q --platform {WANTED} golang").stdout


def test_the_older_daemon_looks_at_latest_whatever_tag_was_pulled():
    lab = Lab()
    assert "WARNING" not in lab.docker(f"pull --platform {WANTED} alpine:3").stdout
    lab.docker("pull alpine")
    assert "WARNING: image with reference alpine was" in (
        lab.docker(f"pull --platform {WANTED} alpine:3").stdout
    )


@pytest.fixture
def seat() -> Seat29:
    return multi_platform_seat(whole=True)


def test_one_platform_goes_and_the_names_stay(seat):
    assert seat.docker(f"rmi --platform {WANTED} app:1").stderr == (
        "Error response from daemon: Content will be removed from all images referencing this "
        "variant. Use \u2014-force to force delete.\n"
    )
    before = seat.docker("images -q").stdout
    manifest = [one for one, its in seat.store.manifests(seat.store.resolve("app:1"))][1]
    result = seat.docker(f"rmi -f --platform {WANTED} app:1")
    assert (result.stdout, result.exit_code) == (f"Deleted: {manifest.digest}\n", 0)
    assert seat.docker("images -q").stdout == before
    last = seat.docker("image ls --tree").stdout.split("linux/arm64")[1].split()
    assert last[1:] == ["0B", "0B"]


def test_a_platform_that_is_not_here_is_no_image(seat):
    seat.docker(f"rmi -f --platform {WANTED} app:1")
    result = seat.docker(f"rmi -f --platform {WANTED} app:1")
    image_id = seat.store.resolve("app:1")
    assert result.merged == (
        f"Error response from daemon: failed to delete platform linux/arm64 for image {image_id}: "
        "image with reference app:1 was found but does not provide any platform\n"
    )
    assert result.exit_code == 0  # it was forced


def test_the_last_platform_is_left_to_rmi_itself(seat):
    seat.docker(f"rmi -f --platform {WANTED} app:1")
    refused = seat.docker("rmi -f --platform linux/amd64 app:1")
    assert "--platform of the last platform is real Docker" in refused.stderr
    assert refused.exit_code == 1


def test_what_another_image_needs_stays(seat):
    manifest = [one for one, its in seat.store.manifests(seat.store.resolve("app:1"))][1]
    seat.store.know(manifest)
    seat.docker(f"rmi -f --platform {WANTED} app:1")
    assert seat.store.content.complete(manifest)


#: Of images labelled a=1, a=2 and not at all: which are listed.
LABELS = {
    "label=a": "12",
    "label!=a": "0",
    "label!=a=1": "02",
    "label=a!=1": "02",
    "label!=a=1 label!=a=2": "0",
}


@pytest.mark.parametrize("filters", LABELS)
def test_what_has_no_such_label_is_listed_by_the_newer_daemon(filters):
    lab = Lab(engine="containerd")
    lab.docker("pull alpine:3")
    for value in "012":
        label = f"LABEL a={value}\n" if value != "0" else "ENV X=1\n"
        lab.write(f"c{value}/Dockerfile", f"FROM alpine:3\n{label}")
        lab.docker(f"build -t t{value}:1 c{value}")
    flags = "".join(f" --filter {one}" for one in filters.split())
    listed = lab.docker(f"images --format '{{{{.Repository}}}}'{flags} --filter reference='t*'")
    assert sorted(listed.stdout.split()) == [f"t{value}" for value in LABELS[filters]]


def test_the_older_daemon_knows_no_such_filter():
    refused = Lab().docker("images --filter label!=a")
    assert refused.stderr == "Error response from daemon: Invalid filter 'label!'\n"
