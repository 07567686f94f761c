"""``%docker`` in a notebook: two streams, an exit code, no expansion, prompts without a trace."""

from __future__ import annotations

import getpass

import pytest
from IPython.core.error import StdinNotImplementedError

from labsim import Lab
from labsim.notebook import magics
from labsim.notebook.magics import commands


def test_what_docker_prints_goes_to_its_two_streams(shell, lab, capsys):
    shell.run_cell("%docker run golang")
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err.startswith("Unable to find image 'golang:latest' locally\n")
    shell.run_cell("%docker images -q")
    assert capsys.readouterr().out == lab.image("golang").id.short + "\n"


def test_a_failure_is_dockers_words_and_exit_code_and_the_cell_goes_on(shell, lab, capsys):
    result = shell.run_cell("%docker tag nothing something\nafter = 1")
    assert result.success
    assert shell.user_ns["after"] == 1
    assert shell.user_ns["_exit_code"] == 1
    assert "No such image: nothing:latest" in capsys.readouterr().err
    shell.run_cell("%docker images")
    assert shell.user_ns["_exit_code"] == 0


def test_braces_and_dollars_mean_what_they_mean_to_docker(shell, lab, capsys):
    lab.pull("golang")
    shell.run_cell("Repository = 'wrong'\nHOME = 'wrong'")
    shell.run_cell("%docker images --format '{{.Repository}} $HOME'")
    assert capsys.readouterr().out == "golang $HOME\n"


def test_a_cell_holds_several_commands_and_remarks(shell, lab, capsys):
    shell.run_cell("%%docker\n# two names\npull golang\ndocker tag golang \\\n  a/b:1\n\nimages -q")
    out = capsys.readouterr().out
    assert out.count(lab.image("a/b:1").id.short) == 2
    assert [action[1] for action in lab.journal] == [
        "pull golang",
        "tag golang    a/b:1",
        "images -q",
    ]


def test_the_lines_of_a_cell():
    assert list(commands("\n # no\n docker  images \npull a\\\n b\n")) == ["images", "pull a  b"]


def test_the_lab_last_made_current_is_acted_on(shell, lab):
    other = Lab()
    lab.use()
    shell.run_cell("%docker pull golang")
    assert list(lab.images()) == ["golang:latest"]
    assert other.images() == {}


def test_without_a_lab_a_sentence_says_how_to_make_one(shell, monkeypatch, capsys):
    monkeypatch.setattr(Lab, "_current", None)
    result = shell.run_cell("%docker images")
    assert not result.success
    shown = capsys.readouterr()
    assert (shown.out + shown.err).splitlines() == [
        "LabError: there is no lab yet: make one with  lab = Lab()"
    ]


def test_an_error_of_a_python_user_is_sentence_and_caret_without_a_stack(shell, capsys):
    shell.run_cell("from labsim import Reference\nReference('Golang')")
    shown = capsys.readouterr()
    lines = (shown.out + shown.err).splitlines()
    assert lines[0].startswith("InvalidReference: ")
    assert lines[-2:] == ["    Golang", "    ^"]
    assert not any("Traceback" in line for line in lines)


# --- prompts -------------------------------------------------------------------------------------


def test_a_password_goes_through_a_prompt_that_leaves_no_trace(shell, lab, capsys, monkeypatch):
    asked = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return "lab"

    monkeypatch.setattr(getpass, "getpass", typed)
    shell.run_cell("%docker login -u cantdocpp", store_history=True)
    assert "Login Succeeded" in capsys.readouterr().out
    assert len(asked) == 1
    assert lab.journal == [["docker", "login -u cantdocpp", "right"]]
    assert '"lab"' not in repr(shell.user_ns["In"]) + lab.script


def test_a_user_name_is_asked_for_in_the_open(shell, lab, capsys, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: "cantdocpp")
    monkeypatch.setattr(getpass, "getpass", lambda prompt: "lab")
    shell.run_cell("%docker login ghcr.io")
    assert "Login Succeeded" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["login", "login -u cantdocpp", "login ghcr.io"])
def test_where_nobody_can_be_asked_docker_says_there_is_no_terminal(
    shell, lab, capsys, monkeypatch, line
):
    def refuse(prompt: str) -> str:
        raise StdinNotImplementedError("raw_input was called, but this frontend refuses")

    monkeypatch.setattr(getpass, "getpass", refuse)
    monkeypatch.setattr("builtins.input", refuse)
    shell.run_cell(f"%docker {line}")
    assert "Error: Cannot perform an interactive login from a non TTY device" in (
        capsys.readouterr().err
    )
    assert shell.user_ns["_exit_code"] == 1


def test_a_pull_moves_first_where_that_is_asked_for_and_leaves_its_lines(
    shell, lab, capsys, monkeypatch
):
    shown: list[str] = []

    class Handle:
        def update(self, page):
            shown.append(repr(page))

    monkeypatch.setattr(magics, "display", lambda *_, display_id: Handle())
    monkeypatch.setattr(magics, "clear_output", lambda *, wait: shown.append("cleared"))
    monkeypatch.setattr(magics, "paced", lambda frames: frames)
    shell.run_cell("%docker --progress pull golang")
    assert "2649089a0df8: Pulling fs layer\n155032bd0d04: Pulling fs layer\n" in shown[3]
    assert any("2649089a0df8: Downloading" in page for page in shown)
    assert shown[-1] == "cleared"
    out = capsys.readouterr().out
    assert out.endswith("docker.io/library/golang:latest\n")
    assert "Downloading" not in out
    assert lab.journal == [["docker", "pull golang"]]
    shell.run_cell("%docker --progress images -q")
    assert capsys.readouterr().out == lab.image("golang").id.short + "\n"
    assert shown[-1] == "cleared"
