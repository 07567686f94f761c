"""What real Docker has and the lab has not is refused by its name, in the lab's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsim.docker import commands
from labsim.docker import help as helps
from labsim.docker.commands import command, is_simulated, simulated, topic_of
from labsim.docker.completion import complete
from labsim.docker.coverage import rows
from labsim.docker.instead import INSTEAD
from labsim.terminal.verbs import VERBS
from tests.docker.seat import BareSeat
from tools.coverage_page import PAGE, page


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("stack ls", "docker stack ls"),
        ("builder prune", "docker builder prune"),
        ("pull --disable-content-trust x", "docker pull --disable-content-trust"),
        ("image pull --disable-content-trust y", "docker image pull --disable-content-trust"),
        ("push --disable-content-trust x", "docker push --disable-content-trust"),
        ("-D images", "docker --debug"),
        ("--context x images", "docker --context"),
        ("help volume ls", "docker volume ls"),
        ("help context use", "docker context use"),
    ],
)
def test_a_real_command_or_flag_is_refused_by_name(line, name):
    result = BareSeat().docker(line)
    assert result.stdout == ""
    assert result.stderr == (
        f"labsim: {name} is real Docker, but not simulated here; "
        "docs/coverage.md lists what the lab can do.\n"
    )
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("line", "name", "way_on"),
    [
        ("image import x", "docker image import", "docker load takes in an archive that docker"),
        ("events", "docker events", "the lab's own verb script shows what was done"),
        ("system prune -af", "docker system prune", "docker image prune removes images, and"),
        ("ps", "docker ps", "there are no containers here; docs/"),
        ("exec x sh", "docker exec", "there are no containers here; docs/"),
        ("compose up", "docker compose", "there are no containers here; docs/"),
        ("container ls", "docker container ls", "there are no containers here; docs/"),
    ],
)
def test_the_refusal_names_the_nearest_way_on(line, name, way_on):
    result = BareSeat().docker(line)
    head = f"labsim: {name} is real Docker, but not simulated here; {way_on}"
    assert result.stderr.startswith(head)
    assert result.stderr.endswith("docs/coverage.md lists what the lab can do.\n")
    assert (result.stderr.count("\n"), result.exit_code) == (1, 1)


def test_a_way_on_is_only_named_for_what_is_not_simulated_and_leads_to_a_verb():
    absent = {row.command for row in rows() if not row.simulated}
    assert set(INSTEAD) <= absent
    own = {words.split("verb ")[1].split()[0] for words in INSTEAD.values() if "verb" in words}
    assert own <= set(VERBS)
    for words in INSTEAD.values():
        if "verb" not in words:
            docker, *spelled = words.split()
            assert docker == "docker"
            assert is_simulated(topic_of(spelled))


@pytest.mark.parametrize(
    "form", ['{{define "x"}}{{end}}', '{{template "x"}}', "{{break}}", "{{.}}", "{{js 1}}"]
)
def test_a_template_beyond_the_subset_is_refused_too(form):
    seat = BareSeat()
    seat.image("app:1")
    result = seat.docker(["images", "--format", form])
    assert result.stderr.startswith("labsim: ")
    assert "not simulated" in result.stderr


@pytest.mark.parametrize("topic", simulated())
def test_every_simulated_flag_is_real(topic):
    found = command(topic)
    assert found.topic == topic
    hidden = {flag.name for flag in found.hidden}
    assert found.simulated <= helps.flags(topic).keys() | hidden
    assert not hidden & helps.flags(topic).keys()


def test_a_module_among_the_commands_is_all_that_makes_a_command():
    """CONTRIBUTING promises it: there is no list, so nothing can be forgotten in one."""
    folder = Path(commands.__file__).parent
    assert simulated() == sorted(path.stem for path in folder.glob("[a-z]*.py"))


def test_the_coverage_table_has_every_command_and_flag():
    table = rows()
    commands = {row.command for row in table if not row.flag}
    assert set(helps.commands("docker")) <= commands
    assert {f"image {name}" for name in helps.commands("image")} <= commands
    simulated = {(row.command, row.flag) for row in table if row.simulated}
    assert {
        ("pull", ""),
        ("pull", "--all-tags"),
        ("image ls", ""),
        ("images", "--filter"),
    } <= simulated
    absent = {("builder prune", ""), ("pull", "--disable-content-trust"), ("container ls", "")}
    assert not absent & simulated


def test_the_coverage_page_is_what_the_tool_writes():
    assert PAGE.read_text(encoding="utf-8") == page()


# -- what Tab offers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pu", ["pull", "push"]),
        ("docker pu", ["pull", "push"]),
        ("image r", ["remove", "rm"]),
        ("image t", ["tag"]),
        ("images --d", ["--digests"]),
        ("image ls --no", ["--no-trunc"]),
        ("push al", ["alice/app:1"]),
        ("tag ", ["alice/app:1", "golang:latest"]),
        ("image tag g", ["golang:latest"]),
        ("help im", ["image", "images"]),
        ("--v", ["--version"]),
        ("logout ghc", ["ghcr.io"]),
        ("builder ", ["build"]),
        ("version ", []),
    ],
)
def test_tab_offers_what_may_stand_there(line, words):
    seat = BareSeat()
    seat.image("golang:latest", "alice/app:1")
    seat.engine.credentials.store("ghcr.io", "alice", "x")
    assert complete(line, seat) == words
