"""How many packed bytes of layers travel: each case is a list of commands on a fresh lab.

Sizes are those of the teaching world: os 30, go 70, deps 15, src 1, mus 4 (MB packed).
"""

import pytest

from labsim import Lab
from labsim.engine.classic import Classic

MB = 1_000_000
LOGIN = ["login -u cantdocpp --password-stdin < token.txt"]
LOGIN_GHCR = ["login -u cantdocpp --password-stdin ghcr.io < token.txt"]


def build(lab, name="cantdocpp/golang:1.0", edited=""):
    lab.build(name, base="golang", layers=["deps", "src"], edited=edited)


def typed(lab, *lines):
    """Type these lines; the result of the last one, and none of them may fail."""
    results = [lab.docker(line) for line in lines]
    for line, result in zip(lines, results, strict=True):
        assert result.exit_code == 0, f"docker {line}\n{result.merged}"
    return results[-1]


def layer_bytes(result, least=MB):
    """Bytes of layers that travelled: bodies of a megabyte and more."""
    bodies = [(exchange.up, exchange.down) for exchange in result.trace.exchanges]
    return sum(size for pair in bodies for size in pair if size >= least)


def test_a_pull_of_golang_after_debian_brings_only_its_own_layer():
    lab = Lab()
    assert layer_bytes(typed(lab, "pull debian:stable")) == 30 * MB
    assert layer_bytes(typed(lab, "pull golang")) == 70 * MB


def test_a_push_of_the_retagged_golang_to_the_hub_sends_no_layer():
    commands = ["pull golang", *LOGIN, "tag golang cantdocpp/golang:v1", "push cantdocpp/golang:v1"]
    assert layer_bytes(typed(Lab(), *commands)) == 0


def test_a_push_of_the_retagged_golang_to_another_registry_sends_all():
    name = "ghcr.io/cantdocpp/golang:v1"
    commands = ["pull golang", *LOGIN_GHCR, f"tag golang {name}", f"push {name}"]
    assert layer_bytes(typed(Lab(), *commands)) == 100 * MB


def test_a_push_of_the_built_image_sends_its_new_layers_and_after_an_edit_only_that_one():
    lab = Lab()
    typed(lab, "pull golang", *LOGIN)
    build(lab)
    assert layer_bytes(typed(lab, "push cantdocpp/golang:1.0")) == 16 * MB
    build(lab, edited="src")
    assert layer_bytes(typed(lab, "push cantdocpp/golang:1.0")) == 1 * MB


def test_a_push_of_the_built_image_to_another_registry_sends_all():
    lab = Lab()
    build(lab, "ghcr.io/cantdocpp/golang:1.0")
    result = typed(lab, *LOGIN_GHCR, "push ghcr.io/cantdocpp/golang:1.0")
    assert layer_bytes(result) == 116 * MB


def test_with_mounting_switched_off_the_hub_is_sent_all():
    lab = Lab()
    lab.policy("docker.io", "mount_from_reserved=off")
    typed(lab, "pull golang", *LOGIN, "tag golang cantdocpp/golang:v1")
    assert layer_bytes(typed(lab, "push cantdocpp/golang:v1")) == 100 * MB


@pytest.mark.parametrize("name", ["cantdocpp/golang:v1", "ghcr.io/cantdocpp/golang:v1"])
def test_a_second_push_sends_no_layer(name):
    lab = Lab()
    typed(lab, "pull golang", *LOGIN, *LOGIN_GHCR, f"tag golang {name}", f"push {name}")
    assert layer_bytes(typed(lab, f"push {name}"), least=1_000) == 0


def test_listed_sizes_add_up_to_far_more_than_the_store_holds():
    lab = Lab()
    typed(lab, "pull golang", "pull debian:stable", "pull alpine:3")
    build(lab)
    typed(lab, "tag cantdocpp/golang:1.0 cantdocpp/golang:latest")
    sizes = typed(lab, "images --format '{{.Size}}'").stdout.split()
    assert sorted(sizes) == ["300MB", "342MB", "342MB", "80MB", "8MB"]
    assert sum(int(size.removesuffix("MB")) for size in sizes) == 1072
    assert isinstance(lab.seat.engine, Classic)
    assert lab.seat.engine.layers.size == 350 * MB
