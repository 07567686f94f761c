"""Every row of the recorded table of names, typed: after pull, after tag, after push."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docker.seat import BareSeat

_HEAD, *_LINES = (
    (Path(__file__).parents[1] / "data" / "references.tsv").read_text("utf-8").splitlines()
)
ROWS = [line.split("\t") for line in _LINES]
GOOD = [row for row in ROWS if row[2] != "error"]
WRONG = [row for row in ROWS if row[2] == "error"]


def by_row(row):
    return f"{row[0]}-{row[1][:24]}"


@pytest.fixture
def seat():
    found = BareSeat()
    found.image("app:1")
    return found


@pytest.mark.parametrize("row", WRONG, ids=by_row)
def test_a_wrong_name_earns_the_sentence_after_pull_push_tag_and_run(seat, row):
    _, name, *_, sentence, _ = row
    prefixed = f'Error parsing reference: "{name}" is not a valid repository/tag: {sentence}\n'
    tail = "\nRun 'docker run --help' for more information\n"
    for words, stderr, code in (
        (["pull", "--", name], f"{sentence}\n", 1),
        (["push", "--", name], f"{sentence}\n", 1),
        (["tag", "--", "app:1", name], prefixed, 1),
        (["run", "--", name], f"docker: {sentence}\n{tail}", 125),
    ):
        if words[0] == "run" and row[0] == "131":
            continue  # 64 hex digits are an id, where an image is meant
        result = seat.docker(words)
        assert (result.stderr, result.exit_code) == (stderr, code)


@pytest.mark.parametrize("row", GOOD, ids=by_row)
def test_a_good_name_leads_where_docker_goes(seat, row):
    _, name, registry, repository, tag, digest, *_ = row
    result = seat.docker(["push", name])
    if digest:
        assert result.stderr == "cannot push a digest reference\n"
        return
    shown = f"{registry}/{repository}" if registry else repository
    assert f"The push refers to repository [{shown}]\n" in result.stdout
    assert ("Using default tag: latest\n" in result.stdout) == (not tag)


@pytest.mark.parametrize("row", GOOD, ids=by_row)
def test_a_good_name_can_be_given_and_is_listed_in_its_familiar_form(seat, row):
    _, name, _, repository, _, digest, familiar, _ = row
    result = seat.docker(["tag", "app:1", name])
    if digest:
        assert result.stderr == "refusing to create a tag with a digest reference\n"
    elif repository == "library/sha256":
        assert result.stderr == (
            "Error response from daemon: "
            "refusing to create an ambiguous tag using digest algorithm as name\n"
        )
    else:
        assert result.merged == ""
        form = ["images", "--format", "{{.Repository}}:{{.Tag}}"]
        assert familiar in seat.docker(form).stdout.splitlines()


def test_an_upper_case_name_is_worded_by_who_reads_it(seat):
    """The CLI quotes the name, the older daemon does not."""
    by_cli = "invalid reference format: repository name (library/App) must be lowercase\n"
    by_daemon = "invalid reference format: repository name must be lowercase\n"
    assert seat.docker("pull App").stderr == by_cli
    assert seat.docker("rmi App").stderr == f"Error response from daemon: {by_daemon}"
    assert seat.docker("images -f since=App").stderr == f"Error response from daemon: {by_daemon}"


def test_scratch_can_be_given_but_not_pulled(seat):
    reserved = "Error response from daemon: 'scratch' is a reserved name\n"
    assert seat.docker("pull scratch:1").stderr == reserved
    assert seat.docker("tag app:1 scratch:1").merged == ""


@pytest.mark.parametrize("command", ["push", "pull"])
@pytest.mark.parametrize("name", ["app:1", f"app@sha256:{'f' * 64}"])
def test_all_tags_wants_a_bare_name(seat, command, name):
    result = seat.docker([command, "-a", name])
    assert (result.stderr, result.exit_code) == ("tag can't be used with --all-tags/-a\n", 1)
