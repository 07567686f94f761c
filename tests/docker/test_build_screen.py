"""BuildKit in a terminal: what is drawn, and the page that it makes where there is no cursor."""

from __future__ import annotations

import re

import pytest

from labsim import Lab
from labsim.docker.builds.blocks import Block
from labsim.docker.builds.screen import drawn
from labsim.docker.moving import Frame, pages


@pytest.fixture
def lab() -> Lab:
    made = Lab()
    made.write("Dockerfile", "FROM scratch\nCOPY bin bin\nRUN sleep 1\n")
    made.write("bin/sh", "a\n")
    return made


def test_the_last_screen_is_laid_out_as_by_the_real_client(lab):
    """Recorded from CLI 20.10.24 in a terminal of 80 columns, durations and ids aside."""
    result = lab.docker("build --progress tty -t app .")
    last = list(result.frames(80))[-1].text
    rows = re.sub(r"\x1b\[\??\d+[A-Za-z]", "", last).split("\r\n")
    head, *rest = rows
    assert re.fullmatch(r"\[\+\] Building \d\.\ds \(6/6\) FINISHED {48}", head)
    assert len(head) == 80
    assert rest[:2] == [
        " => [internal] load build definition from Dockerfile                       0.0s",
        " => => transferring dockerfile: 75B                                        0.0s",
    ]
    assert {len(row) for row in rest if row} == {79}
    assert (
        rest[-2]
        == " => => naming to docker.io/library/app                                     0.0s"
    )
    assert "\x1b[34m => => naming to" in last


def test_a_step_that_goes_on_shows_its_time_and_its_output():
    blocks = [Block("[1/1] RUN x", us=400_000, log=("one", "two"))]
    shown = [frame.text for frame in drawn(blocks, 0, 80, 24, "docker:default")]
    assert [re.findall(r"RUN x +(\S+)", text) for text in shown] == [
        ["0.0s"], ["0.1s"], ["0.2s"], ["0.3s"], ["0.4s"],
    ]  # fmt: skip
    assert "\x1b[2m => => # two\r\n\x1b[0m" in shown[1]
    assert "=> => #" not in shown[-1]
    assert shown[0].partition("\r\n")[0].endswith(" docker:default")


def test_a_terminal_goes_up_as_many_lines_as_were_drawn():
    blocks = [Block("a", us=100_000), Block("b", us=100_000, begins_us=100_000)]
    first, second, *_ = (frame.text for frame in drawn(blocks, 0, 80, 24, ""))
    assert first.startswith("\x1b[1A\x1b[1B\x1b[0G\x1b[?25l[+]")
    assert second.startswith("\x1b[1A" * 2 + "\x1b[0G\x1b[?25l[+]")


def test_a_failure_is_red_and_nothing_is_finished():
    *_, last = drawn([Block("[1/1] RUN x", us=100_000, fault="no")], 0, 80, 24, "")
    assert "\x1b[31m => ERROR [1/1] RUN x" in last.text
    assert "FINISHED" not in last.text


def test_pages_hold_the_list_once(lab):
    result = lab.docker("build -t app .")
    last = list(pages(result.frames(80)))[-1].text
    assert "\x1b" not in last
    assert last.count("[1/2] COPY bin bin") == 1
    assert (
        list(pages([Frame(0, "x\n"), *drawn([Block("b")], 0, 40, 9, "")]))[-1].text.split("\n")[0]
        == "x"
    )


def test_plain_progress_does_not_move(lab):
    assert not lab.docker("build --progress plain .").moves
    assert lab.docker("build .").moves


def test_without_a_terminal_it_is_plain(lab):
    assert lab.docker("build --progress tty .").stderr.startswith("#1 [internal] load build defin")
