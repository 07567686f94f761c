"""A lab that speaks to a real registry: the same words, the same story, the same requests."""

from __future__ import annotations

from itertools import pairwise

import pytest

import labsim
from labsim import Lab, LabError, Registry, remote
from labsim.client.pull import pull
from labsim.client.push import push
from labsim.client.session import Session
from labsim.figures.timeline import timeline
from labsim.image import Image
from labsim.reference import Reference
from labsim.story import story
from labsim.trace import Trace
from tests.client.scene import A, Shelf
from tests.doors.loopback import Loopback, serving
from tests.doors.remote_scene import (
    APP,
    COMMANDS,
    HOST,
    asked,
    connected,
    ledger_of,
    stocked,
    told,
    trace_of,
)


@pytest.fixture
def server():
    with serving(Registry(HOST)) as server:
        yield server


@pytest.mark.parametrize("engine", ["classic", "containerd"])
def test_docker_says_the_same_in_front_of_a_real_registry(server, engine):
    real, simulated = connected(server, engine), stocked(engine)
    for line in COMMANDS:
        ours, theirs = real.docker(line), simulated.docker(line)
        assert told(ours.merged) == told(theirs.merged), line
        assert ours.exit_code == theirs.exit_code
        assert asked(real) == asked(simulated), line
    assert len(server.seen) > 60


def test_each_layer_is_told_of_in_the_same_order_as_by_docker(server):
    lines = connected(server).docker(f"push {APP}:1").stdout.splitlines()
    prepared = [line.split(":")[0] for line in lines if line.endswith("Preparing")]
    assert prepared == [layer.diff_id.hex[:12] for layer in A.layers[::-1]]
    assert sorted(prepared) == sorted(
        line.split(":")[0] for line in lines if line.endswith("Pushed")
    )
    assert lines[-1].startswith("1: digest: sha256:")


def test_a_push_is_told_by_the_same_ledger(server):
    real, simulated = connected(server), stocked()
    for line in COMMANDS[:5]:
        real.docker(line), simulated.docker(line)
        ours, theirs = ledger_of(real), ledger_of(simulated)
        assert [row[:7] for row in ours.rows] == [row[:7] for row in theirs.rows]
        assert str(ours) == str(theirs)


def test_the_trace_can_be_drawn_and_read_again(server):
    lab = connected(server)
    lab.docker(f"push {APP}:1")
    trace = trace_of(lab)
    assert Trace.from_json(trace.to_json()) == trace
    whole = f"{A.packed_size / 1000:.1f} kB"
    assert f"layers of {whole}, of which {whole} travelled." in str(timeline(trace))


def test_what_arrived_is_what_was_sent(server):
    connected(server).docker(f"push {APP}:1")
    repository = server.registry.store.repositories["team/app"]
    held = {str(digest) for digest in repository.blobs}
    assert {str(blob.digest) for blob in A.blobs} <= held
    assert repository.tags["1"] == A.manifest("docker").digest


def test_layers_go_up_as_docker_sends_them(server):
    connected(server).docker(f"push {APP}:1")
    patches = [headers for verb, _, headers in server.seen if verb == "PATCH"]
    assert len(patches) == 5
    assert all(headers["Transfer-Encoding"] == "chunked" for headers in patches)
    assert not any("Content-Length" in headers for headers in patches)
    assert {headers["Host"] for _, _, headers in server.seen} == {server.authority}
    agents = {headers["User-Agent"] for _, _, headers in server.seen}
    assert agents == {f"labsim/{labsim.__version__}"}


def test_the_labs_clock_moves_by_the_time_it_really_took(server):
    lab = connected(server)
    before = lab.now_us
    lab.docker(f"push {APP}:1")
    assert lab.now_us == trace_of(lab).ended_us
    assert before == trace_of(lab).started_us
    assert 0 < lab.now_us - before < 20_000_000


# -- a trace in order ------------------------------------------------------------------------------


def pushed(server: Loopback, image: Image, *, at_us: int | None = None):
    session = Session(HOST)
    talk = push(session, Reference(f"{APP}:1"), image, labsim.client.memory.Memory())
    return remote.converse(talk, {HOST: server.url}, at_us=at_us)


def test_any_dialogue_runs_over_a_real_connection(server):
    run = pushed(server, A, at_us=7_000_000)
    assert run.result().digest == A.manifest("docker").digest
    assert run.trace.started_us == 7_000_000
    shelf, memory = Shelf(), labsim.client.memory.Memory()
    talk = pull(Session(HOST), Reference(f"{APP}:1"), shelf, memory)
    assert remote.converse(talk, {HOST: server.url}).result().image_id == A.id
    assert shelf.images[A.id] == A


def test_without_a_beginning_a_trace_begins_now(server):
    first, second = pushed(server, A), pushed(server, A)
    assert 0 < second.trace.started_us - first.trace.started_us < 60_000_000
    assert first.trace.started_us > 1_700_000_000_000_000


def test_a_trace_is_in_the_order_in_which_lanes_went_on(server):
    trace = pushed(server, A).trace
    ends = [x.done_us for x in trace.exchanges]
    assert len(set(ends)) == len(ends)
    for exchange in trace.exchanges:
        assert exchange.at_us <= exchange.sent_us <= exchange.arriving_us <= exchange.done_us
    starts = [x.at_us for x in trace.exchanges]
    assert starts == sorted(starts)
    for lane in trace.lanes[1:]:
        own = [x for x in trace.exchanges if x.lane == lane.index]
        assert lane.started_us == own[0].at_us
        assert lane.ended_us == own[-1].done_us
        assert all(one.done_us == other.at_us for one, other in pairwise(own))


def test_lanes_run_side_by_side_and_no_more_than_dockers_five(server):
    images = [
        labsim.image.Layer.of(labsim.archive.tar([labsim.archive.file(f"f{n}", bytes([n]) * 9)]))
        for n in range(9)
    ]
    config = labsim.image.Config.make(
        [layer.diff_id for layer in images], created="2026-01-01T00:00:00Z"
    )
    trace = pushed(server, Image(config, images)).trace
    most = max(
        sum(lane.started_us <= us < lane.ended_us for lane in trace.lanes[1:])
        for us in (lane.started_us for lane in trace.lanes[1:])
    )
    assert most == 5


def test_bytes_of_bodies_are_those_that_travelled(server):
    trace = pushed(server, A).trace
    sizes = sum(layer.packed_size for layer in A.layers) + A.config.size
    assert trace.bytes_up == sizes + A.manifest("docker").size
    sent = [event for event in story(trace) if event.kind == "sent"]
    assert {event.size for event in sent} == {blob.size for blob in A.blobs}


def test_a_body_is_taken_to_move_evenly_where_nobody_knows_better(server):
    trace = pushed(server, A).trace
    patch = max(trace.exchanges, key=lambda x: x.up)
    half = (patch.at_us + patch.sent_us) // 2
    assert abs(trace.moved(patch, half).up - patch.up // 2) <= patch.up // 100


# -- who may be reached ----------------------------------------------------------------------------


def test_a_lab_reaches_nobody_until_it_is_connected(server):
    lab = stocked()
    assert lab.docker(f"push {APP}:1").exit_code == 0
    assert server.seen == []


def test_other_hosts_stay_simulated(server):
    lab = connected(server)
    assert lab.docker("pull alpine").exit_code == 0
    assert lab.docker("pull 127.0.0.1:1/x").exit_code == 1
    assert server.seen == []


def test_a_connection_is_of_one_lab_and_a_fork_has_none(server):
    lab = connected(server)
    assert lab.docker(f"push {APP}:1").exit_code == 0
    count = len(server.seen)
    fork = lab.fork()
    result = fork.docker(f"push {APP}:1")
    assert result.exit_code == 1
    assert (
        "localhost:5000 was a real registry here and is not connected now:"
        ' labsim.remote.connect(lab, {"localhost:5000": "http://…"}) connects it again'
    ) in result.merged
    assert len(server.seen) == count


def test_what_was_real_is_not_simulated_in_silence_afterwards(server):
    lab = stocked()
    assert lab.docker(f"push {APP}:1").ok
    remote.connect(lab, {HOST: server.url})
    assert lab.docker(f"push {APP}:1").ok
    remote.connect(lab, {})
    assert "is not connected now" in lab.docker(f"push {APP}:1").merged


def test_a_lab_is_disconnected_with_no_hosts_at_all(server):
    lab = connected(server)
    remote.connect(lab, {})
    assert lab.outside is None
    assert lab.docker(f"push {APP}:1").exit_code == 0
    assert server.seen == []


@pytest.mark.parametrize(
    "attempt",
    [
        lambda lab: lab.registry(HOST),
        lambda lab: lab.account("alice", HOST),
        lambda lab: lab.stop(HOST),
        lambda lab: lab.sign_up("bob", "x", HOST),
        lambda lab: lab.policy(HOST, "push_to=own namespace"),
    ],
)
def test_what_only_a_simulated_registry_can_do_is_refused(server, attempt):
    lab = connected(server)
    before = lab.journal
    with pytest.raises(
        LabError, match="localhost:5000 is a real registry: the lab can speak to it"
    ):
        attempt(lab)
    assert lab.journal == before


@pytest.mark.parametrize(
    ("hosts", "sentence"),
    [
        (
            {"http://localhost:5000": "http://127.0.0.1:1"},
            "is no host: write it as in an image's name",
        ),
        (
            {"localhost:5000/team": "http://127.0.0.1:1"},
            "is no host: write it as in an image's name",
        ),
        ({HOST: "127.0.0.1:5000"}, "must be http:// or https:// with a host and nothing behind it"),
        ({HOST: "ftp://127.0.0.1"}, "must be http:// or https://"),
        ({HOST: "http://127.0.0.1:99999"}, "must be http:// or https://"),
        ({HOST: "http://127.0.0.1/registry"}, "nothing behind it"),
        ({HOST: "http://127.0.0.1?x"}, "nothing behind it"),
        ({HOST: "http://alice:secret@127.0.0.1"}, "nothing behind it"),
        ({HOST: "http://"}, "must be http:// or https://"),
    ],
)
def test_a_host_that_makes_no_sense_is_refused_in_a_sentence(hosts, sentence):
    with pytest.raises(LabError) as refused:
        remote.connect(Lab(), hosts)
    assert sentence in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("lab", "hosts"),
    [(None, {}), ("lab", {HOST: "http://x"}), (Lab(), HOST), (Lab(), {HOST: 5000})],
)
def test_a_wrong_kind_is_refused_in_a_sentence(lab, hosts):
    with pytest.raises(TypeError):
        remote.connect(lab, hosts)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_is_none_is_named(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(LabError, match=r"ca\.pem: it cannot be read as certificates"):
        remote.connect(Lab(), {HOST: "https://127.0.0.1"}, ca_file=path)


def test_remote_is_loaded_when_it_is_first_used(fresh):
    code = "import labsim, sys; print('ssl' in sys.modules);"
    code += "labsim.remote.connect; print('ssl' in sys.modules)"
    assert fresh(code).stdout == "False\nTrue\n"
