"""Local images: listed, looked at, named, removed; and the Hub's list, searched."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from labsim.docker.api.acting import typed
from labsim.docker.api.answers import Fault, document, empty
from labsim.docker.api.call import Call
from labsim.docker.api.manners import manners_of
from labsim.docker.api.statuses import status_for
from labsim.docker.api.summaries import history_rows, image_rows
from labsim.docker.filters import chosen
from labsim.docker.phrases import failure
from labsim.docker.voices import voice_of
from labsim.errors import CommandError, InvalidReference, UnknownImage
from labsim.image import Platform
from labsim.reference import Reference
from labsim.wire import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine

__all__ = ["fault_of", "history", "inspect", "listing", "platforms", "prune", "remove", "tag"]

_T = TypeVar("_T")
_PLATFORM = ("os", "architecture", "variant")


def listing(call: Call) -> Response:
    """The images that the filters leave, the one created last first."""
    filters = call.filters()
    # ``filter`` was the name of one more pattern until API 1.41.
    pattern = "" if call.speaks("1.42") else call.one("filter")
    if call.speaks("1.54") and call.flag("identity") and not call.flag("manifests"):
        raise Fault(400, "conflicting options: identity requires manifests=1")
    machine, everything = call.machine, call.flag("all")
    found = _answered(
        machine.engine,
        lambda: chosen(machine.engine, filters, machine.now, pattern, everything=everything),
    )
    return document(200, image_rows(call, found))


def inspect(call: Call) -> Response:
    """All that is known about an image."""
    engine, platform = call.machine.engine, _platform(call, "1.49")
    voice, every = voice_of(engine), call.speaks("1.48") and call.flag("manifests")
    if every and platform is not None:
        both = "manifests and platform options cannot both be set"
        raise Fault(400, f"conflicting options: {both}")
    try:
        told = voice.document(engine, call.name, platform)
    except (InvalidReference, UnknownImage) as error:
        fault = fault_of(voice.not_found(call.name, error), engine)
        misspelt = isinstance(error, InvalidReference)
        raise Fault(400 if misspelt else fault.status, fault.sentence) from None
    if every:
        told["Manifests"] = voice.manifests(engine, call.name)
    return document(200, voice.as_of(told, call.speaks))


def history(call: Call) -> Response:
    """The steps that made an image."""
    engine = call.machine.engine
    platform = _platform(call, "1.48")
    try:
        return document(200, history_rows(engine, engine.resolve(call.name), platform))
    except (InvalidReference, UnknownImage) as error:
        raise fault_of(voice_of(engine).refusal(call.name, error), engine) from None


def _platform(call: Call, since: str) -> Platform | None:
    """The one platform that is asked for, in JSON, by a client that may ask."""
    text = call.one("platform")
    return _decoded(call, text) if text and call.speaks(since) else None


def platforms(call: Call, since: str, key: str = "platform") -> list[Platform]:
    """Every platform that is asked for, by a client that may ask."""
    return [_decoded(call, text) for text in call.every(key)] if call.speaks(since) else []


def _decoded(call: Call, text: str) -> Platform:
    """A platform in JSON (moby 29.7 ``daemon/server/httputils/form.go``, ``DecodePlatform``)."""
    found = call.json(text)
    known = found if isinstance(found, dict) else {}
    system, machine, variant = (str(known.get(key) or "") for key in _PLATFORM)
    if not system or not machine:
        raise Fault(400, "both OS and Architecture must be provided")
    return Platform(system, machine, variant)


def tag(call: Call) -> Response:
    """One more name for an image."""
    repository, tagged = call.one("repo"), call.one("tag")
    target = f"{repository}:{tagged}" if tagged else repository
    engine = call.machine.engine
    _answered(engine, lambda: engine.resolve(call.name))
    try:
        Reference(repository)
        Reference(target)
    except InvalidReference as error:
        spoilt = tagged and error.source == target
        words = "invalid tag format" if spoilt else voice_of(engine).name_fault(error)
        raise Fault(manners_of(engine).bad_tag, words) from None
    typed(call.machine, ["tag", call.name, target])
    return empty(201)


def remove(call: Call) -> Response:
    """A name goes, or an image: what went, in order."""
    if not call.name:
        raise Fault(400, "image name cannot be blank")
    engine = call.machine.engine
    _answered(engine, lambda: engine.resolve(call.name))  # a force would not tell
    words = ["rmi", *(["-f"] if call.flag("force") else [])]
    words += ["--no-prune"] if call.flag("noprune") else []
    for platform in platforms(call, "1.50", "platforms"):
        words += ["--platform", str(platform)]
    output = typed(call.machine, [*words, call.name])
    pairs = (line.partition(": ")[::2] for line in output.splitlines())
    return document(200, [{kind: what} for kind, what in pairs])


def prune(call: Call) -> Response:
    """Images without a tag go; ``dangling=false``: all that no container uses."""
    machine, held = call.machine, call.machine.engine.size
    filters = call.filters()
    everything = not {"dangling=false", "dangling=0"}.isdisjoint(filters)
    words = ["image", "prune", "-f", *(["-a"] if everything else [])]
    for text in filters:
        words += [] if text.startswith("dangling=") else ["--filter", text]
    output = typed(machine, words)
    gone = [
        {kind.capitalize(): what}
        for kind, _, what in (line.partition(": ") for line in output.splitlines())
        if kind in ("deleted", "untagged")
    ]
    freed = held - machine.engine.size
    return document(200, {"ImagesDeleted": gone or None, "SpaceReclaimed": freed})


def _answered(engine: Engine, act: Callable[[], _T]) -> _T:
    """What it returns; what it refuses in the daemon's words."""
    try:
        return act()
    except (CommandError, InvalidReference, UnknownImage) as error:
        raise fault_of(error, engine) from None


def fault_of(error: CommandError | InvalidReference | UnknownImage, engine: Engine) -> Fault:
    """The same as an answer of the daemon."""
    if isinstance(error, InvalidReference):
        words = voice_of(engine).name_fault(error)
    else:
        words = failure(error).stderr.removesuffix("\n").partition("daemon: ")[2] or str(error)
    return Fault(status_for(words), words)
