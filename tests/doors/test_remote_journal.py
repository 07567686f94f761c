"""What a real registry answered is in the journal, and a replay asks nobody again."""

from __future__ import annotations

import base64
import json
import pickle
import re
from collections.abc import Iterator

import pytest

from labsim import Lab, LabError, Registry, remote
from labsim.blob import Blob
from labsim.doors.labfile import LabFile
from labsim.lab.journal import Head, read_script, write_script
from tests.client.scene import A
from tests.doors.loopback import Loopback, serving
from tests.doors.remote_scene import APP, COMMANDS, HOST, connected, stocked

COMPANY, HUB = "registry.example.com:5000", "docker.io"
PASSWORD, OTHER_PASSWORD = "hunter2-of-alice", "guess-of-alice"


def results(lab: Lab) -> list[tuple[str, int, str]]:
    """Everything that docker commands have left: text, exit code, trace."""
    found = [result for _, result in lab._past.state.results]
    traces = [result.trace.to_json() if result.trace else "" for result in found]
    return [(r.merged, r.exit_code, trace) for r, trace in zip(found, traces, strict=True)]


def seen(lab: Lab) -> tuple[object, ...]:
    """What a lab is after its actions: script, clock, images, files."""
    images = [(name, str(image.id)) for name, image in lab.images().items()]
    return lab.script, lab.now_us, images, dict(lab.files), results(lab)


def forbidden(server: Loopback) -> None:
    """From now on a request is a failure of the test."""
    server.mischief = lambda handler: pytest.fail("a replay has asked the network")


@pytest.fixture(params=["classic", "containerd"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab that has done all the commands, and whose registry is gone."""
    with serving(Registry(HOST)) as server:
        lab = connected(server, request.param)
        for line in COMMANDS:
            lab.docker(line)
        forbidden(server)
        count = len(server.seen)
        yield lab
        assert len(server.seen) == count


def test_an_action_names_what_it_heard(lab):
    spoke = [action for action in lab.journal if action[-1].startswith("heard=sha256:")]
    spoken = [line for line in COMMANDS if line.startswith(("push", "pull"))]
    if str(lab.engine) == "containerd":
        spoken.remove(f"push {APP}:nope")  # which Docker 29 knows without asking
    assert [action[1] for action in spoke] == spoken
    for action in spoke:
        assert action[-1].removeprefix("heard=") in lab.attachments
        assert f"docker {action[1]} >>> {action[-1].removeprefix('heard=')}" in lab.script


def test_undo_and_redo_ask_nobody_and_lead_to_the_same(lab):
    states = [seen(lab)]
    while lab.journal:
        lab.undo()
        states.append(seen(lab))
    for state in reversed(states[:-1]):
        lab.redo()
        assert seen(lab) == state


def test_a_script_with_its_files_asks_nobody_and_leads_to_the_same(lab):
    again = Lab.replay(lab.script, lab.attachments)
    assert seen(again) == seen(lab)
    assert again.attachments == lab.attachments
    twice = Lab.replay(again.script, {str(d): bytes(b) for d, b in again.attachments.items()})
    assert seen(twice) == seen(lab)


def test_every_state_on_the_way_can_be_had_again(lab):
    for n in range(len(lab.journal) + 1):
        assert lab.at(n).journal == lab.journal[:n]
    assert seen(lab.fork()) == seen(lab)


def test_a_replayed_lab_says_what_to_do_before_it_asks_anybody(lab):
    again = Lab.replay(lab.script, lab.attachments)
    assert "is not connected now" in again.docker(f"push {APP}:1").merged
    with pytest.raises(LabError, match="is a real registry"):
        again.registry(HOST)


def test_a_replayed_lab_can_be_connected_and_goes_on(lab):
    with serving(Registry(HOST)) as server:
        again = Lab.replay(lab.script, lab.attachments)
        remote.connect(again, {HOST: server.url})
        assert again.docker(f"push {APP}:1").exit_code == 0
        assert server.asked("PUT")[-1] == "/v2/team/app/manifests/1"
        count = len(server.seen)
        again.undo()
        again.redo()
        assert len(server.seen) == count


def test_what_was_simulated_before_stays_simulated_in_a_replay():
    with serving(Registry(HOST)) as server:
        lab = stocked()
        lab.docker(f"push {APP}:1")
        remote.connect(lab, {HOST: server.url})
        lab.docker(f"push {APP}:2")
        before, count = results(lab), len(server.seen)
        lab.undo()
        lab.undo()
        lab.redo()
        lab.redo()
        assert results(lab) == before
        assert len(server.seen) == count
    assert results(Lab.replay(lab.script, lab.attachments)) == before


def test_a_lab_in_a_file_keeps_what_it_heard_beside_it(lab, tmp_path):
    home = tmp_path / "my.lab"
    home.write_text(lab.script, encoding="utf-8")
    folder = tmp_path / "my.lab.d" / "sha256"
    folder.mkdir(parents=True)
    for digest, blob in lab.attachments.items():
        (folder / digest.hex).write_bytes(bytes(blob))
    with LabFile(home).turn() as opened:
        assert seen(opened) == seen(lab)
        opened.wait("1h")
    with LabFile(home).turn() as opened:
        assert results(opened) == results(lab)
        assert opened.journal[-1] == ["wait", "1h"]


def test_one_request_by_hand_is_kept_too(lab):
    with serving(Registry(HOST)) as server:
        remote.connect(lab, {HOST: server.url})
        assert lab.http("GET", "/v2/nobody/tags/list", host=HOST).status == 404
        forbidden(server)
        assert lab.journal[-1][:-1] == ["http", "GET", "/v2/nobody/tags/list", f"host={HOST}"]
        assert Lab.replay(lab.script, lab.attachments).script == lab.script


def test_a_base_that_is_pulled_for_a_build_is_kept_too():
    with serving(Registry(HOST)) as server:
        lab = connected(server)
        lab.docker(f"push {APP}:1")
        lab.docker(f"rmi -f {APP}:1 app:1")
        built = lab.build("mine", base=f"{APP}:1", layers=["src"])
        forbidden(server)
        assert lab.journal[-1][-1].startswith("heard=")
        again = Lab.replay(lab.script, lab.attachments)
        assert again.image("mine") == built


def test_a_push_that_failed_fails_again_in_a_replay():
    with serving(Registry(HOST)) as server:
        lab = stocked()
        lab.outside = remote.Connection({HOST: server.url}, clock_rate=200)
        server.mischief = lambda handler: handler.command == "PUT"
        failed = lab.docker(f"push {APP}:1")
        assert (failed.exit_code, failed.stdout.count("Retrying in 5 seconds")) == (1, 16)
    again = Lab.replay(lab.script, lab.attachments)
    assert results(again) == results(lab)


# -- what does not fit -----------------------------------------------------------------------------


def test_a_missing_file_is_named(lab):
    files = dict(lab.attachments)
    digest = lab.journal[4][-1].removeprefix("heard=")
    del files[digest]
    sentence = f"what was answered to docker push {APP}:1 needs the file {digest}, which was not"
    with pytest.raises(LabError, match=sentence):
        Lab.replay(lab.script, files)


def test_a_missing_body_is_named():
    with serving(Registry(HOST)) as server:
        connected(server).docker(f"push {APP}:1")
        lab = Lab()
        remote.connect(lab, {HOST: server.url})
        lab.docker(f"pull {APP}:1")
    layer = A.layers[0].packed.digest
    files = {digest: blob for digest, blob in lab.attachments.items() if digest != layer}
    assert len(files) == len(lab.attachments) - 1
    with pytest.raises(LabError, match=f"needs the file {layer}, which was not given"):
        Lab.replay(lab.script, files)


def _line(script: str, command: str) -> str:
    return next(line for line in script.splitlines() if line.startswith(f"docker {command} >>>"))


@pytest.mark.parametrize("lab", ["classic"], indirect=True)
def test_answers_to_another_conversation_are_refused_with_the_line(lab):
    lines = lab.script.splitlines()
    heard = _line(lab.script, f"push -a {APP}").partition(">>>")[2]
    lines[5] = f"docker push {APP}:1 >>>{heard}"
    with pytest.raises(LabError) as refused:
        Lab.replay("\n".join(lines), lab.attachments)
    assert re.fullmatch(
        r"line 6 \(docker\): what was answered then is no answer to this:"
        rf" HEAD {HOST} /v2/team/app/blobs/sha256:\w+ was answered, and"
        rf" POST {HOST} /v2/team/app/blobs/uploads/ is asked",
        str(refused.value),
    )


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"format":"labsim-heard-2","conversations":[]}',
        '{"format":"labsim-heard-1","conversations":[5]}',
        '{"format":"labsim-heard-1","conversations":[[5]]}',
        '{"format":"labsim-heard-1","conversations":[[{"us":1,"exchange":0}]]}',
        '{"format":"labsim-heard-1","conversations":[[{"us":"x","lane":0}]]}',
        '{"format":"labsim-heard-1","conversations":[[{"us":1,"exchange":0,"asked":["GET"]}]]}',
        '{"format":"labsim-heard-1","conversations":[[{"us":1,"exchange":0,"asked":["GET","h","/"],"answer":5}]]}',
        '{"format":"labsim-heard-1","conversations":[[{"us":1,"lane":0}],[]]}',
        "[" * 100_000,
    ],
)
def test_a_record_that_makes_no_sense_is_refused_in_a_sentence(text):
    blob = Blob(text.encode())
    script = f"labsim 0.1.0 world=w1 engine=classic seed=0\ndocker pull {APP}:1 >>> {blob.digest}\n"
    with pytest.raises(LabError, match=r"line 2 \(docker\): "):
        Lab.replay(script, {"record": blob})


@pytest.mark.parametrize(
    ("us", "lane", "exchange"), [(1, 7, -1), (1, -1, 7), (1, -1, 0), (-5, 0, -1), (1, 0, 10**30)]
)
def test_a_record_of_what_cannot_have_happened_is_refused(us, lane, exchange):
    row = {"us": us, "lane": lane, "exchange": exchange, "asked": ["GET", HOST, "/v2/_catalog"]}
    blob = Blob(json.dumps({"format": "labsim-heard-1", "conversations": [[row]]}).encode())
    script = f"labsim 0.1.0 world=w1 engine=classic seed=0\ndocker pull {APP}:1 >>> {blob.digest}\n"
    with pytest.raises(LabError, match=r"line 2 \(docker\): "):
        Lab.replay(script, {"record": blob})


@pytest.mark.parametrize(
    "action",
    [
        ["docker", f"push {APP}", "heard=sha256:" + "a" * 64],
        ["docker", "login", "right", "heard=sha256:" + "a" * 64],
        ["docker", "push x >>> sha256:" + "a" * 64],
        ["docker", "push x >>> sha256:" + "a" * 64, "heard=sha256:" + "b" * 64],
        ["write", ">>>", "sha256:" + "a" * 64],
        ["write", "x", " >>> sha256:" + "a" * 64],
        ["http", "GET", "/v2/", "heard=sha256:" + "a" * 64],
    ],
)
def test_what_was_heard_survives_being_written_down(action):
    (read,) = read_script(write_script(Head("0.1.0", "w1", "classic", 0), [action]))[1]
    assert read.action == action


def test_a_file_that_reads_like_a_record_is_a_file():
    lab, text = Lab(), "heard=sha256:" + "a" * 64
    lab.write("odd.txt", text)
    assert lab.read("odd.txt") == text
    assert Lab.replay(lab.script, lab.attachments).read("odd.txt") == text


# -- secrets ---------------------------------------------------------------------------------------


def everything(lab: Lab) -> list[str]:
    """All that a lab keeps or shows, but for what a laptop's own config.json holds."""
    found = [result for _, result in lab._past.state.results]
    texts = [lab.script, repr(lab), repr(lab.journal), repr(lab._past.entries), repr(lab.outside)]
    texts += [result.trace.to_json() for result in found if result.trace]
    texts += [
        pickle.dumps(x.request.headers).decode("latin-1")
        for r in found
        if r.trace
        for x in r.trace.exchanges
    ]
    texts += [repr(result) + result.merged for result in found]
    return texts + [bytes(blob).decode("latin-1") for blob in lab.attachments.values()]


def secrets_of(server: Loopback) -> set[str]:
    """What travelled in headers that prove who is speaking."""
    values = {headers.get("Authorization", "") for _, _, headers in server.seen}
    return {value.partition(" ")[2] for value in values if value}


def check_nothing_is_told(lab: Lab, *secrets: str) -> None:
    encoded = [base64.b64encode(f"alice:{s}".encode()).decode() for s in secrets]
    for text in everything(lab):
        for secret in (*secrets, *encoded):
            assert secret not in text


def test_passwords_for_a_real_registry_are_in_no_journal_and_no_trace():
    with serving(Registry(COMPANY, users={"alice": PASSWORD})) as server:
        lab = stocked()
        remote.connect(lab, {COMPANY: server.url})
        lab.tag("app:1", f"{COMPANY}/team/app")
        assert lab.docker(f"push {COMPANY}/team/app").exit_code == 1
        bad = lab.docker(f"login -u alice --password-stdin {COMPANY}", stdin=OTHER_PASSWORD)
        assert "401 Unauthorized" in bad.stderr
        assert lab.login("alice", PASSWORD, COMPANY).ok
        assert lab.docker(f"push {COMPANY}/team/app").ok
        headers = [("Authorization", f"Bearer {PASSWORD}"), ("Cookie", f"id={PASSWORD}")]
        lab.http("GET", "/v2/", host=COMPANY, headers=headers)
        form = f"grant_type=password&password={PASSWORD}".encode()
        lab.http("POST", "/token", host=COMPANY, body=form)
        forbidden(server)
        assert len(secrets_of(server)) == 3
        check_nothing_is_told(lab, PASSWORD, OTHER_PASSWORD, *secrets_of(server))
        again = Lab.replay(lab.script, lab.attachments)
        assert results(again) == results(lab)
        assert again.script == lab.script


def test_tokens_of_a_real_token_server_are_in_no_journal_and_no_trace():
    with serving(Registry(HUB, users={"alice": PASSWORD})) as server:
        lab = stocked()
        remote.connect(lab, {HUB: server.url, "auth.docker.io": server.url})
        lab.tag("app:1", "alice/app")
        assert lab.login("alice", PASSWORD).ok
        assert lab.docker("push alice/app").ok
        lab.tag("app:1", "alice/other")
        mounted = lab.docker("push alice/other")
        assert mounted.stdout.count("Mounted from alice/app") == 4
        assert lab.docker("pull alice/app").ok
        lab.http("GET", "/token?service=registry.docker.io", host="auth.docker.io")
        forbidden(server)
        tokens = secrets_of(server)
        assert len(tokens) > 4
        check_nothing_is_told(lab, PASSWORD, *tokens)
        assert any("not-kept" in bytes(blob).decode("latin-1") for blob in lab.attachments.values())
        again = Lab.replay(lab.script, lab.attachments)
        assert results(again) == results(lab)
        before = results(lab)
        lab.reset()
        while lab._past.undone:
            lab.redo()
        assert results(lab) == before


def test_a_password_is_sent_as_it_was_typed_whatever_the_lab_has_forgotten():
    """A replayed script knows no password of an account that it signed up: a real one asks."""
    told = Lab()
    told.sign_up("bobby", "simulated", HOST)
    lab = Lab.replay(told.script)
    with serving(Registry(COMPANY, users={"bobby": "right-one"})) as server:
        remote.connect(lab, {HOST: server.url})
        assert lab.docker(f"login -u bobby -p wrong-one {HOST}").exit_code == 1
        assert lab.docker(f"login -u bobby -p right-one {HOST}").exit_code == 0
