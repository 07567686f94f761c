"""Two engines in one lab: who chooses, what a script says, and how both are compared."""

from __future__ import annotations

import json
import re

import pytest

from labsim import Lab, LabError
from labsim.docker.voices import classic, containerd, voice_of
from labsim.engine.classic import Classic
from labsim.engine.containerd import Containerd
from labsim.engine.dialect import CLASSIC, CONTAINERD
from labsim.engine.engine import Engine
from labsim.figures.comparison import comparison_figure
from labsim.image import Image
from labsim.reference import Reference
from tests.properties.state import shown
from tests.properties.tiny_world import HUB, LOCAL

SCRIPT = f"""\
docker pull base
build cantdocpp/app:1 base=base layers=deps,src
docker login -u cantdocpp --password-stdin <<< right
docker push cantdocpp/app:1
docker tag cantdocpp/app:1 {LOCAL}/team/app:1
docker push {LOCAL}/team/app:1
docker images
docker rmi base
"""
NAME = Reference("cantdocpp/app:1")
HEAD = "labsim 0.1.0 world=tiny engine=containerd seed=0\n"


def lab_of(engine: str) -> Lab:
    return Lab(engine=engine, world="tiny")


# -- choosing --------------------------------------------------------------------------------------


def test_the_lab_says_what_its_laptops_run():
    for dialect, kind in ((CLASSIC, Classic), (CONTAINERD, Containerd)):
        lab = lab_of(str(dialect))
        assert isinstance(lab.seat.engine, kind)
        assert (lab.engine, lab.seat.engine.dialect) == (dialect, dialect)
    assert repr(lab.engine) == "<containerd: Docker 29.7.2 with the containerd image store>"
    assert f"{lab.engine} {lab.engine.cli}" == "containerd 29.7.2"


def test_an_engine_serves_as_its_name():
    lab = Lab(engine=CONTAINERD, world="tiny")
    assert lab.script == HEAD
    assert Lab.replay(lab.script).engine == "containerd"
    assert "containerd" in {CONTAINERD: 1}
    assert json.dumps(CONTAINERD) == '"containerd"'


def test_an_engine_that_there_is_not_is_refused_by_name():
    with pytest.raises(LabError, match="there is no engine 'podman'; there is: classic, contain"):
        Lab(engine="podman")


def test_both_stores_are_engines_and_both_voices_are_voices():
    engines: list[Engine] = [Classic(), Containerd()]
    assert [voice_of(engine) for engine in engines] == [classic, containerd]


# -- the journal -----------------------------------------------------------------------------------


@pytest.fixture
def used() -> Lab:
    return Lab.replay(HEAD + SCRIPT)


def test_a_script_carries_the_engine_and_leads_to_the_same_state(used):
    assert used.script == HEAD + SCRIPT
    assert shown(Lab.replay(used.script, used.attachments)) == shown(used)
    assert used.fork().engine == "containerd"


def test_what_is_undone_is_as_if_it_had_never_been(used):
    before = shown(used)
    used.undo()
    assert "base:latest" in used.images()
    used.redo()
    assert shown(used) == before


def test_a_push_leaves_no_password_in_its_trace(used):
    used.do(["policy", HUB, "oauth=on"])
    used.docker("push cantdocpp/app:1")
    assert used.trace is not None
    forms = [x for x in used.trace.exchanges if x.method == "POST" and "token" in x.target]
    assert forms
    assert "grant_type" not in used.trace.to_json()
    assert {bytes(x.request.body) for x in forms} == {b""}
    assert all(x.up for x in forms), "what it took is told all the same"


def test_a_cut_waits_for_the_next_push_and_not_for_a_token():
    lab = Lab.replay(HEAD + "docker login -u cantdocpp --password-stdin <<< right\n")
    lab.policy(HUB, "oauth=on")
    lab.cut("1kB")
    lab.build("cantdocpp/app:1", base="base", layers=["deps"])
    assert [x for x in lab.seat.converse(lab.seat.engine.push(NAME)).trace.exchanges if x.fault]
    again = lab.docker("push cantdocpp/app:1")
    assert again.exit_code == 0, again.stderr


def test_images_have_the_same_values_whatever_keeps_them(used):
    other = Lab.replay(HEAD.replace("containerd", "classic") + SCRIPT)
    ours, theirs = used.image("cantdocpp/app:1"), other.image("cantdocpp/app:1")
    assert isinstance(ours, Image)
    assert ours == theirs
    assert used.seat.engine.resolve("cantdocpp/app:1") != other.seat.engine.resolve(
        "cantdocpp/app:1"
    )


def test_why_says_that_digests_stay(used):
    why = str(used.why("cantdocpp/app:1"))
    assert "packed anew" not in why
    assert why.endswith("keeps layers packed as they came, and sends them like that.")


def test_a_build_with_nothing_edited_is_the_same_image(used):
    resolve = used.seat.engine.resolve
    used.build("cantdocpp/app:2", base="base", layers=["deps", "src"])
    assert resolve("cantdocpp/app:2") == resolve("cantdocpp/app:1")
    used.build("cantdocpp/app:2", base="base", layers=["deps", "src"], edited="src")
    assert resolve("cantdocpp/app:2") != resolve("cantdocpp/app:1")


# -- comparing -------------------------------------------------------------------------------------


def test_a_comparison_shows_all_that_both_print(used):
    found = used.compare()
    text = str(found)
    assert len(found.steps) == SCRIPT.count("\n")
    assert str(used.compare(SCRIPT)) == str(used.compare(used.script)) == text
    for engine, side in (("classic", "first"), ("containerd", "second")):
        lab = Lab.replay(lab_of(engine).script + SCRIPT)
        pushed = next(step for step in found.steps if step.action.startswith("docker push cant"))
        result = Lab.replay(lab.script.partition("docker tag")[0]).last("push")
        assert result is not None
        assert getattr(pushed, side) == result.merged
    for step in found.steps:
        for side, marks in ((step.first, " -"), (step.second, " +")):
            kept = [line for mark, line in step.lines if mark in marks]
            assert kept == side.splitlines()


def test_a_comparison_tells_where_they_differ():
    found = lab_of("classic").compare(SCRIPT)
    words = " ".join(step.action.split()[1] for step in found.different)
    assert words == "pull push push images rmi"
    text = str(found)
    assert text.startswith("- classic: docker CLI 28.2.2 in front of daemon 20.10.24")
    assert "\n4. docker push cantdocpp/app:1   (different)\n" in text
    assert "\n5. docker tag cantdocpp/app:1 localhost:5000/team/app:1\n" in text
    assert text.endswith("8 steps, 5 of them different")


def test_what_cannot_be_done_is_told_in_its_place_and_the_rest_goes_on():
    found = lab_of("classic").compare("frobnicate\ndocker push nosuch:1\n")
    assert found.steps[0].same
    assert found.steps[0].first.startswith("'frobnicate' is nothing a lab can do")
    assert "[exit 1]" in found.steps[1].first
    assert "-" in {mark for mark, _ in found.steps[1].lines}


def test_a_comparison_touches_neither_the_lab_nor_the_current_one(used):
    before = shown(used)
    current = lab_of("classic")
    used.compare("docker rmi cantdocpp/app:1\n")
    assert (shown(used), Lab.current()) == (before, current)


def test_a_comparison_is_a_page_that_says_what_the_text_says(used):
    found = used.compare()
    figure = comparison_figure(found)
    assert figure.text == str(found)
    words = re.sub(r"<[^>]+>", "\n", figure.html)
    for step in found.steps:
        for _, line in step.lines:
            assert line.replace("&", "&amp;").replace("'", "&#x27;").replace('"', "&quot;") in words
    assert figure.html.count("<details open>") == len(found.different)
