"""The dialogues follow the real daemon's plan, recording by recording, faults included.

Recorded: dockerd 20.10.24, classic store, docker-registry 2.8.2.  Each test builds the state that
the recording started from and says what that was; texts are compared in tests/transcripts.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from labsim.client.login import login
from labsim.client.memory import Known
from labsim.client.session import Credentials
from labsim.errors import RegistryError
from labsim.faults import answer_with, drop_upload
from labsim.link import Network, Run
from labsim.registry import OPERATOR, PLAIN, Policy, Registry
from labsim.wire import Request
from tests.client.recorded import recorded, same, told
from tests.client.scene import ALICE, HOST, A, B, Laptop, plain, roles, well_travelled

# --- push, nothing in the way --------------------------------------------------------------------


def test_a_first_push_sends_everything_unasked() -> None:
    same("docker_push_first", plain().push("shop/web:1.0"), roles(A))


@pytest.mark.parametrize(
    ("recording", "tag"),
    [
        ("docker_push_same_again", "1.0"),
        ("docker_push_second_tag", "latest"),
        ("docker_push_quiet", "1.0"),
    ],
)
def test_a_second_push_only_asks(recording: str, tag: str) -> None:
    laptop = plain()
    laptop.push("shop/web:1.0")
    same(recording, laptop.push(f"shop/web:{tag}"), roles(A))


def test_an_image_that_shares_two_layers_sends_the_other_two() -> None:
    laptop = plain()
    laptop.push("shop/web:1.0")
    same("docker_push_shares_2_of_4", laptop.push("shop/web:2.0", B), roles(B))


def emptied() -> Laptop:
    """The laptop pushed to tty/web, shop/web and shop/api; then the registry lost everything."""
    laptop = plain()
    for name in ("tty/web:1.0", "shop/web:1.0", "shop/api:1.0"):
        laptop.push(name).result()
    empty = Registry(HOST, policy=PLAIN)
    laptop.network = empty.handle
    return laptop


def test_an_emptied_registry_is_offered_each_source_and_one_session_is_kept() -> None:
    same("docker_push_registry_emptied_same_repo", emptied().push("shop/web:1.0"), roles(A))


def test_a_source_known_from_a_pull_and_a_push_is_offered_twice() -> None:
    """The two larger layers know shop/web twice: pulled from, and pushed to."""
    laptop = plain()
    laptop.push("shop/web:1.0").result()
    for one in A.layers:
        laptop.memory.learn(one.diff_id, Known(one.packed.digest, f"{HOST}/shop/web"))
    laptop.network = Registry(HOST, policy=PLAIN).handle
    run = laptop.push("shop/fresh:1.0")
    same("docker_push_registry_emptied_mount_falls_back", run, roles(A))


# --- push, with faults: one laptop through all of them, as recorded ------------------------------


def faulty(steps: int) -> Laptop:
    """A laptop after so many pushes of the series flt/r1, flt/r2 …, each with its fault."""
    laptop = well_travelled()
    for number in range(1, steps + 1):
        _series(laptop, number)
    return laptop


def _series(laptop: Laptop, number: int) -> Run:
    return laptop.push(f"flt/r{number}:1.0", A, _FAULTS[number](laptop))


def _is(method: str, *parts: str) -> Callable[[Request], bool]:
    return lambda asked: asked.method == method and all(part in asked.target for part in parts)


def _body(code: str, message: str) -> bytes:
    return json.dumps({"errors": [{"code": code, "message": message}]}).encode()


_TWO = A.layers[1].packed
_ONE = A.layers[0].packed
_CONFIG = A.config
_INJECTED = _body("DENIED", "injected by the test proxy")
_BUSY = _body("TOOMANYREQUESTS", "injected by the test proxy")
_FAULTS: dict[int, Callable[[Laptop], Network]] = {
    1: lambda lap: drop_upload(
        lap.network, 1000, when=lambda q: q.method == "PATCH" and q.body.digest == _TWO.digest
    ),
    2: lambda lap: answer_with(
        lap.network, 500, when=lambda q: q.method == "PATCH" and q.body.digest == _CONFIG.digest
    ),
    3: lambda lap: answer_with(lap.network, 404, when=_is("PUT", _CONFIG.digest.hex)),
    4: lambda lap: answer_with(lap.network, 429, _BUSY, when=_is("POST", _ONE.digest.hex)),
    5: lambda lap: answer_with(lap.network, 403, _INJECTED, when=_is("POST"), times=None),
    6: lambda lap: answer_with(lap.network, 500, when=_is("PUT", "/manifests/")),
    7: lambda lap: answer_with(lap.network, 500, when=_is("HEAD"), times=4),
}


@pytest.mark.parametrize(
    ("number", "recording"),
    [
        (1, "docker_fault_patch_drop_once"),
        (3, "docker_fault_put_blob_404_once"),
        (4, "docker_fault_post_429_once"),
        (6, "docker_fault_manifest_put_500"),
        (7, "docker_fault_head_500"),
    ],
)
def test_a_fault_is_met_as_recorded(number: int, recording: str) -> None:
    same(recording, _series(faulty(number - 1), number), roles(A))


def test_a_registry_that_forbids_uploads_is_asked_until_no_source_is_left() -> None:
    """A POST without a mount names no blob, so those four are counted, not placed."""
    same("docker_fault_post_403", _series(faulty(4), 5), roles(A))


@pytest.mark.parametrize(
    ("number", "status", "code", "reason"),
    [
        (2, 500, "", "status"),
        (3, 404, "BLOB_UPLOAD_UNKNOWN", "upload-lost"),
        (5, 403, "DENIED", ""),
        (6, 500, "", "status"),
    ],
)
def test_a_fatal_fault_is_the_pushs_error(number: int, status: int, code: str, reason: str) -> None:
    error = _series(faulty(number - 1), number).error
    assert isinstance(error, RegistryError)
    assert (error.status, error.code, error.reason) == (status, code, reason)


def test_a_dropped_upload_waits_five_seconds_and_begins_anew() -> None:
    run = _series(faulty(0), 1)
    (pause,) = [pause for pause in run.trace.pauses if pause.us]
    assert (pause.us, pause.reason) == (5_000_000, "retry")
    dropped = next(x for x in run.trace.exchanges if x.fault)
    assert (dropped.method, dropped.up, dropped.status) == ("PATCH", 1000, 0)


# --- push and login, with accounts ---------------------------------------------------------------


def htpasswd(credentials: Credentials | None = None) -> Laptop:
    return Laptop(Registry(HOST, users={"alice": "wonderland"}, policy=_basic()), credentials)


def _basic() -> Policy:
    return PLAIN.turned("auth", "basic").turned("push_to", "anywhere")


def bearer(credentials: Credentials | None = None) -> Laptop:
    """Alice may push anywhere; repositories are public; the laptop has pushed elsewhere before."""
    policy = PLAIN.turned("auth", "bearer").turned("push_to", "anywhere")
    registry = Registry(HOST, users={"alice": "wonderland"}, policy=policy)
    return well_travelled(lambda: Laptop(registry, credentials))


@pytest.mark.parametrize("kind", ["htpasswd", "token"])
def test_login_asks_twice_and_wrong_credentials_are_told(kind: str) -> None:
    laptop = htpasswd() if kind == "htpasswd" else bearer()
    wrong = laptop.run(login(laptop.session(Credentials("alice", "wrong"))))
    right = laptop.run(login(laptop.session(ALICE)))
    assert isinstance(wrong.error, RegistryError)
    assert wrong.error.reason == ("login" if kind == "htpasswd" else "token")
    assert right.error is None
    found = told(wrong.trace, {}).others + told(right.trace, {}).others
    assert found == recorded(f"docker_{kind}_login").others


def test_a_push_with_basic_authentication_shows_the_password_every_time() -> None:
    laptop = well_travelled(lambda: htpasswd(ALICE))
    run = laptop.push("shop/web:1.0")
    same("docker_htpasswd_push_after_login", run, roles(A))
    shown = [x.request.headers.get("Authorization") for x in run.trace.exchanges]
    assert shown == ["", *[ALICE.basic] * (len(shown) - 1)]


def test_without_a_login_nothing_more_is_sent_than_the_ping() -> None:
    laptop = well_travelled(htpasswd)
    pushed = laptop.push("shop/web:1.0")
    pulled = laptop.pull("shop/web:1.0")
    found = told(pushed.trace, {}).others + told(pulled.trace, {}).others
    assert found == recorded("docker_htpasswd_push_no_login").others
    for run in (pushed, pulled):
        assert isinstance(run.error, RegistryError)
        assert run.error.reason == "no-credentials"
    assert pulled.error is not None
    assert pulled.error.asked.method == "HEAD"  # it never left


def test_an_anonymous_push_is_denied_by_scope() -> None:
    run = bearer().push("alice/web:1.0")
    same("docker_token_anonymous_push_denied", run, roles(A))
    error = run.error
    assert isinstance(error, RegistryError)
    assert (error.status, error.code, error.also) == (401, "DENIED", ())


def test_a_push_with_a_token_fetches_one_for_all_lanes() -> None:
    same("docker_token_push", bearer(ALICE).push("alice/web:1.0"), roles(A))


def test_each_mount_fetches_a_token_with_two_scopes() -> None:
    laptop = bearer(ALICE)
    laptop.push("alice/web:1.0").result()
    run = laptop.push("alice/api:1.0")
    same("docker_token_push_other_repo_mount", run, roles(A))


def test_what_two_layers_remember_they_mount_and_the_others_are_sent() -> None:
    """The two larger layers remember no repository there, the two smaller only alice/web."""
    laptop = bearer(ALICE)
    laptop.push("alice/web:1.0").result()
    for one in A.layers[:2]:
        for known in laptop.memory.recall(one.diff_id):
            if known.repository.startswith(HOST):
                laptop.memory.forget(one.diff_id, known)
    same("docker_token_push_pub", laptop.push("pub/web:1.0"), roles(A))


def test_after_a_logout_a_public_image_pulls_a_private_one_does_not_and_no_push_is_allowed() -> (
    None
):
    laptop = bearer(ALICE)
    for name in ("alice/web:1.0", "pub/web:1.0"):
        laptop.push(name).result()
        laptop.pull(name)
    hidden = Request(
        "PUT",
        "/_lab/repositories/alice/web/visibility/private",
        peer=OPERATOR,
        host=HOST,
    )
    assert laptop.network(hidden).status == 204
    laptop.credentials = None
    public, private = laptop.pull("pub/web:1.0"), laptop.pull("alice/web:1.0")
    pushed = laptop.push("pub/web:1.0")
    plans = [told(run.trace, roles(A)) for run in (public, private, pushed)]
    expected = recorded("docker_token_logout_anonymous_pull")
    assert plans[0].others + plans[1].others + plans[2].others == expected.others
    assert plans[2].blobs == expected.blobs
    assert public.error is None
    assert isinstance(private.error, RegistryError)
    assert private.error.code == "DENIED"
    error = pushed.error
    assert isinstance(error, RegistryError)
    assert [error.code, *(one.code for one in error.also)] == ["DENIED", "UNAUTHORIZED"]
