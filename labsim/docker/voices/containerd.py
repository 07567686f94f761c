"""The words for the containerd store: Docker 29.7.2, CLI and daemon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labsim.docker.phrases import containerd as phrases
from labsim.docker.phrases import daemon_error
from labsim.docker.voices import Plan
from labsim.engine.containerd import Containerd
from labsim.errors import CommandError, InvalidReference, LabError
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.client.containerd.pull import PullOutcome
    from labsim.client.containerd.push import PushOutcome
    from labsim.docker.grammar import Call
    from labsim.docker.result import Text
    from labsim.docker.versions import Versions
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary
    from labsim.image import Platform
    from labsim.link import Run
    from labsim.trace import LaneRecord, Trace

__all__ = [
    "FILTERS",
    "bad_filter",
    "bad_pattern",
    "fits",
    "listed",
    "name_fault",
    "notes",
    "plan",
    "platform_note",
    "pull_failure",
    "pulled",
    "push_failure",
    "pushed",
    "versions",
    "view",
]

#: Rules: moby 29.7 ``daemon/containerd/image_list.go``.
FILTERS = ("before", "dangling", "label", "reference", "since", "until")
#: What brings the table back, and what none of it goes with.
_TABLES = (("quiet", "quiet"), ("no-trunc", "no-trunc"), ("digests", "show-digest"))


def versions() -> Versions:
    """CLI and daemon of one release."""
    from labsim.docker.versions import CONTAINERD

    return CONTAINERD


# -- push ------------------------------------------------------------------------------------------


def plan(
    engine: Engine, reference: Reference, *, everything: bool, platform: Platform | None
) -> Plan:
    """What will be pushed: each tag, in order, with its blobs, or nothing for those not shown."""
    from labsim.engine import sending

    assert isinstance(engine, Containerd)
    return [
        (tag, [str(one.digest) if shown else "" for one, shown in blobs])
        for tag, blobs in sending.planned(engine, reference, all_tags=everything, platform=platform)
    ]


def pushed(run: Run, plan: Plan) -> Text:
    """Every tag's layers and closing line, as far as the push got."""
    return lambda: _pushed(run, plan)


def _pushed(run: Run, plan: Plan) -> str:
    from labsim.docker import ticking  # not for a list of images

    trace, text, lane = run.trace, [], 1
    outcomes: Sequence[PushOutcome] = run.outcome or ()
    for number, (tag, blobs) in enumerate(plan):
        if lane >= len(trace.lanes):
            break
        following = trace.lanes[lane + len(blobs) :]
        end_us = following[0].queued_us if following else run.ended_us
        text.append(ticking.pushed_lines(trace, blobs, lane, end_us))
        lane += len(blobs)
        if number < len(outcomes):
            outcome = outcomes[number]
            text.append(f"{tag}: digest: {outcome.digest} size: {outcome.size}\n")
    return "".join(text)


def push_failure(error: LabError, reference: Reference) -> str:
    """Why a push stopped; printed bare, because the progress has begun."""
    return phrases.push_words(error, reference)


def platform_note() -> str:
    """That one platform is less than the whole."""
    return phrases.note(phrases.ONE_PLATFORM)


def notes(run: Run) -> str:
    """Which image went instead of an index that is not here as a whole."""
    outcomes: Sequence[PushOutcome] = run.outcome or ()
    return "".join(
        phrases.note(phrases.NOT_ALL.format(index=one.instead_of, manifest=one.digest))
        for one in outcomes
        if one.instead_of is not None
    )


# -- pull ------------------------------------------------------------------------------------------


def pull_failure(run: Run, meant: Reference, platform: Platform | None) -> CommandError | None:
    """Why a pull stopped: bare when its progress has begun, else as the daemon's refusal."""
    if run.error is None:
        return None
    words = phrases.pull_words(run.error, meant, platform)
    begun = any(pause.reason == "pulling" for pause in run.trace.pauses)
    return CommandError(f"{words}\n") if begun else daemon_error(words)


def pulled(run: Run, meant: Reference) -> Text:
    """For every tag its first line, its layers, its digest and its status."""
    return lambda: _pulled(run, meant)


def _pulled(run: Run, meant: Reference) -> str:
    from labsim.docker import ticking

    trace = run.trace
    begun = [pause.at_us for pause in trace.pauses if pause.reason == "pulling"]
    ends = [*begun[1:], run.ended_us]
    outcomes: list[PullOutcome] = run.outcome if isinstance(run.outcome, list) else [run.outcome]
    text = []
    for number, (name, start_us, end_us) in enumerate(
        zip(_names(trace, meant), begun, ends, strict=False)
    ):
        text.append(f"{name}: Pulling from {meant.repository}\n")
        lanes = list(_lanes(trace, start_us, end_us, last=number == len(begun) - 1))
        text.append(ticking.pulled_lines(trace, lanes, end_us))
        if run.error is None:
            text.append(_closing(outcomes[number]))
    return "".join(text)


def _closing(outcome: PullOutcome) -> str:
    news = "Downloaded newer image" if outcome.new else "Image is up to date"
    return f"Digest: {outcome.digest}\nStatus: {news} for {outcome.reference.familiar}\n"


def _lanes(trace: Trace, start_us: int, end_us: int, *, last: bool) -> Iterator[LaneRecord]:
    """The lanes of the layers of one name, which was begun then."""
    for lane in trace.lanes[1:]:
        if start_us <= lane.queued_us and (last or lane.queued_us < end_us):
            yield lane


def _names(trace: Trace, meant: Reference) -> list[str]:
    """What was pulled: tags, in their order, or the one digest that was asked for."""
    if meant.digest:
        return [str(meant)]
    targets = [x.request.target for x in trace.exchanges if x.request.because == "resolve"]
    return list(dict.fromkeys(target.rpartition("/")[2] for target in targets))


# -- images ----------------------------------------------------------------------------------------


def view(call: Call, images: Sequence[ImageSummary]) -> str | None:
    """One line a name, or the tree; a table where something only a table has is asked for."""
    tree = call.flag("tree")
    asked = [said for flag, said in _TABLES if call.flag(flag)]
    asked += ["format"] if call.value("format") else []
    if asked and tree:
        raise CommandError(f"--{asked[0]} is not yet supported with --tree\n")
    if asked:
        return None
    from labsim.docker import image_tree

    return (image_tree.expanded if tree else image_tree.flat)(images)


def listed(call: Call, images: Sequence[ImageSummary]) -> Sequence[ImageSummary]:
    """Those that have a name, unless all are asked for, or those without one."""
    if call.flag("all") or any(text.startswith("dangling") for text in call.values("filter")):
        return images
    return [image for image in images if image.tags or image.digests]


def bad_filter(filter_: str) -> CommandError:
    """A filter that there is not, or a value that it cannot have."""
    return daemon_error(f"invalid filter '{filter_}'")


def bad_pattern() -> CommandError | None:
    """None: it fits nothing."""
    return None


def fits(name: Reference, pattern: str) -> bool:
    """Whether a ``reference`` filter lists this name, familiar or whole (from 29.5 on)."""
    return name.matches(pattern, canonical=True)


def name_fault(error: InvalidReference) -> str:
    """What is wrong with a name, as the daemon says it: as the CLI does."""
    return error.fault
