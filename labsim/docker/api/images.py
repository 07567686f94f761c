"""Local images: listed, looked at, named, removed; and the Hub's list, searched."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from labsim.docker.api.acting import typed
from labsim.docker.api.answers import Fault, document, empty
from labsim.docker.api.call import Call
from labsim.docker.api.statuses import status_for
from labsim.docker.api.summaries import history_rows, image_rows
from labsim.docker.documents import image_document
from labsim.docker.filters import chosen
from labsim.docker.phrases import daemon_fault, failure
from labsim.errors import CommandError, InvalidReference, UnknownImage
from labsim.reference import Reference
from labsim.wire import Response

__all__ = ["fault_of", "history", "inspect", "listing", "prune", "remove", "tag"]

_T = TypeVar("_T")


def listing(call: Call) -> Response:
    """The images that the filters leave, the one created last first."""
    filters = call.filters()
    # ``filter`` was the name of one more pattern until API 1.41.
    pattern = call.one("filter")
    engine, everything = call.machine.engine, call.flag("all")
    found = _answered(lambda: chosen(engine, filters, pattern, everything=everything))
    return document(200, image_rows(found))


def inspect(call: Call) -> Response:
    """All that is known about an image."""
    engine = call.machine.engine
    try:
        return document(200, image_document(engine, engine.image(call.name)))
    except UnknownImage as error:
        words = f"no such image: {call.name}: No such image: {error.name}"
        raise Fault(404, words) from None
    except InvalidReference as error:
        raise Fault(400, f"no such image: {call.name}: {daemon_fault(error)}") from None


def history(call: Call) -> Response:
    """The steps that made an image."""
    engine = call.machine.engine
    image_id = _answered(lambda: engine.resolve(call.name))
    return document(200, history_rows(engine, image_id))


def tag(call: Call) -> Response:
    """One more name for an image."""
    repository, tagged = call.one("repo"), call.one("tag")
    target = f"{repository}:{tagged}" if tagged else repository
    _answered(lambda: call.machine.engine.resolve(call.name))
    try:
        Reference(repository)
        Reference(target)
    except InvalidReference as error:
        spoilt = tagged and error.source == target
        raise Fault(500, "invalid tag format" if spoilt else daemon_fault(error)) from None
    typed(call.machine, ["tag", call.name, target])
    return empty(201)


def remove(call: Call) -> Response:
    """A name goes, or an image: what went, in order."""
    if not call.name:
        raise Fault(400, "image name cannot be blank")
    _answered(lambda: call.machine.engine.resolve(call.name))  # a force would not tell
    words = ["rmi", *(["-f"] if call.flag("force") else [])]
    words += ["--no-prune"] if call.flag("noprune") else []
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


def _answered(act: Callable[[], _T]) -> _T:
    """What it returns; what it refuses in the daemon's words."""
    try:
        return act()
    except (CommandError, InvalidReference, UnknownImage) as error:
        raise fault_of(error) from None


def fault_of(error: CommandError | InvalidReference | UnknownImage) -> Fault:
    """The same as an answer of the daemon."""
    if isinstance(error, InvalidReference):
        words = daemon_fault(error)
    else:
        words = failure(error).stderr.removesuffix("\n").partition("daemon: ")[2] or str(error)
    return Fault(status_for(words), words)
