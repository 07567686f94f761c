"""``docker inspect``: any object by name or id; in the lab there are images only."""

from __future__ import annotations

from labsim.docker.commands.image_inspect import NOT_ONE, find_image
from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.inspecting import Document, inspected
from labsim.docker.phrases import daemon_error
from labsim.docker.sent import leads_to_the_list
from labsim.docker.voices import voice_of
from labsim.errors import CommandError, NotSimulated

__all__ = ["COMMAND"]

_TYPES = (
    "config", "container", "image", "network", "node", "plugin", "secret", "service", "task",
    "volume",
)  # fmt: skip
#: What the daemon says of an object of another kind: there are none here.
_ABSENT = {
    "container": "No such container: {}",
    "network": "network {} not found",
    "volume": "get {}: no such volume",
}
#: Every daemon has these networks.
_NETWORKS = ("bridge", "host", "none")


def inspect(call: Call) -> int:
    """Find each name among the images; another ``--type`` finds nothing."""
    kind = call.value("type")
    if "type" in call.options and kind not in _TYPES:
        known = ", ".join(f'"{name}"' for name in _TYPES)
        asked = f'unknown type: "{kind}"' if kind else "type is empty"
        raise CommandError(f"{asked}: must be one of {known}\n")
    if kind and kind not in ("image", *_ABSENT):
        raise NotSimulated(f"{call.path} --type {kind}")
    return inspected(call, lambda name: _found(call, name, kind))


def _found(call: Call, name: str, kind: str) -> Document:
    if kind == "image":
        found = find_image(call, name)
    elif not name:
        raise CommandError("invalid container name or ID: value is empty\n")
    elif kind in _ABSENT:
        raise daemon_error(_ABSENT[kind].format(name))
    else:
        found = _any(call, name)
    if call.flag("size"):
        call.err("WARNING: --size ignored for image\n")
    return found


def _any(call: Call, name: str) -> Document:
    if leads_to_the_list(name):  # containers are asked about first
        raise CommandError(NOT_ONE.format("container"))
    try:
        return find_image(call, name)
    except CommandError:
        if name in _NETWORKS:
            raise NotSimulated(f"{call.path} of a network") from None
        raise voice_of(call.seat.engine).no_object(name) from None


COMMAND = Command(
    "inspect",
    ANY,
    inspect,
    simulated=frozenset({"format", "size", "type"}),
    looks=True,
)
