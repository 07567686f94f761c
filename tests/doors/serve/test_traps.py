"""What real clients send, and what breaks servers: each is answered, and the door stays open."""

from __future__ import annotations

import hashlib
import time

import pytest

from labsim import Registry
from labsim.blob import Blob
from labsim.doors.serve.limits import USUAL
from tests.doors.serve.speaking import Line, chunked, written

UPLOADS = "/v2/team/app/blobs/uploads/"
CHUNKED = [("Transfer-Encoding", "chunked")]
#: The first bytes of a TLS 1.2 ClientHello, as a Go client sends them.
CLIENT_HELLO = bytes.fromhex("16030100f8010000f40303") + bytes(range(200))


def digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def path(location: str) -> str:
    return "/" + location.split("/", 3)[3]


def still_open(door) -> bool:
    with Line(door) as line:
        return line.ask("GET", "/v2/").status == 200


# --- dialects -------------------------------------------------------------------------------------


def test_a_tls_hello_on_the_plain_port_gets_an_answer_and_makes_no_noise(door, capfd):
    with Line(door) as line:
        assert line.send(CLIENT_HELLO).hear().status == 400
        assert line.is_over()
    assert still_open(door)
    assert capfd.readouterr() == ("", "")


def test_dockers_chunked_patch_without_a_content_type(door):
    body = b"layer" * 50_000
    with Line(door) as line:
        where = line.ask("POST", UPLOADS).headers["Location"]
        line.send(written("PATCH", path(where), CHUNKED) + chunked(body, 7_000))
        patched = line.hear()
        assert (patched.status, patched.headers["Range"]) == (202, f"0-{len(body) - 1}")
        where = patched.headers["Location"]
        assert line.ask("PUT", f"{path(where)}&digest={digest(body)}").status == 201
        asked = line.ask("HEAD", f"/v2/team/app/blobs/{digest(body)}")
        assert (asked.status, asked.headers["Content-Length"]) == (200, str(len(body)))
        read = line.ask("GET", f"/v2/team/app/blobs/{digest(body)}")
        assert read.body == body


def test_a_connection_is_kept_and_requests_may_be_sent_ahead(door):
    asked = written("GET", "/v2/") + written("HEAD", "/v2/") + written("GET", "/v2/x/tags/list")
    with Line(door) as line:
        line.send(asked)
        assert [line.hear(method).status for method in ("GET", "HEAD", "GET")] == [200, 200, 404]


def test_a_client_that_closes_after_each_request(door):
    with Line(door) as line:
        assert line.ask("GET", "/v2/", [("Connection", "close")]).status == 200
        assert line.is_over()


def test_http_1_0_needs_no_host_and_is_hung_up_on(door):
    with Line(door) as line:
        line.send(b"GET /v2/ HTTP/1.0\r\n\r\n")
        assert line.hear().status == 200
        assert line.is_over()


@pytest.mark.parametrize("target", ["http://elsewhere.example/v2/", "/v2/", "//v2/"])
def test_a_target_may_be_absolute(door, target):
    with Line(door) as line:
        assert line.ask("GET", target).status == (301 if target == "//v2/" else 200)


def test_an_absolute_target_says_where_whatever_the_host_header_says(door):
    """RFC 9112 §3.2.2; where a session goes on is written with the host that was asked."""
    for target, status, host in (
        ("http://elsewhere.example:81/v2/a/blobs/uploads/", 202, "elsewhere.example:81"),
        ("http://me:secret@localhost:5000/v2/a/blobs/uploads/", 400, ""),
        ("/v2/a/blobs/uploads/?x=http://elsewhere.example/", 202, "localhost:5000"),
    ):
        with Line(door) as line:
            heard = line.ask("POST", target)
            assert heard.status == status
            assert heard.headers.get("Location").startswith(f"http://{host}/v2/" if host else "")
    with Line(door) as line:
        line.send(b"GET http://localhost:5000/v2/ HTTP/1.1\r\n\r\n")
        assert line.hear().status == 400  # the header is asked for all the same


def test_the_server_as_a_whole_has_no_options(door):
    with Line(door) as line:
        assert line.ask("OPTIONS", "*").status == 404
        assert line.ask("OPTIONS", "/v2/").status == 200


def test_a_percent_in_a_path_means_what_it_means(door):
    with Line(door) as line:
        name = "/v2/team%2Fapp/blobs/%73ha256%3A" + "0" * 64
        assert b"BLOB_UNKNOWN" in line.ask("GET", name).body


def test_who_wants_another_protocol_gets_this_one(door):
    wish = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AA")]
    with Line(door) as line:
        assert line.ask("GET", "/v2/", wish).status == 200
        assert line.is_over()


# --- bodies that are not wanted -------------------------------------------------------------------

EXPECTS = [("Expect", "100-continue"), ("Content-Length", "5")]


def test_a_body_is_asked_for_only_if_it_is_wanted(door):
    with Line(door) as line:
        where = path(line.ask("POST", UPLOADS).headers["Location"])
        line.send(written("PATCH", where, EXPECTS))
        assert line.hear().status == 100
        assert line.send(b"layer").hear().status == 202
        line.send(written("PATCH", where.replace("_state=", "_state=0"), EXPECTS))
        assert line.hear().status == 404
        assert line.is_over()


def test_a_gibibyte_that_is_refused_is_not_read(door):
    huge = [("Content-Length", str(1 << 30)), ("Content-Type", "application/json")]
    started = time.monotonic()
    with Line(door) as line:
        refused = line.send(written("PUT", "/v2/team/app/manifests/v1", huge) + b"{" * 9999).hear()
        assert (refused.status, refused.headers["Connection"]) == (413, "close")
        assert line.is_over()
    assert time.monotonic() - started < 5


def test_a_short_body_that_is_refused_costs_no_connection(door):
    with Line(door) as line:
        refused = line.ask("PATCH", f"{UPLOADS}nobody", body=b"x" * 9000)
        assert (refused.status, refused.headers.get("Connection")) == (404, "")
        assert line.ask("GET", "/v2/").status == 200


def test_a_body_that_grows_too_long_is_refused_on_its_way(opened):
    door = opened(limits=USUAL._replace(body_bytes=100_000))
    with Line(door) as line:
        where = path(line.ask("POST", UPLOADS).headers["Location"])
        line.send(written("PATCH", where, CHUNKED) + chunked(b"x" * 200_000, 50_000))
        assert line.hear().status == 413
    with Line(door) as line:
        assert line.ask("GET", where).headers["Range"] == "0-0"
        length = [("Content-Length", "100001")]
        assert line.send(written("PATCH", where, length)).hear().status == 413


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd, gzip"])
def test_nothing_is_unpacked(door, coding):
    with Line(door) as line:
        where = path(line.ask("POST", UPLOADS).headers["Location"])
        refused = line.ask("PATCH", where, [("Content-Encoding", coding)], b"\x1f\x8b")
        assert (refused.status, refused.headers["Accept-Encoding"]) == (415, "identity")


def test_a_client_that_leaves_in_the_middle_has_sent_nothing(door):
    with Line(door) as line:
        where = path(line.ask("POST", UPLOADS).headers["Location"])
    with Line(door) as line:
        line.send(written("PATCH", where, [("Content-Length", "1000")]) + b"x" * 500)
        time.sleep(0.2)
        busy = Line(door)
        assert busy.ask("PATCH", where, body=b"y").status == 416
        busy.socket.close()
    time.sleep(0.2)
    with Line(door) as line:
        assert line.ask("GET", where).headers["Range"] == "0-0"
        assert line.ask("PATCH", where, body=b"y" * 10).headers["Range"] == "0-9"
    assert [x.fault for x in door.trace.exchanges if x.fault] == ["the client left"]


def test_a_blob_that_is_made_while_it_goes_ends_with_its_reader(opened):
    made = []

    def make():
        for _ in range(300):
            made.append(1)
            yield bytes(1 << 20)

    registry = Registry("localhost:5000")
    named = Blob.generated(make, 300 << 20, Blob(b"whatever").digest)
    registry.repository("team/big").link(registry.store.keep(named))
    door = opened(registry)
    with Line(door) as line:
        line.send(written("GET", f"/v2/team/big/blobs/{named.digest}"))
        line.socket.recv(1000)
    time.sleep(0.3)
    seen = len(made)
    time.sleep(0.3)
    assert len(made) == seen < 50
    assert still_open(door)


# --- requests that are none -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: 5", "Content-Length: 5"],
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
        ["Transfer-Encoding: gzip, chunked"],
        ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding : chunked"],
        ["Content-Length: +5"],
        ["Content-Length: 5, 5"],
        ["Content-Length: 0x5"],
        ["Content-Length: -5"],
        [f"Content-Length: {'9' * 40}"],
        ["Host: a", "Host: b"],
        ["Host: a/b"],
        ['Host: a"b'],
        ["Host: a@b"],
        ["No-Colon"],
        [" folded: x"],
        ["Bad\x00Name: x"],
        ["Value: a\x00b"],
    ],
    ids=lambda lines: ", ".join(lines)[:60],
)
def test_a_request_that_can_be_read_in_two_ways_is_not_read(door, lines):
    host = [] if any(line.startswith("Host") for line in lines) else ["Host: localhost:5000"]
    head = "\r\n".join([f"POST {UPLOADS} HTTP/1.1", *host, *lines, "", ""])
    smuggled = written("DELETE", "/v2/team/app/manifests/v1")
    with Line(door) as line:
        assert line.send(head.encode("latin-1") + b"hello" + smuggled).hear().status == 400
        assert line.is_over()
    assert len(door.trace.exchanges) == 0
    assert still_open(door)


def test_a_request_without_a_host_is_none(door):
    with Line(door) as line:
        assert line.send(b"GET /v2/ HTTP/1.1\r\n\r\n").hear().status == 400


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /v2/ HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431),
        (b"GET /v2/ HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /v2/ HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 200_000, 431),
        (b"A" * 200_000, 400),
        (b"BREW /v2/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /v2/ HTTP/3.7\r\nHost: x\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET /v2/\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"\0\0\0\0\r\n\r\n", 400),
    ],
)
def test_a_head_that_is_too_much_has_its_answer(door, request_line, status, capfd):
    with Line(door) as line:
        assert line.send(request_line).hear().status == status
        assert line.is_over()
    assert still_open(door)
    assert capfd.readouterr() == ("", "")


def test_what_is_wrong_is_answered_after_what_was_asked_before(door):
    body = b"z" * 1000
    slow = written("PUT", "/v2/team/app/manifests/v1", body=body)
    with Line(door) as line:
        line.send(slow + written("GET", "/v2/") + b"\0 no request\r\n\r\n")
        assert [line.hear().status, line.hear().status] == [400, 200]
        assert line.is_over()


def test_a_broken_chunk_ends_its_request_and_leaves_nothing(door):
    with Line(door) as line:
        where = path(line.ask("POST", UPLOADS).headers["Location"])
        line.send(written("PATCH", where, CHUNKED) + b"5\r\nhello\r\nno number\r\n")
        assert line.hear().status == 400
        assert line.is_over()
    with Line(door) as line:
        assert line.ask("GET", where).headers["Range"] == "0-0"


@pytest.mark.parametrize("text", ["a%0d%0aSet-Cookie:%20x", "a%00b", "..%2f..%2fetc%2fpasswd"])
def test_nothing_in_a_target_becomes_a_header_or_a_file(door, text):
    with Line(door) as line:
        for target in (f"/v2/{text}/tags/list", f"//v2/{text}", f"/v2/x/tags/list?last={text}"):
            heard = line.ask("GET", target)
            assert heard.status in (301, 404)
            assert heard.headers.get("Set-Cookie") == ""
            assert b"root:" not in heard.body
