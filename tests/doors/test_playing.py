"""A push at a terminal is played on the lab's clock; elsewhere it is lines."""

from __future__ import annotations

import io

from labsim.docker.moving import Frame
from labsim.doors import playing
from labsim.doors.labfile import LabFile
from labsim.terminal.shell import Shell


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def played(frames: list[Frame], *, interrupted_at: int = 0) -> tuple[str, list[float]]:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        if len(slept) == interrupted_at:
            raise KeyboardInterrupt

    out = io.StringIO()
    playing.play(frames, out, sleep)
    return out.getvalue(), slept


def test_a_short_time_is_played_as_it_is_and_a_long_one_faster():
    short = [Frame(5_000_000, "a"), Frame(5_500_000, "b"), Frame(5_500_000, "c")]
    assert played(short) == ("abc", [0.5])
    long = [Frame(0, "a"), Frame(30_000_000, "b"), Frame(60_000_000, "c")]
    assert played(long) == ("abc", [3.0, 3.0])
    assert played([]) == ("", [])


def test_who_does_not_want_to_wait_gets_the_rest_at_once():
    frames = [Frame(at, str(at)) for at in (0, 1_000_000, 2_000_000, 3_000_000)]
    assert played(frames, interrupted_at=1) == ("0100000020000003000000", [1.0])


def test_a_pull_moves_at_a_terminal_and_nowhere_else(tmp_path, monkeypatch):
    monkeypatch.setattr(playing, "LONGEST_S", 0.001)
    screen = Screen()
    shell = Shell(LabFile(tmp_path / "my.lab"), screen, screen)
    assert shell.run("docker pull hello-world") == 0
    assert ": Pulling fs layer \r\x1b[1B" in screen.getvalue()
    assert screen.getvalue().endswith("docker.io/library/hello-world:latest\n")
    pipe = io.StringIO()
    shell = Shell(LabFile(tmp_path / "other.lab"), pipe, pipe)
    assert shell.run("docker pull hello-world") == 0
    assert "\x1b" not in pipe.getvalue()
