"""The words for the containerd store: Docker 29.7.2, CLI and daemon."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from labsim.docker.phrases import containerd as phrases
from labsim.docker.phrases import daemon_error, failure
from labsim.docker.voices import LoginWords, Plan
from labsim.engine.containerd import Containerd
from labsim.errors import CommandError, InvalidReference, LabError, UnknownImage
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.archive import Tar
    from labsim.blob import Blob
    from labsim.client.containerd.pull import PullOutcome
    from labsim.client.containerd.push import PushOutcome
    from labsim.docker.grammar import Call
    from labsim.docker.result import Text
    from labsim.docker.templates import Struct
    from labsim.docker.versions import Versions
    from labsim.docker.voices import BuildWords
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary
    from labsim.engine.usage import Usage
    from labsim.image import Platform
    from labsim.link import Run
    from labsim.trace import LaneRecord, Trace

__all__ = [
    "CLI", "FIELDS", "FILTERS", "LOGIN", "SURPLUS", "as_of", "bad_filter", "bad_limit",
    "bad_pattern", "build_words", "daemon_info", "dangling", "document", "fits",
    "info_document", "info_text", "listed", "loaded", "manifests", "misspelt", "name_fault",
    "no_object", "not_found", "notes", "only_dangling", "plan", "platform_note", "pull_failure",
    "pulled", "push_failure", "pushed", "reclaimable", "refusal", "row", "saved", "switched",
    "typed", "versions", "view",
]  # fmt: skip

SURPLUS = "Run"
CLI = 29
LOGIN = LoginWords(
    "error: cannot perform an interactive login from a non-TTY device",
    "error: username is required",
    "error: password is required",
    dash=True,
)
#: What a list says of an image beside what every list does: API 1.51 counts containers.
FIELDS = {"Containers": "0"}
#: Rules: moby 29.7 ``daemon/containerd/image_list.go``.
FILTERS = ("before", "dangling", "label", "label!", "reference", "since", "until")
#: What brings the table back, and what none of it goes with.
_TABLES = (("quiet", "quiet"), ("no-trunc", "no-trunc"), ("digests", "show-digest"))


def build_words() -> BuildWords:
    """The words of BuildKit, which are loaded now."""
    from labsim.docker.voices.containerd import building

    return building


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


# -- everything else about images ------------------------------------------------------------------


def misspelt(text: str, error: InvalidReference) -> CommandError:
    """An argument of ``docker tag`` that is no name; the CLI says so."""
    return CommandError(
        f'error parsing reference: "{text}" is not a valid repository/tag: {error.fault}\n'
    )


def document(engine: Engine, name: str, platform: Platform | None) -> dict[str, Any]:
    """``GET /images/{name}/json``."""
    from labsim.docker.voices.containerd.documents import image_document

    assert isinstance(engine, Containerd)
    return image_document(engine, engine.resolve(name), platform)


def typed(document: dict[str, Any]) -> Struct:
    """The same as the CLI's templates see it."""
    from labsim.docker.voices.containerd.documents import typed_image

    return typed_image(document)


def not_found(name: str, error: LabError) -> CommandError:
    """Why an image cannot be inspected."""
    return refusal(name, error)


def no_object(name: str) -> CommandError:
    """That ``docker inspect`` found nothing at all."""
    return CommandError(f"error: no such object: {name}\n")


def refusal(name: str, error: LabError) -> CommandError:
    """Why the daemon does nothing with an image; ``name`` as the daemon calls that."""
    if isinstance(error, InvalidReference):
        return daemon_error(error.fault)
    if isinstance(error, UnknownImage) and error.subject == "ambiguous":
        return daemon_error("ambiguous reference")
    if isinstance(error, UnknownImage) and error.subject == "platform":
        return daemon_error(phrases.no_platform(name, error.name))
    return failure(error)


def saved(engine: Engine, names: Sequence[str], platforms: Sequence[Platform]) -> Tar:
    """The archive of these images."""
    from labsim.docker.voices.containerd.saving import oci_archive

    assert isinstance(engine, Containerd)
    try:
        return oci_archive(engine, names, platforms)
    except (UnknownImage, InvalidReference) as error:
        raise refusal("", error) from None


def loaded(
    engine: Engine, archive: Blob, platforms: Sequence[Platform], at_us: int
) -> Iterator[str]:
    """Take in what an archive holds, and tell it line by line."""
    from labsim.docker.voices.containerd.loading import load

    assert isinstance(engine, Containerd)
    return load(engine, archive, platforms, at_us)


def dangling(image: ImageSummary) -> bool:
    """Whether it is an image without any name; a digest that it was pulled under is one."""
    return not image.tags and not image.digests


def only_dangling(values: Sequence[str]) -> bool:
    """Whether a prune takes only what has no name: with both answers given it is refused."""
    return switched("dangling", values)


def reclaimable(rows: Sequence[Usage], total: int) -> int:
    """What a removal of all that is not used would give back, without what images share.

    Source: moby 29.7 ``daemon/disk_usage.go``.
    """
    return sum(row.unique_size for row in rows)


def info_text(engine: Engine, username: str) -> str:
    """What ``docker info`` prints."""
    from labsim.docker.voices.containerd import laptop

    return laptop.text(engine, username)


def info_document(engine: Engine, now_us: int) -> dict[str, Any]:
    """What it knows."""
    from labsim.docker.voices.containerd import laptop

    return laptop.document(engine, now_us)


def daemon_info(engine: Engine, now_us: int) -> dict[str, Any]:
    """``GET /info``."""
    from labsim.docker.voices.containerd import laptop

    return laptop.daemon_document(engine, now_us)


def row(engine: Engine, image: ImageSummary, *, identity: bool) -> dict[str, Any]:
    """What it is, with its manifests; names with a digest stand among the tags."""
    from labsim.docker.voices.containerd.summaries import manifest_rows

    assert isinstance(engine, Containerd)
    pinned = engine.names.known(image.id).digests if image.digests else ()
    return {
        "Containers": 0,
        "Descriptor": engine.target(image.id).document(),
        "Labels": image.labels,
        "Manifests": manifest_rows(engine, image, identity=identity),
        "RepoTags": [name.familiar for name in sorted((*image.tags, *pinned), key=str)],
    }


def as_of(document: dict[str, Any], speaks: Callable[[str], bool]) -> dict[str, Any]:
    """As the client's version of the API has it."""
    from labsim.docker.voices.containerd.documents import as_of

    return as_of(document, speaks)


def manifests(engine: Engine, name: str) -> list[dict[str, Any]]:
    """Every platform's manifest, here or not."""
    from labsim.docker.voices.containerd.summaries import manifest_rows

    assert isinstance(engine, Containerd)
    return manifest_rows(engine, engine.summary(engine.resolve(name)), identity=False)


def bad_limit(limit: int) -> CommandError:
    """A number of findings that a search cannot have."""
    return daemon_error(f"limit {limit} is outside the range of [1, 100]")


def switched(name: str, values: Sequence[str]) -> bool:
    """What a filter that is on or off is set to; not both (``GetBoolOrDefault``)."""
    on = not {*values}.isdisjoint(("true", "1"))
    off = not {*values}.isdisjoint(("false", "0"))
    if on == off:
        raise bad_filter(f"{name}=[{' '.join(values)}]")
    return on
