"""``docker push``: send an image to the registry that its name leads to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.help import Flag
from labsim.docker.phrases import push_failure
from labsim.docker.progress import Progress
from labsim.docker.result import Shown
from labsim.errors import CommandError, LabError, UnknownImage
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.client.push import PushOutcome
    from labsim.docker.moving import Frame
    from labsim.image import Layer
    from labsim.trace import Trace

__all__ = ["COMMAND"]


def push(call: Call) -> int:
    """Push one tag, or with ``--all-tags`` every tag of the repository."""
    reference, everything, quiet = (
        Reference(call.arguments[0]),
        call.flag("all-tags"),
        call.flag("quiet"),
    )
    if everything and (reference.tag or reference.digest):
        raise CommandError("tag can't be used with --all-tags/-a\n")
    if reference.digest:
        raise CommandError("cannot push a digest reference\n")
    if not everything:
        if not reference.tag and not quiet:
            call.out("Using default tag: latest\n")
        reference = reference.with_default_tag()
    plan = _plan(call, reference, everything=everything)
    run = call.seat.converse(call.seat.engine.push(reference, all_tags=everything))
    call.trace = run.trace
    if not quiet:
        call.out(f"The push refers to repository [{reference.name}]\n")
        outcomes = run.outcome or ()
        call.out(
            Shown(
                lambda: _told(run.trace, plan, outcomes),
                lambda width: _shown(run.trace, plan, outcomes, width),
            )
        )
    if run.error is not None:
        raise CommandError(f"{_refusal(run.error)}\n")
    if quiet:
        call.out(f"{reference}\n")
    return 0


Plan = list[tuple[str, list["Layer"]]]


def _plan(call: Call, reference: Reference, *, everything: bool) -> Plan:
    """What will be pushed: each tag, in order, with its layers from the top."""
    engine = call.seat.engine
    return [
        (name.tag or "", list(engine.image(image_id).layers[::-1]))
        for name, image_id in engine.names.tags(reference.name)
        if everything or name.tag == reference.tag
    ]


def _told(trace: Trace, plan: Plan, outcomes: Sequence[PushOutcome]) -> str:
    """Every tag's layers and closing line, as far as the push got."""
    progress, text, lane = Progress(trace), [], 1
    for number, (tag, layers) in enumerate(plan):
        if lane >= len(trace.lanes):
            break
        text.append(progress.pushed([layer.diff_id for layer in layers], lane))
        lane += len(layers)
        if number < len(outcomes):
            text.append(_closing(tag, outcomes[number]))
    return "".join(text)


def _shown(
    trace: Trace, plan: Plan, outcomes: Sequence[PushOutcome], width: int
) -> Iterator[Frame]:
    """The same, as a terminal of that width shows it."""
    from labsim.docker.moving import Frame, LayerSize, of_push

    lane, at_us = 1, trace.started_us
    for number, (tag, layers) in enumerate(plan):
        if lane >= len(trace.lanes):
            break
        sizes = [LayerSize(one.diff_id, one.tar.size, one.files_size) for one in layers]
        for frame in of_push(trace, sizes, lane, width):
            at_us = max(at_us, frame.at_us)
            yield frame
        lane += len(layers)
        if number < len(outcomes):
            yield Frame(at_us, _closing(tag, outcomes[number]))


def _closing(tag: str, outcome: PushOutcome) -> str:
    return f"{tag}: digest: {outcome.digest} size: {outcome.size}\n"


def _refusal(error: LabError) -> str:
    if isinstance(error, UnknownImage):
        if Reference(error.name).tag:
            return f"tag does not exist: {error.name}"
        return f"An image does not exist locally with the tag: {error.name}"
    return push_failure(error)


COMMAND = Command(
    "push",
    Count(1, 1),
    push,
    simulated=frozenset({"all-tags", "quiet"}),
    hidden=(Flag("platform", kind="string", api="1.46"),),
)
