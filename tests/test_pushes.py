"""Whatever came to a registry, told apart into pushes: one row each, whoever pushed."""

from __future__ import annotations

import pytest

from labsim.figures.replay import replay
from labsim.story import push_table, pushes
from labsim.story.pushes import client_of
from labsim.trace import Exchange, Trace
from labsim.wire import Request, Response
from tests.client.recorded import GOLDEN
from tests.test_story import DATA, traffic

#: recording → client, image, found, mounted, sent, what it came to.
ROWS = {
    "skopeo_push_first": ("skopeo 1.9.3", "lab/app:1.0", 0, 0, 4, "pushed"),
    "skopeo_push_same_again": ("skopeo 1.9.3", "lab/app:1.0", 4, 0, 0, "pushed"),
    "skopeo_push_shares_2_of_4": ("skopeo 1.9.3", "lab/app:2.0", 2, 0, 2, "pushed"),
    "skopeo_push_other_repo_warm_cache": ("skopeo 1.9.3", "lab/other:1.0", 0, 4, 0, "pushed"),
    "skopeo_copy_cross_repo_same_registry": ("skopeo 1.9.3", "lab/mounted:2.0", 0, 4, 0, "pushed"),
    "skopeo_token_push": ("skopeo 1.9.3", "alice/sk:1.0", 0, 0, 4, "pushed"),
    "skopeo_token_push_denied": ("skopeo 1.9.3", "alice/sk:2.0", 4, 0, 0, "refused"),
    "podman_push_first": ("podman", "pod/web:1.0", 0, 0, 4, "pushed"),
    "podman_push_again": ("podman", "pod/web:1.0", 4, 0, 0, "pushed"),
    "docker_push_first": ("docker 20.10.24", "shop/web:1.0", 0, 0, 4, "pushed"),
    "docker_push_shares_2_of_4": ("docker 20.10.24", "shop/web:2.0", 2, 0, 2, "pushed"),
    "docker_push_registry_emptied_mount_falls_back": (
        *("docker 20.10.24", "shop/fresh:1.0", 0, 0, 4, "pushed"),
    ),
    "docker_token_push_other_repo_mount": ("docker 20.10.24", "alice/api:1.0", 0, 4, 0, "pushed"),
    "docker_token_anonymous_push_denied": ("docker 20.10.24", "alice/web", 0, 0, 0, "refused"),
    "docker_fault_manifest_put_500": ("docker 20.10.24", "flt/r6:1.0", 0, 3, 2, "refused"),
    "ctrd_docker_push_first": ("docker (containerd store)", "cs/web:1.0", 0, 0, 4, "pushed"),
    "ctrd_docker_push_other_repo": ("docker (containerd store)", "cs/api:1.0", 0, 4, 0, "pushed"),
    "crane_push_first": ("crane", "cr/app:1.0", 0, 0, 4, "pushed"),
    "crane_push_shares_2_of_4": ("crane", "cr/app:2.0", 2, 0, 2, "pushed"),
    "oras_py_push": ("a Python client", "or/art:1.0", 0, 0, 2, "pushed"),
    "oras_py_push2": ("a Python client", "or/art:1.0", 2, 0, 0, "pushed"),
    "dxf_push": ("a Python client", "dx/app:v1", 0, 0, 1, "pushed"),
    "v3_docker_push_first": ("docker 20.10.24", "shop/web:1.0", 0, 0, 4, "pushed"),
}


def told(name: str) -> Trace:
    folder = DATA if (DATA / f"{name}.jsonl").exists() else GOLDEN
    return traffic(folder / f"{name}.jsonl")


@pytest.mark.parametrize("name", ROWS)
def test_a_recorded_push_is_one_row(name):
    (push,) = pushes(told(name))
    _, client, image, _, found, mounted, sent, _, outcome = push.cells
    assert (client, image, *map(int, (found, mounted, sent)), outcome) == ROWS[name]


@pytest.mark.parametrize("name", ROWS)
def test_and_its_ladder_has_a_lane_for_each_blob(name):
    (push,) = pushes(told(name))
    assert replay(push.trace, {}).figure.text
    lanes = [lane.subject for lane in push.trace.lanes]
    assert len(lanes) == len(set(lanes))
    assert len(push.trace.exchanges) <= len(told(name).exchanges)
    assert {row.blob for row in push.ledger.layers} <= {"", *lanes}


def test_nothing_is_no_row():
    assert push_table(pushes(Trace())) == "Nothing has been pushed yet."
    assert pushes(told("docker_pull_first")) == ()


def test_an_image_that_was_there_is_a_push_that_asked_and_was_content():
    (push,) = pushes(told("ctrd_docker_push_same_again"))
    assert push.outcome == "was there"
    assert push.ledger.was == 0


def from_peer(trace: Trace, peer: str) -> list[Exchange]:
    for one in trace.exchanges:
        one.request.peer = peer
    return list(trace.exchanges)


def test_pushes_at_once_by_two_people_are_two():
    mixed = from_peer(told("skopeo_push_first"), "192.0.2.1")
    mixed += from_peer(told("docker_push_first"), "192.0.2.2")
    mixed.sort(key=lambda one: one.at_us)
    rows = pushes(Trace(exchanges=mixed))
    assert {(row.peer, row.image) for row in rows} == {
        ("192.0.2.1", "lab/app:1.0"),
        ("192.0.2.2", "shop/web:1.0"),
    }
    assert [len(row.ledger.layers) for row in rows] == [4, 4]


def test_pushes_at_once_from_one_address_are_told_apart_by_repository():
    mixed = [*told("podman_push_first").exchanges, *told("docker_push_first").exchanges]
    mixed.sort(key=lambda one: one.at_us)
    assert sorted(row.image for row in pushes(Trace(exchanges=mixed))) == [
        "pod/web:1.0",
        "shop/web:1.0",
    ]


def test_a_table_has_a_line_for_each():
    lines = push_table(pushes(told("skopeo_push_first"))).splitlines()
    assert lines[0].split()[:4] == ["FROM", "CLIENT", "IMAGE", "LAYERS"]
    assert lines[1].split()[-8:] == ["lab/app:1.0", "4", "0", "0", "4", "502.7", "kB", "pushed"]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("containerd/v1.6.20", "containerd 1.6.20"),
        ("libpod/4.3.1", "podman 4.3.1"),
        ("Buildah/1.28.2", "buildah 1.28.2"),
        ("oras-go", "oras"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "unknown"),
    ],
)
def test_programs_are_called_what_people_call_them(agent, name):
    assert client_of(agent) == name


def test_a_nameless_program_that_sends_nonsense_breaks_nothing():
    odd = Exchange(0, 0, Request("PUT", "/v2/a/manifests/v1", (), b"[1]"), 0)
    odd.response = Response(201)
    (push,) = pushes(Trace(exchanges=[odd]))
    assert (push.client, push.image) == ("unknown", "a:v1")
    assert str(push.ledger)
