"""What a lab has none of: containers, networks, volumes, plugins, a swarm.

A list of them is empty, one of them is not found, and none can be made; a sentence of the lab's own
says so where the daemon's would be a lie.
"""

from __future__ import annotations

from collections.abc import Callable

from labsim.docker.api.answers import Fault, document
from labsim.docker.api.call import Call
from labsim.docker.api.images import fault_of
from labsim.docker.api.statuses import NOT_SIMULATED
from labsim.errors import InvalidReference, UnknownImage
from labsim.wire import Response

__all__ = [
    "NO_BUILDKIT",
    "NO_CONTAINERS",
    "create_container",
    "no_builder",
    "no_plugins",
    "no_swarm",
    "none_of",
    "not_found",
    "not_simulated",
    "pruned",
    "volumes",
]

#: What is said of an image that could be run.
NO_CONTAINERS = (
    "labsim: there are no containers here: images are pulled, pushed and built, and not run"
)
_NO_SWARM = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect '
    "this node to swarm and try again."
)
#: Why BuildKit cannot be had, and what to do.
NO_BUILDKIT = (
    "labsim: BuildKit speaks a protocol of its own, which is not simulated here: type "
    "DOCKER_BUILDKIT=0 docker build …"
)


def none_of(call: Call) -> Response:
    """An empty list."""
    return document(200, [])


def volumes(call: Call) -> Response:
    """An empty list, in its wrapping."""
    return document(200, {"Volumes": [], "Warnings": None})


def not_found(sentence: str) -> Callable[[Call], Response]:
    """A row for what is not there; ``{}`` stands for its name."""

    def answer(call: Call) -> Response:
        raise Fault(404, sentence.format(call.name))

    return answer


def pruned(key: str, nothing: object = None, *, sized: bool = True) -> Callable[[Call], Response]:
    """A row for throwing away what is not there: nothing was."""

    def answer(call: Call) -> Response:
        return document(200, {key: nothing, **({"SpaceReclaimed": 0} if sized else {})})

    return answer


def create_container(call: Call) -> Response:
    """An image that is not here is what the CLI pulls; one that is here is not run."""
    name = str(call.body().get("Image") or "")
    if not name:
        raise Fault(400, "Config cannot be empty in order to create a container")
    try:
        call.machine.engine.resolve(name)
    except (InvalidReference, UnknownImage) as error:
        raise fault_of(error, call.machine.engine) from None
    raise Fault(NOT_SIMULATED, NO_CONTAINERS)


def no_swarm(call: Call) -> Response:
    """Services, nodes, secrets and configs are a swarm's."""
    raise Fault(503, _NO_SWARM)


def no_plugins(call: Call) -> Response:
    """A plugin that is not there."""
    raise Fault(404, f'plugin "{call.name}" not found')


def no_builder(call: Call) -> Response:
    """BuildKit's session, and its newer door."""
    raise Fault(NOT_SIMULATED, NO_BUILDKIT)


def not_simulated(what: str) -> Callable[[Call], Response]:
    """A row for what the daemon can do and the lab cannot."""

    def answer(call: Call) -> Response:
        raise Fault(
            NOT_SIMULATED,
            f"labsim: {what} is real Docker, but not simulated here; "
            "docs/coverage.md lists what the lab can do.",
        )

    return answer
