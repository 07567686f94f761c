"""``docker search``: the CLI's words, and the index of the simulated Hub."""

from __future__ import annotations

import json

import pytest

from labsim import Lab
from labsim.catalogue import IMAGES
from labsim.catalogue.index import ABOUT
from tools.old_daemon import old_daemon


@pytest.fixture(scope="module")
def lab():
    lab = Lab()
    lab.docker("login -u cantdocpp --password-stdin", stdin="lab")
    lab.docker("pull -q hello-world")
    for name in ("cantdocpp/golang-app:1", "cantdocpp/golang-secret:1"):
        lab.docker(f"tag hello-world {name}")
        lab.docker(f"push {name}")
    lab.visibility("cantdocpp/golang-secret", "private")
    return lab


def test_every_image_of_the_catalogue_is_described():
    assert ABOUT.keys() == IMAGES.keys()


def test_what_is_public_is_found_by_its_name(lab):
    shown = lab.docker("search golang").stdout.splitlines()
    assert shown == [
        "NAME                   DESCRIPTION                                     STARS     OFFICIAL",
        "golang                 Go (golang) is a general purpose, higher-lev…   4900      [OK]",
        "cantdocpp/golang-app                                                   0         ",
    ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("--filter is-official=true golang", ["golang"]),
        ("--filter is-official=false golang", ["cantdocpp/golang-app"]),
        ("-f stars=1 golang", ["golang"]),
        ("--limit 1 golang", ["golang"]),
        ("nosuchthing", []),
        ("key-value", ["redis"]),
    ],
)
def test_filters_and_a_limit_leave_fewer(lab, words, names):
    shown = lab.docker(f"search --format '{{{{.Name}}}}' {words}")
    assert (shown.stdout.split(), shown.exit_code) == (names, 0)


def test_json_has_the_clis_keys(lab):
    row = json.loads(lab.docker("search --format json --limit 1 golang").stdout)
    assert list(row) == ["Description", "IsOfficial", "Name", "StarCount"]
    assert (row["IsOfficial"], row["StarCount"]) == ("true", "4900")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--limit 101 x", "Limit 101 is outside the range of [1, 100]"),
        ("--filter nosuch=1 x", "Invalid filter 'nosuch'"),
        ("--filter stars=x y", "Invalid filter 'stars=x'"),
        ("--filter is-official=maybe y", "Invalid filter 'is-official=[maybe]'"),
    ],
)
def test_refusals_are_the_daemons(lab, words, sentence):
    result = lab.docker(f"search {words}")
    assert (result.stderr, result.exit_code) == (f"Error response from daemon: {sentence}\n", 1)


@pytest.mark.peer
@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--no-trunc"],
        ["--format", "json"],
        ["--format", "table"],
        ["--format", "table {{.Name}}\\t{{.IsOfficial}}"],
        ["--format", "{{.IsOfficial}}|{{.StarCount}}|{{.Description}}"],
        ["--format", "{{.IsAutomated}}"],
        ["--format", "{{"],
    ],
    ids=json.dumps,
)
def test_the_real_cli_shows_the_same_findings_alike(lab, peer, words):
    asked = lab.http("GET", "/v1/search?q=golang&n=25", host="index.docker.io")
    with old_daemon(peer("docker")) as cli:
        cli.find(json.loads(bytes(asked.body))["results"])
        theirs = cli.run(["search", *words, "golang"])
    ours = lab.docker(["search", *words, "golang"])
    assert (ours.stdout, ours.stderr, ours.exit_code) == (
        theirs.stdout,
        theirs.stderr,
        theirs.returncode,
    )


def test_the_hub_may_not_answer():
    lab = Lab()
    lab.stop("docker.io")
    said = lab.docker("search x").stderr
    assert said.startswith(
        'Error response from daemon: Get "https://index.docker.io/v1/search?q=x&n=25": dial tcp'
    )


@pytest.mark.parametrize("value", ["true", "false"])
def test_a_filter_for_what_is_built_automatically_is_warned_of(lab, value):
    result = lab.docker(f"search --filter is-automated={value} golang")
    assert result.stderr.startswith('WARNING: the "is-automated" filter is deprecated, ')
    assert ("4900" in result.stdout) == (value == "false")
