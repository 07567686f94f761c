"""The prompt in a notebook: what is typed, what is said and shown, and what is kept nowhere."""

from __future__ import annotations

import html
import re

import pytest

from labsim import Lab
from labsim.notebook import terminal
from labsim.notebook.widgets.terminal import Terminal


def heard(screen: Terminal, does: str, text: str = "") -> None:
    """A message of the front end."""
    screen._heard(screen.shell, {"do": does, "text": text}, [])


def test_what_is_typed_is_done_and_printed_as_docker_prints_it(lab):
    screen = terminal()
    assert repr(screen) == "cantdocpp$"
    screen.enter("docker pull -q alpine:3")
    screen.enter("docker pull nothing")
    assert lab.journal[0] == ["docker", "pull -q alpine:3"]
    assert repr(screen).startswith(
        "cantdocpp$ docker pull -q alpine:3\ndocker.io/library/alpine:3\n"
    )
    assert "\nerr| Error response from daemon: pull access denied" in repr(screen)
    assert screen.said == "docker pull nothing: exit code 1, 2 lines, 1 of them on standard error."
    screen.empty.click()
    assert repr(screen) == "cantdocpp$"
    assert len(lab.images()) == 1


def test_the_screen_and_its_text_say_the_same(lab):
    screen = terminal()
    screen.enter("docker pull <nothing>\ndocker pull nothing\nas alice")
    shown = re.search("<pre data-foot.*?>(.*)</pre>", screen.shell.markup, re.DOTALL)
    assert shown is not None
    words = html.unescape(re.sub("<[^>]+>", "", shown[1]))
    assert f"{words}alice$" == screen.text


def test_lines_go_to_the_lab_that_was_last_made_current(lab):
    screen = terminal()
    other = Lab()
    screen.enter("docker pull -q alpine:3")
    assert (len(lab.journal), len(other.journal)) == (0, 1)


@pytest.mark.parametrize(
    ("line", "completed", "said"),
    [
        ("docker pu", "docker pu", "2 possibilities: pull, push."),
        ("docker im", "docker image", "2 possibilities: image, images."),
        ("docker image ta", "docker image tag ", "Completed: tag."),
        ("docker tag alp", "docker tag alpine:3 ", "Completed: alpine:3."),
        ("und", "undo ", "Completed: undo."),
        ("digests alpine:3 f", "digests alpine:3 flip=", "Completed: flip=."),
        ("nonsense x", "nonsense x", "Nothing completes this."),
    ],
)
def test_the_tab_key_of_the_terminal(lab, line, completed, said):
    lab.pull("alpine:3")
    screen, answers = terminal(), []
    screen.shell.send = lambda content, buffers=None: answers.append(content)
    heard(screen, "complete", line)
    assert answers == [{"was": line, "text": completed}]
    assert screen.said == screen.shell.say == said


def test_a_password_that_is_asked_for_is_nowhere_but_in_the_account(lab):
    lab.sign_up("gopher", "hunter2")
    screen, states = terminal(), []
    screen.shell.observe(lambda change: states.append(str(change)))
    heard(screen, "command", "docker login -u gopher\ndocker images")
    assert 'type="password"' in screen.shell.markup
    assert not screen.stop.layout.display
    heard(screen, "answer", "hunter2")
    assert lab.journal[1:] == [["docker", "login -u gopher", "right"], ["docker", "images"]]
    assert "Login Succeeded" in screen.text
    assert screen.stop.layout.display == "none"
    assert len(states) > 2
    kept = [screen.text, lab.script, str(screen.shell.get_state()), str(vars(screen.session))]
    assert "hunter2" not in "".join([*kept, *states])


def test_a_question_can_be_broken_off_and_nothing_has_happened(lab):
    screen = terminal()
    heard(screen, "command", "docker login -u cantdocpp\ndocker images")
    screen.stop.click()
    assert lab.journal == []
    assert screen.text.endswith("Password: ^C\nexit| 130\ncantdocpp$")
    heard(screen, "answer", "too late")  # the message was on its way
    assert lab.journal == []


def test_a_password_on_the_line_is_neither_shown_nor_kept(lab):
    screen = terminal()
    screen.enter("docker login -u cantdocpp -p hunter2")
    screen.enter("docker login -u cantdocpp --password-stdin < token.txt")
    assert "Login Succeeded" in screen.text
    assert "hunter2" not in screen.text + str(screen.shell.get_state()) + lab.script
