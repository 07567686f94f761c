"""Pulls and requests are counted, and who has had too many is told when to come back."""

from __future__ import annotations

import pytest

from labsim.registry import HTPASSWD, HUB, OPERATOR, PLAIN, Registry
from labsim.registry.limits import Window, address
from labsim.wire import Response
from tests.registry.asking import LOWER, Client, basic, bearer, codes, index, manifest

HOUR = 3_600_000_000
MANIFEST = "/v2/team/app/manifests/v1"


def client(**switches: int) -> Client:
    policy = PLAIN
    for name, value in switches.items():
        policy = policy.turned(name, value)
    made = Client(Registry("localhost:5000", policy=policy), peer="192.0.2.7")
    made.push("team/app", "v1", LOWER)
    return made


def left(response: Response) -> str:
    return response.headers.get("ratelimit-remaining")


def test_only_a_get_of_a_manifest_is_a_pull():
    asking = client(pulls_anonymous=2)
    head = asking.ask("HEAD", MANIFEST)
    assert (head.headers["ratelimit-limit"], left(head)) == ("2;w=21600", "2;w=21600")
    assert head.headers["docker-ratelimit-source"] == "192.0.2.7"
    assert asking.get(f"/v2/team/app/blobs/{LOWER.digest}").status == 200
    assert asking.get("/v2/team/app/manifests/none").status == 404
    assert left(asking.get(MANIFEST, "docker")) == "1;w=21600"
    assert left(asking.get(MANIFEST, "docker")) == "0;w=21600"
    assert left(asking.ask("HEAD", MANIFEST)) == "0;w=21600"


def test_who_has_had_all_pulls_is_told_when_to_come_back():
    asking = client(pulls_anonymous=1)
    asking.at_us = 2 * HOUR
    assert asking.get(MANIFEST, "docker").status == 200
    asking.at_us = 3 * HOUR
    refused = asking.get(MANIFEST, "docker")
    assert (refused.status, codes(refused)) == (429, ["TOOMANYREQUESTS"])
    assert b"You have reached your pull rate limit." in bytes(refused.body)
    assert (refused.headers["retry-after"], left(refused)) == (str(5 * 3600), "0;w=21600")
    asking.at_us = 8 * HOUR - 1
    assert asking.get(MANIFEST, "docker").status == 429
    asking.at_us = 8 * HOUR
    assert asking.get(MANIFEST, "docker").status == 200


def test_an_image_for_several_platforms_costs_one_pull_for_each_that_is_fetched():
    asking = client(pulls_anonymous=2)
    ours = asking.get(MANIFEST, "docker").headers["docker-content-digest"]
    asking.registry.follow(PLAIN.turned("pulls_anonymous", 3))
    several = index(manifest(LOWER), kind="docker list")
    assert asking.put("team/app/manifests/all", several, "docker list").status == 201
    for path, rest in (("all", 2), ("all", 2), (ours, 1), ("all", 1)):
        answer = asking.get(f"/v2/team/app/manifests/{path}", "docker list")
        assert left(answer) == f"{rest};w=21600", path


def test_the_window_rolls():
    asking = client(pulls_anonymous=2)
    for at, status, rest in ((0, 200, 1), (5, 200, 0), (5.9, 429, 0), (6, 200, 0), (7, 429, 0)):
        asking.at_us = round(at * HOUR)
        answer = asking.get(MANIFEST, "docker")
        assert (answer.status, left(answer)) == (status, f"{rest};w=21600"), at
    assert answer.headers["retry-after"] == str(4 * 3600)  # for the pull of the fifth hour


def test_a_window_takes_no_more_memory_than_its_steps():
    window = Window(60)
    for at_us in range(0, 200_000_000, 10_000):
        window.add("who", at_us)
        assert len(window._counts["who"]) <= 61
    assert 5900 <= window.count("who", 199_990_000) <= 6000


def test_each_address_has_its_own_pulls_and_a_network_of_ipv6_shares_them():
    asking = client(pulls_anonymous=1)
    for peer, status in (
        ("192.0.2.7", 200),
        ("192.0.2.8", 200),
        ("2001:db8:1:2::3", 200),
        ("2001:db8:1:2:ffff::4", 429),
        ("2001:db8:1:3::3", 200),
        ("192.0.2.7", 429),
        ("::ffff:192.0.2.7", 429),
    ):
        asking.peer = peer
        assert asking.get(MANIFEST, "docker").status == status, peer


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("no:address", "no:address"),
        ("", ""),
    ],
)
def test_an_address_is_counted_as_itself_or_as_its_network(peer, counted):
    assert address(peer) == counted


def test_an_account_is_counted_wherever_it_comes_from():
    policy = HUB.turned("pulls_account", 2).turned("pulls_anonymous", 1)
    registry = Registry("docker.io", policy=policy, users={"alice": "lab"})
    alice = bearer(registry, "alice/app:pull,push", user="alice")
    alice.push("alice/app", "v1", LOWER)
    for peer, status in (("192.0.2.1", 200), ("192.0.2.2", 200), ("192.0.2.3", 429)):
        alice.peer = peer
        assert alice.get("/v2/alice/app/manifests/v1", "docker").status == status
    assert (
        alice.ask("HEAD", "/v2/alice/app/manifests/v1").headers["docker-ratelimit-source"]
        == "alice"
    )
    nobody = bearer(registry, "alice/app:pull")
    assert nobody.get("/v2/alice/app/manifests/v1", "docker").status == 200


def test_too_many_requests_of_any_kind_are_told_so_in_plain_words():
    asking = client()
    asking.registry.follow(PLAIN.turned("requests_a_minute", 3))
    assert [asking.get("/v2/").status for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = asking.get("/v2/")
    assert (bytes(refused.body), refused.headers["retry-after"]) == (b"Too Many Requests\n", "60")
    at_the_door = asking.registry.admit(asking.request("GET", "/v2/"))
    assert at_the_door is not None
    assert at_the_door.status == 429
    asking.at_us = HOUR
    assert asking.get("/v2/").status == 200


def test_passwords_cannot_be_tried_for_ever():
    policy = HTPASSWD.turned("requests_a_minute", 3)
    registry = Registry("registry.example.com", policy=policy, users={"bob": "lab"})
    guessing = Client(registry, basic("bob", "guess"), peer="192.0.2.7")
    assert [guessing.get("/v2/").status for _ in range(4)] == [401, 401, 401, 429]
    bob = Client(registry, basic("bob", "lab"), peer="192.0.2.8")
    assert bob.get("/v2/").status == 200
    # At a door, where a head that is refused is never handled.
    guessing.peer = "192.0.2.9"
    heads = [registry.admit(guessing.request("GET", "/v2/")) for _ in range(4)]
    assert [head.status for head in heads if head] == [401, 401, 401, 429]


def test_a_head_that_was_let_in_is_counted_once():
    asking = client()
    asking.registry.follow(PLAIN.turned("requests_a_minute", 3))
    for status in (200, 200, 200, 429):
        asking.registry.admit(asking.request("GET", "/v2/"))
        assert asking.get("/v2/").status == status


def test_the_operator_can_always_take_a_limit_away():
    asking = client()
    asking.registry.follow(PLAIN.turned("requests_a_minute", 1))
    asking.peer = OPERATOR
    for _ in range(3):
        answer = asking.ask("PUT", "/_lab/policy/requests_a_minute", b'{"value":1}')
        assert answer.status == 204


def test_the_hub_counts_as_it_documents_and_others_do_not():
    assert (HUB["pulls_anonymous"], HUB["pulls_account"], HUB["pull_window_s"]) == (100, 200, 21600)
    assert left(client().get(MANIFEST, "docker")) == ""


def test_many_addresses_take_no_more_memory_than_some():
    asking = client(pulls_anonymous=1)
    for number in range(10_050):
        asking.peer = f"10.0.{number // 256}.{number % 256}"
        asking.get(MANIFEST, "docker")
    assert len(asking.registry.access.limits._pulls._counts) == 10_000
