"""Widgets with controls: what a press does, one sentence for it, and a text that is complete."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.errors import LabError
from labsim.notebook import (
    be_the_registry,
    dockerfile_bench,
    image_shelf,
    lab_bar,
    push_fork,
    registry_browser,
    terminal,
)
from labsim.notebook.widgets.panel import Panel
from labsim.notebook.widgets.shell import VIEW


@pytest.fixture
def scene(lab) -> Lab:
    """A lab with three images, one of them pushed, and one of the learner's own."""
    lab.login("cantdocpp", "lab")
    for name in ("golang", "debian:stable"):
        lab.pull(name)
    lab.tag("golang", "cantdocpp/golang:v1")
    lab.push("cantdocpp/golang:v1")
    lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
    lab.push("cantdocpp/golang:1.0")
    return lab


#: Those that need a push first.
LATE = (push_fork,)
MAKERS = (
    be_the_registry,
    dockerfile_bench,
    image_shelf,
    lab_bar,
    registry_browser,
    terminal,
    *LATE,
)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_panel_says_one_sentence_and_its_text_is_the_same_each_time(scene, make):
    one, other = make(), make()
    assert isinstance(one, Panel)
    assert one.said
    assert "\n" not in one.said
    bundle = one._repr_mimebundle_()
    assert bundle["text/plain"] == other._repr_mimebundle_()["text/plain"] == repr(one)
    if make is not terminal:  # its text is the screen
        assert bundle["text/plain"].startswith(one.said)
    assert bundle["text/html"] == other._repr_mimebundle_()["text/html"]
    assert VIEW in bundle
    assert one.shell.markup.count('role="status"') == 1


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_panel_can_be_shown_before_anything_was_done(lab, make):
    if make in LATE:
        with pytest.raises(LabError, match="nothing has been pushed or pulled yet"):
            make()
    else:
        assert repr(make())


# --- the image shelf -----------------------------------------------------------------------------


def test_the_totals_of_the_shelf_move_with_every_box(scene):
    shelf = image_shelf()
    assert shelf.said.startswith("4 of 4 names: SIZE adds up to 1022 MB, 342 MB are kept")
    shelf.boxes["golang:latest"].value = False
    assert shelf.said.startswith("3 of 4 names: SIZE adds up to 722 MB, 342 MB are kept")
    shelf.none.click()
    assert shelf.said == "None of 4 names is picked."
    assert "<svg" not in shelf.shell.markup
    shelf.every.click()
    assert shelf.picked == list(shelf.boxes)


def test_all_boxes_at_once_are_one_message(scene):
    shelf = image_shelf()
    drawn: list[object] = []
    shelf.shell.observe(drawn.append, names="markup")
    shelf.none.click()
    assert len(drawn) == 1


def test_an_image_that_was_removed_since_is_not_counted(scene):
    shelf = image_shelf()
    scene.rmi("cantdocpp/golang:1.0")
    shelf.boxes["debian:stable"].value = False
    assert shelf.said.startswith("2 of 3 names")


# --- the fork of a push --------------------------------------------------------------------------


def test_a_push_is_forked_where_the_clock_stands(scene):
    futures = push_fork()
    assert futures.use.disabled
    futures.shell.clock = 500_000
    futures.fork.click()
    assert futures.said.startswith("As it was: 18 exchanges in 3.681 s")
    assert "From 0.500 s on the link drops: 16 exchanges in 50.700 s" in futures.said
    assert futures.shell.clock == 500_000
    assert futures.shell.markup.count("<svg") == 3
    rows = len(futures.shell.moments[0]["lanes"])
    assert f'data-words="{rows - 1}"' in futures.shell.markup
    assert f'data-words="{rows}"' not in futures.shell.markup


def test_both_futures_are_reachable_and_undo_works_in_the_fork(scene):
    futures = push_fork()
    futures.shell.clock = 500_000
    futures.fork.click()
    futures.use.click()
    other = Lab.current()
    assert other is futures.other
    assert "lab that %docker acts on" in futures.shell.say
    other.undo()
    other.undo()
    assert other.push("cantdocpp/golang:1.0").ok
    scene.use()
    futures.drop.click()
    assert futures.drop.disabled
    assert futures.text == push_fork().text


def test_the_push_that_is_shown_is_the_one_that_is_forked(scene):
    futures = push_fork()
    scene.push("cantdocpp/golang:v1")
    futures.shell.clock = 500_000
    futures.fork.click()
    assert futures.said.startswith("As it was: 18 exchanges in 3.681 s")


def test_a_second_fork_takes_the_place_of_the_first_even_from_after_its_own_end(scene):
    futures = push_fork()
    futures.shell.clock = 500_000
    futures.fork.click()
    futures.shell.clock = 40_000_000  # the fork was longer than what is forked
    futures.change.value = futures.change.options[2][1]
    futures.fork.click()
    assert "on the link carries 1 MB/s" in futures.said


# --- the registry browser ------------------------------------------------------------------------


def test_each_list_of_the_browser_decides_about_the_next(scene):
    browser = registry_browser()
    assert browser.who.value == "cantdocpp"
    browser.repository.value = "cantdocpp/golang"
    assert [name for name, _ in browser.reference.options] == ["the shelves", "v1", "1.0"]
    browser.reference.value = "1.0"
    assert browser.said.startswith("cantdocpp/golang:1.0 is the manifest ")
    browser.host.value = "localhost:5000"
    assert browser.said == "As anyone, localhost:5000 has 0 repositories."
    assert browser.repository.options == (("all of them", ""),)


def test_what_is_made_private_is_not_there_for_anyone(scene):
    browser = registry_browser("docker.io", "cantdocpp/golang")
    browser.turn.click()
    assert scene.journal[-1] == ["visibility", "docker.io/cantdocpp/golang", "private"]
    assert browser.said.startswith("cantdocpp/golang is private")
    assert browser.turn.description == "Make public"
    browser.who.value = ""
    assert browser.repository.value == ""
    assert browser.said.endswith("1 more is not there for them.")
    browser.who.value = "cantdocpp"
    browser.repository.value = "cantdocpp/golang"
    scene.undo()
    browser.look()
    assert browser.said.startswith("cantdocpp/golang is public")


def test_who_does_not_own_a_repository_is_told_so(scene):
    browser = registry_browser("docker.io", "library/golang")
    browser.turn.click()
    assert "nobody here may make it public or private" in browser.shell.say
    assert scene.journal[-1][0] == "docker"


# --- the lab bar ---------------------------------------------------------------------------------


def test_undo_redo_and_reset_are_grey_where_there_is_nothing(lab):
    bar = lab_bar()
    assert bar.undo.disabled
    assert bar.redo.disabled
    assert bar.reset.disabled
    lab.pull("alpine:3")
    bar.again.click()
    assert not bar.undo.disabled
    bar.undo.click()
    assert bar.said == "Undone: docker pull alpine:3"
    assert (bar.undo.disabled, bar.redo.disabled) == (True, False)
    bar.redo.click()
    assert bar.said == "Done again: docker pull alpine:3"
    assert bar.redo.disabled
    assert list(lab.images()) == ["alpine:3"]


def test_looking_at_an_earlier_state_changes_nothing(scene):
    bar, script = lab_bar(), scene.script
    bar.history.value = 2
    assert bar.said == "After 2 of 7 actions: docker pull golang."
    bar.shows.value = "what was said"
    assert bar.said.startswith("7 exchanges in 5.200 s")
    assert len(bar.shell.moments) > 3
    bar.history.value = 4
    assert bar.shell.say == "docker said nothing to a registry"
    assert scene.script == script


def test_one_goes_back_and_redo_brings_the_rest_again(scene):
    bar, script = lab_bar(), scene.script
    bar.history.value = 3
    bar.back.click()
    assert len(scene.journal) == 3
    for _ in range(4):
        bar.redo.click()
    assert scene.script == script


def test_going_back_to_before_a_look_takes_nothing_else_back(lab):
    lab.pull("alpine:3")
    lab.docker("images")
    bar = lab_bar()
    bar.history.value = 1
    bar.back.click()
    assert list(lab.images()) == ["alpine:3"]


def test_a_fork_goes_its_own_way_and_the_lab_stays(scene):
    bar, script = lab_bar(), scene.script
    bar.history.value = 4
    bar.fork.click()
    other = Lab.current()
    assert other is not scene
    assert len(other.journal) == 4
    bar.undo.click()
    assert len(other.journal) == 3
    assert scene.script == script


def test_the_script_that_is_shared_leads_here(scene):
    bar = lab_bar()
    bar.share.click()
    script = bar.text.partition("\n\n")[2]
    assert Lab.replay(script).journal == scene.journal
    assert "lab\n" not in script.partition("\n")[2]  # the password


# --- the Dockerfile bench ------------------------------------------------------------------------


def test_the_list_of_the_bench_follows_the_line_that_is_moved(lab):
    bench = dockerfile_bench()
    bench.lines.value = 3
    bench.up.click()
    assert bench.lines.value == 2
    assert [name for name, _ in bench.lines.options][2] == "RUN pip install -r requirements.txt"
    assert bench.editor.value.splitlines()[2] == "RUN pip install -r requirements.txt"
    bench.lines.value = 0
    bench.up.click()
    assert bench.said == "line 1 cannot be moved any further"


def test_what_is_typed_and_touched_is_built_at_once(lab):
    bench = dockerfile_bench()
    assert bench.file.value == "app.py"
    bench.touch.click()
    assert bench.said.startswith("After an edit of app.py: 1 of 3 steps cached")
    bench.editor.value = "FROM python:3.13\nFOO\n"
    assert bench.said.endswith("unknown instruction: FOO")
    assert bench.up.disabled
    assert lab.journal == []


def test_advice_is_given_for_the_chosen_file_and_the_dockerfile_can_be_kept(lab):
    bench = dockerfile_bench()
    bench.advise.click()
    assert bench.said.startswith("After an edit of app.py a push sends 18 MB.")
    assert "goes above COPY . ." in bench.text
    bench.keep.click()
    assert lab.read("Dockerfile") == bench.editor.value
    assert "lab.undo() takes it back" in bench.shell.say


# --- be the registry -----------------------------------------------------------------------------


def test_there_is_a_button_for_each_answer_and_the_spec_speaks_after_it(lab):
    play = be_the_registry()
    shown = [one.description for one in play.answers if not one.disabled]
    assert shown == ["200: come in", "401: with a token", "404: no registry here"]
    play.answers[1].click()
    assert play.said == "401 is right. The client asks whether this repository has a blob."
    assert "implements this specification" in play.text
    play.answers[0].click()  # it is here: it is not
    assert play.said.startswith("200, where 404 is true.")
    assert "the response code MUST be 404 Not Found" in play.shell.markup


def test_the_rest_can_be_answered_and_all_of_it_begun_again(lab):
    play = be_the_registry()
    play.rest.click()
    assert play.said.endswith("and a pull works.")
    assert all(one.disabled for one in play.answers)
    assert play.rest.disabled
    play.again.click()
    assert play.text == be_the_registry().text
    assert lab.journal == []


def test_a_hint_is_said_and_an_answer_taken_back(lab):
    play = be_the_registry()
    assert play.undo.disabled
    play.answer(2)
    play.hint.click()
    assert play.said.startswith("A true registry finds that cantdocpp/mine does not link")
    before = play.shell.markup
    play.answer(500)
    assert play.said == "500 is none of the answers that make sense here"
    play.answer(1)
    play.undo.click()
    assert play.said.startswith("200 is taken back. 401 is right.")
    assert play.shell.markup == before
    play.undo.click()
    assert play.text.endswith(be_the_registry().text)
    assert play.undo.disabled
