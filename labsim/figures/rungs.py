"""A conversation read for the ladder: who asked whom, what was decided, and what was printed.

Three lists of the same events, from far to near: the lines that Docker printed, the decisions that
the story tells, and the exchanges.  What is about one thing (a layer, the config, the manifest, the
login) has one *topic* in all three, and a topic is what a reader selects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from labsim.figures import acts, bricks
from labsim.figures.bricks import Brick
from labsim.figures.figure import bytes_text
from labsim.figures.theme import Mark
from labsim.story import Event, in_lanes, story
from labsim.story.pushes import client_of
from labsim.story.reasons import rule_of
from labsim.story.shapes import Shape, shape
from labsim.trace import Exchange, Trace

__all__ = ["Decision", "Ladder", "Line", "Rung", "Server", "Topic"]

#: A layer that is only announced.
_BEGINS = re.compile(r": (Preparing|Waiting|Pulling .*layer)$")
_LAYER_LINE = re.compile(r"([0-9a-f]{12}): ")
_COUNTDOWN = re.compile(r": Retrying in (\d+) seconds?$")
_AND_SO_ON = " … 1 second"
_REFUSED = re.compile(
    r"denied|unauthorized|error|failed|no basic auth|unknown|unreachable|refused|reset|EOF",
    re.IGNORECASE,
)
#: What the lines and requests that are about no blob are about, in the order of looking.
_LOGIN, _NAME = "the way in", "the name"
_NAMED_ACTS = ("resolve", "read", "tag", "tags")
_SAID = {
    "greeted": "asked the way in",
    "granted": "token granted",
    "found": "already there",
    "missing": "not there",
    "mounted": "mounted from {source}",
    "unmounted": "not mounted from {source}",
    "sent": "sent {moved}",
    "cancelled": "needless upload given up",
    "fetched": "fetched {moved}",
    "here": "already here",
    "known": "already handled",
    "complete": "the image is here",
    "resolved": "{source} looked up",
    "listed": "tags listed",
    "tagged": "published as {source}",
    "retried": "waits {wait} s, then tries again",
    "refused": "refused",
    "dropped": "broken off",
}


class Topic(NamedTuple):
    """What something is about: a key for selecting, words, and a mark if it is a layer."""

    key: str
    words: str
    mark: Mark | None = None

    @property
    def label(self) -> str:
        """Letter and words."""
        return f"{self.mark.letter} {self.words}" if self.mark else self.words


class Server(NamedTuple):
    """Somebody who is asked."""

    host: str
    role: str


class Rung(NamedTuple):
    """One exchange: what was asked whom, what came back, and how many bytes each way."""

    exchange: Exchange
    topic: Topic
    server: Server
    asks: str
    answer: str
    bad: bool


class Decision(NamedTuple):
    """One event of the story: what was decided, by which rule; ``at`` is its exchange or -1."""

    at: int
    at_us: int
    topic: Topic
    words: str
    rule: str
    bad: bool


class Line(NamedTuple):
    """One printed line; ``at`` is the exchange beside which it belongs."""

    words: str
    topic: Topic | None
    at: int


class Ladder(NamedTuple):
    """Everything the picture shows."""

    rungs: tuple[Rung, ...]
    decisions: tuple[Decision, ...]
    lines: tuple[Line, ...]
    servers: tuple[Server, ...]
    client: str
    repository: str
    started_us: int

    @classmethod
    def of(cls, trace: Trace, printed: str, layers: Mapping[str, Brick]) -> Ladder:
        """A conversation in its three forms; ``layers`` are bricks by DiffID or digest."""
        trace = in_lanes(trace)
        events = story(trace)
        topics = _Topics(trace, events, layers)
        servers = _servers(trace)
        shapes = [shape(one) for one in trace.exchanges]
        repository = next((told.repository for told in shapes if told.repository), "")
        rungs = tuple(
            Rung(
                one,
                topics.of(one.lane, told),
                servers[one.host],
                f"{one.method} {_short(one, told, repository)}",
                _answer(one),
                _is_bad(one, told),
            )
            for one, told in zip(trace.exchanges, shapes, strict=True)
        )
        decisions = tuple(_decision(event, topics, shapes) for event in events)
        agents = (one.request.headers.get("User-Agent") for one in trace.exchanges)
        agent = next(filter(None, agents), "")
        return cls(
            rungs,
            decisions,
            tuple(_lines(printed, rungs, decisions, topics)),
            tuple(servers.values()),
            client_of(agent) if agent else "client",
            repository,
            trace.started_us,
        )

    @property
    def topics(self) -> tuple[Topic, ...]:
        """All topics, in the order in which they came up."""
        every = [rung.topic for rung in self.rungs] + [one.topic for one in self.decisions]
        return tuple({topic.key: topic for topic in every}.values())


class _Topics:
    """The topic of a lane, and of what lane 0 says."""

    def __init__(self, trace: Trace, events: Iterable[Event], layers: Mapping[str, Brick]) -> None:
        self._login, self._name = Topic("login", _LOGIN), Topic("name", _NAME)
        #: By the names that a printed line may have for them.
        self.known: dict[str, Topic] = {}
        self._lanes: dict[int, Topic] = {}
        blobs = {event.lane: event.blob for event in events if event.lane and event.blob}
        marks = bricks.marked(_layers(trace, blobs), layers)
        for lane in trace.lanes:
            subject = str(lane.subject)
            if subject not in ("", "layers"):
                names = [subject, blobs.get(lane.index, "")]
                brick = next((layers[name] for name in names if name in layers), None)
                names += [str(brick.diff_id), str(brick.digest)] if brick else []
                mark = brick.mark if brick else marks.get(names[1])
                words = brick.words or brick.diff_id.short if brick else _digits(subject) or subject
                topic = self._lanes[lane.index] = Topic(f"lane{lane.index}", words, mark)
                self.known |= {_digits(name): topic for name in names if ":" in name}

    def of(self, lane: int, told: Shape | None) -> Topic:
        """What a lane's exchange is about."""
        if lane in self._lanes:
            return self._lanes[lane]
        return self._name if told is None or told.act in _NAMED_ACTS else self._login


def _layers(trace: Trace, blobs: Mapping[int, str]) -> list[str]:
    """The blobs of the lanes that are about layers."""
    lanes = [lane for lane in trace.lanes if ":" in str(lane.subject)]
    return [blobs[lane.index] for lane in lanes if lane.index in blobs]


def _digits(name: str) -> str:
    return name.partition(":")[2][:12]


def _servers(trace: Trace) -> dict[str, Server]:
    """Everybody who was asked, in that order; a token server is one that gives nothing but."""
    asked: dict[str, set[str]] = {}
    for one in trace.exchanges:
        asked.setdefault(one.host, set()).add(shape(one).act)
    return {
        host: Server(host, "token server" if whats <= {"token"} else "registry")
        for host, whats in asked.items()
    }


def _short(one: Exchange, told: Shape, repository: str) -> str:
    """The target without what every row would repeat, digests and sessions at their usual length.

    >>> from labsim.wire import Request
    >>> asked = Exchange(0, 0, Request("HEAD", "/v2/a/b/blobs/sha256:" + "ab" * 32), 0)
    >>> _short(asked, shape(asked), "a/b")
    'blobs/abababababab'
    """
    target = one.target
    if told.act == "token":
        return one.request.path
    if told.repository and told.repository == repository:
        target = target.replace(f"/v2/{repository}/", "", 1)
    target = re.sub(r"sha(?:256|512)(?::|%3[Aa])([0-9a-f]{12})[0-9a-f]*", r"\1", target)
    target = re.sub(r"[?&]_state=[^&]*", "", target.replace("%2F", "/"))
    if told.act in ("send", "seal", "cancel") and len(told.name) > 8:
        target = target.replace(told.name, told.name[:8])
    return target if "?" in target else target.replace("&", "?", 1)


def _answer(one: Exchange) -> str:
    words = acts.answer(one)
    if not one.status or words == f"status {one.status}":
        return words if not one.status else str(one.status)
    return f"{one.status} {words}"


def _is_bad(one: Exchange, told: Shape) -> bool:
    """Whether it came to nothing; that something is not there yet, or needs a token, is no harm."""
    usual = told.act in ("ask", "resolve", "greet") and one.status in (401, 404)
    retried = told.act == "token" and one.status in (404, 405)
    return bool(one.fault) or (one.status >= 400 and not usual and not retried)


def _decision(event: Event, topics: _Topics, shapes: list[Shape]) -> Decision:
    told = shapes[event.exchange] if event.exchange >= 0 else None
    if event.kind == "greeted":
        told = Shape("greet")
    words = _SAID[event.kind].format(
        source=event.source, moved=bytes_text(event.moved), wait=event.size // 1_000_000
    )
    return Decision(
        event.exchange,
        event.at_us,
        topics.of(event.lane, told),
        words,
        "" if event.kind == "missing" else rule_of(event).short,
        event.kind in ("refused", "dropped"),
    )


def _lines(
    printed: str, rungs: tuple[Rung, ...], decisions: tuple[Decision, ...], topics: _Topics
) -> Iterator[Line]:
    """What was printed, line by line, each with its topic and the exchange that it waited for."""
    ends = {one.topic.key: one.at for one in decisions if one.at >= 0}
    starts = {rung.topic.key: at for at, rung in reversed(list(enumerate(rungs)))}
    worst = next((one for one in reversed(decisions) if one.bad), None)
    broken: dict[str, list[int]] = {}
    for one in decisions:
        if one.bad:
            broken.setdefault(one.topic.key, []).append(one.at)
    for words in _counted_down(printed.splitlines()):
        topic = _line_topic(words, topics, worst)
        begins = _BEGINS.search(words) is not None
        if topic is None or (topic.key not in starts and topic.key not in ends):
            yield Line(words, None if topic is None or topic.key == "login" else topic, -1)
        elif words.endswith(_AND_SO_ON) and broken.get(topic.key):
            yield Line(words, topic, broken[topic.key].pop(0))
        else:
            starts_at = starts.get(topic.key, -1)
            early = begins or topic.key == "login"
            yield Line(words, topic, starts_at if early else ends.get(topic.key, starts_at))


def _line_topic(words: str, topics: _Topics, worst: Decision | None) -> Topic | None:
    """What a printed line is about: its layer, what went wrong, the name, or the way in."""
    if match := _LAYER_LINE.match(words):
        return topics.known.get(match[1])
    if worst is not None and _REFUSED.search(words):
        return worst.topic
    about_name = re.search(r"\bdigest: |^Status: |^Digest: ", words)
    return topics.of(0, Shape("tag" if about_name else "greet"))


def _counted_down(lines: Iterable[str]) -> Iterator[str]:
    """The lines, a countdown's as one: Docker prints one each second before it tries again."""
    last = 0
    for words in lines:
        match = _COUNTDOWN.search(words)
        seconds, before = (int(match[1]) if match else 0), last
        last = seconds
        if seconds and seconds != before - 1:
            yield f"{words}{_AND_SO_ON if seconds > 1 else ''}"
        elif not seconds:
            yield words
