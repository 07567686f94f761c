"""Registries that answer nonsense: a sentence, and no more."""

from __future__ import annotations

import json

import pytest

from labsim import Lab, Registry, Request, Response, remote
from labsim.blob import Blob
from labsim.doors.remote import call
from labsim.errors import LabError, Unreachable
from labsim.wire import Dialogue, Lane, Together
from tests.client.scene import A
from tests.doors.loopback import serving
from tests.doors.mischief import always, ask, impatient, say
from tests.doors.remote_scene import APP, HOST, connected, connected_and_empty, trace_of


@pytest.fixture
def server():
    with serving(Registry(HOST)) as server:
        yield server


# -- answers that cannot be worked with ------------------------------------------------------------


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", status: bytes = b"200 OK") -> bytes:
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return b"HTTP/1.1 " + status + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + framed + end


def test_a_body_in_chunks_is_put_together(server):
    server.mischief = always(say(chunked(b"he", b"ll", b"o")))
    assert bytes(ask(server).body) == b"hello"


@pytest.mark.parametrize("end", [b"", b"5\r\nab", b"zz\r\n", b"-1\r\nabc"])
def test_a_body_in_chunks_that_does_not_end_is_broken(server, end):
    server.mischief = always(say(chunked(b"hello", end=end)))
    with pytest.raises(Unreachable, match="unexpected EOF"):
        ask(server)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: -5\r\n",
        b"Content-Length: five\r\n",
        b"Content-Length: " + b"9" * 30 + b"\r\n",
        b"X-Null: a\0b\r\n",
        b"Bad Name: x\r\n",
        b"X-Long: " + b"x" * 70_000 + b"\r\n",
        b"".join(b"X-%d: x\r\n" % n for n in range(200)),
        b"".join(b"X-%d: %b\r\n" % (n, b"x" * 60_000) for n in range(9)),
    ],
)
def test_a_head_that_makes_no_sense_is_malformed(server, head):
    server.mischief = always(say(b"HTTP/1.1 200 OK\r\n" + head + b"\r\nhello"))
    with pytest.raises(Unreachable, match="malformed HTTP response"):
        ask(server, "HEAD")


def test_an_early_hint_is_no_answer(server):
    server.mischief = always(say(b"HTTP/1.1 103 Early Hints\r\n\r\n"))
    with pytest.raises(Unreachable, match="malformed HTTP response"):
        ask(server)


def test_a_folded_header_is_one_line(server):
    server.mischief = always(
        say(b"HTTP/1.1 200 OK\r\nX-Two: a\r\n  b\r\nContent-Length: 0\r\n\r\n")
    )
    assert ask(server).headers.get("X-Two") == "a b"


def test_an_encoding_that_was_not_asked_for_is_refused(server):
    server.mischief = always(say(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b"))
    with pytest.raises(LabError, match="localhost:5000 answers in the encoding 'gzip'"):
        ask(server)


@pytest.mark.parametrize("promise", [True, False])
@pytest.mark.parametrize("target", ["/v2/", "/v2/a/manifests/b", "/token"])
def test_a_document_is_read_up_to_a_limit(server, monkeypatch, target, promise):
    monkeypatch.setattr(call, "DOCUMENT_MOST", 1000)
    head = b"HTTP/1.1 200 OK\r\n" + (b"Content-Length: 1001\r\n" if promise else b"") + b"\r\n"
    server.mischief = always(say(head + b"x" * 1001))
    with pytest.raises(LabError, match="localhost:5000 answers with more than the 1000 bytes"):
        ask(server, target=target)
    server.mischief = always(say(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000))
    assert ask(server, target=target).body.size == 1000


def test_a_blob_may_be_longer_than_a_document_and_has_a_limit_too(server, monkeypatch):
    monkeypatch.setattr(call, "DOCUMENT_MOST", 1000)
    monkeypatch.setattr(call, "CONTENT_MOST", 5000)
    blob = "/v2/a/blobs/sha256:" + "0" * 64
    server.mischief = always(say(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000))
    assert ask(server, target=blob).body.size == 5000
    server.mischief = always(say(b"HTTP/1.1 404 No\r\n\r\n" + b"x" * 1001))
    with pytest.raises(LabError, match="more than the 1000 bytes"):
        ask(server, target=blob)
    server.mischief = always(say(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5001))
    with pytest.raises(LabError, match="more than the 5000 bytes"):
        ask(server, target=blob)


def test_a_config_is_a_document(server, monkeypatch):
    connected(server).docker(f"push {APP}:1")
    monkeypatch.setattr(call, "DOCUMENT_MOST", A.config.size - 1)
    assert (
        "bytes that are read of one answer"
        in connected_and_empty(server).docker(f"pull {APP}:1").stderr
    )


def test_json_without_a_bottom_is_refused(server):
    server.mischief = always(lambda handler: handler.send(Response(401, (), b"[" * 200_000)))
    lab = connected_and_empty(server)
    assert "nested too deeply to be read" in lab.docker(f"pull {APP}:1").stderr
    assert lab.docker("images").ok


@pytest.mark.parametrize("target", ["/v2/ x", "/v2/é", "/v2/\r\nX: y", "v2/", "//other\n"])
def test_a_target_that_is_more_than_a_line_is_not_sent(server, target):
    with pytest.raises(LabError, match="cannot be asked of localhost:5000"):
        ask(server, target=target)
    assert server.seen == []


@pytest.mark.parametrize("method", ["GE T", "", "GET /\r\nX:"])
def test_a_method_that_is_no_word_is_not_sent(server, method):
    with pytest.raises(LabError, match="cannot be asked of localhost:5000"):
        ask(server, method)
    assert server.seen == []


@pytest.mark.parametrize(
    "pair", [("X", "a\r\nY: b"), ("X Y", "a"), ("X", "\N{SNOWMAN}"), ("", "a")]
)
def test_a_header_that_is_more_than_a_line_is_not_sent(server, pair):
    with pytest.raises(LabError, match="cannot be sent: it is more than a line of text"):
        ask(server, headers=[pair])
    assert server.seen == []


def test_a_mistake_in_a_dialogue_is_raised_where_it_was_made(server):
    def talk() -> Dialogue:
        yield Request("GET", "/v2/", host=HOST)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        remote.converse(talk(), {HOST: server.url})


def test_a_body_that_cannot_be_read_is_raised_too(server):
    def chunks():
        yield b"x"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(server, "PUT", "/v2/", body=Blob.generated(chunks, 2))


def test_a_lane_that_fails_lets_the_others_be_answered(server):
    def lane(target: str) -> Dialogue:
        return (yield Request("GET", target, host=HOST))

    def talk() -> Dialogue:
        lanes = [Lane(str(n), lane("/v2/")) for n in range(3)] + [Lane("x", lane("/ bad"))]
        yield Together(lanes, 5)

    run = remote.converse(talk(), {HOST: server.url})
    assert "cannot be asked" in str(run.error)
    assert [x.status for x in run.trace.exchanges] == [200, 200, 200, 0]


@pytest.mark.parametrize(
    "document",
    [
        b"null",
        b"[]",
        b"5",
        b'{"errors":[5]}',
        b'{"errors":[{"code":5,"message":6}]}',
        b'{"token":5}',
        b'{"token":"x","expires_in":"soon"}',
        b'{"layers":[5],"config":7}',
        b'{"schemaVersion":2,"layers":{}}',
        b'{"name":"x","tags":"abc"}',
        b'{"name":"x","tags":[5]}',
        b"\xff\xfe",
        b"",
    ],
)
@pytest.mark.parametrize("status", [200, 202, 401, 404])
def test_no_document_is_a_surprise(server, document, status):
    """Whatever a registry answers, Docker has a sentence for it, and the story can be told."""
    realm = f'Bearer realm="{server.url}/token",service="x"'
    headers = [("WWW-Authenticate", realm), ("Location", "/v2/x"), ("Docker-Content-Digest", "odd")]
    server.mischief = always(lambda handler: handler.send(Response(status, headers, document)))
    lab = impatient(server)
    for line in (f"login -u a -p b {HOST}", f"pull {APP}:1", f"pull -a {APP}", f"push {APP}:1"):
        result = lab.docker(line)
        assert result.merged, line
        assert result.exit_code == 1 or "Succeeded" in result.merged or status == 202
    pushed, again = lab.last("push"), Lab.replay(lab.script, lab.attachments).last("push")
    assert pushed is not None
    assert again is not None
    assert again.merged == pushed.merged
    json.dumps(trace_of(lab).record())
