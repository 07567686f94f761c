"""A push that fails is told as fully as one that succeeds: each layer, its size, and the reason."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.course import views
from labsim.docker import Result
from labsim.faults import answer_with
from labsim.story import Entry, Event, ledger, story, why
from labsim.trace import Trace
from tests.client.scene import A, plain

MB = 1_000_000
SIZES = {"deps": 15 * MB, "src": 1 * MB, "bin": 6 * MB}


@pytest.fixture
def lab() -> Lab:
    """The sandbox of the first lesson: an image with three layers of its own on golang."""
    lab = Lab()
    lab.docker("pull golang")
    lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src", "bin"])
    return lab


def push(lab: Lab, user: str = "") -> Result:
    if user:
        lab.docker(f"login -u {user} --password-stdin < token.txt")
    return lab.docker("push cantdocpp/golang:1.0")


@pytest.fixture
def cut(lab: Lab) -> Trace:
    """The trace of a push whose link breaks after 3 MB."""
    lab.docker("login -u cantdocpp --password-stdin < token.txt")
    lab.cut("3MB")
    trace = push(lab).trace
    assert trace is not None
    return trace


def own(lab: Lab) -> dict[str, Entry]:
    """The entries of the image's own layers, by the name the lesson has for them."""
    layers = lab.image("cantdocpp/golang:1.0").layers[2:]
    known: dict[str, str] = {one.diff_id: name for one, name in zip(layers, SIZES, strict=True)}
    trace = lab.trace
    assert trace is not None
    return {known[row.subject]: row for row in ledger(trace).layers if row.subject in known}


# --- the link breaks -----------------------------------------------------------------------------


def test_a_broken_transfer_knows_its_layer(lab: Lab, cut: Trace) -> None:
    rows = own(lab)
    layers = lab.image("cantdocpp/golang:1.0").layers[2:]
    assert {row.blob for row in rows.values()} == {one.packed.digest for one in layers}
    assert {name: row.size for name, row in rows.items()} == SIZES
    assert rows["bin"].words == "broken off"
    assert rows["bin"].reason == "the link broke after 1 MB of 6 MB"
    assert rows["src"].moved == 1 * MB
    assert rows["src"].words == "broken off"
    assert rows["src"].reason == "the link broke before it was sealed"


def test_a_broken_push_adds_up(cut: Trace) -> None:
    told = ledger(cut)
    assert (told.would_have_been, told.was, told.unknown) == (122 * MB, 3 * MB, 0)
    assert len(told.layers) == 5


def test_why_a_transfer_broke_names_layer_and_bytes(lab: Lab, cut: Trace) -> None:
    layer = lab.image("cantdocpp/golang:1.0").layers[-1].packed.digest
    first = next(e for e in story(cut) if e.kind == "dropped" and e.blob == layer)
    told = why(first)
    assert told.rule == "Broken off: the link broke after 1 MB of 6 MB"
    assert ("layer", layer.partition(":")[2][:12]) in told.inputs
    assert ("after", "connection reset by peer") in told.inputs
    assert told.alternative


def test_a_try_that_could_not_begin_still_names_its_layer(cut: Trace) -> None:
    unreachable = [e for e in story(cut) if e.source == "network is unreachable"]
    assert unreachable
    assert all(event.blob and event.part == "layer" for event in unreachable)


def test_the_replay_says_that_the_push_failed(lab: Lab, cut: Trace) -> None:
    rows = {row.title: row for row in views.replayed(lab).shown.rows}
    assert rows["the command"].outcome == "failed: nothing was published"
    assert rows["the command"].failed
    assert rows["bin"].outcome == "broke off after 1 MB"
    assert rows["src"].outcome == "broke off after 1 MB"


# --- the registry says no ------------------------------------------------------------------------


def test_nobody_is_logged_in(lab: Lab) -> None:
    push(lab)
    assert {row.reason for row in own(lab).values()} == {"nobody is logged in"}
    assert set(own(lab)) == set(SIZES)


def test_somebody_elses_namespace(lab: Lab) -> None:
    lab.sign_up("bob", password=lab.read("token.txt").strip())
    push(lab, "bob")
    assert {row.reason for row in own(lab).values()} == {"cantdocpp is not bob's namespace"}
    assert {row.words for row in own(lab).values()} == {"not sent"}


def test_a_manifest_in_the_library_is_refused_for_who_asked_and_not_for_its_tag(lab: Lab) -> None:
    """The layers of ``docker push golang`` are found there, so only the manifest is refused."""
    lab.docker("login -u cantdocpp --password-stdin < token.txt")
    trace = lab.docker("push golang").trace
    assert trace is not None
    assert ledger(trace).rows[-1].reason == "library is not cantdocpp's namespace"
    told = why(list(story(trace))[-1])
    assert "the token was made for cantdocpp" in told.rule
    assert "begins with cantdocpp/ it" in told.alternative


def test_what_a_trace_cannot_know_is_unknown_and_what_the_image_knows_is_not(lab: Lab) -> None:
    trace = push(lab).trace
    assert trace is not None
    alone = ledger(trace)
    assert alone.unknown == 5
    assert "0 B" not in str(alone).splitlines()[1].split("not sent")[0]
    assert "unknown" in str(alone)
    table = views.ledger(lab)
    assert "unknown" not in table.text
    assert "would have been 122 MB" in table.total


def test_a_refused_manifest_has_a_row() -> None:
    laptop = plain()
    no = answer_with(laptop.network, 500, when=lambda asked: "/manifests/" in asked.target)
    told = ledger(laptop.push("shop/web:1.0", A, no).trace)
    row = told.rows[-1]
    assert (row.part, row.words) == ("manifest", "refused")
    assert row.blob == A.manifest("docker").digest
    assert row.size == row.moved == A.manifest("docker").size
    assert row.reason == "the registry failed (500)"
    assert told.was == A.packed_size


@pytest.mark.parametrize("user", ["", "bob"])
def test_why_a_push_was_refused(lab: Lab, user: str) -> None:
    if user:
        lab.sign_up(user, password=lab.read("token.txt").strip())
    trace = push(lab, user).trace
    assert trace is not None
    refused = [event for event in story(trace) if event.kind == "refused"]
    assert refused
    for event in refused:
        assert why(event).alternative
        assert ("answer", "401") in why(event).inputs
        assert "cantdocpp/golang" in dict(why(event).inputs)["in"]


def test_an_event_reads_the_same_from_json(cut: Trace) -> None:
    again = Trace.from_json(cut.to_json())
    assert list(map(str, story(again))) == list(map(str, story(cut)))


def test_a_refusal_without_a_story_is_still_a_sentence() -> None:
    assert str(why(Event("refused", 0, 0, "", status=418))).startswith("Refused: ")
