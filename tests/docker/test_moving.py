"""The moving display, against what a terminal of 100 columns was recorded to be sent.

``script`` wrote the recordings, with each carriage return turned into a line feed.  What depends on
real time is not compared: how many frames there are, which layer's frame comes between which, and
how far each layer was then.
"""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from labsim import Lab
from labsim.docker.moving import Screen, bar, pages
from labsim.docker.result import Result

GOLDEN = Path(__file__).parents[1] / "transcripts" / "golden"
NAMES = ("docker_tty_push_first", "docker_tty_pull_first", "docker_tty_push_exists")
FRAME = re.compile(
    r"\n?\x1b\[\d+A\x1b\[2K[\r\n](?P<name>[0-9a-f]{12}): (?P<words>[A-Z][A-Za-z ]*?) "
    r"(?P<progress> *[\d.]+[kM]?B(?:/[\d.]+[kM]?B)?|)[\r\n]\x1b\[\d+B"
)


def recorded(name: str) -> str:
    return (GOLDEN / f"{name}.ansi").read_bytes().decode()


def states(text: str) -> dict[str, list[str]]:
    """The words of each layer's line, one after another, in the order of the lines."""
    found: dict[str, list[str]] = {}
    for frame in FRAME.finditer(text):
        found.setdefault(frame["name"], []).append(frame["words"])
    return {name: [words for words, _ in groupby(shown)] for name, shown in found.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_sends_the_recorded_bytes_for_the_recorded_changes(name):
    text, screen, again = recorded(name), Screen(), ""
    frames = list(FRAME.finditer(text))
    assert len(frames) > 7
    for frame in frames:
        again += screen.show(frame["name"], frame["words"], frame["progress"])
    assert again.replace("\r", "\n") == text[frames[0].start() : frames[-1].end()]


@pytest.mark.parametrize("name", NAMES)
def test_numbers_stand_in_the_recorded_columns(name):
    for frame in FRAME.finditer(recorded(name)):
        if shown := frame["progress"]:
            now, slash, whole = shown.strip().partition("/")
            assert shown == bar(size(now), size(whole) if slash else 1, 100)


def size(text: str) -> int:
    units = {"B": 1, "kB": 1_000, "MB": 1_000_000}
    number, unit = re.findall(r"([\d.]+)(\w+)", text)[0]
    return round(float(number) * units[unit])


@pytest.fixture(scope="module")
def played():
    """The same three things done in a lab: a first push, the same again, and a first pull."""
    lab = Lab()
    lab.docker("pull -q python")
    lab.docker("tag python localhost:5000/tty/big:1.0")
    first = lab.docker("push localhost:5000/tty/big:1.0")
    again = lab.docker("push localhost:5000/tty/big:1.0")
    lab.as_user("alice")
    pulled = lab.docker("pull localhost:5000/tty/big:1.0")
    return dict(zip(NAMES, (first, pulled, again), strict=True))


def sent(result: Result, width: int = 100) -> str:
    return "".join(frame.text for frame in result.frames(width))


@pytest.mark.parametrize("name", NAMES)
def test_states_come_in_the_recorded_order(played, name):
    ours, theirs = states(sent(played[name])), states(recorded(name))
    known = {tuple(order(words)) for words in theirs.values()}
    assert {tuple(order(words)) for words in ours.values()} <= known | {()}
    assert len(ours) == 5


def order(words: list[str]) -> list[str]:
    """Without what only some layers show: a wait for a lane, a moment too short to be seen."""
    return [word for word in words if word not in ("Waiting", "Verifying Checksum")]


@pytest.mark.parametrize("name", NAMES)
def test_all_that_is_sent_has_the_recorded_form(played, name):
    """First and last lines as without a terminal, frames between them, and nothing else."""
    text = sent(played[name])
    lines = FRAME.sub("", text)
    assert "\x1b" not in lines
    plain = [
        line for line in played[name].stdout.splitlines() if not re.match("[0-9a-f]{12}: ", line)
    ]
    assert lines.splitlines() == plain
    assert FRAME.sub("", recorded(name)).count("\n") in (len(plain), len(plain) + 1)


def test_frames_are_in_time_and_a_tenth_of_a_second_apart(played):
    frames = list(played["docker_tty_push_first"].frames(100))
    instants = [frame.at_us for frame in frames]
    assert instants == sorted(instants)
    trace = played["docker_tty_push_first"].trace
    assert trace.started_us <= instants[0] <= instants[-1] <= trace.ended_us
    layer = [frame.at_us for frame in frames if ": Pushing " in frame.text and "[5A" in frame.text]
    assert {100_000} >= {after - before for before, after in pairwise(layer[:-1])}


def test_a_wide_terminal_has_a_bar(played):
    text = sent(played["docker_tty_pull_first"], 111)
    assert re.search(r"Downloading \[=+> +\]  [\d. ]+MB/", text)
    assert "[" + "=" * 50 + ">]" in text


def test_what_does_not_move_is_sent_as_it_is():
    result = Lab().docker("images")
    assert not result.moves
    assert sent(result) == result.stdout


def test_what_failed_on_the_way_is_sent_after_the_last_frame():
    result = Lab().docker("pull nosuch")
    assert sent(result) == result.merged


def test_the_last_page_is_what_a_terminal_shows_in_the_end(played):
    result = played["docker_tty_push_first"]
    *_, last = pages(result.frames(100))
    lines = last.text.splitlines()
    assert lines[0] == "The push refers to repository [localhost:5000/tty/big]"
    assert [line.partition(": ")[2] for line in lines[1:-1]] == ["Pushed"] * 5
    assert lines[-1].startswith("1.0: digest: sha256:")
