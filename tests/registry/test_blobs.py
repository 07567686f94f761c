"""Blobs: whole, in part, unchanged, and only where they are linked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labsim.blob import Blob
from labsim.registry import Registry
from labsim.wire import Response
from tests.registry.asking import LOWER, Client, codes

TEN = Blob(b"0123456789")


@pytest.fixture
def client() -> Client:
    client = Client(Registry("localhost:5000"))
    client.upload("team/app", TEN, Blob(b""))
    return client


def fetch(client: Client, asked: str, blob: Blob = TEN) -> Response:
    return client.ask("GET", f"/v2/team/app/blobs/{blob.digest}", b"", [("range", asked)])


def test_head_and_get_say_the_same_and_head_sends_nothing(client: Client) -> None:
    head, get = (client.ask(m, f"/v2/team/app/blobs/{TEN.digest}") for m in ("HEAD", "GET"))
    assert head.status == get.status == 200
    assert list(head.headers) == list(get.headers)
    assert (bytes(head.body), bytes(get.body)) == (b"", b"0123456789")


def test_the_headers_are_the_recorded_ones(client: Client) -> None:
    answer = client.ask("HEAD", f"/v2/team/app/blobs/{TEN.digest}")
    assert list(answer.headers) == [
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", "max-age=31536000"),
        ("Content-Length", "10"),
        ("Content-Type", "application/octet-stream"),
        ("Docker-Content-Digest", TEN.digest),
        ("Docker-Distribution-Api-Version", "registry/2.0"),
        ("Etag", f'"{TEN.digest}"'),
        ("X-Content-Type-Options", "nosniff"),
    ]
    assert all(type(value) is str for _, value in answer.headers)


@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-30", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=9-9", 206, b"9", "bytes 9-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"invalid range: failed to overlap\n", "bytes */10"),
        ("bytes=-0", 416, b"invalid range: failed to overlap\n", "bytes */10"),
        ("bytes=5-4", 416, b"invalid range\n", "bytes */10"),
        ("bytes=a-4", 416, b"invalid range\n", "bytes */10"),
        ("bytes=4", 416, b"invalid range\n", "bytes */10"),
        ("bytes=-", 416, b"invalid range\n", "bytes */10"),
        ("bytes=" + "9" * 5000 + "-", 416, b"invalid range\n", "bytes */10"),
        ("lines=1-2", 200, b"0123456789", ""),  # RFC 9110 §14.2: unknown units are ignored
        ("4", 200, b"0123456789", ""),
        ("Bytes=0-3", 206, b"0123", "bytes 0-3/10"),  # §14.1: a unit's name has no case
        ("bytes=0-1,4-5", 200, b"0123456789", ""),  # RFC 9110 §14.2: a server may answer whole
    ],
)
def test_ranges(client: Client, asked: str, status: int, body: bytes, content_range: str) -> None:
    answer = fetch(client, asked)
    assert (answer.status, bytes(answer.body)) == (status, body)
    assert answer.headers.get("Content-Range") == content_range
    assert answer.headers["Content-Length"] == str(len(body))
    assert answer.headers["Docker-Content-Digest"] == TEN.digest


def test_a_range_of_an_empty_blob_is_the_blob(client: Client) -> None:
    assert fetch(client, "bytes=0-", Blob(b"")).status == 200


def asked(client: Client, method: str, *headers: tuple[str, str]) -> Response:
    return client.ask(method, f"/v2/team/app/blobs/{TEN.digest}", b"", headers)


OTHER = f'"{LOWER.digest}"'
MINE = f'"{TEN.digest}"'


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        (MINE, 304),
        (str(TEN.digest), 304),
        (f"W/{MINE}", 304),
        (f"{OTHER}, W/{MINE}", 304),
        ("*", 304),
        (OTHER, 200),
        ("", 200),
        ('"*"', 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_the_blob_is_told_so(client: Client, method: str, tags: str, status: int) -> None:
    answer = asked(client, method, ("Range", "bytes=0-3"), ("If-None-Match", tags))
    expected = 206 if (method, status) == ("GET", 200) else status
    assert answer.status == expected
    assert answer.headers["Cache-Control"] == "max-age=31536000"
    assert answer.headers["Etag"] == MINE
    assert answer.status == 206 or not answer.body


def test_two_lines_of_a_condition_are_one_list(client: Client) -> None:
    known = [("If-None-Match", OTHER), ("if-none-match", MINE)]
    assert asked(client, "GET", *known).status == 304


@pytest.mark.parametrize(
    ("tags", "status"),
    [(MINE, 200), (f"{OTHER},{MINE}", 200), ("*", 200), (OTHER, 412), (f"W/{MINE}", 412)],
)
def test_a_blob_can_be_asked_for_only_if_it_is_that(client: Client, tags: str, status: int) -> None:
    assert asked(client, "GET", ("If-Match", tags)).status == status


@pytest.mark.parametrize(
    ("tag", "status"),
    [(MINE, 206), (OTHER, 200), (f"W/{MINE}", 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200)],
)
def test_a_range_of_something_else_is_the_whole(client: Client, tag: str, status: int) -> None:
    answer = asked(client, "GET", ("Range", "bytes=2-3"), ("If-Range", tag))
    assert (answer.status, bytes(answer.body)) == (status, b"23" if status == 206 else bytes(TEN))


def test_a_range_means_nothing_to_a_head(client: Client) -> None:
    head = asked(client, "HEAD", ("Range", "bytes=2-3"))
    assert (head.status, head.headers["Content-Length"]) == (200, "10")


def test_a_generated_blob_is_served_in_part_without_being_held() -> None:
    def make() -> Iterator[bytes]:
        yield from (bytes([letter]) * 1000 for letter in b"abc")

    digest = Blob(b"".join(make())).digest
    client = Client(Registry("localhost:5000"))
    client.upload("team/app", Blob.generated(make, 3000, digest))
    part = fetch(client, "bytes=999-1000", client.registry.store.blobs[digest])
    assert bytes(part.body) == b"ab"
    assert not client.get(f"/v2/team/app/blobs/{digest}").body.held


def test_a_blob_of_one_repository_is_unknown_in_the_next(client: Client) -> None:
    client.upload("team/web", LOWER)
    answer = client.get(f"/v2/team/web/blobs/{TEN.digest}")
    assert (answer.status, codes(answer)) == (404, ["BLOB_UNKNOWN"])
    client.upload("team/web", TEN)
    assert client.get(f"/v2/team/web/blobs/{TEN.digest}").status == 200
    assert len(client.registry.store.blobs) == 3  # once each, whoever uploaded it


def test_deleting_drops_the_link_of_one_repository(client: Client) -> None:
    client.upload("team/web", TEN)
    assert client.ask("DELETE", f"/v2/team/web/blobs/{TEN.digest}").status == 202
    assert client.get(f"/v2/team/web/blobs/{TEN.digest}").status == 404
    assert client.get(f"/v2/team/app/blobs/{TEN.digest}").status == 200
    assert TEN.digest in client.registry.store.blobs
