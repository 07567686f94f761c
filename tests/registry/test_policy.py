"""Policies: dated, sourced, marked where nobody has checked, and printable."""

from __future__ import annotations

import pytest

from labsim.registry import GHCR, HTPASSWD, HUB, PLAIN, POLICIES, Policy, Registry
from labsim.registry.policy import MEANINGS, policy_for


@pytest.mark.parametrize("policy", POLICIES.values(), ids=repr)
def test_every_switch_has_a_date_a_source_and_a_possible_value(policy: Policy) -> None:
    assert list(policy.switches) == list(MEANINGS)
    for name, switch in policy.switches.items():
        assert switch.as_of[:2] == "20"
        assert switch.source
        choices = MEANINGS[name].choices
        assert not choices or switch.value in choices


@pytest.mark.parametrize("policy", POLICIES.values(), ids=repr)
def test_a_policy_prints_what_it_is_and_what_was_not_checked(policy: Policy) -> None:
    lines = str(policy).splitlines()
    assert lines[0] == policy.name
    for line, (name, switch) in zip(lines[1:], policy.switches.items(), strict=True):
        assert line.split()[0] == name
        assert str(switch.value) in line
        assert switch.as_of in line
        assert switch.source in line
        assert ("unverified" in line) == switch.unverified


def test_mounting_from_library_is_allowed_and_marked() -> None:
    switch = HUB.switches["mount_from_reserved"]
    assert (switch.value, switch.unverified) == (True, True)


def test_a_turned_switch_makes_another_policy() -> None:
    turned = HUB.turned("delete", value=True)
    assert (HUB["delete"], turned["delete"]) == (False, True)
    assert turned != HUB
    assert turned.turned("delete", value=False)["delete"] is False
    with pytest.raises(KeyError):
        HUB.turned("gravity", value=True)
    with pytest.raises(ValueError, match="'none' or 'basic' or 'bearer'"):
        HUB.turned("auth", "magic")


@pytest.mark.parametrize(
    ("host", "accounts", "policy"),
    [
        ("docker.io", True, HUB),
        ("docker.io", False, HUB),
        ("ghcr.io", True, GHCR),
        ("localhost:5000", False, PLAIN),
        ("registry.example.com:5000", True, HTPASSWD),
    ],
)
def test_a_host_is_known_for_its_policy(host: str, accounts: bool, policy: Policy) -> None:
    assert policy_for(host, accounts=accounts) == policy
    users = {"alice": "lab"} if accounts else None
    assert Registry(host, users=users).policy == policy


def test_the_hub_is_reached_under_several_names() -> None:
    assert Registry("docker.io").hosts == (
        "docker.io", "registry-1.docker.io", "auth.docker.io", "index.docker.io"
    )  # fmt: skip
    assert Registry("localhost:5000").hosts == ("localhost:5000",)
