"""Every exercise proves itself: start, accepted paths, mistakes; and a broken one is found out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labsim import Lab
from labsim.course.checks import check
from labsim.course.claims import KINDS, Claim
from labsim.course.exercise import Exercise, Verdict, start
from labsim.course.lessons import EXERCISES, exercise
from labsim.course.lessons.first_push import ROAD
from labsim.errors import LabError

LESSON = Path(__file__).parent.parent.parent / "notebooks" / "01-your-first-push.ipynb"
FIRST = "one more name"

named = pytest.mark.parametrize("task", EXERCISES.values(), ids=list(EXERCISES))


def after(task: Exercise, actions) -> Lab:
    lab = start(task)
    for action in actions:
        lab.do(list(action))
    return lab


def prove(task: Exercise) -> None:
    """The proof that every exercise carries: raises AssertionError when it does not hold."""
    assert check(task, start(task)).kind == "not attempted"
    assert len(task.paths) >= 2
    assert len(set(task.paths)) == len(task.paths)
    for path in task.paths:
        verdict = check(task, after(task, path))
        assert verdict.kind == "done", verdict
    assert 2 <= len(task.mistakes) <= 5
    for mistake in task.mistakes:
        verdict = check(task, after(task, mistake.actions))
        assert (verdict.kind, verdict.hint, verdict.code) == ("not yet", mistake.hint, mistake.code)
        assert str(mistake.breaks) in verdict.sentence


@named
def test_an_exercise_proves_itself(task):
    prove(task)


@named
def test_a_broken_exercise_is_found_out(task):
    with pytest.raises(AssertionError):
        prove(task._replace(claims=(Claim("listed", "golang:latest"),)))
    with pytest.raises(AssertionError):
        prove(task._replace(claims=(*task.claims, Claim("listed", "nobody/made:this"))))
    silent = task.mistakes[0]._replace(signs=(Claim("listed", "nobody/made:this"),))
    with pytest.raises(AssertionError):
        prove(task._replace(mistakes=(silent, *task.mistakes[1:])))


@named
def test_what_must_be_matched_is_in_the_task(task):
    for claim in task.claims:
        for word in claim.about:
            assert word.removesuffix(":latest") in task.task


@named
def test_a_hint_gives_no_command_away(task):
    for mistake in task.mistakes:
        assert not any(
            verb in mistake.hint for verb in ("docker tag", "docker push", "docker login")
        )


def test_the_lesson_leads_where_its_tasks_start():
    lab = Lab()
    cells = json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
    typed = "".join(line for cell in cells for line in (*cell["source"], "\n"))
    for verb, *words in ROAD:
        needle = words[0] if verb == "docker" else f'{verb}("{words[0]}"'
        assert needle in typed, needle
        lab.do([verb, *words])
    assert lab.journal


def test_checking_leaves_the_current_lab_current():
    lab = Lab()
    check(exercise(FIRST), lab)
    assert Lab.current() is lab
    assert lab.journal == []


LOGIN = "login ghcr.io -u cantdocpp --password-stdin < token.txt"


def judged(name: str, *lines: str) -> Verdict:
    task = exercise(name)
    return check(task, after(task, [("docker", line) for line in lines]))


def test_an_attempt_that_is_no_known_mistake_is_told_what_is_missing():
    verdict = judged("another registry", "tag golang ghcr.io/cantdocpp/golang", LOGIN)
    assert verdict == Verdict(
        "not yet",
        "Still missing: the registry has ghcr.io/cantdocpp/golang:latest.",
        (
            ("your laptop has an image named ghcr.io/cantdocpp/golang:latest", True),
            ("golang:latest and ghcr.io/cantdocpp/golang:latest name one image", True),
            ("you are logged in to ghcr.io", True),
            ("the registry has ghcr.io/cantdocpp/golang:latest", False),
            (
                "golang:latest and ghcr.io/cantdocpp/golang:latest are published as one image",
                False,
            ),
        ),
    )
    assert "  [x] you are logged in to ghcr.io\n  [ ] the registry" in str(verdict)


@pytest.mark.parametrize("tag", ["", ":latest"])
def test_a_push_before_the_tag_is_recognised_however_the_name_is_written(tag):
    verdict = judged("another registry", LOGIN, f"push ghcr.io/cantdocpp/golang{tag}")
    assert verdict.code == "G-PUSH-NAMES"


def test_the_right_name_on_the_wrong_image_is_not_done():
    """Nor is it when the name was put right after the push."""
    name = "ghcr.io/cantdocpp/golang:latest"
    wrong = (f"tag cantdocpp/golang:1.1 {name}", LOGIN, f"push {name}")
    assert judged("another registry", *wrong).code == "G-FAKE-NAME"
    late = judged("another registry", *wrong, f"tag golang {name}")
    assert (late.kind, [met for _, met in late.goals]) == ("not yet", [True] * 4 + [False])


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (FIRST, "tag cantdocpp/golang:1.1 cantdocpp/golang:lates"),
        (FIRST, "docker image tag cantdocpp/golang:1.l cantdocpp/golang"),
        (FIRST, "push cantdocpp/golang"),
        ("publish it", "push cantdocpp/golang:lates"),
        ("another registry", "tag golang gchr.io/cantdocpp/golang"),
        ("another registry", "login ghcr.io -u cantdocpp -p wrong"),
    ],
)
def test_an_attempt_that_changed_no_goal_is_still_an_attempt(name, line):
    verdict = judged(name, line)
    assert verdict.kind == "not yet"
    assert str(exercise(name).claims[0]) in verdict.sentence


def test_what_was_done_for_one_task_is_no_attempt_at_another():
    lines = ("tag cantdocpp/golang:1.1 cantdocpp/golang", "push cantdocpp/golang", "images")
    assert judged("another registry", *lines).kind == "not attempted"
    assert judged("publish it", lines[0]).kind == "not attempted"


def test_a_command_of_long_ago_earns_no_hint():
    task = exercise("publish it")
    lab = Lab()
    lab.docker("push golang")
    for action in task.start:
        lab.do(list(action))
    assert (check(task, lab).kind, check(task, lab).hint) == ("not attempted", "")
    assert judged("publish it", "push golang").code == "G-NAME-IS-ADDRESS"
    assert judged("publish it", "docker image push golang:latest").code == "G-NAME-IS-ADDRESS"
    assert judged("publish it", "push golang", "push cantdocpp/golang:1.0").hint == ""


def judged_build(*actions) -> Verdict:
    task = exercise(FIRST)
    return check(task, after(task, actions))


BUILD = ("build", "cantdocpp/golang:latest", "base=golang", "layers=deps,src")


@pytest.mark.parametrize(
    "build",
    [BUILD, (*BUILD, "edited=src"), ("build", "cantdocpp/golang", *BUILD[2:])],
    ids=["from the cache", "edited", "tag not written"],
)
def test_a_build_is_no_second_name_even_where_it_makes_the_same_image(build):
    verdict = judged_build(build)
    assert (verdict.kind, verdict.code) == ("not yet", "G-REBUILD")


def test_a_tag_after_the_build_makes_up_for_it():
    tag = ("docker", "image tag cantdocpp/golang:1.1 cantdocpp/golang")
    assert judged_build((*BUILD, "edited=src"), tag).kind == "done"
    assert judged_build(tag, BUILD).code == "G-REBUILD"


def test_a_tag_by_way_of_a_name_that_is_gone_counts():
    lines = ("tag cantdocpp/golang:1.1 a", "tag a cantdocpp/golang", "rmi a")
    assert judged(FIRST, *lines).kind == "done"


@pytest.mark.parametrize("name", ["cantdocpp/golang:lates", "cantdocp/golang", "ubuntu"])
def test_a_name_that_is_not_quite_the_one_asked_for_has_a_hint_of_its_own(name):
    verdict = judged(FIRST, f"tag cantdocpp/golang:1.1 {name}")
    assert (verdict.kind, verdict.code) == ("not yet", "G-TYPO")
    assert judged(FIRST, f"tag cantdocpp/golang:1.l {name}").code == ""


def test_what_cannot_be_asked_is_not_judged():
    task = exercise(FIRST)._replace(claims=(Claim("published", "nowhere.example/a:1"),))
    verdict = check(task, Lab())
    assert verdict.kind == "could not check"
    assert "nowhere.example" in verdict.sentence


def test_unknown_names_are_refused_with_those_there_are():
    with pytest.raises(LabError, match="there are one more name, publish it"):
        exercise("two names")
    with pytest.raises(LabError, match=r"which task\? There are one more name, publish it"):
        exercise()
    with pytest.raises(ValueError, match="the vocabulary is listed, same image"):
        Claim("wished")
    with pytest.raises(ValueError, match="not about"):
        Claim("listed", "a", "b")


def test_a_claim_speaks_and_knows_its_contrary():
    lab = Lab()
    for kind, row in KINDS.items():
        about = ["docker.io" if kind == "logged in" else "golang:9"] * row.words.count("{")
        claim, contrary = Claim(kind, *about), Claim.no(kind, *about)
        assert not claim.holds(lab)
        assert contrary.holds(lab)
        assert str(contrary) == f"it is not so that {claim}"
        assert eval(repr(contrary)) == contrary != claim
    lab.pull("golang")
    assert Claim("listed", "golang:latest").holds(lab)
