"""``docker image inspect``: all that the daemon knows about images, as JSON or a part of it."""

from __future__ import annotations

from labsim.docker.documents import image_document
from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.help import Flag
from labsim.docker.inspecting import Document, inspected
from labsim.docker.phrases import daemon_error, daemon_fault
from labsim.docker.sent import leads_to_the_list, sent
from labsim.errors import CommandError, InvalidReference, UnknownImage

__all__ = ["COMMAND", "NOT_ONE", "find_image"]

#: The client has asked for one object, and was told of all.
NOT_ONE = "json: cannot unmarshal array into Go value of type {}.InspectResponse\n"


def image_inspect(call: Call) -> int:
    """Show every image that is here, and say which ones are not."""
    return inspected(call, lambda name: find_image(call, name))


def find_image(call: Call, name: str) -> Document:
    """An image's document; a refusal as ``daemon/images/image.go`` words it."""
    if not name:
        raise CommandError("Error: No such image: \n")
    engine = call.seat.engine
    if leads_to_the_list(name):
        raise CommandError(NOT_ONE.format("image"))
    name = sent(name, "json")
    try:
        return image_document(engine, engine.image(name))
    except UnknownImage as error:
        raise daemon_error(f"no such image: {name}: No such image: {error.name}") from None
    except InvalidReference as error:
        raise daemon_error(f"no such image: {name}: {daemon_fault(error)}") from None


COMMAND = Command(
    "image_inspect",
    ANY,
    image_inspect,
    simulated=frozenset({"format"}),
    hidden=(Flag("platform", kind="string", api="1.49"),),
    looks=True,
)
