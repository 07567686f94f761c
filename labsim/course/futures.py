"""Two futures of one push: as it went, and as it goes when something happens on the way.

The other future is a lab of its own: the journal up to the push, then *during* it the change, then
the same push.  Up to the instant of the fork both are the same, to the byte.
"""

from __future__ import annotations

from typing import NamedTuple

from labsim.course import views
from labsim.errors import LabError
from labsim.figures.compare import compare
from labsim.figures.figure import Figure
from labsim.figures.lanes import seconds
from labsim.figures.replay import Moment, Replay
from labsim.lab import Lab
from labsim.lab.laptop import command_of

__all__ = ["CHANGES", "Change", "Pair", "fork", "pair", "place"]


class Change(NamedTuple):
    """What may happen on the way: in words, and as words of :meth:`Lab.during`.

    ``{host}`` is the registry that is spoken to.
    """

    title: str
    words: tuple[str, ...]


CHANGES = (
    Change("the link drops", ("drop",)),
    Change("library/ is no longer mounted", ("policy", "{host}", "mount_from_reserved=off")),
    Change("the link carries 1 MB/s", ("link", "up=1MB/s", "down=1MB/s")),
    Change("the link carries 100 MB/s", ("link", "up=100MB/s", "down=100MB/s")),
    Change("an answer takes 2 s longer", ("link", "delay=2s")),
)


def place(lab: Lab) -> int:
    """Where in the journal the last push or pull stands; LabError before any."""
    trace = views.last_trace(lab)
    for at in reversed(range(len(lab.journal))):
        verb, *words = lab.journal[at]
        if verb == "docker" and command_of(words[0]) in views.MOVING:
            results = lab.at(at + 1).results
            if results and results[-1][1].trace == trace:
                return at
    raise LabError("the last push or pull is not in the journal of this lab")


def fork(lab: Lab, at_us: int, change: Change) -> Lab:
    """Another lab, in which the last push or pull was changed ``at_us`` after it had begun."""
    trace, at = views.last_trace(lab), place(lab)
    if not 0 <= at_us <= trace.ended_us - trace.started_us:
        raise LabError(f"{seconds(at_us)} is no instant of it: it took {_length(lab)}")
    host = next((one.host for one in trace.exchanges if one.host in lab.hosts), "docker.io")
    other = lab.at(at)
    other.during(f"{at_us}us", *(word.format(host=host) for word in change.words))
    other.do(lab.journal[at])
    return other


def _length(lab: Lab) -> str:
    return seconds(views.replayed(lab).length_us)


class Pair(NamedTuple):
    """Both replays with what each is called, and what differs between them."""

    at_us: int
    titles: tuple[str, str]
    replays: tuple[Replay, Replay]
    differences: Figure

    @property
    def length_us(self) -> int:
        """How long the longer one takes."""
        return max(one.length_us for one in self.replays)

    @property
    def moments(self) -> list[Moment]:
        """What holds in both from each instant on; the lanes of the first come first."""
        instants = {moment.at_us for one in self.replays for moment in one.moments}
        return [_moment(self.replays, at_us) for at_us in sorted({self.at_us, *instants})]

    @property
    def summary(self) -> str:
        """One sentence: how each ended."""
        (one, other), (left, right) = self.titles, self.replays
        return f"{one}: {_end(left)}; {other}: {_end(right)}."

    @property
    def text(self) -> str:
        """Both in full, and what differs."""
        parts = [f"{title}\n\n{it}" for title, it in zip(self.titles, self.replays, strict=True)]
        return "\n\n".join([self.summary, *parts, f"What differs\n\n{self.differences.text}"])


def pair(lab: Lab, other: Lab, at_us: int, change: Change) -> Pair:
    """The last push of a lab beside that of the fork made of it there."""
    title = f"From {seconds(at_us)} on {change.title}"
    replays = views.replayed(lab), views.replayed(other)
    differences = compare(views.last_trace(lab), views.last_trace(other))
    return Pair(at_us, ("As it was", title), replays, differences)


def _end(one: Replay) -> str:
    return one.moments[-1].lanes[-1][1].rstrip(".")


def _moment(replays: tuple[Replay, Replay], at_us: int) -> Moment:
    one, other = (replay.exactly(at_us) for replay in replays)
    sentence = one.sentence if one.sentence == other.sentence else _both(one, other)
    return Moment(at_us, sentence, (*one.lanes, *other.lanes))


def _both(one: Moment, other: Moment) -> str:
    return f"{one.sentence.rstrip('.')}; in the fork {other.sentence}"
