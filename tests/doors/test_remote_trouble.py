"""Connections that fail: Docker's words, another try where Docker tries, and an end in time."""

from __future__ import annotations

import socket
import struct
import threading
import time

import pytest

from labsim import Registry, Response, remote
from labsim.blob import Blob
from labsim.errors import Unreachable
from tests.client.scene import A
from tests.doors.loopback import Handler, serving
from tests.doors.mischief import Act, always, ask, impatient, once, say
from tests.doors.remote_scene import APP, HOST, connected, connected_and_empty, stocked


@pytest.fixture
def server():
    with serving(Registry(HOST)) as server:
        yield server


def hang_up(handler: Handler) -> None:
    """Close without a word."""


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


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
    server.mischief = always(lambda handler: time.sleep(8))
    began = time.monotonic()
    result = impatient(server, timeout_s=0.3).docker(command)
    assert result.stderr.endswith(f'Error response from daemon: Get "http://{HOST}/v2/": {words}\n')
    assert 0.2 < time.monotonic() - began < 6


def drip(handler: Handler, head: bytes) -> None:
    """A byte now and then, for longer than anybody should wait."""
    handler.raw(head)
    try:
        for _ in range(200):
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
    assert time.monotonic() - began < 6


def test_what_was_given_up_is_not_sent_later(monkeypatch, server):
    """A name server that takes its time: by then the push has failed, or has been tried again."""
    look_up = socket.getaddrinfo

    def slowly(*words, **more):
        time.sleep(0.8)
        return look_up(*words, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with pytest.raises(Unreachable, match="timed out"):
        ask(server, "PUT", timeout_s=0.1)
    time.sleep(1)
    assert server.seen == []


def test_a_name_that_is_looked_up_for_ever_is_given_up(monkeypatch, server):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(8))
    began = time.monotonic()
    with pytest.raises(Unreachable, match="timed out"):
        ask(server, timeout_s=0.2)
    assert time.monotonic() - began < 6


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
    before, threads = lab.journal, set(threading.enumerate())

    def interrupt(clock):
        raise KeyboardInterrupt

    server.mischief = always(lambda handler: time.sleep(0.5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("labsim.doors.remote.carrier.Carrier._next", interrupt)
        with pytest.raises(KeyboardInterrupt):
            lab.docker(f"push {APP}:1")
    ours = [thread for thread in threading.enumerate() if HOST in thread.name]
    assert set(ours) <= threads
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
    time.sleep(8)


@pytest.mark.parametrize("act", [refuse_early, refuse_and_stay])
def test_what_a_registry_says_before_it_has_heard_all_is_heard(server, act):
    """RFC 9112 §9.6: a server may answer, and close, while the body is on its way."""
    body = Blob.generated(lambda: (bytes(1 << 16) for _ in range(400)), 400 << 16)
    server.mischief = always(act)
    chunked = [("Transfer-Encoding", "chunked")]
    began = time.monotonic()
    response = ask(server, "PATCH", "/v2/a/blobs/uploads/1", headers=chunked, body=body)
    assert (response.status, bytes(response.body)) == (403, DENIED)
    assert time.monotonic() - began < 6


def test_thanks_for_half_a_body_are_a_broken_connection(server):
    body = Blob.generated(lambda: (bytes(1 << 16) for _ in range(400)), 400 << 16)
    server.mischief = always(lambda handler: handler.send(Response(202)))
    with pytest.raises(Unreachable, match="connection reset by peer"):
        ask(server, "PUT", "/v2/a/blobs/uploads/1", body=body)


def test_a_blob_may_take_longer_than_patience_lasts_while_it_comes(server):
    def steadily(handler: Handler) -> None:
        handler.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n")
        for _ in range(5):
            time.sleep(0.15)
            handler.raw(bytes(80_000))

    server.mischief = always(steadily)
    blob = "/v2/a/blobs/sha256:x"
    assert ask(server, target=blob, timeout_s=0.6).body.size == 400_000
    with pytest.raises(Unreachable, match="timed out"):
        ask(server, target="/v2/a/manifests/x", timeout_s=0.6)


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
