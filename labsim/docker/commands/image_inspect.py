"""``docker image inspect``: all that the daemon knows about images, as JSON or a part of it."""

from __future__ import annotations

from labsim.docker.commands.push import platform_of
from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.help import Flag
from labsim.docker.inspecting import Document, inspected
from labsim.docker.sent import leads_to_the_list, sent
from labsim.docker.voices import voice_of
from labsim.errors import CommandError, LabError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.image import Platform

__all__ = ["COMMAND", "NOT_ONE", "find_image"]

#: The client has asked for one object, and was told of all.
NOT_ONE = "json: cannot unmarshal array into Go value of type {}.InspectResponse\n"


def image_inspect(call: Call) -> int:
    """Show every image that is here, and say which ones are not."""
    platform = platform_of(call)
    return inspected(call, lambda name: find_image(call, name, platform))


def find_image(call: Call, name: str, platform: Platform | None = None) -> Document:
    """An image's document."""
    if not name:
        raise CommandError("Error: No such image: \n")
    engine = call.seat.engine
    if leads_to_the_list(name):
        raise CommandError(NOT_ONE.format("image"))
    name = sent(name, "json")
    voice = voice_of(engine)
    try:
        return voice.document(engine, name, platform)
    except LabError as error:
        raise voice.not_found(name, error) from None


COMMAND = Command(
    "image_inspect",
    ANY,
    image_inspect,
    simulated=frozenset({"format", "platform"}),
    hidden=(Flag("platform", kind="string", api="1.49"),),
    looks=True,
)
