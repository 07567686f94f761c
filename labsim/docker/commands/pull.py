"""``docker pull``: fetch an image by name, as much of it as is not here."""

from __future__ import annotations

from collections.abc import Callable

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import daemon_error, pull_failure
from labsim.docker.progress import Progress
from labsim.docker.result import Text
from labsim.errors import CommandError
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.client.pull import PullOutcome
    from labsim.link import Run
    from labsim.trace import Trace

__all__ = ["COMMAND", "fetch", "told"]


def pull(call: Call) -> int:
    """Pull one name, or with ``--all-tags`` every tag of a repository."""
    reference, everything = Reference(call.arguments[0]), call.flag("all-tags")
    if everything and (reference.tag or reference.digest):
        raise CommandError("tag can't be used with --all-tags/-a\n")
    if not everything and not (reference.tag or reference.digest):
        reference = reference.with_default_tag()
        if not call.flag("quiet"):
            call.out("Using default tag: latest\n")
    fetch(call, reference, None if call.flag("quiet") else call.out, everything=everything)
    call.out(f"{reference}\n")
    return 0


def fetch(
    call: Call,
    reference: Reference,
    write: Callable[[Text], None] | None,
    *,
    everything: bool = False,
) -> None:
    """Have the daemon pull a name, and ``write`` how it goes (``None``: quietly)."""
    meant = reference if everything else reference.with_default_tag()
    if reference.digest:  # the daemon is told the digest alone: a tag beside it counts for nothing
        meant = reference.without_tag().with_digest(reference.digest)
    if meant.name == "docker.io/library/scratch":
        raise daemon_error("'scratch' is a reserved name")
    run = call.seat.converse(call.seat.engine.pull(meant, all_tags=everything))
    call.trace = run.trace
    if write is not None:
        write(lambda: told(run, meant))
    if run.error is not None:
        words = pull_failure(run.error, meant)
        raise CommandError(f"{words}\n") if _begun(run.trace) else daemon_error(words)


def _begun(trace: Trace) -> bool:
    """Whether the progress had begun: what fails from then on is printed bare."""
    return any(pause.reason == "pulling" for pause in trace.pauses)


def told(run: Run, meant: Reference) -> str:
    """What a pull prints: every tag's first line, layers and digest, as far as it got."""
    progress = Progress(run.trace)
    layers = iter([lane.index for lane in run.trace.lanes if lane.subject == "layers"])
    begun = list(zip(_names(progress, meant), _complete(run.trace), strict=False))
    text: list[str] = []
    for number, ((name, digest), complete) in enumerate(begun, 1):
        text.append(f"{name}: Pulling from {meant.repository}\n")
        if not complete:
            text.append(progress.pulled(next(layers, -1)))
        if run.error is None or number < len(begun):
            text.append(f"Digest: {digest}\n")
    if run.error is None:
        text.append(f"Status: {_status(run)} for {meant.familiar}\n")
    return "".join(text)


def _status(run: Run) -> str:
    outcomes: list[PullOutcome] = run.outcome if isinstance(run.outcome, list) else [run.outcome]
    new = any(outcome.new for outcome in outcomes)
    return "Downloaded newer image" if new else "Image is up to date"


def _names(progress: Progress, meant: Reference) -> list[tuple[str, str]]:
    """What was pulled: tags, or the one digest that was asked for; and what each led to."""
    if meant.digest:
        return [(str(meant), str(meant.digest))]
    return [
        (event.source, event.blob)
        for event in progress.events
        if event.kind == "resolved" or event.rule == "repeat-as-get"
    ]


def _complete(trace: Trace) -> list[bool]:
    """For each name that was begun: whether its image was here already."""
    complete: list[bool] = []
    for pause in trace.pauses:
        if not pause.lane and pause.reason == "pulling":
            complete.append(False)
        elif not pause.lane and pause.reason == "complete":
            complete[-1] = True
    return complete


COMMAND = Command("pull", Count(1, 1), pull, simulated=frozenset({"all-tags", "quiet"}))
