"""The story tells what became of each blob, to real clients' recordings as to our own traces."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from labsim.blob import Blob
from labsim.faults import answer_with, drop_upload
from labsim.link import Link
from labsim.story import KINDS, Event, ledger, story, why
from labsim.story.events import KINDS as EVENT_KINDS
from labsim.story.reasons import RULES
from labsim.trace import Exchange, Trace
from labsim.wire import Request, Response
from tests.client.recorded import GOLDEN
from tests.client.scene import A, B, Laptop, plain, well_travelled

DATA = GOLDEN.parent.parent / "data" / "traffic"


def traffic(path: Path) -> Trace:
    """A recording of a real client as a trace: exchanges and nothing else."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    rows.sort(key=lambda row: row["n"])
    for before, row in itertools.pairwise(rows):
        row.setdefault("t_ms", before["t_ms"])  # an answer that the proxy made up has no time
    return Trace(exchanges=[_exchange(at, row) for at, row in enumerate(rows)])


def _exchange(at: int, row: dict[str, Any]) -> Exchange:
    headers = tuple(row["req_headers"].items())
    sent = row.get("req_body", "").encode() or _sized(row.get("req_body_bytes") or 0)
    request = Request(row["method"], row["path"], headers, sent, host=headers[0][1])
    exchange = Exchange(at, 0, request, int(row["t_ms"] * 1000))
    exchange.done_us = exchange.at_us + int(row.get("dur_ms", 0) * 1000)
    if row["status"] is None:
        exchange.fault = "connection reset by peer"
        return exchange
    came = row.get("resp_body", "").encode() or _sized(row.get("resp_body_bytes") or 0)
    exchange.response = Response(row["status"], tuple(row.get("resp_headers", {}).items()), came)
    exchange.down = exchange.response.body.size
    return exchange


def _sized(size: int) -> Blob:
    return Blob.generated(lambda: iter(()), size)


def kinds(trace: Trace) -> list[str]:
    return [event.kind for event in story(trace)]


# --- our own pushes and pulls --------------------------------------------------------------------


def test_a_first_push_sends_all_and_would_have_sent_all() -> None:
    told = ledger(plain().push("shop/web:1.0").trace)
    assert [(row.part, row.decision) for row in told.rows] == [
        *[("layer", "sent")] * 4,
        ("config", "sent"),
        ("manifest", "tagged"),
    ]
    assert told.was == told.would_have_been == sum(one.packed_size for one in A.layers)
    assert told.other_moved == A.config.size + A.manifest("docker").size
    assert not told.refused


def test_rows_stand_as_the_manifest_lists_them_and_know_their_layer() -> None:
    told = ledger(plain().push("shop/web:1.0").trace)
    assert [row.blob for row in told.layers] == [one.packed.digest for one in A.layers]
    assert [row.subject for row in told.layers] == list(A.diff_ids)
    assert [row.size for row in told.layers] == [one.packed_size for one in A.layers]


def test_a_second_push_finds_and_another_repository_mounts() -> None:
    laptop = plain()
    laptop.push("shop/web:1.0")
    again, other = (ledger(laptop.push(name).trace) for name in ("shop/web:1.0", "shop/api:1.0"))
    assert [row.decision for row in again.rows] == ["found"] * 5 + ["tagged"]
    assert [row.words for row in other.layers] == ["mounted from shop/web"] * 4
    assert (again.was, other.was) == (0, 0)
    assert again.would_have_been == other.would_have_been == A.packed_size


def test_a_shared_image_sends_only_what_is_its_own() -> None:
    laptop = plain()
    laptop.push("shop/web:1.0")
    told = ledger(laptop.push("shop/web:2.0", B).trace)
    assert [row.decision for row in told.layers] == ["found", "found", "sent", "sent"]
    assert told.was == sum(one.packed_size for one in B.layers[2:])


def test_a_pull_tells_what_was_here_and_what_came() -> None:
    maker = plain()
    maker.push("shop/web:1.0")
    maker.push("shop/web:2.0", B)
    laptop = Laptop(maker.registry)
    first, second = (laptop.pull(f"shop/web:{tag}").trace for tag in ("1.0", "2.0"))
    assert [row.decision for row in ledger(first).layers] == ["fetched"] * 4
    told = ledger(second)
    assert [row.words for row in told.layers] == ["already here"] * 2 + ["fetched"] * 2
    assert told.was == sum(one.packed_size for one in B.layers[2:])
    assert told.would_have_been == B.packed_size
    assert "complete" in kinds(laptop.pull("shop/web:2.0").trace)


def test_a_broken_try_costs_what_had_left() -> None:
    laptop = plain()
    flaky = drop_upload(laptop.network, 1000, when=lambda asked: asked.method == "PATCH")
    run = laptop.push("shop/web:1.0", A, flaky)
    told = ledger(run.trace)
    assert told.was == told.would_have_been + 1000
    assert not told.refused
    assert [event.size for event in story(run.trace) if event.kind == "retried"] == [5_000_000]


def test_a_push_that_is_refused_says_so_and_keeps_what_was_sent() -> None:
    laptop = plain()
    no = answer_with(laptop.network, 500, when=lambda asked: "/manifests/" in asked.target)
    told = ledger(laptop.push("shop/web:1.0", A, no).trace)
    assert told.refused
    assert told.was == A.packed_size
    assert kinds(laptop.push("shop/web:1.0").trace)[-1] == "tagged"


def test_a_line_that_dies_leaves_a_row_for_each_layer() -> None:
    laptop = plain()
    laptop.link = Link(1000, 100_000, 0, breaks_after=100_000)
    told = ledger(laptop.push("shop/web:1.0").trace)
    assert told.refused
    assert {row.decision for row in told.rows} == {"dropped"}
    assert [row.blob for row in told.layers] == [one.packed.digest for one in A.layers]
    assert 99_990 <= sum(row.moved for row in told.rows) <= 100_000


def test_the_table_is_text_and_always_the_same() -> None:
    def once() -> str:
        laptop = plain()
        laptop.push("shop/web:1.0")
        return str(ledger(laptop.push("shop/api:1.0").trace))

    lines = once().splitlines()
    assert once().splitlines() == lines
    assert lines[0].split() == ["WHAT", "BLOB", "PACKED", "DECISION", "MOVED", "REASON"]
    assert lines[1].split()[:4] == ["layer", A.layers[0].packed.digest.short, "200.2", "kB"]
    assert "mounted from shop/web" in lines[1]
    assert lines[-1].startswith("Layers: would have been 500.7 kB, was 0 B. Config and manifest: ")


# --- why -----------------------------------------------------------------------------------------


def reasons(trace: Trace, kind: str) -> list[str]:
    return [str(why(event)) for event in story(trace) if event.kind == kind]


def test_each_way_to_be_sent_has_its_own_reason() -> None:
    first = ledger(plain().push("shop/web:1.0").trace)
    far = ledger(well_travelled().push("shop/web:1.0").trace)
    laptop = plain()
    laptop.push("shop/web:1.0")
    laptop.network = plain().network
    emptied = ledger(laptop.push("shop/api:1.0").trace)
    assert [told.layers[0].reason for told in (first, far, emptied)] == [
        RULES["sent/unremembered"].short,
        RULES["sent/unmountable"].short,
        RULES["sent/refused-mount"].short,
    ]


def test_why_gives_rule_inputs_and_alternative() -> None:
    laptop = plain()
    laptop.push("library/golang:1.0")
    run = laptop.push("shop/golang:1.0")
    because = next(why(event) for event in story(run.trace) if event.kind == "mounted")
    assert "library/golang, on the same registry, has this blob" in because.rule
    assert dict(because.inputs)["in"] == "shop/golang"
    assert because.alternative.endswith("it would have been uploaded.")
    assert str(because).startswith(because.rule)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_has_a_reason(kind: str) -> None:
    told = str(why(Event(kind, 0, 0, "", blob="sha256:" + "a" * 64, source="library/golang")))
    assert told[0].isupper()
    assert "{" not in told


def test_every_event_of_every_scene_is_of_a_known_kind() -> None:
    laptop = well_travelled()
    traces = [laptop.push("shop/web:1.0").trace, laptop.push("shop/api:1.0").trace]
    traces += [laptop.pull("shop/web:1.0").trace, laptop.pull("shop/nope:1.0").trace]
    assert {kind for trace in traces for kind in kinds(trace)} <= set(EVENT_KINDS)


def test_a_trace_from_json_tells_the_same_story() -> None:
    trace = well_travelled().push("shop/web:1.0").trace
    again = Trace.from_json(trace.to_json())
    assert story(again) == story(trace)
    assert str(ledger(again)) == str(ledger(trace))


# --- real clients --------------------------------------------------------------------------------

LAYER_BYTES = 200_314 + 150_300 + 100_290 + 50_270


@pytest.mark.parametrize(
    ("recording", "decisions", "was", "sum_of_layers"),
    [
        ("docker_push_first", ["sent"] * 4, LAYER_BYTES, LAYER_BYTES),
        ("docker_push_same_again", ["found"] * 4, 0, LAYER_BYTES),
        ("docker_push_registry_emptied_same_repo", ["sent"] * 4, LAYER_BYTES, LAYER_BYTES),
        ("docker_token_push_other_repo_mount", ["mounted"] * 4, 0, LAYER_BYTES),
        ("docker_pull_first", ["fetched"] * 4, LAYER_BYTES, LAYER_BYTES),
    ],
)
def test_the_real_dockers_traffic(
    recording: str, decisions: list[str], was: int, sum_of_layers: int
) -> None:
    told = ledger(traffic(GOLDEN / f"{recording}.jsonl"))
    assert [row.decision for row in told.layers] == decisions
    assert (told.was, told.would_have_been) == (was, sum_of_layers)
    assert not told.refused


SKOPEO_BYTES = 200_285 + 150_261 + 100_236 + 50_281


@pytest.mark.parametrize(
    ("recording", "decisions", "was"),
    [
        ("skopeo_push_first", ["sent"] * 4, SKOPEO_BYTES),
        ("skopeo_push_same_again", ["found"] * 4, 0),
        ("skopeo_push_other_repo_warm_cache", ["mounted"] * 4, 0),
    ],
)
def test_skopeos_traffic(recording: str, decisions: list[str], was: int) -> None:
    told = ledger(traffic(DATA / f"{recording}.jsonl"))
    assert [row.decision for row in told.layers] == decisions
    assert (told.was, told.would_have_been) == (was, SKOPEO_BYTES)


def test_a_real_push_that_failed_is_refused() -> None:
    assert ledger(traffic(GOLDEN / "docker_fault_manifest_put_500.jsonl")).refused
    assert ledger(traffic(GOLDEN / "docker_fault_post_403.jsonl")).refused
