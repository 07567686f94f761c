"""What the recordings do not show of a push: large layers, retries, several tags, memory."""

from __future__ import annotations

import json

import pytest

from labsim.blob import Blob
from labsim.client.memory import MOST, Known, Memory
from labsim.client.push import Carried, push
from labsim.client.session import Credentials
from labsim.digest import DiffID, Digest
from labsim.errors import RegistryError, Unreachable
from labsim.faults import answer_with, down, drop_upload, fail_after
from labsim.image import Layer
from labsim.link import Link
from labsim.reference import Reference
from labsim.registry import PLAIN, Registry
from labsim.trace import Trace
from labsim.wire import Dialogue, Request
from tests.client.scene import ALICE, HOST, A, B, Laptop, image, layer, plain

SECOND = 1_000_000


def targets(trace: Trace, method: str, lane: int | None = None) -> list[str]:
    return [x.target for x in trace.exchanges if x.method == method and lane in (None, x.lane)]


def is_patch(request: Request) -> bool:
    return request.method == "PATCH"


# --- retries -------------------------------------------------------------------------------------


def test_a_layer_is_tried_five_times_with_growing_waits() -> None:
    laptop = plain()
    dead = drop_upload(laptop.network, 0, when=is_patch, times=None)
    run = laptop.push("shop/web:1.0", image(layer("only", 5000)), dead)
    assert isinstance(run.error, Unreachable)
    assert [pause.us // SECOND for pause in run.trace.pauses] == [5, 10, 15, 20]
    assert len(targets(run.trace, "PATCH")) == 5
    assert run.error.asked.method == "PATCH"


def test_a_fifth_try_may_succeed() -> None:
    laptop = plain()
    flaky = drop_upload(laptop.network, 0, when=is_patch, times=4)
    run = laptop.push("shop/web:1.0", image(layer("only", 5000)), flaky)
    assert run.error is None
    assert run.outcome.layers[0].decision == "sent"


def test_a_lost_upload_session_of_a_layer_is_begun_anew() -> None:
    laptop = plain()
    gone = answer_with(laptop.network, 404, when=lambda asked: asked.method == "PUT")
    run = laptop.push("shop/web:1.0", image(layer("only", 5000)), gone)
    assert run.error is None
    assert len(targets(run.trace, "POST")) == 3  # the layer twice, the config once


@pytest.mark.parametrize(
    ("code", "status"),
    [("UNAUTHORIZED", 401), ("DENIED", 403), ("TOOMANYREQUESTS", 429), ("NAME_UNKNOWN", 404)],
)
def test_a_refusal_that_will_not_change_is_not_tried_again(code: str, status: int) -> None:
    laptop = plain()
    body = json.dumps({"errors": [{"code": code, "message": "no", "detail": None}]}).encode()
    no = answer_with(
        laptop.network, status, body, when=lambda asked: asked.method == "POST", times=None
    )
    run = laptop.push("shop/web:1.0", image(layer("only", 5000)), no)
    assert isinstance(run.error, RegistryError)
    assert (run.error.code, run.error.message) == (code, "no")
    assert len(targets(run.trace, "POST")) == 1
    assert run.trace.pauses == ()


def test_when_one_layer_is_lost_nothing_long_is_begun_for_the_others() -> None:
    """Seven layers, five lanes; the top one is refused: the last two never start."""
    laptop = plain()
    seven = image(*(layer(f"n{at}", 2000) for at in range(7)))
    body = json.dumps({"errors": [{"code": "DENIED", "message": "no"}]}).encode()
    no = answer_with(laptop.network, 403, body, when=lambda asked: asked.method == "POST")
    laptop.link = Link(1000, 10_000, 0)
    run = laptop.push("shop/web:1.0", seven, no)
    assert isinstance(run.error, RegistryError)
    assert [lane.subject for lane in run.trace.lanes[1:]] == list(seven.diff_ids[::-1])
    asked = {x.lane for x in run.trace.exchanges}
    assert asked == {0, 1, 2, 3, 4, 5}
    assert targets(run.trace, "PATCH") == targets(run.trace, "PUT") == []


def test_what_was_sent_before_a_failure_is_remembered() -> None:
    laptop = plain()
    no = answer_with(laptop.network, 500, when=lambda asked: "/manifests/" in asked.target)
    assert laptop.push("shop/web:1.0", A, no).error is not None
    again = laptop.push("shop/web:1.0")
    assert [one.decision for one in again.outcome.layers] == ["found"] * 4


def test_a_line_that_dies_in_the_middle_costs_only_what_is_missing() -> None:
    laptop = plain()
    laptop.push("shop/web:1.0").result()
    first = laptop.push("shop/web:1.0", B, fail_after(laptop.network, 9))
    assert isinstance(first.error, Unreachable)
    assert laptop.pull("shop/web:1.0").outcome.image_id == A.id  # the old tag still leads to a
    second = laptop.push("shop/web:1.0", B)
    decisions = [one.decision for one in second.outcome.layers]
    assert decisions[2:] == ["found", "found"]
    assert laptop.pull("shop/web:1.0").outcome.image_id == B.id


def test_a_registry_that_is_down_is_asked_once() -> None:
    laptop = plain()
    run = laptop.push("shop/web:1.0", A, down(laptop.network))
    assert isinstance(run.error, Unreachable)
    assert (run.error.reason, run.error.asked.target) == ("connection refused", "/v2/")
    assert len(run.trace.exchanges) == 1


# --- what memory is used for ---------------------------------------------------------------------


class Bulky:
    """A layer that says it holds more than 10 MiB of files, and is small to carry."""

    def __init__(self, small: Layer, files_size: int) -> None:
        self.diff_id = small.diff_id
        self.packed = small.packed
        self.files_size = files_size
        self.packed_size = small.packed_size


def sized(files_size: int) -> tuple[Laptop, Layer]:
    laptop = plain()
    return laptop, Bulky(layer("only", 1000), files_size)  # type: ignore[return-value]  # a stand-in


def pushed(laptop: Laptop, one: Layer, name: str = "team/new:1.0") -> Trace:
    class Plain:
        layers = (one,)
        config = A.config

        def manifest(self, kind: str) -> object:
            return image(layer("only", 1000)).manifest(kind)

    return laptop.push(name, Plain()).trace  # type: ignore[arg-type]  # a stand-in


def stranger(number: int) -> Digest:
    return Digest.of(b"other packing %d" % number)


@pytest.mark.parametrize(
    ("files_size", "mounts", "asked"),
    [
        (100 * 1024, 1, 1),
        (100 * 1024 + 1, 3, 1),
        (10 * 1024 * 1024, 3, 1),
        (10 * 1024 * 1024 + 1, 4, 3),
    ],
)
def test_the_larger_a_layer_the_more_is_tried_before_it_is_sent(
    files_size: int, mounts: int, asked: int
) -> None:
    laptop, one = sized(files_size)
    for number in range(6):
        laptop.memory.learn(one.diff_id, Known(stranger(number), f"{HOST}/team/old{number}"))
    trace = pushed(laptop, one)
    posts = targets(trace, "POST", 1)
    assert [target.count("mount=") for target in posts] == [1] * mounts
    heads = [x for x in trace.exchanges if x.method == "HEAD" and x.because == "remembered"]
    assert len(heads) == asked
    assert len(targets(trace, "DELETE", 1)) == mounts - 1


def order(laptop: Laptop, one: Layer, name: str) -> list[str]:
    posts = targets(pushed(laptop, one, name), "POST", 1)
    return [target.partition("from=")[2].partition("&")[0] for target in posts]


def test_sources_are_offered_by_credentials_then_likeness_then_age() -> None:
    laptop, one = sized(50_000_000)
    mine = laptop.session().mark
    learn = laptop.memory.learn
    digest = one.packed.digest
    for repository, mark in (
        (f"{HOST}/team/app/old", ""),
        (f"{HOST}/far/away", mine),
        (f"{HOST}/team/first", mine),
        (f"{HOST}/team/second", mine),
        ("docker.io/team/new", mine),
    ):
        learn(one.diff_id, Known(digest, repository, mark))
    assert order(laptop, one, "team/app/new:1.0") == [
        "team%2Fsecond",
        "team%2Ffirst",
        "far%2Faway",
        "team%2Fapp%2Fold",
    ]


def test_a_source_that_would_not_mount_is_forgotten_unless_it_is_somebody_elses() -> None:
    laptop, one = sized(50_000_000)
    digest, mine = one.packed.digest, laptop.session().mark
    kept = Known(digest, f"{HOST}/team/theirs", "somebody else's")
    for known in (
        kept,
        Known(digest, f"{HOST}/team/pulled"),
        Known(digest, f"{HOST}/team/my", mine),
    ):
        laptop.memory.learn(one.diff_id, known)
    pushed(laptop, one)
    left = [(k.repository.partition("/")[2], k.mark) for k in laptop.memory.recall(one.diff_id)]
    assert left == [("team/theirs", kept.mark), ("team/new", mine)]


def test_a_layer_pulled_by_nobody_is_mounted_by_a_user() -> None:
    policy = PLAIN.turned("auth", "bearer").turned("push_to", "anywhere")
    registry = Registry(HOST, policy=policy, users={"alice": "wonderland"})
    Laptop(registry, ALICE).push("library/golang:1.0").result()
    laptop = Laptop(registry)
    assert laptop.pull("library/golang:1.0").error is None
    laptop.credentials = ALICE
    run = laptop.push("alice/golang:1.0")
    assert [one.source for one in run.outcome.layers] == ["library/golang"] * 4


def test_a_digest_under_which_another_packing_is_known_is_used_in_the_manifest() -> None:
    """Somebody else packed the same tar differently; the registry has theirs, so it is named."""
    laptop = plain()
    one = layer("only", 5000)
    theirs = Blob(b"\x1f\x8b other gzip of the same tar")
    location = laptop.network(Request("POST", "/v2/shop/web/blobs/uploads/", host=HOST)).headers
    where = location.get("Location").partition(HOST)[2] or location.get("Location")
    done = Request("PUT", f"{where}&digest={theirs.digest}", body=theirs, host=HOST)
    assert laptop.network(done).status == 201
    laptop.memory.learn(one.diff_id, Known(theirs.digest, f"{HOST}/shop/web"))
    run = laptop.push("shop/web:1.0", image(one))
    (carried,) = run.outcome.layers
    assert (carried.decision, carried.digest, carried.size) == ("found", theirs.digest, theirs.size)
    put = run.trace.exchanges[-1].request
    assert json.loads(bytes(put.body))["layers"][0]["digest"] == theirs.digest
    assert run.outcome.digest == put.body.digest


def test_a_repository_that_lost_a_layer_is_forgotten_even_if_the_push_fails() -> None:
    laptop = plain()
    laptop.push("shop/web:1.0").result()
    no = json.dumps({"errors": [{"code": "DENIED", "message": "no"}]}).encode()
    empty = Registry(HOST, policy=PLAIN).handle
    laptop.network = answer_with(
        empty, 403, no, when=lambda asked: asked.method == "POST", times=None
    )
    assert laptop.push("shop/web:1.0").error is not None
    assert [laptop.memory.recall(diff_id) for diff_id in A.diff_ids] == [()] * 4


def test_finding_what_was_known_is_no_news() -> None:
    laptop = plain()
    for name in ("shop/web:1.0", "shop/api:1.0", "shop/web:1.0"):
        laptop.push(name).result()
    names = [known.repository for known in laptop.memory.recall(A.diff_ids[0])]
    assert names == [f"{HOST}/shop/web", f"{HOST}/shop/api"]


# --- several layers, several tags ----------------------------------------------------------------


def test_the_same_layer_twice_is_sent_once_and_told_twice() -> None:
    one = layer("twice", 5000)
    run = plain().push("shop/web:1.0", image(one, layer("between", 100), one))
    assert [c.diff_id for c in run.outcome.layers] == [
        one.diff_id,
        run.outcome.layers[1].diff_id,
        one.diff_id,
    ]
    assert len(targets(run.trace, "PATCH")) == 3  # two layers and the config
    assert [pause.reason for pause in run.trace.pauses] == ["twice"]


def test_all_tags_of_one_command_ask_for_a_layer_once() -> None:
    laptop = plain()
    session, sent = laptop.session(), dict[DiffID, Carried]()

    def both() -> Dialogue:
        outcomes = []
        for tag, what in (("1.0", A), ("2.0", B)):
            reference = Reference(f"{HOST}/shop/web:{tag}")
            outcomes.append((yield from push(session, reference, what, laptop.memory, sent=sent)))
        return outcomes

    run = laptop.run(both())
    first, second = run.outcome
    assert [one.decision for one in first.layers] == ["sent"] * 4
    assert [one.decision for one in second.layers] == ["sent", "sent", "known", "known"]
    assert len([x for x in run.trace.exchanges if x.target == "/v2/"]) == 1
    assert [pause.reason for pause in run.trace.pauses] == ["known", "known"]


def test_an_image_without_layers_is_a_config_and_a_manifest() -> None:
    run = plain().push("shop/empty:1.0", image())
    assert run.outcome.layers == ()
    assert [x.method for x in run.trace.exchanges] == [
        "GET",
        *["HEAD", "POST", "PATCH", "PUT", "HEAD", "PUT"],
    ]


# --- memory --------------------------------------------------------------------------------------


def test_memory_keeps_the_newest_and_moves_up_what_it_learns_again() -> None:
    memory, diff_id = Memory(), DiffID.of(b"layer")
    digest = Digest.of(b"blob")
    for number in range(MOST + 10):
        memory.learn(diff_id, Known(digest, f"host/r{number}"))
    assert len(memory.recall(diff_id)) == MOST
    again = memory.recall(diff_id)[3]
    memory.learn(diff_id, again)
    assert memory.recall(diff_id)[-1] == again
    assert len(memory.recall(diff_id)) == MOST
    for known in memory.recall(diff_id):
        memory.forget(diff_id, known)
    assert memory.recall(diff_id) == ()
    assert memory.diff_id(digest) == diff_id
    assert memory.diff_id(Digest.of(b"another")) is None


def test_credentials_of_two_people_do_not_match() -> None:
    laptop = plain()
    assert laptop.session(ALICE).mark != laptop.session(Credentials("bob", "x")).mark
