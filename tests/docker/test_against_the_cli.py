"""The real docker CLI as a judge of everything it says by itself, in front of a daemon's shadow."""

from __future__ import annotations

import json
import time

import pytest

from labsim.docker import help as helps
from tests.docker.lines import CLI_LINES, FORMATS
from tests.docker.listing import listed, summary
from tests.docker.seat import BareSeat
from tools.old_daemon import old_daemon
from tools.record_cli import ANSWERS, TOPICS, answer, help_text

RECORDED = [json.loads(row) for row in ANSWERS.read_text(encoding="utf-8").splitlines()]


def said(seat: BareSeat, words: list[str]) -> dict[str, object]:
    """What we print for these words, in the form of a recording."""
    result = seat.docker(words)
    return {
        "words": words,
        "stdout": result.stdout,
        "stderr": result.stderr,
        "exit_code": result.exit_code,
    }


@pytest.mark.parametrize("row", RECORDED, ids=lambda row: " ".join(row["words"]))
def test_the_same_words_as_the_cli_was_recorded_to_say(row):
    now = row.pop("now", 0)
    seat = listed(now) if now else BareSeat()
    assert said(seat, row["words"]) == row


@pytest.fixture(scope="module")
def cli(peer):
    with old_daemon(peer("docker")) as found:
        version = found.run(["--version"]).stdout
        if not version.startswith("Docker version 28."):
            pytest.skip(f"the texts are those of CLI 28.2.2; here is {version.strip()}")
        yield found


@pytest.mark.peer
@pytest.mark.parametrize("topic", TOPICS)
def test_help_is_what_the_cli_prints(cli, topic):
    # The CLI wraps lines, and its configuration directory is longer here.
    theirs = help_text(cli, TOPICS[topic])
    assert helps.text(topic).split() == theirs.split()


@pytest.mark.peer
@pytest.mark.parametrize("words", CLI_LINES, ids=" ".join)
def test_the_cli_refuses_the_same_words_in_the_same_words(cli, words):
    ours, theirs = said(BareSeat(), words), answer(cli, words)
    for stream in ("stdout", "stderr"):  # the CLI wraps its help differently for a longer home
        assert str(ours.pop(stream)).split() == str(theirs.pop(stream)).split()
    assert ours == theirs


@pytest.mark.peer
@pytest.mark.parametrize("word", ["ls", "prune", "remove", "nosuch"])
def test_a_slip_is_explained_alike(cli, word):
    cli.show([])
    assert said(BareSeat(), ["images", word]) == answer(cli, ["images", word])


@pytest.mark.peer
@pytest.mark.parametrize("words", FORMATS, ids=json.dumps)
def test_images_are_listed_alike(cli, words):
    seat = listed(int(time.time()))
    cli.show([summary(row) for row in seat.engine.images()])
    assert said(seat, ["images", *words]) == answer(cli, ["images", *words])
