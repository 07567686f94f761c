"""Uploads that nobody finishes: how many may be open, and for how long."""

from __future__ import annotations

import pytest

from labsim.blob import Blob
from labsim.registry import PLAIN, Policy, Registry
from labsim.wire import Request
from tests.registry.asking import LOWER, UPPER, Client, codes

HOUR = 3_600_000_000
UPLOADS = "/v2/team/app/blobs/uploads/"


def limited(most: int = 0, age_s: int = 0) -> Client:
    policy: Policy = PLAIN.turned("uploads_most", most).turned("upload_age_s", age_s)
    return Client(Registry("localhost:5000", policy=policy))


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
    first = client.open_upload("team/app")
    client.open_upload("team/web")
    answer = client.ask("POST", UPLOADS)
    assert (answer.status, codes(answer)) == (429, ["TOOMANYREQUESTS"])
    assert answer.headers["Retry-After"] == "60"
    assert client.ask("POST", f"{UPLOADS}?digest={LOWER.digest}", LOWER).status == 201
    assert client.ask("DELETE", first).status == 204
    assert client.ask("POST", UPLOADS).status == 202


def test_where_uploads_end_by_themselves_the_wait_is_until_the_next_does() -> None:
    client = limited(most=2, age_s=3600)
    for minutes in (0, 10):
        client.at_us = HOUR * minutes // 60
        client.open_upload("team/app")
    client.at_us = HOUR // 2
    answer = client.ask("POST", UPLOADS)
    assert answer.headers["Retry-After"] == str(30 * 60 + 1)
    client.at_us += 1_000_000 * int(answer.headers["Retry-After"])
    assert client.ask("POST", UPLOADS).status == 202
    assert len(client.registry.uploads) == 2


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_an_upload_is_over_when_nobody_has_spoken_of_it(method: str) -> None:
    client = limited(age_s=3600)
    target = client.open_upload("team/app")
    client.at_us = HOUR - 1
    assert client.ask("PATCH", target, UPPER).status == 202  # and so it is young again
    client.at_us = 2 * HOUR - 2
    assert client.get(target).status == 204
    client.at_us = 3 * HOUR
    assert codes(client.ask(method, target, b"x")) == ["BLOB_UPLOAD_UNKNOWN"]


def test_a_late_request_of_earlier_makes_no_upload_older() -> None:
    client = limited(age_s=3600)
    target = client.open_upload("team/app")
    for client.at_us in (HOUR // 2, 0):
        assert client.get(target).status == 204
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
