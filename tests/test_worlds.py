"""World w1: how a lab is before anybody did anything."""

from __future__ import annotations

import time

import pytest

from labsim.worlds import W1, WORLDS, Lab


def test_w1_is_registered_and_the_world_of_a_new_lab():
    assert WORLDS["w1"] is W1
    assert Lab().script == Lab(world="w1").script


def test_every_laptop_is_empty_and_nobody_is_logged_in():
    lab = Lab()
    assert lab.user == "cantdocpp"
    for person in ("cantdocpp", "alice"):
        lab.as_user(person)
        assert lab.docker("images -q").stdout == ""
        assert lab.read("token.txt") == "lab\n"
        assert "config.json" not in "".join(lab.files)


def test_the_hub_has_the_library_and_no_image_of_the_learner():
    lab = Lab()
    assert lab.docker("pull -q golang:1.23").exit_code == 0
    refused = lab.docker("pull cantdocpp/golang")
    assert refused.exit_code == 1
    hub = W1.registry("docker.io", 0)
    assert all(name.startswith("library/") for name in hub.store.repositories)


@pytest.mark.parametrize("host", W1.hosts)
def test_accounts_are_where_they_should_be(host):
    lab = Lab()
    right = lab.docker(f"login -u alice --password-stdin {host}", stdin="lab\n")
    wrong = lab.docker(f"login -u alice --password-stdin {host}", stdin="no\n")
    assert right.exit_code == 0
    assert wrong.exit_code == (0 if host == "localhost:5000" else 1)
    assert ((host, "alice") in W1.passwords) is (host != "localhost:5000")


@pytest.mark.parametrize("host", W1.hosts[1:])
def test_the_other_registries_begin_empty(host):
    assert len(W1.registry(host, 0).store.repositories) == 0


def test_build_layers_come_in_editions():
    assert W1.parts == ("deps", "src", "bin")
    assert W1.part("src", 1) != W1.part("src", 2)
    with pytest.raises(KeyError):
        W1.part("nothing", 1)


def test_a_world_begins_in_a_moment():
    W1.registry("docker.io", 0)
    began = time.process_time()
    W1.registry("docker.io", 1)
    Lab()
    assert time.process_time() - began < 0.05
