"""labsim's own client in front of Debian's docker-registry: what it says, and what arrives."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from labsim import Lab, remote
from labsim.docker import Result
from labsim.story import story
from tests.client.scene import A, B
from tests.conformance.debian_registry import running
from tests.conftest import absent
from tests.doors.remote_scene import (
    APP,
    COMMANDS,
    HOST,
    OTHER,
    asked,
    ledger_of,
    stocked,
    told,
    trace_of,
)
from tests.doors.test_remote_journal import check_nothing_is_told, results
from tests.doors.written import Layout, in_folder, layer_tar

pytestmark = pytest.mark.peer

COMPANY = "registry.example.com:5000"
ENGINES = pytest.mark.parametrize("engine", ["classic", "containerd"])
Real = Callable[..., CompletedProcess[str]]


@pytest.fixture
def registry(tmp_path: Path, peer: Callable[[str], str]) -> Iterator[str]:
    """The address of an open registry."""
    with running(peer("docker-registry"), tmp_path / "registry") as url:
        yield url


@pytest.fixture
def guarded(tmp_path: Path, peer: Callable[[str], str]) -> Iterator[str]:
    """The address of a registry with a password file."""
    with running(peer("docker-registry"), tmp_path / "guarded", accounts=True) as url:
        yield url


def connected(url: str, engine: str = "classic") -> Lab:
    lab = stocked(engine)
    remote.connect(lab, {HOST: url})
    return lab


def hurried(text: str) -> list[str]:
    """The lines of a command but those of lanes that wait: a slow wire has more of them."""
    return [line for line in told(text) if not line.endswith(": Waiting")]


def done(lab: Lab, *lines: str) -> Result:
    """Type these; all must succeed; the last result."""
    found = [lab.docker(line) for line in lines]
    assert [result.stderr for result in found if result.exit_code] == []
    return found[-1]


def decisions(lab: Lab) -> list[str]:
    return [row.decision for row in ledger_of(lab).layers]


def raw_manifest(real: Real, url: str, name: str) -> tuple[str, dict[str, Any]]:
    """The digest and the content of a manifest, as skopeo finds it."""
    place = name.replace(HOST, url.removeprefix("http://"))
    ran = real("skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{place}")
    assert ran.returncode == 0, ran.stderr
    return f"sha256:{hashlib.sha256(ran.stdout.encode()).hexdigest()}", json.loads(ran.stdout)


# -- the same words --------------------------------------------------------------------------------


@ENGINES
def test_docker_says_the_same_in_front_of_docker_registry(registry, engine):
    real, simulated = connected(registry, engine), stocked(engine)
    for line in COMMANDS:
        ours, theirs = real.docker(line), simulated.docker(line)
        assert told(ours.merged) == told(theirs.merged), line
        assert ours.exit_code == theirs.exit_code, line
        assert asked(real) == asked(simulated), line
        assert [row[:7] for row in ledger_of(real).rows] == [
            row[:7] for row in ledger_of(simulated).rows
        ], line


@ENGINES
def test_docker_says_the_same_in_front_of_a_password_file(guarded, engine):
    real, simulated = stocked(engine), stocked(engine)
    remote.connect(real, {COMPANY: guarded})
    lines = [
        f"tag app:1 {COMPANY}/team/app:1",
        f"push {COMPANY}/team/app:1",
        f"pull {COMPANY}/team/app:1",
        f"login -u alice -p PASSWORD-not {COMPANY}",
        f"login -u alice -p PASSWORD {COMPANY}",
        f"push {COMPANY}/team/app:1",
        f"pull {COMPANY}/team/app:1",
        f"login {COMPANY}",
        f"logout {COMPANY}",
        f"push {COMPANY}/team/app:1",
    ]
    for line in lines:
        ours = real.docker(line.replace("PASSWORD", "wonderland"))
        theirs = simulated.docker(line.replace("PASSWORD", "lab"))
        assert hurried(ours.merged) == hurried(theirs.merged), line
        assert ours.exit_code == theirs.exit_code, line
    check_nothing_is_told(real, "wonderland", "wonderland-not")


# -- what travels ----------------------------------------------------------------------------------


def test_a_first_push_sends_everything_and_the_next_nothing(registry):
    lab = connected(registry)
    done(lab, f"push {APP}:1")
    assert decisions(lab) == ["sent"] * 4
    done(lab, f"push {APP}:1")
    assert decisions(lab) == ["found"] * 4
    assert trace_of(lab).bytes_up == A.manifest("docker").size


def test_a_push_that_shares_layers_sends_the_others(registry):
    lab = connected(registry)
    done(lab, f"push {APP}:1", f"push {APP}:2")
    assert decisions(lab) == ["found", "found", "sent", "sent"]


def test_another_repository_has_its_layers_mounted(registry):
    lab = connected(registry)
    done(lab, f"push {APP}:1", f"tag {APP}:1 {OTHER}:1", f"push {OTHER}:1")
    assert decisions(lab) == ["mounted"] * 4
    assert {event.source for event in story(trace_of(lab)) if event.kind == "mounted"} == {
        "team/app"
    }


def test_what_was_pushed_is_what_skopeo_finds(registry, real, tmp_path):
    lab = connected(registry)
    pushed = done(lab, f"push {APP}:1")
    digest, manifest = raw_manifest(real, registry, f"{APP}:1")
    assert pushed.stdout.splitlines()[-1].startswith(f"1: digest: {digest} size: ")
    assert digest == A.manifest("docker").digest
    assert manifest["config"]["digest"] == A.id
    assert [row["digest"] for row in manifest["layers"]] == [x.packed.digest for x in A.layers]
    place = f"docker://{APP}:1".replace(HOST, registry.removeprefix("http://"))
    copied = real("skopeo", "copy", "--src-tls-verify=false", place, f"dir:{tmp_path / 'copied'}")
    assert copied.returncode == 0, copied.stderr


def test_an_image_comes_back_as_it_went(registry):
    done(connected(registry), f"push {APP}:1", f"push {APP}:2")
    lab = Lab()
    remote.connect(lab, {HOST: registry})
    done(lab, f"pull {APP}:1")
    assert decisions(lab) == ["fetched"] * 4
    done(lab, f"pull {APP}@{B.manifest('docker').digest}")
    assert decisions(lab) == ["here", "here", "fetched", "fetched"]
    assert lab.image(f"{APP}:1") == A
    assert lab.image(str(B.id)) == B


def test_an_image_that_skopeo_pushed_is_pulled_with_its_id(registry, real, tmp_path):
    made = Layout()
    tars = [layer_tar(1, 200_000), layer_tar(2, 70_000), layer_tar(3)]
    folder = in_folder(made.add(made.manifest(tars)).finished(), tmp_path / "made")
    place = f"docker://{registry.removeprefix('http://')}/team/theirs:1"
    ran = real("skopeo", "copy", "--dest-tls-verify=false", f"oci:{folder}", place)
    assert ran.returncode == 0, ran.stderr
    digest, manifest = raw_manifest(real, registry, f"{HOST}/team/theirs:1")
    lab = Lab()
    remote.connect(lab, {HOST: registry})
    pulled = done(lab, f"pull {HOST}/team/theirs:1")
    assert f"Digest: {digest}\n" in pulled.stdout
    assert lab.image(f"{HOST}/team/theirs:1").id == manifest["config"]["digest"]
    done(lab, f"tag {HOST}/team/theirs:1 {HOST}/team/ours:1", f"push {HOST}/team/ours:1")
    assert decisions(lab) == ["mounted"] * 3


# -- the journal -----------------------------------------------------------------------------------


@ENGINES
def test_with_the_registry_gone_all_of_it_can_be_done_again(tmp_path, peer, engine):
    lab = stocked(engine)
    with running(peer("docker-registry"), tmp_path / "registry", accounts=True) as url:
        remote.connect(lab, {HOST: url})
        lab.docker(f"login -u alice -p wonderland {HOST}")
        for line in COMMANDS:
            lab.docker(line)
    assert lab.docker("pull localhost:5000/x").exit_code == 1
    before = results(lab)
    again = Lab.replay(lab.script, lab.attachments)
    assert results(again) == before
    lab.reset()
    while lab._past.undone:
        lab.redo()
    assert results(lab) == before


# -- a long layer ----------------------------------------------------------------------------------

_LONG = """
import sys
from pathlib import Path
from labsim import remote
from labsim.archive.madeup import MadeUp
from labsim.client.memory import Memory
from labsim.client.pull import pull
from labsim.client.push import push
from labsim.client.session import Session
from labsim.image import Config, Image, Layer
from labsim.reference import Reference
from tests.client.scene import Shelf

def peak():
    "What this process has needed at most; what getrusage says began with its parent."
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024

made = MadeUp("long", 300_000_000, 310_000_000, [("a", 3), ("b", 1)]).packed()
layer = Layer(made.tar, made)
image = Image(Config.make([layer.diff_id], created="2026-01-01T00:00:00Z"), [layer])
name, hosts = Reference("localhost:5000/team/long:1"), {"localhost:5000": sys.argv[1]}
before = peak()
run = remote.converse(push(Session(name.registry), name, image, Memory()), hosts)
assert run.result().layers[0].size == 300_000_000
pushed, shelf = peak(), Shelf()
found = remote.converse(pull(Session(name.registry), name, shelf, Memory()), hosts).result()
assert found.image_id == image.id and shelf.images[image.id].layers[0].diff_id == layer.diff_id
print(before, pushed - before, peak() - before)
"""


@pytest.mark.slow
def test_a_layer_of_300_mb_needs_little_memory_both_ways(registry, fresh):
    if sys.platform != "linux":
        absent("how much memory a process has needed is asked of Linux")
    before_mb, up_mb, down_mb = map(int, fresh(_LONG, registry, PYTHONPATH=".").stdout.split())
    print(f"{before_mb} MB, {up_mb} MB more to push 300 MB, {down_mb} MB more when pulled again")
    assert up_mb < 40
    assert down_mb < 60
