"""``labsim docker …``: one command at a time on a lab that is kept in between."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import b64encode

import pytest

import labsim


def test_a_pull_is_still_there_for_the_next_command(labsim):
    pulled = labsim("docker", "pull", "-q", "alpine")
    assert (pulled.stdout, pulled.stderr) == ("docker.io/library/alpine:latest\n", "")
    listed = labsim("docker", "images", "--format", "{{.Repository}}:{{.Tag}}")
    assert listed.stdout == "alpine:latest\n"


def test_the_exit_code_is_the_commands(labsim):
    assert labsim("docker", "images").returncode == 0
    assert labsim("docker", "tag", "nowhere", "somewhere").returncode == 1
    unknown = labsim("docker", "pull", "--nonsense")
    assert unknown.returncode == 125
    assert unknown.stderr.startswith("unknown flag: --nonsense\n")


def test_each_stream_stays_itself(labsim):
    refused = labsim("docker", "tag", "nowhere", "somewhere")
    assert refused.stdout == ""
    assert refused.stderr.startswith("Error response from daemon: ")


def test_both_streams_in_one_file_keep_their_order(tmp_path):
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "labsim",
            "--file",
            str(tmp_path / "my.lab"),
            "docker",
            "pull",
            "x/y",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert ran.stdout.splitlines()[0] == "Using default tag: latest"
    assert ran.stdout.splitlines()[1].startswith("Error response from daemon: pull access denied")


def test_docker_gets_its_words_as_they_are(labsim):
    helped = labsim("docker", "push", "--help")
    assert helped.stdout.lstrip().startswith("Usage:  docker push [OPTIONS] NAME[:TAG]")
    labsim("docker", "pull", "alpine")
    spaced = labsim("docker", "images", "--format", "{{.Tag}} of {{.Repository}}")
    assert spaced.stdout == "latest of alpine\n"


def test_a_password_can_be_piped_in_and_is_not_written_down(labsim, tmp_path):
    login = ("docker", "login", "-u", "cantdocpp", "--password-stdin")
    right = labsim(*login, stdin="lab\n")
    assert right.returncode == 0, right.stderr
    assert labsim("docker", "login", "-u", "cantdocpp", "--password-stdin", stdin="x").returncode
    script = (tmp_path / "my.lab").read_text(encoding="utf-8")
    assert "cantdocpp" in script
    assert "right" in script
    assert "wrong" in script


def test_later_commands_judge_passwords_as_they_were_typed(labsim, tmp_path):
    labsim("sign_up", "bob", "hunter2")
    labsim("as", "bob")
    assert labsim("docker", "login", "-u", "bob", "-p", "wrong").returncode == 1
    assert labsim("docker", "login", "-u", "bob", "-p", "hunter2").returncode == 0
    assert b64encode(b"bob:hunter2").decode() in labsim("cat", "~/.docker/config.json").stdout
    assert "hunter2" not in (tmp_path / "my.lab").read_text(encoding="utf-8")


def test_a_lab_of_another_version_says_so_until_this_one_has_written_it(labsim, tmp_path):
    script = "labsim 0.0.1 world=w1 engine=classic seed=0\ndocker pull alpine\n"
    (tmp_path / "my.lab").write_text(script, encoding="utf-8")
    note = "labsim: this lab was written by labsim 0.0.1 and is replayed by labsim"
    looked = labsim("docker", "images", "--format", "{{.Repository}}")
    assert (looked.stdout, looked.stderr[: len(note)]) == ("alpine\n", note)
    assert labsim("docker", "images").stderr == ""


def test_without_a_terminal_there_is_nobody_to_ask(labsim):
    refused = labsim("docker", "login", "-u", "alice")
    assert refused.returncode == 1
    assert "non TTY" in refused.stderr


def test_the_labs_own_verbs_are_words_of_the_command_too(labsim):
    labsim("docker", "pull", "-q", "debian")
    assert labsim("undo").stdout == "undone: docker pull -q debian\n"
    assert labsim("docker", "images", "-q").stdout == ""


def test_an_unknown_verb_is_one_sentence(labsim):
    refused = labsim("dance")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "labsim: dance is no verb of the lab: type help for those that are\n"


@pytest.mark.parametrize("typed", [("run", "golang"), ("push", "x"), ("ps",), ("image", "ls")])
def test_a_docker_command_without_docker_is_asked_back(labsim, typed):
    refused = labsim(*typed)
    assert (refused.returncode, refused.stdout) == (1, "")
    word = typed[0]
    asked = f"{word} is no verb of the lab: did you mean  docker {word}  ?"
    assert refused.stderr == f"labsim: {asked}\n"


def test_words_that_do_not_fit_earn_the_usage(labsim):
    for words, usage in ((("as",), "as PERSON"), (("cat",), "cat FILE")):
        refused = labsim(*words)
        assert refused.returncode == 1
        assert refused.stderr.startswith("labsim: ")
        assert usage in refused.stderr


@pytest.mark.parametrize("asked", ["--help", "-h"])
@pytest.mark.parametrize("name", ["shell", "version", "help", "save", "undo", "wait"])
def test_every_subcommand_says_how_it_is_typed(labsim, tmp_path, name, asked):
    page = labsim(name, asked)
    assert (page.returncode, page.stderr) == (0, "")
    assert re.fullmatch(rf"Usage:  labsim {name}( [A-Z .\[\]]+)?\n\n\S.+\n", page.stdout)
    assert not (tmp_path / "my.lab").exists()


def test_version_and_help(labsim):
    assert labsim("version").stdout == f"labsim {_version()}\n"
    page = labsim("help").stdout
    assert page == labsim().stdout == labsim("--help").stdout
    assert page.startswith("Usage:  labsim [--file FILE] VERB ...\n")
    named = ("docker COMMAND", "  labsim shell ", "--version", "--file F", "LABSIM_FILE", "my.lab")
    assert [words for words in (*named, "labsim reset", "Lab.replay") if words not in page] == []
    assert "undo" in page
    assert "docker COMMAND" in page


def test_another_file_is_another_lab(labsim, tmp_path):
    labsim("docker", "pull", "-q", "alpine")
    other = str(tmp_path / "other.lab")
    assert labsim("--file", other, "docker", "images", "-q").stdout == ""


def test_what_script_prints_is_a_lab_for_another_file(labsim, tmp_path):
    labsim("docker", "pull", "-q", "alpine")
    copy = tmp_path / "copy.lab"
    copy.write_text(labsim("script").stdout, encoding="utf-8")
    opened = labsim("--file", str(copy), "docker", "images", "--format", "{{.Repository}}")
    assert (opened.stdout, opened.stderr) == ("alpine\n", "")


def test_reset_starts_over(labsim):
    labsim("docker", "pull", "-q", "alpine")
    assert labsim("reset").returncode == 0
    assert labsim("docker", "images", "-q").stdout == ""


def test_a_reader_that_leaves_early_is_no_disaster(labsim, tmp_path):
    command = f"{sys.executable} -m labsim help | head -n 1"
    ended = subprocess.run(
        command, shell=True, capture_output=True, encoding="utf-8", check=True
    )  # fmt: skip
    assert ended.stderr == ""


def _version() -> str:
    return labsim.__version__


def test_a_lab_that_cannot_be_opened_is_one_sentence(labsim, tmp_path):
    (tmp_path / "my.lab").write_text("hello\n", encoding="utf-8")
    for words in (("docker", "images"), ("undo",), ("reset",)):
        refused = labsim(*words)
        assert refused.returncode == 1
        assert refused.stderr.startswith("labsim: ")
        assert "my.lab is no lab that can be opened" in refused.stderr
        assert refused.stderr.endswith("; move it away to start over\n")
        assert refused.stderr.count("\n") == 1


def test_a_folder_in_the_place_of_the_file_is_one_sentence(labsim, tmp_path):
    (tmp_path / "my.lab").mkdir()
    refused = labsim("docker", "images")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"labsim: {tmp_path / 'my.lab'}: ")
    assert "Traceback" not in refused.stderr


def test_bytes_that_are_no_utf_8_are_one_sentence(labsim):
    for words in (("docker", "tag", "alpine"), ("as",)):
        refused = labsim(*words, os.fsdecode(b"a\xff"))
        assert refused.returncode == 1
        assert refused.stderr
        assert "Traceback" not in refused.stderr
