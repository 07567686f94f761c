"""How long a door waits, and for how many: silence ends, slowness alone does not."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest

from labsim import Registry, Request
from labsim.blob import Blob
from labsim.doors.serve.limits import USUAL, byte_count
from labsim.errors import LabError
from tests.doors.serve.speaking import Line, chunked, until, written

UPLOADS = "/v2/team/app/blobs/uploads/"
HASTY = USUAL._replace(head_s=0.4, idle_s=0.6, slowest=1 << 20)
CHUNKED = [("Transfer-Encoding", "chunked")]


def test_a_head_that_does_not_come_to_its_end(opened):
    with Line(opened(limits=HASTY)) as line:
        line.send(b"GET /v2/ HTTP/1.1\r\nHost: x\r\n")
        for _ in range(8):  # a header now and then is no excuse
            with contextlib.suppress(OSError):
                line.send(b"A: b\r\n")
            time.sleep(0.1)
        assert line.hear().status == 408
        assert line.is_over()


def test_somebody_who_says_nothing_at_all(opened):
    with Line(opened(limits=HASTY)) as line:
        assert line.is_over()


def test_somebody_who_has_said_all(opened):
    with Line(opened(limits=HASTY)) as line:
        assert line.ask("GET", "/v2/").status == 200
        assert line.is_over()


def test_a_body_that_stops(opened):
    door = opened(limits=HASTY)
    with Line(door) as line:
        where = line.ask("POST", UPLOADS).headers["Location"].split("5000", 1)[1]
        line.send(written("PATCH", where, CHUNKED) + b"5\r\nhello\r\n")
        assert line.is_over()
    assert until(lambda: [x.fault for x in door.trace.exchanges] == ["", "the client left"])


def test_a_body_that_creeps(opened):
    started = time.monotonic()
    with Line(opened(limits=HASTY)) as line:
        where = line.ask("POST", UPLOADS).headers["Location"].split("5000", 1)[1]
        line.send(written("PATCH", where, CHUNKED))
        for _ in range(20):
            line.send(b"1\r\nx\r\n")
            time.sleep(0.05)
        assert line.is_over()
    assert time.monotonic() - started < USUAL.idle_s


def test_a_slow_client_is_welcome(opened):
    door = opened(limits=HASTY._replace(slowest=1))
    body = b"a slow upload" * 3
    with Line(door) as line:
        where = line.ask("POST", UPLOADS).headers["Location"].split("5000", 1)[1]
        line.send(written("PATCH", where, CHUNKED))
        for at in range(0, len(body), 3):
            line.send(chunked(body[at : at + 3], 3)[:-5])
            time.sleep(0.1)
        assert line.send(b"0\r\n\r\n").hear().headers["Range"] == f"0-{len(body) - 1}"


def test_who_waits_to_be_asked_for_the_body_is_not_silent(opened):
    registry = Registry("localhost:5000")
    door = opened(registry, limits=HASTY)

    def slowly():
        time.sleep(1.2)
        yield b"hello "

    digest = Blob(b"hello world").named("sha512").digest
    with Line(door) as line:
        where = line.ask("POST", UPLOADS).headers["Location"].split("5000", 1)[1]
        first = Request("PATCH", where, body=Blob.generated(slowly, 6), host="localhost:5000")
        assert door.handle(first).status == 202
        expects = [("Content-Length", "5"), ("Expect", "100-continue")]
        line.send(written("PUT", f"{where}&digest={digest}", expects))
        assert line.hear().status == 100
        assert line.send(b"world").hear().status == 201


def test_an_answer_that_nobody_takes(opened):
    registry = Registry("localhost:5000")
    big = Blob(bytes(30 << 20))
    registry.repository("team/big").link(registry.store.keep(big))
    door = opened(registry, limits=HASTY)
    with Line(door) as line:
        line.send(written("GET", f"/v2/team/big/blobs/{big.digest}"))
        time.sleep(1.5)
        with pytest.raises((EOFError, ConnectionResetError)):
            line.hear()
    assert door.trace.exchanges[-1].down < big.size


def test_one_connection_too_many(opened):
    door = opened(limits=USUAL._replace(connections=3))
    with contextlib.ExitStack() as held:
        lines = [held.enter_context(Line(door)) for _ in range(3)]
        assert [line.ask("GET", "/v2/").status for line in lines] == [200] * 3
        late = held.enter_context(Line(door))
        assert late.hear().status == 503
        assert late.is_over()
    time.sleep(0.2)
    with Line(door) as line:
        assert line.ask("GET", "/v2/").status == 200


def test_upload_sessions_are_counted_and_grow_old(opened):
    door = opened(limits=USUAL._replace(uploads=2, upload_age_s=1))
    with Line(door) as line:
        for _ in range(2):  # one without bytes would make room
            where = line.ask("POST", UPLOADS).headers["Location"].split("5000", 1)[1]
            assert line.ask("PATCH", where, body=b"some").status == 202
        assert line.ask("POST", UPLOADS).status == 429
        time.sleep(1.1)
        assert line.ask("POST", UPLOADS).status == 202


def test_what_is_under_way_may_finish(opened):
    door = opened()
    with Line(door) as line:
        where = line.ask("POST", UPLOADS).headers["Location"].split("5000", 1)[1]
        line.send(written("PATCH", where, [("Content-Length", "10")]) + b"hello")
        time.sleep(0.1)
        stopping = threading.Thread(target=door.stop)
        stopping.start()
        time.sleep(0.5)
        with pytest.raises(OSError, match="refused"):
            Line(door)
        assert line.send(b"world").hear().headers["Range"] == "0-9"
        assert line.is_over()
        stopping.join(5)
    assert not door.open


def test_but_not_for_ever(opened):
    door = opened(limits=USUAL._replace(grace_s=1))
    with Line(door) as line:
        where = line.ask("POST", UPLOADS).headers["Location"].split("5000", 1)[1]
        line.send(written("PATCH", where, [("Content-Length", "10")]) + b"hello")
        time.sleep(0.1)
        started = time.monotonic()
        door.stop()
    assert time.monotonic() - started < 4


@pytest.mark.parametrize(
    ("text", "count"), [("512MiB", 512 << 20), ("10 kB", 10_000), ("7", 7), ("1GiB", 1 << 30)]
)
def test_sizes_are_written_as_people_do(text, count):
    assert byte_count(text) == count


@pytest.mark.parametrize("text", ["", "much", "-1", "1.5GB", "5 apples", "9" * 30])
def test_and_not_otherwise(text):
    with pytest.raises(LabError, match="no number of bytes"):
        byte_count(text)
