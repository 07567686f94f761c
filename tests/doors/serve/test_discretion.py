"""What is written down of a request: no secret, wherever a client put it, and not without end."""

from __future__ import annotations

import json
import tracemalloc
from binascii import b2a_base64

import pytest

from labsim import Lab, Registry
from labsim.blob import Blob
from labsim.doors.labfile import LabFile
from labsim.doors.serve.application import Application
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.lab import LabDesk
from labsim.doors.serve.recorder import Moments, Recorder
from labsim.wire import Headers, Request, Response
from tests.doors.serve.asgi import asked

SECRET = "hunter22"
PACKED = b2a_base64(f"ann:{SECRET}".encode(), newline=False).decode()
#: Where clients put what nobody else may see: a header, and a target.
SPOTS = [
    ("Authorization", f"Basic {PACKED}", "/v2/"),
    ("Authorization", f"basic  {PACKED}", "/v2/"),
    ("Authorization", f"Basic {SECRET}", "/v2/"),
    ("Authorization", f"Bearer {SECRET}", "/v2/"),
    ("Authorization", f"Bearer\t{SECRET}", "/v2/"),
    ("Authorization", f"Bearer  {SECRET}", "/v2/"),
    ("Authorization", f'Digest username="ann", response="{SECRET}"', "/v2/"),
    ("Authorization", f"Negotiate {SECRET}", "/v2/"),
    ("Authorization", f"{SECRET} more", "/v2/"),
    ("Authorization", SECRET, "/v2/"),
    ("Proxy-Authorization", f"Basic {PACKED}", "/v2/"),
    ("Cookie", f"session={SECRET}", "/v2/"),
    ("X-Registry-Auth", PACKED, "/v2/"),
    ("X-Registry-Config", PACKED, "/v2/"),
    ("X-Auth-Token", SECRET, "/v2/"),
    ("X-Api-Key", SECRET, "/v2/"),
    ("Referer", f"https://ann:{SECRET}@example.org/", "/v2/"),
    ("Private-Token", SECRET, "/v2/"),
    ("Accept", "*/*", f"/v2/?access_token={SECRET}"),
    ("Accept", "*/*", f"/v2/?%61ccess_token={SECRET}&n=1"),
    ("Accept", "*/*", f"/v2/_catalog?n=1&token={SECRET}"),
    ("Accept", "*/*", f"/v2/_catalog?{SECRET}"),
    ("Accept", "*/*", f"/token?service=x&password={SECRET}"),
]


def asking(app: Application, name: str, value: str, target: str) -> int:
    return asked(app, "GET", target, headers=[(name.lower().encode(), value.encode())]).status


@pytest.mark.parametrize(("name", "value", "target"), SPOTS)
def test_a_trace_keeps_no_secret(name, value, target):
    recorder = Recorder(0)
    app = Application(RegistryDesk(Registry("localhost:5000")), note=recorder.note)
    asking(app, name, value, target)
    (kept,) = recorder.trace.exchanges
    shown = f"{kept.request.target} {kept.request.headers!r} {recorder.trace.to_json()}"
    assert SECRET not in shown
    assert PACKED not in shown


@pytest.mark.parametrize("host", ["localhost:5000", "docker.io"])
def test_a_labs_journal_keeps_no_secret(tmp_path, host):
    file = LabFile(tmp_path / "my.lab")
    desk = LabDesk(file.turn, host, 1 << 20)
    app = Application(desk)
    for spot in SPOTS:
        asking(app, *spot)
    desk.close()
    script = (tmp_path / "my.lab").read_text("utf-8")
    assert script.count("\nhttp GET ") == len(SPOTS)
    assert SECRET not in script
    assert PACKED not in script
    with file.turn() as lab:
        assert Lab.replay(lab.script, lab.attachments).journal == lab.journal


def test_what_a_registry_needs_is_in_the_journal_as_it_came(tmp_path):
    file = LabFile(tmp_path / "my.lab")
    desk = LabDesk(file.turn, "localhost:5000", 1 << 20)
    app = Application(desk)
    where = asked(app, "POST", "/v2/a/b/blobs/uploads/").headers["Location"]
    target = "/" + where.split("/", 3)[3]
    body, ranged = b"12345", [(b"content-range", b"0-4")]
    assert asked(app, "PATCH", target, body, headers=ranged).status == 202
    assert asked(app, "PUT", f"{target}&digest={Blob(body).digest}").status == 201
    range_, blob = [(b"range", b"bytes=1-2")], f"/v2/a/b/blobs/{Blob(body).digest}"
    assert asked(app, "GET", blob, headers=range_).body == b"23"
    desk.close()
    with file.turn() as lab:
        assert "header=Content-Range: 0-4" in lab.journal[1]
        assert f"{target}&digest={Blob(body).digest}" in lab.journal[2]


@pytest.fixture
def hub(tmp_path):
    file = LabFile(tmp_path / "hub.lab")
    with file.turn() as lab:
        lab.do(["policy", "docker.io", "oauth=on"])
    desk = LabDesk(file.turn, "docker.io", 1 << 20)
    yield Application(desk)
    desk.close()


def test_the_journals_own_words_open_nothing_at_a_door(hub):
    """Inside a lab ``token-1`` and ``right`` stand for what is secret; a client cannot say them."""
    packed = b"Basic " + b2a_base64(b"alice:lab", newline=False)
    scope = "/token?scope=repository:alice/app:pull,push&offline_token=true&service=x"
    given = asked(hub, "GET", scope, headers=[(b"authorization", packed)]).json()
    uploads = "/v2/alice/app/blobs/uploads/"
    true = [(b"authorization", f"Bearer {given['token']}".encode())]
    assert asked(hub, "POST", uploads, headers=true).status == 202
    numbered = [(b"authorization", b"Bearer token-1")]
    assert asked(hub, "POST", uploads, headers=numbered).status == 401
    form = b"grant_type=password&username=alice&service=x&password="
    assert asked(hub, "POST", "/token", form + b"lab").status == 200
    assert asked(hub, "POST", "/token", form + b"right").status == 401
    form = b"grant_type=refresh_token&service=x&refresh_token="
    assert asked(hub, "POST", "/token", form + given["refresh_token"].encode()).status == 200
    assert asked(hub, "POST", "/token", form + b"token-2").status == 401


# --- not without end ------------------------------------------------------------------------------


def listing(layers: int, mark: int = 0) -> Blob:
    rows = [{"digest": f"sha256:{mark:032x}{at:032x}", "size": at} for at in range(layers)]
    return Blob(json.dumps({"layers": rows}).encode())


def put(recorder: Recorder, body: Blob, headers=(), target="/v2/a/b/manifests/v1") -> None:
    recorder.note(Request("PUT", target, headers, body), Response(201), Moments(0))


def test_one_record_is_cut():
    recorder = Recorder(0)
    put(recorder, listing(3000))
    put(recorder, listing(30_000))
    many = [("Accept", "x" * 60_000), *(("Accept", f"a/{at}") for at in range(100))]
    put(recorder, listing(1), many, "/v2/a/b/manifests/v1?n=" + "1" * 16_000)
    rude = {"layers": [{"digest": "x" * 9000, "size": 1}, {"digest": "y", "size": 10**400}]}
    put(recorder, Blob(json.dumps(rude).encode()))
    long, longer, wide, wrong = recorder.trace.exchanges
    assert (len(long.lists), len(longer.lists), len(wide.lists)) == (1000, 0, 1)
    assert len(wide.request.headers) == 40
    assert max(len(value) for _, value in wide.request.headers) < 1100
    assert len(wide.request.target) < 1100
    assert wrong.lists == ()


@pytest.mark.slow
def test_all_records_together_have_an_end_as_well():
    recorder = Recorder(0, most=10_000, held=2 << 20)
    headers = Headers(("Accept", f"{at} {'x' * 900}") for at in range(40))
    tracemalloc.start()
    for mark in range(300):
        put(recorder, listing(500, mark), Headers((n, f"{v}{mark}") for n, v in headers))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 5 < len(recorder) < 300
    assert held < 4 << 20
    assert recorder.trace.exchanges[-1].lists[0][1].startswith(f"sha256:{299:032x}")


def test_of_many_small_ones_as_many_as_were_wished_for():
    recorder = Recorder(0, most=7)
    for at in range(20):
        put(recorder, listing(0), (), f"/v2/a/b/manifests/v{at}")
    assert [one.target[-3:] for one in recorder.trace.exchanges] == [
        f"v{at}" for at in range(13, 20)
    ]


def test_of_what_an_operator_sends_not_even_the_digest_is_kept():
    recorder, wish = Recorder(0), Blob(b'{"password": "hunter22"}')
    wish.digest  # noqa: B018  somebody has worked it out
    put(recorder, wish, (), "/_lab/accounts/ann")
    (kept,) = recorder.trace.exchanges
    assert (kept.request.body.size, kept.request.body.known) == (wish.size, None)
