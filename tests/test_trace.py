"""A trace keeps what happened: JSON both ways, no passwords, and any instant exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim import Lab
from labsim.blob import Blob
from labsim.client.login import login
from labsim.client.session import Session
from labsim.errors import LabError
from labsim.link import Link, Run
from labsim.registry import PLAIN, Registry
from labsim.story import story
from labsim.trace import Exchange, LaneRecord, PauseRecord, Pipe, Trace
from labsim.wire import Request, Response
from tests.client.scene import ALICE, B, Laptop, plain, well_travelled

SECOND = 1_000_000


SLOW = Link(10_000, 500_000, 900_000)


def pushed(link: Link = SLOW) -> Run:
    laptop = plain()
    laptop.link = link
    laptop.push("shop/web:1.0").result()
    return laptop.push("shop/api:2.0", B)


# --- JSON ----------------------------------------------------------------------------------------

texts = st.text(max_size=12)
bodies = st.one_of(st.binary(max_size=60), texts.map(str.encode)).map(Blob)
headers = st.lists(st.tuples(st.sampled_from(["Accept", "Location", "X-Y"]), texts), max_size=2)
instants = st.integers(0, 10**12)


@st.composite
def exchanges(draw: st.DrawFn) -> list[Exchange]:
    made = []
    for index in range(draw(st.integers(0, 3))):
        method, because = draw(st.sampled_from(["GET", "PUT"])), draw(texts)
        request = Request(
            method,
            "/" + draw(texts),
            draw(headers),
            draw(bodies),
            host=draw(texts),
            because=because,
        )
        one = Exchange(index, draw(st.integers(0, 3)), request, draw(instants))
        if draw(st.booleans()):
            one.response = Response(draw(st.integers(200, 599)), draw(headers), draw(bodies))
        else:
            one.fault = "connection reset by peer"
        one.done_us, one.down = draw(instants), draw(st.integers(0, 9))
        made.append(one)
    return made


lanes = st.builds(
    LaneRecord, st.just(0), texts, st.integers(-1, 3), instants, st.none() | instants, instants
)
pauses = st.builds(PauseRecord, st.integers(0, 3), instants, instants, texts)
pipes = st.lists(st.tuples(instants, instants), max_size=3).map(sorted).map(Pipe)


@given(exchanges(), st.lists(lanes, max_size=2), st.lists(pauses, max_size=2), pipes, pipes)
def test_every_trace_survives_json(
    one: list[Exchange], two: list[LaneRecord], three: list[PauseRecord], up: Pipe, down: Pipe
) -> None:
    trace = Trace(two, one, three, (up, down))
    again = Trace.from_json(trace.to_json())
    assert again == trace
    assert again.to_json() == trace.to_json()


def test_a_push_survives_json_with_all_its_times() -> None:
    trace = pushed().trace
    again = Trace.from_json(trace.to_json())
    assert again == trace
    assert (again.ended_us, again.bytes_up) == (trace.ended_us, trace.bytes_up)
    half = trace.ended_us // 2
    assert [moving[1:] for moving in again.at(half)] == [moving[1:] for moving in trace.at(half)]


def test_two_different_traces_are_not_equal() -> None:
    assert pushed().trace != pushed(Link(10_001, 500_000, 900_000)).trace
    assert Trace() != "a trace"


def test_text_bodies_are_kept_and_layers_are_named_only() -> None:
    again = Trace.from_json(pushed().trace.to_json())
    (manifest,) = [x for x in again.exchanges if "/manifests/" in x.target]
    assert json.loads(bytes(manifest.request.body))["schemaVersion"] == 2
    patch = next(x for x in again.exchanges if x.method == "PATCH" and x.lane)
    assert patch.request.body.size == patch.up > 0
    with pytest.raises(LabError, match="digest and size only"):
        bytes(patch.request.body)


def test_a_password_is_not_in_the_json() -> None:
    policy = PLAIN.turned("auth", "basic")
    laptop = Laptop(Registry("localhost:5000", policy=policy, users={"alice": "wonderland"}))
    run = laptop.run(login(Session("localhost:5000", ALICE)))
    secret = ALICE.basic.removeprefix("Basic ")
    assert run.error is None
    assert secret in [x.request.headers.get("Authorization")[6:] for x in run.trace.exchanges]
    assert secret not in run.trace.to_json()


def test_a_token_is_not_in_the_json_and_tells_the_same_story() -> None:
    lab = Lab()
    lab.docker("pull golang")
    lab.docker("login -u cantdocpp --password-stdin < token.txt")
    lab.docker("tag golang cantdocpp/golang:v1")
    trace = lab.docker("push cantdocpp/golang:v1").trace
    assert trace is not None
    given = [bytes(x.response.body) for x in trace.exchanges if x.response and "/token" in x.target]
    secrets = [json.loads(body)["token"] for body in given]
    sent = {x.request.headers.get("Authorization").removeprefix("Bearer ") for x in trace.exchanges}
    assert len(secrets) == 3
    assert set(secrets) <= sent
    text = trace.to_json()
    assert not [secret for secret in secrets if secret in text]
    again = Trace.from_json(text)
    assert again == trace
    assert again.to_json() == text
    assert str(story(again)) == str(story(trace))


def _spoilt(change: Callable[[dict[str, Any]], None]) -> str:
    record = pushed().trace.record()
    change(record)
    return json.dumps(record)


NONSENSE: dict[str, Callable[[dict[str, Any]], None]] = {
    "no pipes": lambda record: record.pop("pipes"),
    "one pipe": lambda record: record.update(pipes=[[]]),
    "a pipe of words": lambda record: record.update(pipes=[[["now", "then"]], []]),
    "lanes are a number": lambda record: record.update(lanes=7),
    "a lane of words": lambda record: record.update(lanes=[["a", "b", "c", "d", "e", "f"]]),
    "a short lane": lambda record: record.update(lanes=[[0]]),
    "a pause of words": lambda record: record.update(pauses=[["a", "b", "c", "d"]]),
    "exchanges are nothing": lambda record: record.update(exchanges=None),
    "an exchange is a word": lambda record: record.update(exchanges=["GET"]),
    "a time is a word": lambda record: record["exchanges"][0].update(at_us="soon"),
    "a method is a number": lambda record: record["exchanges"][0].update(method=7),
    "headers are a number": lambda record: record["exchanges"][0].update(headers=7),
    "a header is a number": lambda record: record["exchanges"][0].update(headers=[[1, 2]]),
    "a status is a word": lambda record: record["exchanges"][0]["answer"].update(status="fine"),
    "a body is a word": lambda record: record["exchanges"][0].update(body="text"),
    "a text is a number": lambda record: record["exchanges"][0].update(body={"text": 7}),
    "a body without a size": lambda record: record["exchanges"][0].update(
        body={"digest": "sha256:" + "0" * 64}
    ),
    "a list of words": lambda record: record["exchanges"][0].update(lists=[["layer", "x", "y"]]),
    "a body of no digest": lambda record: record["exchanges"][0].update(
        body={"size": 7, "digest": "sha256:7"}
    ),
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_in_a_trace_is_one_sentence(what: str) -> None:
    with pytest.raises(LabError, match=r"^not a trace: ") as told:
        Trace.from_json(_spoilt(NONSENSE[what]))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("text", ["", "[]", '{"format": "another"}', "no json"])
def test_what_is_no_trace_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(LabError, match="not a trace"):
        Trace.from_json(text)


# --- instants ------------------------------------------------------------------------------------


def test_bytes_so_far_grow_and_end_at_the_bodys_size() -> None:
    trace = pushed().trace
    for exchange in trace.exchanges:
        steps = range(exchange.at_us, exchange.done_us + 1, 997)
        seen = [trace.moved(exchange, instant)[1:] for instant in (*steps, exchange.done_us)]
        assert seen == sorted(seen)
        assert seen[0] == (0 if exchange.sent_us > exchange.at_us else exchange.up, 0)
        assert seen[-1] == (exchange.up, exchange.down)


def test_all_that_moves_at_an_instant_fills_the_width() -> None:
    """While several uploads are in flight, what they move in 100 ms is 100 ms of the width."""
    trace = pushed(Link(0, 500_000)).trace
    first = max(x.at_us for x in trace.exchanges if x.method == "PATCH" and x.lane)
    before, after = (sum(m.up for m in trace.at(first + ms * 1000)) for ms in (1, 101))
    moved_out = sum(x.up for x in trace.exchanges if first + 1000 < x.done_us <= first + 101_000)
    assert abs(after + moved_out - before - 50_000) <= len(trace.exchanges)


def test_knots_are_where_the_share_changed() -> None:
    laptop = well_travelled()
    laptop.link = Link(0, 100_000)
    trace = laptop.push("shop/web:1.0").trace
    patches = [x for x in trace.exchanges if x.method == "PATCH" and x.lane]
    largest = max(patches, key=lambda exchange: exchange.up)
    up, down = trace.knots(largest)
    ends = sorted(x.sent_us for x in patches if x is not largest)
    assert [trace.moved(largest, instant) for instant in ends] == up
    assert down == []


def test_nothing_is_under_way_before_and_after() -> None:
    trace = pushed().trace
    assert trace.at(trace.started_us - 1) == []
    assert trace.at(trace.ended_us) == []
    assert Trace().ended_us == Trace().started_us == 0
