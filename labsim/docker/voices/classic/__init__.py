"""The words for the classic store: CLI 28.2.2 in front of daemon 20.10.24."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from labsim.docker.phrases import daemon_error, daemon_fault, failure
from labsim.docker.phrases import pull_failure as pull_words
from labsim.docker.phrases import push_failure as push_words
from labsim.docker.result import Shown, Text
from labsim.docker.voices import LoginWords, Plan
from labsim.errors import CommandError, InvalidReference, LabError, UnknownImage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.archive import Tar
    from labsim.blob import Blob
    from labsim.client.pull import PullOutcome
    from labsim.client.push import PushOutcome
    from labsim.docker.grammar import Call
    from labsim.docker.moving import Frame
    from labsim.docker.progress import Progress
    from labsim.docker.templates import Struct
    from labsim.docker.versions import Versions
    from labsim.docker.voices import BuildWords
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary
    from labsim.engine.usage import Usage
    from labsim.image import Platform
    from labsim.link import Run
    from labsim.reference import Reference
    from labsim.trace import Trace

__all__ = [
    "CLI", "FIELDS", "FILTERS", "LOGIN", "SURPLUS", "as_of", "bad_filter", "bad_limit",
    "bad_pattern", "build_words", "daemon_info", "dangling", "document", "fits",
    "info_document", "info_text", "listed", "loaded", "manifests", "misspelt", "name_fault",
    "no_object", "not_found", "notes", "only_dangling", "plan", "platform_note", "pull_failure",
    "pulled", "push_failure", "pushed", "reclaimable", "refusal", "row", "saved", "switched",
    "typed", "versions", "view",
]  # fmt: skip

#: The typing slip of CLI 28.2's ``cli/required.go``, which 29 has put right.
SURPLUS = "SRun"
CLI = 28
LOGIN = LoginWords(
    "Error: Cannot perform an interactive login from a non TTY device",
    "Error: Non-null Username Required",
    "Error: Password Required",
    dash=False,
)
#: What a list says of an image beside what every list does; no text: its size.
FIELDS = {"Containers": "N/A", "VirtualSize": ""}
#: Rules: daemon 20.10.24, ``daemon/images/images.go``.
FILTERS = ("before", "dangling", "label", "reference", "since")


def build_words() -> BuildWords:
    """The words of BuildKit, which are loaded now."""
    from labsim.docker.voices.classic import building

    return building


def versions() -> Versions:
    """The pair, as its CLI prints it."""
    from labsim.docker.versions import CLASSIC

    return CLASSIC


# -- push ------------------------------------------------------------------------------------------


def plan(
    engine: Engine, reference: Reference, *, everything: bool, platform: Platform | None
) -> Plan:
    """What will be pushed: each tag, in order, with its layers from the top."""
    if everything:
        named = engine.names.tags(reference.name)
    else:
        image_id = engine.names.get(reference) if reference.tag else None
        named = [] if image_id is None else [(reference, image_id)]
    return [(name.tag or "", engine.image(found).layers[::-1]) for name, found in named]


def pushed(run: Run, plan: Plan) -> Text:
    """Every tag's layers and closing line, as far as the push got."""
    outcomes: Sequence[PushOutcome] = run.outcome or ()
    return Shown(
        lambda: _pushed(run.trace, plan, outcomes),
        lambda width: _pushing(run.trace, plan, outcomes, width),
    )


def _pushed(trace: Trace, plan: Plan, outcomes: Sequence[PushOutcome]) -> str:
    from labsim.docker.progress import Progress  # not for a list of images

    progress, text, lane = Progress(trace), [], 1
    for number, (tag, layers) in enumerate(plan):
        if lane >= len(trace.lanes):
            break
        text.append(progress.pushed([layer.diff_id for layer in layers], lane))
        lane += len(layers)
        if number < len(outcomes):
            text.append(_closing(tag, outcomes[number]))
    return "".join(text)


def _pushing(
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


def push_failure(error: LabError, reference: Reference) -> str:
    """Why a push stopped; printed bare, because the progress has begun."""
    if isinstance(error, UnknownImage):
        from labsim.reference import Reference

        if Reference(error.name).tag:
            return f"tag does not exist: {error.name}"
        return f"An image does not exist locally with the tag: {error.name}"
    return push_words(error)


def platform_note() -> str:
    """Nothing: an image is of one platform."""
    return ""


def notes(run: Run) -> str:
    """Nothing: what a name stands for is what is pushed."""
    return ""


# -- pull ------------------------------------------------------------------------------------------


def pull_failure(run: Run, meant: Reference, platform: Platform | None) -> CommandError | None:
    """Why a pull stopped: bare when its progress has begun, else as the daemon's refusal."""
    if run.error is None:
        return None
    words = pull_words(run.error, meant)
    return CommandError(f"{words}\n") if _begun(run.trace) else daemon_error(words)


def _begun(trace: Trace) -> bool:
    """Whether the progress had begun: what fails from then on is printed bare."""
    return any(pause.reason == "pulling" for pause in trace.pauses)


def pulled(run: Run, meant: Reference) -> Text:
    """Every tag's first line, layers and digest, as far as the pull got; then the status."""
    return Shown(lambda: _pulled(run, meant), lambda width: _pulling(run, meant, width))


def _pulled(run: Run, meant: Reference) -> str:
    from labsim.docker.progress import Progress  # not for a list of images

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


def _pulling(run: Run, meant: Reference, width: int) -> Iterator[Frame]:
    """The same, as a terminal of that width shows it."""
    from labsim.docker.moving import Frame, of_pull
    from labsim.docker.progress import Progress

    trace, at_us = run.trace, run.trace.started_us
    layers = iter([lane.index for lane in trace.lanes if lane.subject == "layers"])
    begun = list(zip(_names(Progress(trace), meant), _complete(trace), strict=False))
    for number, ((name, digest), complete) in enumerate(begun, 1):
        yield Frame(at_us, f"{name}: Pulling from {meant.repository}\n")
        for frame in () if complete else of_pull(trace, next(layers, -1), width):
            at_us = max(at_us, frame.at_us)
            yield frame
        if run.error is None or number < len(begun):
            yield Frame(at_us, f"Digest: {digest}\n")
    if run.error is None:
        yield Frame(at_us, f"Status: {_status(run)} for {meant.familiar}\n")


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


# -- images ----------------------------------------------------------------------------------------


def view(call: Call, images: Sequence[ImageSummary]) -> str | None:
    """A table, always."""
    return None


def listed(call: Call, images: Sequence[ImageSummary]) -> Sequence[ImageSummary]:
    """All of them."""
    return images


def bad_filter(filter_: str) -> CommandError:
    """Recorded from the old daemon, which begins with a capital."""
    return daemon_error(f"Invalid filter '{filter_}'")


def bad_pattern() -> CommandError | None:
    """Go's ``path.ErrBadPattern``."""
    return daemon_error("syntax error in pattern")


def fits(name: Reference, pattern: str) -> bool:
    """Whether a ``reference`` filter lists this name."""
    return name.matches(pattern)


def name_fault(error: InvalidReference) -> str:
    """What is wrong with a name, as the daemon says it."""
    return daemon_fault(error)


# -- everything else about images ------------------------------------------------------------------


def misspelt(text: str, error: InvalidReference) -> CommandError:
    """An argument of ``docker tag`` that is no name; the CLI says so."""
    return CommandError(
        f'Error parsing reference: "{text}" is not a valid repository/tag: {error.fault}\n'
    )


def document(engine: Engine, name: str, platform: Platform | None) -> dict[str, Any]:
    """``GET /images/{name}/json``."""
    from labsim.docker.documents import image_document

    return image_document(engine, engine.image(name))


def typed(document: dict[str, Any]) -> Struct:
    """The same as the CLI's templates see it."""
    from labsim.docker.typed import typed_image

    return typed_image(document)


def not_found(name: str, error: LabError) -> CommandError:
    """Why an image cannot be inspected (``daemon/images/image.go``)."""
    if isinstance(error, InvalidReference):
        return daemon_error(f"no such image: {name}: {daemon_fault(error)}")
    if isinstance(error, UnknownImage):
        return daemon_error(f"no such image: {name}: No such image: {error.name}")
    return refusal(name, error)


def no_object(name: str) -> CommandError:
    """That ``docker inspect`` found nothing at all."""
    return CommandError(f"Error: No such object: {name}\n")


def refusal(name: str, error: LabError) -> CommandError:
    """Why the daemon does nothing with an image."""
    if isinstance(error, InvalidReference):
        return daemon_error(daemon_fault(error))
    return failure(error)


def saved(engine: Engine, names: Sequence[str], platforms: Sequence[Platform]) -> Tar:
    """The archive of these images."""
    from labsim.docker.voices.classic.archives import saved

    return saved(engine, names)


def loaded(
    engine: Engine, archive: Blob, platforms: Sequence[Platform], at_us: int
) -> Iterator[str]:
    """Take in what an archive holds, and tell it line by line."""
    from labsim.docker.voices.classic.archives import load

    return load(engine, archive)


def dangling(image: ImageSummary) -> bool:
    """Whether it is an image without a tag; a digest that it was pulled under is no name."""
    return not image.tags


def only_dangling(values: Sequence[str]) -> bool:
    """Whether a prune takes only what has no tag: one "false" is enough for everything."""
    return {"false", "0"}.isdisjoint(values)


def reclaimable(rows: Sequence[Usage], total: int) -> int:
    """What a removal of all that is not used would give back: everything."""
    return total


def info_text(engine: Engine, username: str) -> str:
    """What ``docker info`` prints."""
    from labsim.docker.voices.classic import laptop

    return laptop.text(engine, username)


def info_document(engine: Engine, now_us: int) -> dict[str, Any]:
    """What it knows."""
    from labsim.docker.voices.classic import laptop

    return laptop.document(engine, now_us)


def daemon_info(engine: Engine, now_us: int) -> dict[str, Any]:
    """``GET /info``."""
    from labsim.docker.voices.classic import laptop

    return laptop.daemon_document(engine, now_us)


def row(engine: Engine, image: ImageSummary, *, identity: bool) -> dict[str, Any]:
    """Nothing more than every daemon says."""
    return {}


def as_of(document: dict[str, Any], speaks: Callable[[str], bool]) -> dict[str, Any]:
    """As it is: the daemon knows no newer version."""
    return document


def manifests(engine: Engine, name: str) -> list[dict[str, Any]]:
    """None: an image is of one platform."""
    return []


def bad_limit(limit: int) -> CommandError:
    """A number of findings that a search cannot have."""
    return daemon_error(f"Limit {limit} is outside the range of [1, 100]")


def switched(name: str, values: Sequence[str]) -> bool:
    """What a filter that is on or off is set to; "true" wins."""
    if {*values}.isdisjoint(("true", "false", "1", "0")):
        raise bad_filter(f"{name}=[{' '.join(values)}]")
    return not {*values}.isdisjoint(("true", "1"))
