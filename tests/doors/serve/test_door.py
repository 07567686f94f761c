"""A door in a notebook: opened by a cell, shut by a cell, and a trace of what came through."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import sys
import threading

import pytest

from labsim import Lab, Registry, Request, Response, serve
from labsim.blob import Blob
from labsim.doors.serve.recorder import Moments, Recorder
from labsim.errors import LabError
from labsim.registry import HTPASSWD
from labsim.trace import Trace
from tests.doors.serve.speaking import Line, written
from tests.registry.asking import LOWER, UPPER, Client, manifest

UPLOADS = "/v2/team/app/blobs/uploads/"


def path(location: str) -> str:
    return "/" + location.split("/", 3)[3]


def push(line: Line, *layers: Blob, repository: str = "team/app", tag: str = "v1") -> Blob:
    """As docker does it: POST, PATCH, PUT for each blob, then the manifest."""
    whole = manifest(*layers, kind="oci")
    agent = ("User-Agent", "docker/20.10.24 go/go1.19.8")
    for blob in (*layers, Blob(b'{"architecture":"amd64","os":"linux"}')):
        here = f"/v2/{repository}/blobs/{blob.digest}"
        if line.ask("HEAD", here, [agent]).status == 200:
            continue
        where = line.ask("POST", f"/v2/{repository}/blobs/uploads/", [agent]).headers["Location"]
        where = line.ask("PATCH", path(where), [agent], bytes(blob)).headers["Location"]
        assert line.ask("PUT", f"{path(where)}&digest={blob.digest}", [agent]).status == 201
    kind = ("Content-Type", "application/vnd.oci.image.manifest.v1+json")
    put = line.ask("PUT", f"/v2/{repository}/manifests/{tag}", [agent, kind], bytes(whole))
    assert put.status == 201
    return whole


def test_a_door_says_where_it_is_and_to_whom_it_is_open(door):
    assert door.url == f"http://127.0.0.1:{door.port}"
    assert door.host == f"127.0.0.1:{door.port}"
    assert repr(door) == (
        f"<Door to localhost:5000 at {door.url}: plain distribution, "
        "open to programs on this machine, no accounts: everybody may do everything>"
    )
    door.stop()
    door.stop()
    assert repr(door) == "<Door to localhost:5000: shut>"
    with pytest.raises(OSError, match="refused"):
        Line(door)


def test_with_shuts_it_whatever_happens():
    with pytest.raises(ZeroDivisionError), serve(Registry("x")) as door:
        1 / 0  # noqa: B018  the fault of a cell
    assert not door.open
    with pytest.raises(LabError, match="this door is shut"), door:
        pass


def test_a_door_opens_while_the_kernels_own_loop_runs():
    async def cell() -> int:
        with serve(Registry("x")) as door, Line(door) as line:
            return line.ask("GET", "/v2/").status

    assert asyncio.run(cell()) == 200


def test_a_port_that_is_taken_is_one_sentence(door):
    with pytest.raises(LabError) as taken:
        serve(Registry("x"), port=door.port)
    words = os.strerror(errno.EADDRINUSE).lower()
    assert str(taken.value) == f"cannot listen on 127.0.0.1 port {door.port}: {words}"
    with pytest.raises(LabError, match=r"cannot listen on nowhere\.invalid"):
        serve(Registry("x"), host="nowhere.invalid")
    with pytest.raises(LabError, match="there is no port 99999"):
        serve(Registry("x"), port=99999)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"port": "a"}, "a port is a number, 0 for any that is free, not 'a'"),
        ({"port": None}, "a port is a number"),
        ({"host": 5}, "a door listens at a host, such as '127.0.0.1', not 5"),
        ({"tls": "x"}, "tls is the paths of a certificate and of its key, not 'x'"),
        ({"tls": ("x", None)}, "tls is the paths of a certificate"),
        ({"prefix": 5}, "a prefix is a text"),
        ({"keep": -1}, "keep is how many exchanges the trace holds, from 0, not -1"),
        ({"keep": "all"}, "keep is how many exchanges"),
    ],
)
def test_an_option_of_the_wrong_kind_is_one_sentence_and_nothing_is_open(wish, sentence):
    registry = Registry("x")
    with pytest.raises(LabError) as fault:
        serve(registry, **wish)
    assert str(fault.value).startswith(sentence)
    with serve(registry) as door:
        assert door.open


def test_a_registry_has_one_door_at_a_time(opened):
    registry = Registry("localhost:5000")
    first = opened(registry)
    with pytest.raises(LabError, match="there is a door to localhost:5000 already: stop it first"):
        serve(registry)
    first.stop()
    with pytest.raises(LabError, match="cannot listen"):
        serve(registry, host="nowhere.invalid")
    assert opened(registry).open


def test_a_labs_registry_changes_by_its_journal_alone():
    lab = Lab()
    with pytest.raises(LabError, match=r"is a lab's registry, .* labsim serve --open-lab FILE"):
        serve(lab.registry("localhost:5000"))
    lab.docker("pull alpine")
    lab.undo()
    with pytest.raises(LabError, match="is a lab's registry"):
        serve(lab.registry("localhost:5000"))


def test_a_registry_is_afterwards_as_it_was_before(opened):
    registry, like = (Registry("localhost:5000", seed=3) for _ in range(2))
    before = registry.policy
    door = opened(registry)
    assert registry.policy["uploads_most"] == 1000
    door.stop()
    door.stop()
    assert registry.policy is before
    places = [one.handle(Request("POST", UPLOADS)).headers["Location"] for one in (registry, like)]
    assert places[0] == places[1]
    assert registry.uploads.limit == 0


def test_a_switch_that_was_turned_meanwhile_stays_turned(opened):
    registry = Registry("localhost:5000")
    door = opened(registry)
    registry.follow(registry.policy.turned("delete", False).turned("upload_age_s", 7))
    door.stop()
    kept = [registry.policy[name] for name in ("delete", "upload_age_s", "uploads_most")]
    assert kept == [False, 7, 0]


@pytest.mark.parametrize("wrong", ["localhost:5000", None, Request("GET", "/v2/")])
def test_what_is_no_registry_is_not_served(wrong):
    with pytest.raises(LabError, match="a door serves a Registry"):
        serve(wrong)


def test_without_uvloop_it_serves_as_well(opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvloop", None)
    with Line(opened()) as line:
        assert line.ask("GET", "/v2/").status == 200


def test_threads_end_with_their_door(opened):
    before = threading.active_count()
    for _ in range(3):
        opened().stop()
    assert threading.active_count() == before


def test_the_registry_is_the_very_one_that_the_notebook_has(opened):
    registry = Registry("localhost:5000")
    pushed = Client(registry).push("team/app", "v1", LOWER, kind="oci")
    door = opened(registry)
    with Line(door) as line:
        accept = [("Accept", "application/vnd.oci.image.manifest.v1+json")]
        assert line.ask("GET", "/v2/team/app/manifests/v1", accept).body == bytes(pushed)
        push(line, LOWER, UPPER, tag="v2")
    assert registry.store.repositories["team/app"].tags.keys() == {"v1", "v2"}
    assert door.handle(Request("GET", "/v2/team/app/tags/list")).status == 200


def test_cell_and_server_take_turns(opened):
    registry = Registry("localhost:5000")
    door = opened(registry)
    inside, most = [0], [0]
    handle = type(registry).handle

    class Watched(Registry):
        __slots__ = ()

        def handle(self, request):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            answer = handle(self, request)
            inside[0] -= 1
            return answer

    registry.__class__ = Watched
    stop = threading.Event()

    def cell() -> None:
        while not stop.is_set():
            door.handle(Request("GET", "/v2/"))

    thread = threading.Thread(target=cell)
    thread.start()
    with Line(door) as line:
        line.send(written("GET", "/v2/") * 200)
        assert {line.hear().status for _ in range(200)} == {200}
    stop.set()
    thread.join()
    assert most == [1]


def test_ids_and_tokens_cannot_be_guessed_from_the_registrys_seed(opened):
    places = set()
    for _ in range(3):
        with Line(opened(Registry("localhost:5000", seed=0))) as line:
            places.add(path(line.ask("POST", UPLOADS).headers["Location"]))
    assert len(places) == 3


# --- the trace ------------------------------------------------------------------------------------


def test_a_push_is_told_like_any_other(door):
    with Line(door) as line:
        push(line, LOWER, UPPER)
        push(line, LOWER, UPPER, tag="v2")
    first, again = door.pushes
    assert [row.decision for row in first.ledger.rows] == ["sent", "sent", "sent", "tagged"]
    assert [row.part for row in first.ledger.rows] == ["layer", "layer", "config", "manifest"]
    assert [row.decision for row in again.ledger.rows] == ["found", "found", "found", "tagged"]
    assert first.ledger.was == LOWER.size + UPPER.size
    assert (first.client, first.peer, first.image) == (
        "docker 20.10.24",
        "127.0.0.1",
        "team/app:v1",
    )
    assert [push.outcome for push in door.pushes] == ["pushed", "pushed"]


def test_a_trace_has_no_bodys_bytes_and_no_secret(opened):
    registry = Registry("localhost:5000", users={"ann": "hunter22"}, policy=HTPASSWD)
    door = opened(registry)
    basic = ("Authorization", "Basic YW5uOmh1bnRlcjIy")
    with Line(door) as line:
        where = line.ask("POST", UPLOADS, [basic]).headers["Location"]
        line.ask("PATCH", path(where), [basic], bytes(UPPER))
        line.ask("GET", "/v2/", [("Authorization", "Bearer secret-token")])
        form = b"grant_type=password&username=ann&password=hunter22"
        line.ask("POST", "/token", [("Content-Type", "application/x-www-form-urlencoded")], form)
    text = door.trace.to_json()
    for secret in ("hunter22", "YW5uOmh1bnRlcjIy", "secret-token", "upper layer"):
        assert secret not in text
    assert Blob(form).digest not in text  # from which the password could be guessed
    assert "Basic <credentials>" in text
    shown = repr([exchange.request.headers for exchange in door.trace.exchanges])
    assert "YW5uOmh1bnRlcjIy" not in shown
    assert "secret-token" not in shown
    for exchange in door.trace.exchanges:
        for body in (exchange.request.body, exchange.response and exchange.response.body):
            assert not body or not body.held


def test_of_a_form_with_a_password_not_even_the_digest_is_kept():
    recorder, form = Recorder(0), Blob(b"grant_type=password&username=ann&password=hunter22")
    form.digest  # noqa: B018  somebody has worked it out
    recorder.note(Request("POST", "/token", (), form), Response(200, (), form), Moments(0))
    (kept,) = recorder.trace.exchanges
    assert kept.response is not None
    assert (kept.request.body.size, kept.request.body.known) == (form.size, None)
    assert (kept.response.body.size, kept.response.body.known) == (form.size, None)


def test_a_trace_can_be_kept_and_read_again(door):
    with Line(door) as line:
        push(line, LOWER, UPPER)
    again = Trace.from_json(door.trace.to_json())
    assert again == door.trace
    assert [x.lists for x in again.exchanges] == [x.lists for x in door.trace.exchanges]
    assert json.loads(door.trace.to_json())["exchanges"][-1]["lists"][0][0] == "layer"


def test_only_the_last_exchanges_are_kept(opened):
    door = opened(keep=5)
    with Line(door) as line:
        for at in range(9):
            line.ask("GET", f"/v2/a{at}/tags/list")
    assert [x.target for x in door.trace.exchanges] == [
        f"/v2/a{at}/tags/list" for at in range(4, 9)
    ]
    assert [x.index for x in door.trace.exchanges] == list(range(5))


def test_times_count_from_the_opening_and_stand_in_order(door):
    with Line(door) as line:
        push(line, LOWER)
    exchanges = door.trace.exchanges
    assert 0 <= exchanges[0].at_us < 60_000_000
    for one in exchanges:
        assert one.at_us <= one.sent_us <= one.arriving_us <= one.done_us
    assert [x.at_us for x in exchanges] == sorted(x.at_us for x in exchanges)


def test_a_health_check_is_no_exchange(door):
    with Line(door) as line:
        assert line.ask("GET", "/_lab/health").status == 200
    assert door.trace.exchanges == ()
