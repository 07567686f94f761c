"""Uploads that nobody finishes: how many may be open, and for how long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.blob import Blob
from labsim.registry import PLAIN, TOKENS, Policy, Registry
from labsim.wire import Request
from tests.registry.asking import LOWER, UPPER, Client, basic, codes

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
UPLOADS = "/v2/team/app/blobs/uploads/"


def limited(most: int = 0, age_s: int = 0, each: int = 0) -> Client:
    policy: Policy = PLAIN.turned("uploads_most", most).turned("upload_age_s", age_s)
    return Client(Registry("localhost:5000", policy=policy.turned("uploads_each", each)))


def filled(client: Client) -> str:
    """The path of a new upload that has some bytes."""
    target = client.open_upload("team/app")
    assert client.ask("PATCH", target, UPPER).status == 202
    return target


def test_without_a_limit_nothing_ends() -> None:
    client = limited()
    target = client.open_upload("team/app")
    client.at_us = 1000 * HOUR
    for _ in range(50):
        client.open_upload("team/app")
    assert client.get(target).status == 204
    assert len(client.registry.uploads) == 51


def test_one_too_many_is_told_to_come_back() -> None:
    client = limited(most=2)
    first, _ = filled(client), filled(client)
    answer = client.ask("POST", UPLOADS)
    assert (answer.status, codes(answer)) == (429, ["TOOMANYREQUESTS"])
    assert answer.headers["Retry-After"] == "60"
    assert client.ask("POST", f"{UPLOADS}?digest={LOWER.digest}", LOWER).status == 201
    assert client.ask("DELETE", first).status == 204
    assert client.ask("POST", UPLOADS).status == 202


def test_who_has_been_silent_for_ten_minutes_makes_room_for_others() -> None:
    client = limited(most=2, age_s=24 * 3600)
    first = filled(client)
    client.at_us = 9 * MINUTE + 50 * SECOND
    second = filled(client)
    for client.at_us, wait in ((9 * MINUTE + 55 * SECOND, "6"), (9 * MINUTE, "60")):
        answer = client.ask("POST", UPLOADS)
        assert (answer.status, answer.headers["Retry-After"]) == (429, wait)
    client.at_us = 10 * MINUTE
    assert client.ask("POST", UPLOADS).status == 202
    assert codes(client.get(first)) == ["BLOB_UPLOAD_UNKNOWN"]
    assert client.get(second).status == 204


def test_the_wait_is_a_minute_at_most_however_long_uploads_may_be_silent() -> None:
    for age_s in (0, 30, 3600, 24 * 3600):
        client = limited(most=1, age_s=age_s)
        filled(client)
        client.at_us = 1
        answer = client.ask("POST", UPLOADS)
        assert answer.status == 429
        assert answer.headers["Retry-After"] == str(min(60, age_s or 60)), age_s


def test_the_oldest_upload_without_bytes_makes_room_and_none_that_has_some() -> None:
    client = limited(most=3)
    kept = filled(client)
    targets = []
    for client.at_us in (1, 2, 3):
        targets.append(client.open_upload("team/app"))
    assert [client.get(one).status for one in (kept, *targets)] == [204, 404, 204, 204]
    assert len(client.registry.uploads) == 3


def test_nobody_keeps_others_out_by_opening_uploads() -> None:
    greedy = limited(most=100, each=5)
    modest = Client(greedy.registry, peer="192.0.2.8")
    greedy.peer = "192.0.2.7"
    mine = filled(modest)
    for _ in range(5):
        filled(greedy)
    refused = greedy.ask("POST", UPLOADS)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
    assert modest.ask("POST", UPLOADS).status == 202
    assert modest.get(mine).status == 204


def test_an_account_is_one_wherever_it_is_and_an_ipv6_network_is_one_address() -> None:
    policy: Policy = TOKENS.turned("auth", "basic").turned("uploads_each", 2)
    registry = Registry("localhost:5000", policy=policy, users={"ann": "lab", "bob": "lab"})
    ann, also_ann, bob = (
        Client(registry, basic(name, "lab"), peer=peer)
        for name, peer in (("ann", "192.0.2.7"), ("ann", "192.0.2.8"), ("bob", "192.0.2.7"))
    )
    filled(ann)
    filled(also_ann)
    assert ann.ask("POST", UPLOADS).status == also_ann.ask("POST", UPLOADS).status == 429
    assert bob.ask("POST", UPLOADS).status == 202
    one, other, far = (limited(each=1), limited(each=1), limited(each=1))
    other.registry = far.registry = one.registry
    one.peer, other.peer, far.peer = "2001:db8:1:2::3", "2001:db8:1:2:9::4", "2001:db8:1:3::3"
    filled(one)
    assert (other.ask("POST", UPLOADS).status, far.ask("POST", UPLOADS).status) == (429, 202)


# --- fair shares ----------------------------------------------------------------------------------

HOGS = [f"192.0.2.{n}" for n in range(1, 6)]
NEWCOMER = "198.51.100.9"


def crowded(each: int = 8) -> tuple[dict[str, Client], dict[str, list[str]]]:
    """Five who have opened all uploads there are, a byte in each; and the paths of theirs."""
    room = limited(most=5 * each, each=each)
    clients = {peer: Client(room.registry, peer=peer) for peer in (*HOGS, NEWCOMER)}
    targets: dict[str, list[str]] = {peer: [] for peer in clients}
    for n in range(each):
        for at, peer in enumerate(HOGS):
            clients[peer].at_us = n * SECOND + at
            targets[peer].append(filled(clients[peer]))
    for client in clients.values():
        client.at_us = each * SECOND
    return clients, targets


def still_open(client: Client, targets: list[str]) -> list[int]:
    return [n for n, target in enumerate(targets) if client.get(target).status == 204]


def test_five_who_have_taken_everything_keep_no_sixth_out():
    clients, targets = crowded()
    mine = [filled(clients[NEWCOMER]) for _ in range(40 // 6)]
    assert still_open(clients[NEWCOMER], mine) == list(range(6))
    left = [still_open(clients[peer], targets[peer]) for peer in HOGS]
    # each in its turn lost the one that had been silent longest, whoever had the most
    assert left == [[2, 3, 4, 5, 6, 7]] + [[1, 2, 3, 4, 5, 6, 7]] * 4
    assert len(clients[NEWCOMER].registry.uploads) == 40


def test_who_has_most_gives_however_long_another_has_been_silent():
    room = limited(most=7)
    few, many, newcomer = (Client(room.registry, peer=peer) for peer in (*HOGS[:2], NEWCOMER))
    theirs = [filled(few) for _ in range(3)]
    many.at_us = newcomer.at_us = SECOND
    gone, *kept = [filled(many) for _ in range(4)]
    filled(newcomer)
    assert many.get(gone).status == 404
    assert (len(still_open(few, theirs)), len(still_open(many, kept))) == (3, 3)


def test_who_has_as_many_as_others_or_one_less_has_to_wait():
    clients, _ = crowded()
    for _ in range(6):
        filled(clients[NEWCOMER])
    answer = clients[NEWCOMER].ask("POST", UPLOADS)
    assert (answer.status, codes(answer)) == (429, ["TOOMANYREQUESTS"])
    assert clients[HOGS[0]].ask("POST", UPLOADS).status == 429


def test_an_upload_that_goes_on_is_not_the_one_that_makes_room():
    clients, targets = crowded()
    busy = targets[HOGS[0]][0]
    assert clients[HOGS[0]].ask("PATCH", busy, b"more").status == 202
    for _ in range(6):
        filled(clients[NEWCOMER])
    assert clients[HOGS[0]].get(busy).status == 204
    assert clients[HOGS[0]].get(targets[HOGS[0]][1]).status == 404


def test_an_upload_into_which_a_body_arrives_makes_room_for_nobody():
    clients, targets = crowded(each=1)
    drafts = []
    for peer in HOGS:
        head = Request("PATCH", targets[peer][0], peer=peer)
        assert clients[peer].registry.admit(head) is None
        drafts.append(clients[peer].registry.receive(head))
    for client in clients.values():
        client.at_us = HOUR
    assert clients[NEWCOMER].ask("POST", UPLOADS).status == 429
    for draft in drafts:
        draft.discard()  # it broke off, and was heard until now
    assert clients[NEWCOMER].ask("POST", UPLOADS).status == 429
    for client in clients.values():
        client.at_us = HOUR + 10 * MINUTE
    assert clients[NEWCOMER].ask("POST", UPLOADS).status == 202


def test_what_has_just_been_opened_makes_no_room_for_who_has_more():
    clients, targets = crowded()
    hog = clients[HOGS[0]]
    mine = clients[NEWCOMER].open_upload("team/app")  # has no bytes yet; a hog has lost one
    assert len(still_open(hog, targets[HOGS[0]])) == 7
    assert hog.ask("POST", UPLOADS).status == 429
    assert clients[NEWCOMER].get(mine).status == 204


def test_asking_how_far_an_upload_is_keeps_it_no_longer():
    clients, targets = crowded()
    for _ in range(3):
        assert clients[HOGS[0]].get(targets[HOGS[0]][0]).status == 204
        late = [("Content-Range", "7-9")]
        assert clients[HOGS[0]].ask("PATCH", targets[HOGS[0]][0], b"abc", late).status == 416
        assert clients[HOGS[0]].ask("PATCH", targets[HOGS[0]][0]).status == 202
    filled(clients[NEWCOMER])
    assert clients[HOGS[0]].get(targets[HOGS[0]][0]).status == 404


STEPS = st.tuples(st.integers(0, 3), st.booleans())


@given(steps=st.lists(STEPS, min_size=10, max_size=40))
def test_nobody_below_their_share_is_refused_and_the_same_steps_end_alike(steps):
    assert after(steps) == after(steps)


def after(steps: list[tuple[int, bool]], most: int = 8) -> list[list[int]]:
    """Which uploads are open after four clients have opened some and gone on with others."""
    room = limited(most=most)
    clients = [Client(room.registry, peer=f"192.0.2.{n}") for n in range(4)]
    targets: list[list[str]] = [[] for _ in clients]
    for at_us, (who, goes_on) in enumerate(steps):
        client, mine = clients[who], targets[who]
        client.at_us = at_us
        if goes_on and mine:
            client.ask("PATCH", mine[len(mine) // 2], b"x")
            continue
        held = [len(still_open(*one)) for one in zip(clients, targets, strict=True)]
        owners = sum(bool(count) for count in held) + (not held[who])
        answer = client.ask("POST", UPLOADS)
        assert answer.status == 202 or held[who] >= most // owners
        if answer.status == 202:
            mine.append(client.go_on(answer))
            client.ask("PATCH", mine[-1], b"x")
        assert len(room.registry.uploads) <= most
    return [still_open(*one) for one in zip(clients, targets, strict=True)]


# --- age ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_an_upload_is_over_when_no_bytes_have_come_for_too_long(method: str) -> None:
    client = limited(age_s=3600)
    target = client.open_upload("team/app")
    client.at_us = HOUR - 1
    assert client.ask("PATCH", target, UPPER).status == 202  # and so it is young again
    client.at_us = 2 * HOUR - 2
    assert client.get(target).status == 204  # which says nothing
    client.at_us = 2 * HOUR - 1
    assert codes(client.ask(method, target, b"x")) == ["BLOB_UPLOAD_UNKNOWN"]


def test_a_late_request_of_earlier_makes_no_upload_older() -> None:
    client = limited(age_s=3600)
    target = client.open_upload("team/app")
    for client.at_us in (HOUR // 2, 0):
        assert client.ask("PATCH", target, b"x").status == 202
    client.at_us = HOUR + 1
    assert client.get(target).status == 204


def test_forgotten_uploads_go_when_others_come() -> None:
    client = limited(age_s=3600)
    for _ in range(20):
        client.ask("PATCH", client.open_upload("team/app"), LOWER)
    client.at_us = 2 * HOUR
    client.open_upload("team/app")
    assert len(client.registry.uploads) == 1


def test_an_upload_whose_bytes_are_arriving_is_not_over() -> None:
    client = limited(most=1, age_s=3600)
    target = client.open_upload("team/app")
    head = Request("PATCH", target)
    assert client.registry.admit(head) is None
    draft = client.registry.receive(head)
    client.at_us = 9 * HOUR
    assert client.ask("POST", UPLOADS).status == 429
    assert codes(client.ask("PATCH", target, b"x")) == ["RANGE_INVALID"]
    draft.write(b"slow")
    late = Request("PATCH", target, body=draft.seal(), at_us=9 * HOUR)
    assert client.registry.handle(late).headers["Range"] == "0-3"


def test_a_body_without_a_length_is_measured_when_it_is_there() -> None:
    client = limited()
    target = client.open_upload("team/app")
    chunked = [("Transfer-Encoding", "chunked"), ("Content-Range", "0-2")]
    assert client.registry.admit(Request("PATCH", target, chunked)) is None
    assert codes(client.ask("PATCH", target, b"four", chunked)) == ["SIZE_INVALID"]
    assert client.get(target).headers["Range"] == "0-0"
    assert client.ask("PATCH", target, b"abc", chunked).status == 202
    whole = Blob(b"abcdef")
    put = f"{target}&digest={whole.digest}"
    rest = [("Content-Range", "3-5")]
    assert client.registry.admit(Request("PUT", put, rest)) is None
    assert codes(client.ask("PUT", put, b"defg", rest)) == ["SIZE_INVALID"]
    assert client.ask("PUT", put, b"def", rest).status == 201
