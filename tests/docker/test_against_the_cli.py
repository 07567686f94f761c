"""The real docker CLI as a judge of everything it says by itself, in front of a daemon's shadow."""

from __future__ import annotations

import json
import time

import pytest
from tests.docker.lines import CLI_LINES, FORMATS
from tests.docker.seat import BareSeat
from tools.old_daemon import old_daemon
from tools.record_help import HOME, TOPICS, recorded

from labsim.docker import help as helps

pytestmark = pytest.mark.peer
_SECOND = 1_000_000


@pytest.fixture(scope="module")
def cli(peer):
    with old_daemon(peer("docker")) as found:
        version = found.run(["--version"]).stdout
        if not version.startswith("Docker version 28."):
            pytest.skip(f"the texts are those of CLI 28.2.2; here is {version.strip()}")
        yield found


@pytest.mark.parametrize("topic", TOPICS)
def test_help_is_what_the_cli_prints(cli, topic):
    theirs = " ".join(recorded(cli, TOPICS[topic]).split())
    assert " ".join(helps.text(topic).split()) == theirs.replace(cli.home, HOME)


@pytest.mark.parametrize("line", CLI_LINES, ids=" ".join)
def test_the_cli_refuses_the_same_words_in_the_same_words(cli, line):
    theirs = cli.run(line)
    ours = BareSeat().docker(line)
    assert ours.stdout == theirs.stdout.replace(cli.home, HOME)
    assert ours.stderr == theirs.stderr.replace(cli.home, HOME)
    assert ours.exit_code == theirs.returncode


@pytest.fixture
def listing(cli):
    """A seat and a CLI that see the same images."""
    now = int(time.time())
    seat = BareSeat(now * _SECOND)
    for names, age in LISTED:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - age))
        seat.image(*names, created=moment)
    cli.show([summary(row) for row in seat.engine.images()])
    return seat, cli


#: Names, and an age in seconds that no slow machine moves into the next unit.
LISTED = [
    (("golang:1.24", "golang:latest"), 90 * 86_400),
    (("alice/app:v1",), 5 * 86_400),
    ((), 20 * 86_400),
    (("localhost:5000/team/a-rather-long-name:1.2.3",), 800 * 86_400),
]


def summary(row):
    """An image as ``GET /images/json`` of daemon 20.10 shows it."""
    return {
        "Id": str(row.id),
        "ParentId": "",
        "RepoTags": [tag.familiar for tag in row.tags] or ["<none>:<none>"],
        "RepoDigests": [name.familiar for name in row.digests]
        or (None if row.tags else ["<none>@<none>"]),
        "Created": row.created_us // _SECOND,
        "Size": row.size,
        "VirtualSize": row.size,
        "SharedSize": -1,
        "Containers": -1,
        "Labels": row.labels or None,
    }


@pytest.mark.parametrize("word", ["ls", "prune", "remove", "nosuch"])
def test_a_slip_is_explained_alike(cli, word):
    cli.show([])
    theirs = cli.run(["images", word])
    ours = BareSeat().docker(["images", word])
    assert (ours.stdout, ours.stderr) == (theirs.stdout, theirs.stderr)


@pytest.mark.parametrize("words", FORMATS, ids=json.dumps)
def test_images_are_listed_alike(listing, words):
    seat, cli = listing
    theirs = cli.run(["images", *words])
    ours = seat.docker(["images", *words])
    assert (ours.stdout, ours.stderr) == (theirs.stdout, theirs.stderr)
    assert ours.exit_code == theirs.returncode
