"""You are the registry: true answers lead to an image that can be pulled, wrong ones do not."""

from __future__ import annotations

import re
from random import Random

import pytest

from labsim import Lab
from labsim.course.one_by_one import one_by_one
from labsim.course.registrar import Play
from labsim.course.responses import CLAUSES, purpose
from labsim.errors import LabError
from labsim.link import answer
from labsim.registry.endpoints import ENDPOINTS
from labsim.wire import Gate, Lane, Pause, Request, Response, Together


def played(lab: Lab, lies: dict[str, int], name: str = "") -> Play:
    """A play to its end, where each request of these kinds is answered with that status."""
    play = Play(lab, name)
    for _ in range(60):
        if play.asked is None:
            return play
        statuses = [one.status for one in play.choices]
        lie = lies.get(purpose(play.asked), 0)
        play.answer(lie if lie in statuses else play._true.status)
    pytest.fail("the client never comes to an end")


def test_true_answers_make_a_push_like_any_other():
    lab = Lab()
    play = Play(lab)
    play.finish()
    assert play.wrong == 0
    assert play.sentence.endswith(
        "0 of 13 answers were not a true registry's; the client is content,"
        " 1.9 kB were sent where 1.9 kB suffice, and a pull works."
    )
    assert lab.journal == []
    with pytest.raises(LabError, match="the client asks nothing any more"):
        play.answer(200)


def test_the_requests_are_those_of_a_real_push():
    play = Play(Lab())
    other = play.lab.fork()
    pushed = other.push("cantdocpp/mine:v1")
    play.finish()
    assert pushed.trace is not None
    asked = sorted((x.method, x.request.path) for x in pushed.trace.exchanges)
    own = [(turn.request.method, turn.request.path) for turn in play.turns]
    strip = re.compile(r"(?<=uploads/).+")
    told = [(m, strip.sub("", p)) for m, p in asked if p != "/token"]
    assert told == sorted((m, strip.sub("", p)) for m, p in own)


@pytest.mark.parametrize(
    ("lies", "ending"),
    [
        ({"ask": 200}, "the client gave up: MANIFEST_BLOB_UNKNOWN"),
        ({"ask": 200, "tag": 201}, "the client is content, 741 B were sent where 1.9 kB suffice"),
        ({"mount": 202}, "content, 100 MB were sent where 1.9 kB suffice, and a pull works."),
        ({"mount": 403}, "content, 100 MB were sent where 1.9 kB suffice, and a pull works."),
        ({"open": 403}, "the client gave up: DENIED"),
        ({"seal": 400}, "the client gave up: DIGEST_INVALID"),
        ({"send": 416}, "the client gave up: RANGE_INVALID"),
        ({"tag": 400}, "the client gave up: MANIFEST_BLOB_UNKNOWN"),
        ({"greet": 200}, "the client gave up: UNAUTHORIZED"),
    ],
    ids=str,
)
def test_a_wrong_answer_has_its_own_consequence(lies, ending):
    play = played(Lab(), lies)
    assert play.wrong > 0
    assert ending in play.sentence
    assert ("a pull works" in play.sentence) == (not play.pulled())


def test_what_was_never_stored_cannot_be_pulled():
    play = played(Lab(), {"ask": 200, "tag": 201})
    assert play.fault == ""
    assert "and a pull of cantdocpp/mine:v1 fails: " in play.sentence


def test_an_image_of_ones_own_at_a_registry_without_accounts():
    lab = Lab()
    lab.pull("alpine:3")
    lab.tag("alpine:3", "localhost:5000/app:1")
    play = played(lab, {}, "localhost:5000/app:1")
    assert "a pull works" in play.sentence
    assert {purpose(turn.request) for turn in play.turns} >= {"greet", "open", "send", "tag"}


def test_only_answers_that_make_sense_are_taken():
    play = Play(Lab())
    assert [one.status for one in play.choices] == [200, 401, 404]
    with pytest.raises(LabError, match="500 is none of the answers that make sense here"):
        play.answer(500)
    assert play.turns == []


def test_asking_for_the_true_answer_changes_nothing():
    play = Play(Lab())
    assert play.choices == play.choices
    text = play.figure.text
    assert play.figure.text == text
    play.finish()
    assert play.figure.text == play.figure.text


def test_the_text_has_the_request_its_answers_and_every_turn():
    play = Play(Lab())
    assert "GET /v2/\nHost: registry-1.docker.io" in play.figure.text
    assert "  401  with a token" in play.figure.text
    play.answer(404)
    assert play.sentence.startswith("404, where 401 is true. The client ")
    assert "404, wrong" in play.figure.text
    assert "Authorization" not in play.figure.text


def test_every_clause_is_a_row_of_the_table_of_endpoints():
    cited = {one.cited for kind, one in CLAUSES.items() if kind != "other"}
    assert cited <= {part for row in ENDPOINTS for part in row.section.split(", ")}
    for clause in CLAUSES.values():
        statuses = [one.status for one in clause.choices]
        assert len(statuses) == len(set(statuses)) >= 2


def test_lanes_come_one_after_another_and_no_wait_is_taken():
    def lane(name: str):
        yield Pause(5_000_000, "retry")
        gate = Gate()
        gate.open = True
        yield gate
        response = yield Request("GET", f"/{name}")
        return response.status

    def talk():
        return (yield Together([Lane("a", lane("a")), Lane("b", lane("b"))], 2))

    asked = one_by_one(talk())
    assert next(asked).target == "/a"
    assert asked.send(Response(200)).target == "/b"
    with pytest.raises(StopIteration) as end:
        asked.send(Response(404))
    assert end.value.value == [200, 404]
    assert answer(talk(), lambda request: Response(200)) == [200, 200]


def test_an_answer_is_given_by_its_number_or_by_its_status():
    play, other = Play(Lab()), Play(Lab())
    assert play.answer(2) == other.answer(401)._replace(request=play.turns[0].request)
    assert "  2.  404  it is not here" in play.question


def test_undo_takes_one_answer_back_and_the_client_goes_on_from_there():
    play, other = Play(Lab()), Play(Lab())
    with pytest.raises(LabError, match="nothing has been answered yet"):
        play.undo()
    for status in (401, 200, 404):
        play.answer(status)
    for status in (404, 200):
        assert play.undo().said == status
    play.finish()
    other.finish()
    assert play.figure.text == other.figure.text


def test_undo_leads_out_of_the_end():
    play = played(Lab(), {"ask": 200, "tag": 201})
    play.undo()
    assert play.asked is not None
    assert play.answer(400).right
    assert play.fault.startswith("MANIFEST_BLOB_UNKNOWN")


def test_a_hint_says_what_the_registry_finds_and_no_status():
    play, hints = Play(Lab()), []
    while play.asked is not None:
        hints.append(play.hint)
        assert not re.search(r"\b[1-5]\d\d\b", re.sub(r"\d+ [kMG]?B", "", play.hint))
        play.answer(play._true.status)
    assert hints[1] == (
        "A true registry finds that cantdocpp/mine does not link to this blob, but"
        " library/golang does."
    )
    assert "all of them" in hints[-1]
    assert play.hint == ""


def test_after_an_answer_spec_truth_reason_and_consequence_stand_together():
    play = Play(Lab())
    play.answer(401)
    play.answer(404)
    turn = play.answer(202)
    quoted, true, then = play.lesson.split("\n")
    assert quoted.endswith("(end-11, “Mounting a blob from another repository”)")
    assert true == f"A true registry says 201: {turn.why}."
    assert turn.why == "library/golang has this blob of 70 MB, and a link to it costs no byte"
    assert then == turn.then
    assert then == (
        "Told 202 of this blob of 70 MB, the client sends a blob; told 201, it makes sure that it"
        " is there."
    )
    address = "spec.md#mounting-a-blob-from-another-repository"
    assert f'{address}">end-11' in play.figure.html


@pytest.mark.parametrize(
    "lies",
    [{"mount": 202}, {"mount": 403}, {"ask": 200}, {"seal": 400}, {"ask": 200, "tag": 201}],
    ids=str,
)
def test_what_the_wrong_answers_cost_adds_up_to_what_was_sent_and_not_needed(lies):
    play = played(Lab(), lies)
    costs = play.costs
    assert len(costs) == play.wrong == len(play.bill.rows) > 0
    assert sum(cost.sent for cost in costs) == play._sent - play.needed()
    assert costs[-1].there == (not play.pulled())
    assert play.bill.text in play.figure.text
    assert "What the wrong answers cost" in play.figure.html


def test_nothing_is_charged_for_the_truth():
    play = Play(Lab())
    play.finish()
    assert play.costs == []
    assert "cost" not in play.figure.text.partition("The conversation")[0].split("\n\n", 1)[1]


def test_why_is_read_from_the_registry():
    lab = Lab()
    lab.policy("docker.io", "mount_from_reserved=off")
    play = Play(lab)
    found = []
    while play.asked is not None:
        found.append(play.answer(play._true.status).why)
    assert "this registry mounts nothing from library/golang" in found
    lab.pull("alpine:3")
    lab.tag("alpine:3", "localhost:5000/app:1")
    play = Play(lab, "localhost:5000/app:1")
    assert play.hint.endswith("this registry has no accounts, and lets anybody in.")


#: The headings of spec.md 1.1.1.
HEADINGS = {
    "Checking if content exists in the registry",
    "Determining Support",
    "Mounting a blob from another repository",
    "POST then PUT",
    "Pushing Manifests",
    "Pushing a blob in chunks",
}


def test_a_clause_names_a_section_of_the_spec():
    sections = {clause.section for clause in CLAUSES.values()}
    assert sections - {""} == HEADINGS
    assert CLAUSES["tag"].address.endswith("/spec.md#pushing-manifests")
    assert CLAUSES["token"].address == ""


def _open(lab: Lab) -> str:
    lab.pull("alpine:3")
    lab.tag("alpine:3", "localhost:5000/app:1")
    return "localhost:5000/app:1"


def _foreign(lab: Lab) -> str:
    lab.login("cantdocpp", "lab")
    lab.pull("alpine:3")
    lab.tag("alpine:3", "alice/app:1")
    return "alice/app:1"


def _own(lab: Lab) -> str:
    return ""


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("engine", ["classic", "containerd"])
@pytest.mark.parametrize("scene", [_own, _open, _foreign], ids=lambda scene: scene.__name__)
def test_whatever_is_answered_it_comes_to_an_end_and_the_bill_adds_up(scene, engine, seed):
    lab, dice = Lab(engine=engine), Random(seed)
    play = Play(lab, scene(lab))
    for _ in range(60):
        if play.asked is None:
            break
        true, statuses = play._true.status, [one.status for one in play.choices]
        assert play.hint
        assert play.answer(dice.choice([true, *statuses])).then or play.turns[-1].right
    assert play.asked is None
    assert sum(cost.sent for cost in play.costs) == play._sent - play.needed()
    assert play.sentence in play.figure.text


def test_who_shows_nothing_is_told_apart_from_who_may_not():
    lab = Lab()
    play = Play(lab, _foreign(lab))
    found = {}
    while play.asked is not None:
        because = play.asked.because
        found[because] = play.answer(play._true.status).why
    assert found["ping"] == "this registry has accounts, and the client does not say who it is"
    assert found["mount"] == "the token that came along does not grant this"


def test_docker_29_asks_for_the_manifest_too():
    play = Play(Lab(engine="containerd"))
    while play.asked is not None and purpose(play.asked) != "resolve":
        play.answer(play._true.status)
    assert play.hint == "A true registry finds that cantdocpp/mine has no manifest under v1."
    assert play.answer(200).then == "Told 200 or 404, the client publishes the manifest."
