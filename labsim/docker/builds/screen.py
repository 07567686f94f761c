r"""BuildKit's progress in a terminal: the whole list, written over and over on the lab's clock.

>>> from labsim.docker.builds.blocks import Block
>>> [first, *_] = drawn([Block("[1/1] COPY a /", us=200_000)], 0, 40, 24, "")
>>> first.text.partition("l[+]")[2].split("\r\n")[:2]
[' Building 0.0s (0/1)                 ', ' => [1/1] COPY a /                 0.0s']

Source: moby/buildkit ``util/progress/progressui/display.go``; compared with a terminal of CLI
20.10.24.  It looks every tenth of a second, as that does, and whenever something begins or ends.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from labsim.docker.builds.blocks import Block
from labsim.docker.moving import Frame

__all__ = ["drawn"]

_TICK_US = 100_000
#: Between two changes that are further apart, so many looks are enough.
_LOOKS = 50
_UP, _DOWN, _FIRST = "\x1b[1A", "\x1b[1B", "\x1b[0G"
_HIDE, _SHOW, _PLAIN = "\x1b[?25l", "\x1b[?25h", "\x1b[0m"
_BLUE, _RED, _FAINT = "\x1b[34m", "\x1b[31m", "\x1b[2m"
#: So many lines of a running command's output are shown.
_TAIL = 6


class _Job(NamedTuple):
    """One line of the list."""

    name: str
    us: int
    colour: str = ""


def drawn(
    blocks: Sequence[Block], started_us: int, width: int, height: int, right: str
) -> Iterator[Frame]:
    """Every state of the screen; ``right`` stands at the end of the first line."""
    count, painted = 0, False
    for at_us in _looks(blocks):
        rows = list(_rows(blocks, at_us, width, right))
        if len(rows) > height - 1:
            rows = [rows[0], *rows[2 - height :]]
        up = _UP * (count + 1) + ("" if painted else _DOWN)
        spare = "".join(f"{' ' * width}\r\n" for _ in range(count - len(rows) + 1))
        back = f"{_UP * (count - len(rows) + 1)}{_FIRST}" if spare else ""
        yield Frame(started_us + at_us, f"{up}{_FIRST}{_HIDE}{''.join(rows)}{spare}{back}{_SHOW}")
        count, painted = len(rows) - 1, True


def _looks(blocks: Sequence[Block]) -> list[int]:
    """When somebody looks."""
    moments = sorted({0, *(b.begins_us for b in blocks), *(b.ends_us for b in blocks)})
    found = set(moments)
    for begin, end in itertools.pairwise(moments):
        found.update(range(begin, end, max(_TICK_US, (end - begin) // _LOOKS)))
    return sorted(found)


def _rows(blocks: Sequence[Block], at_us: int, width: int, right: str) -> Iterator[str]:
    last = at_us >= max((block.ends_us for block in blocks), default=0)
    begun = [block for block in blocks if block.begins_us <= at_us]
    done = [block for block in begun if last or (block.ends_us <= at_us and not block.fault)]
    completed = sum(not block.fault for block in done)
    word = "FINISHED" if last and not any(block.fault for block in begun) else ""
    head = f"[+] Building {at_us / 1_000_000:.1f}s ({completed}/{len(begun)}) {word}"
    yield _aligned(head, right, width - 1 if right else width) + "\r\n"
    for block in begun:
        ended = block in done
        for job in _jobs(block, at_us, ended=ended):
            yield _line(job, width)
        if not ended:
            for line in block.log[-_TAIL:]:
                yield f"{_FAINT} => => # {line[: width - 10]}\r\n{_PLAIN}"


def _jobs(block: Block, at_us: int, *, ended: bool) -> Iterator[_Job]:
    us = block.us if ended else at_us - block.begins_us
    colour = (_RED if block.fault else _BLUE) if ended else ""
    before = "ERROR " if ended and block.fault else "CACHED " if block.cached else ""
    yield _Job(before + block.name.replace("\t", " "), us, colour)
    if ended:
        for line in block.lines:
            yield _Job(f"=> {line}", 0, colour)


def _line(job: _Job, width: int) -> str:
    timer = f" {job.us / 1_000_000 if job.us >= 50_000 else 0:.1f}s"
    room = width - len(" => ") - len(timer) - 2
    text = _aligned(f" => {job.name[:room]}", f"{timer}\r\n", width + 1)
    return f"{job.colour}{text}{_PLAIN}" if job.colour else text


def _aligned(left: str, right: str, width: int) -> str:
    return f"{left:<{width - len(right) - 1}} {right}"
