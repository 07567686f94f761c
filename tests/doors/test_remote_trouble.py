"""Connections that fail, and registries that lie: Docker's words, an end in time, and no more."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable

import pytest

from labsim import Lab, Registry, Request, Response, remote
from labsim.blob import Blob
from labsim.doors.remote import call
from labsim.errors import LabError, Unreachable
from labsim.wire import Dialogue, Lane, Together
from tests.client.scene import A
from tests.doors.loopback import Handler, Loopback, serving
from tests.doors.remote_scene import APP, HOST, connected, stocked, trace_of

Act = Callable[[Handler], object]
Mischief = Callable[[Handler], bool]


@pytest.fixture
def server():
    with serving(Registry(HOST)) as server:
        yield server


def impatient(server: Loopback, *, timeout_s: float = 20) -> Lab:
    """A lab that waits little, and whose pauses are over in no time."""
    lab = stocked()
    lab.outside = remote.Connection({HOST: server.url}, timeout_s=timeout_s, clock_rate=5000)
    return lab


def once(method: str, part: str, act: Act) -> Mischief:
    """Do this instead of answering the first such request."""
    left = [act]

    def mischief(handler: Handler) -> bool:
        if handler.command == method and part in handler.path and left:
            left.pop()(handler)
            return True
        return False

    return mischief


def always(act: Act) -> Mischief:
    def mischief(handler: Handler) -> bool:
        act(handler)
        return True

    return mischief


def hang_up(handler: Handler) -> None:
    """Close without a word."""


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def say(data: bytes) -> Act:
    return lambda handler: handler.raw(data)


def ask(server: Loopback, method: str = "GET", target: str = "/v2/", **more) -> Response:
    """One request; its response, or what was raised."""
    request = Request(method, target, more.pop("headers", ()), more.pop("body", b""), host=HOST)

    def talk() -> Dialogue:
        return (yield request)

    return remote.converse(talk(), {HOST: server.url}, **more).result()


# -- nobody, or nothing ----------------------------------------------------------------------------


def test_nobody_there_is_told_as_by_docker():
    with serving(Registry(HOST)) as server:
        lab = connected(server)
    port = server.url.rpartition(":")[2]
    remote.connect(lab, {f"127.0.0.1:{port}": server.url})
    lab.tag("app:1", f"127.0.0.1:{port}/app")
    refused = f'Get "http://127.0.0.1:{port}/v2/": dial tcp 127.0.0.1:{port}: connect: '
    refused += "connection refused\n"
    assert lab.docker(f"push 127.0.0.1:{port}/app").stderr == refused
    assert (
        lab.docker(f"pull 127.0.0.1:{port}/app").stderr == f"Error response from daemon: {refused}"
    )
    assert (
        lab.docker(f"login -u a --password-stdin 127.0.0.1:{port}", stdin="b").stderr
        == f"Error response from daemon: {refused}"
    )


#: As printed by dockerd 20.10.24 in front of a server that did the same.
WORDS = [
    (hang_up, "EOF"),
    (reset, "connection reset by peer"),
    (
        say(b"hello there\r\n\r\n"),
        "net/http: HTTP/1.x transport connection broken: malformed HTTP response",
    ),
    (
        say(b"HTTP/1.1 99 No\r\n\r\n"),
        "net/http: HTTP/1.x transport connection broken: malformed HTTP response",
    ),
]


@pytest.mark.parametrize(("act", "words"), WORDS)
def test_a_connection_that_breaks_is_told_as_by_docker(server, act, words):
    server.mischief = always(act)
    result = connected(server).docker(f"pull {APP}:1")
    assert result.stderr == f'Error response from daemon: Get "http://{HOST}/v2/": {words}\n'
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"pull {APP}:1", "context deadline exceeded"),
        (
            f"login -u a -p b {HOST}",
            "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
        ),
    ],
)
def test_who_never_answers_is_given_up_as_by_docker(server, command, words):
    server.mischief = always(lambda handler: time.sleep(1.5))
    began = time.monotonic()
    result = impatient(server, timeout_s=0.3).docker(command)
    assert result.stderr.endswith(f'Error response from daemon: Get "http://{HOST}/v2/": {words}\n')
    assert 0.2 < time.monotonic() - began < 1.4


def drip(handler: Handler, head: bytes) -> None:
    """A byte now and then, for longer than anybody should wait."""
    handler.raw(head)
    try:
        for _ in range(60):
            handler.raw(b"x")
            time.sleep(0.05)
    except OSError:
        return


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
@pytest.mark.parametrize("target", ["/v2/", "/v2/a/blobs/sha256:x"])
def test_a_byte_now_and_then_buys_no_time(server, head, target):
    server.mischief = always(lambda handler: drip(handler, head))
    began = time.monotonic()
    with pytest.raises(Unreachable, match="timed out"):
        ask(server, target=target, timeout_s=0.4)
    assert time.monotonic() - began < 1.0


def test_a_name_that_is_looked_up_for_ever_is_given_up(monkeypatch, server):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3))
    began = time.monotonic()
    with pytest.raises(Unreachable, match="timed out"):
        ask(server, timeout_s=0.2)
    assert time.monotonic() - began < 2.5


def test_a_name_that_nobody_knows_is_no_such_host():
    lab = stocked()
    remote.connect(lab, {"registry.invalid": "https://registry.invalid"})
    lab.tag("app:1", "registry.invalid/app")
    assert lab.docker("push registry.invalid/app").stderr == (
        'Get "https://registry.invalid/v2/": dial tcp: lookup registry.invalid on 127.0.0.53:53:'
        " no such host\n"
    )


def test_an_interrupt_ends_the_push_and_the_lab_is_as_before(server):
    lab = connected(server)
    before = lab.journal

    def interrupt(clock):
        raise KeyboardInterrupt

    server.mischief = always(lambda handler: time.sleep(0.5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("labsim.doors.remote.carrier.Carrier._next", interrupt)
        with pytest.raises(KeyboardInterrupt):
            lab.docker(f"push {APP}:1")
    assert not [thread for thread in threading.enumerate() if "localhost:5000" in thread.name]
    server.mischief = None
    assert lab.journal == before
    assert lab.docker(f"push {APP}:1").ok


# -- half-way --------------------------------------------------------------------------------------


def test_an_upload_that_breaks_is_tried_again_as_by_docker(server):
    server.mischief = once("PATCH", "/uploads/", reset)
    lab = impatient(server)
    result = lab.docker(f"push {APP}:1")
    assert result.exit_code == 0
    tried = [line for line in result.stdout.splitlines() if "Retrying" in line]
    assert [line.partition(": ")[2] for line in tried] == [
        "Retrying in 5 seconds",
        *(f"Retrying in {n} seconds" for n in (4, 3, 2)),
        "Retrying in 1 second",
    ]
    assert result.stdout.count("Pushed") == 4
    assert server.registry.store.repositories["team/app"].tags["1"] == A.manifest("docker").digest


DENIED = b'{"errors":[{"code":"DENIED","message":"not here","detail":"x"}]}'


def refuse_early(handler: Handler) -> None:
    """Answer as soon as the head is there, and close."""
    handler.send(Response(403, [("Content-Type", "application/json")], DENIED))


def refuse_and_stay(handler: Handler) -> None:
    """Answer, read no more, and keep the connection."""
    refuse_early(handler)
    time.sleep(1)


@pytest.mark.parametrize("act", [refuse_early, refuse_and_stay])
def test_what_a_registry_says_before_it_has_heard_all_is_heard(server, act):
    """RFC 9112 §9.6: a server may answer, and close, while the body is on its way."""
    body = Blob.generated(lambda: (bytes(1 << 16) for _ in range(400)), 400 << 16)
    server.mischief = always(act)
    chunked = [("Transfer-Encoding", "chunked")]
    began = time.monotonic()
    response = ask(server, "PATCH", "/v2/a/blobs/uploads/1", headers=chunked, body=body)
    assert (response.status, bytes(response.body)) == (403, DENIED)
    assert time.monotonic() - began < 0.9


def test_thanks_for_half_a_body_are_a_broken_connection(server):
    body = Blob.generated(lambda: (bytes(1 << 16) for _ in range(400)), 400 << 16)
    server.mischief = always(lambda handler: handler.send(Response(202)))
    with pytest.raises(Unreachable, match="connection reset by peer"):
        ask(server, "PUT", "/v2/a/blobs/uploads/1", body=body)


def test_a_blob_may_take_longer_than_patience_lasts_while_it_comes(server):
    def steadily(handler: Handler) -> None:
        handler.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n")
        for _ in range(4):
            time.sleep(0.15)
            handler.raw(bytes(100_000))

    server.mischief = always(steadily)
    blob = "/v2/a/blobs/sha256:x"
    assert ask(server, target=blob, timeout_s=0.4).body.size == 400_000
    with pytest.raises(Unreachable, match="timed out"):
        ask(server, target="/v2/a/manifests/x", timeout_s=0.4)


def broken_after(count: int) -> Act:
    """Answer with so many bytes of the body, though more were promised."""

    def act(handler: Handler) -> None:
        response = handler.server.handle(handler.request_read(b""))
        promised = Response(
            response.status,
            [*response.headers, ("Content-Length", str(response.body.size))]
            if not response.headers.get("Content-Length")
            else response.headers,
            response.body,
        )
        handler.send(promised, only=count)

    return act


def test_a_download_that_breaks_goes_on_where_it_stopped(server):
    connected(server).docker(f"push {APP}:1")
    layer = A.layers[1].packed
    server.mischief = once("GET", layer.digest, broken_after(70_000))
    lab = impatient(server)
    lab.docker(f"rmi -f {APP}:1 app:1")
    result = lab.docker(f"pull {APP}:1")
    assert result.exit_code == 0
    assert f"{layer.digest.short}: Retrying in 5 seconds" in result.stdout
    ranges = [headers.get("Range") for _, path, headers in server.seen if layer.digest in path]
    assert ranges[-2:] == [None, "bytes=70000-"]
    assert lab.image(f"{APP}:1") == A


def test_a_document_that_breaks_off_is_told_as_by_docker(server):
    connected(server).docker(f"push {APP}:1")
    server.mischief = once("GET", "/manifests/", broken_after(10))
    assert connected_and_empty(server).docker(f"pull {APP}:1").stderr == (
        "Error response from daemon: unexpected EOF\n"
    )


def connected_and_empty(server: Loopback) -> Lab:
    lab = Lab()
    remote.connect(lab, {HOST: server.url})
    return lab


def test_a_layer_that_is_another_is_refused(server):
    connected(server).docker(f"push {APP}:1")
    wrong = bytes(A.layers[2].packed)[:-1] + b"\1"
    server.mischief = once(
        "GET", A.layers[2].packed.digest, lambda handler: handler.send(Response(200, (), wrong))
    )
    result = connected_and_empty(server).docker(f"pull {APP}:1")
    assert result.stderr == (
        f"filesystem layer verification failed for digest {A.layers[2].packed.digest}\n"
    )
    assert result.exit_code == 1


def test_a_layer_behind_a_file_is_found_out_too(server, monkeypatch):
    monkeypatch.setattr("labsim.doors.remote.bodies.CHUNK", 1000)
    connected(server).docker(f"push {APP}:1")
    lab = connected_and_empty(server)
    assert lab.docker(f"pull {APP}:1").ok
    assert lab.image(f"{APP}:1") == A
    wrong = bytes(A.layers[2].packed)[:-1] + b"\1"
    server.mischief = once(
        "GET", A.layers[2].packed.digest, lambda handler: handler.send(Response(200, (), wrong))
    )
    assert "verification failed" in connected_and_empty(server).docker(f"pull {APP}:1").stderr


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
