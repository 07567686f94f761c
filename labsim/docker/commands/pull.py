"""``docker pull``: fetch an image by name, as much of it as is not here."""

from __future__ import annotations

from collections.abc import Callable

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import daemon_error, pull_failure
from labsim.docker.progress import pulled_lines
from labsim.docker.result import Text
from labsim.errors import CommandError
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.client.pull import PullOutcome
    from labsim.link import Run
    from labsim.trace import Trace

__all__ = ["COMMAND", "fetch"]


def pull(call: Call) -> int:
    """Pull one name, or with ``--all-tags`` every tag of a repository."""
    reference, everything, quiet = (
        Reference(call.arguments[0]),
        call.flag("all-tags"),
        call.flag("quiet"),
    )
    if everything and (reference.tag or reference.digest):
        raise CommandError("tag can't be used with --all-tags/-a\n")
    if not everything:
        if reference.with_default_tag() != reference and not quiet:
            call.out("Using default tag: latest\n")
        reference = reference.with_default_tag()
    fetch(call, reference, call.out if not quiet else _nothing, everything=everything)
    call.out(f"{reference}\n")
    return 0


def _nothing(_: Text) -> None:
    """``--quiet``."""


def fetch(
    call: Call, reference: Reference, write: Callable[[Text], None], *, everything: bool = False
) -> None:
    """Have the daemon pull a name, and write down how it went."""
    meant = reference.without_tag() if reference.digest else reference.with_default_tag()
    if everything:
        meant = reference
    if meant.name == "docker.io/library/scratch":
        raise daemon_error("'scratch' is a reserved name")
    run = call.seat.converse(call.seat.engine.pull(meant, all_tags=everything))
    call.trace = run.trace
    write(lambda: _told(run.trace, meant))
    if run.error is not None:
        words = pull_failure(run.error, meant)
        if _begun(run.trace):
            raise CommandError(f"{words}\n")
        raise daemon_error(words)
    write(lambda: f"Status: {_status(run)} for {meant.familiar}\n")


def _begun(trace: Trace) -> bool:
    """Whether the progress had begun: what fails from then on is printed bare."""
    return any(pause.reason == "pulling" for pause in trace.pauses)


def _status(run: Run) -> str:
    outcomes: list[PullOutcome] = run.outcome if isinstance(run.outcome, list) else [run.outcome]
    new = any(outcome.new for outcome in outcomes)
    return "Downloaded newer image" if new else "Image is up to date"


def _told(trace: Trace, meant: Reference) -> str:
    """Every tag's first line, layers, and digest, as far as the pull got."""
    found = [
        x for x in trace.exchanges if x.because in ("resolve", "repeat-as-get") and x.status == 200
    ]
    names = [
        (x.target.rpartition("/")[2], x.response.headers.get("Docker-Content-Digest"))
        for x in found
        if x.response
    ]
    if meant.digest:
        names = [(str(meant), str(meant.digest))]
    layers = [lane.lane for lane in trace.lanes if lane.subject == "layers"]
    text: list[str] = []
    notes = [pause.reason for pause in trace.pauses if not pause.lane]
    for (name, digest), complete in zip(names, _complete(notes), strict=False):
        text.append(f"{name}: Pulling from {meant.repository}\n")
        if not complete and not layers:
            break
        if not complete:
            text.append(pulled_lines(trace, layers.pop(0)))
        text.append(f"Digest: {digest}\n")
    return "".join(text)


def _complete(notes: list[str]) -> list[bool]:
    """For each name that was pulled: whether its image was here already."""
    complete: list[bool] = []
    for note in notes:
        if note == "pulling":
            complete.append(False)
        elif note == "complete":
            complete[-1] = True
    return complete


COMMAND = Command("pull", Count(1, 1), pull, simulated=frozenset({"all-tags", "quiet"}))
