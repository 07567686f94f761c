"""``RUN --mount``: what else a command sees while it runs, and leaves no layer.

Source: moby/buildkit ``frontend/dockerfile/instructions/commands_runmount.go`` and
``commands_runnetwork.go``; sentences verified against daemon 20.10.24.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from labsim.errors import InvalidDockerfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.dockerfile.instructions import Instruction

__all__ = ["Mount", "check_run", "mounts_of"]

_KINDS = ("bind", "cache", "tmpfs", "secret", "ssh")
_NETWORKS = ("default", "none", "host")
_SHARING = ("shared", "private", "locked")
_LONG = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw":
         "readwrite"}  # fmt: skip
_KEYS = (
    "type", "from", "source", "target", "readonly", "readwrite", "required", "size", "id",
    "sharing", "mode", "uid", "gid", "env",
)  # fmt: skip
#: Which kinds of mount some keys go with.
_ONLY = {
    "required": ("secret", "ssh"),
    "size": ("tmpfs",),
    "mode": ("secret", "ssh", "cache"),
    "uid": ("secret", "ssh", "cache"),
    "gid": ("secret", "ssh", "cache"),
}


class Mount(NamedTuple):
    """One mount: its kind, where it shows, and what is mounted there.

    ``source_of`` is the stage or image that a bind (or the beginning of a cache) comes from; empty:
    the build context.  ``name`` is the id of a secret or a cache.
    """

    kind: str = "bind"
    target: str = ""
    source: str = ""
    source_of: str = ""
    name: str = ""
    required: bool = False
    env: str = ""

    @property
    def secret(self) -> str:
        """The id of a secret: as given, or else the last part of where it shows."""
        return self.name or self.source or self.target.rstrip("/").rpartition("/")[2]

    @property
    def place(self) -> str:
        """Where it shows; a secret has a place of its own where none is named."""
        if self.kind == "secret" and not self.target and not self.env:
            return f"/run/secrets/{self.secret.rpartition('/')[2]}"
        return self.target


def mounts_of(step: Instruction) -> tuple[Mount, ...]:
    """The mounts of an instruction, which was checked when it was read."""
    if step.name != "RUN" or not step.flags:
        return ()
    return tuple(_mount(value) for name, value in step.flags if name == "mount")


def check_run(flags: tuple[tuple[str, str], ...], line: int) -> None:
    """Refuse a mount or a network that is none."""
    for name, value in flags:
        fault = ""
        if name == "mount":
            fault = _fault(value)
        elif name == "network" and value not in _NETWORKS:
            fault = f'invalid network mode "{value}"'
        if fault:
            raise InvalidDockerfile(fault, line, numbered=True)


def _pairs(text: str) -> list[tuple[str, str, str]]:
    """Key, equals sign and value of each field; a field may stand in quotes."""
    fields = re.findall(r'"([^"]*)"|([^,]+)', text)
    found = []
    for quoted, bare in fields:
        key, equals, value = (quoted or bare).partition("=")
        found.append((_LONG.get(key.lower(), key.lower()), equals, value))
    return found


def _mount(text: str) -> Mount:
    given = {key: value if equals else "true" for key, equals, value in _pairs(text)}
    return Mount(
        given.get("type", "bind").lower(),
        given.get("target", ""),
        given.get("source", ""),
        given.get("from", ""),
        given.get("id", ""),
        given.get("required", "") == "true",
        given.get("env", ""),
    )


def _fault(text: str) -> str:
    kind = "bind"
    for key, equals, value in _pairs(text):
        if not equals and key not in ("readonly", "readwrite", "required"):
            return f"invalid field '{key}' must be a key=value pair"
        if key not in _KEYS:
            return f"unexpected key '{key}' in '{key}={value}'"
        if key == "type":
            kind = value.lower()
            if kind not in _KINDS:
                return f'unsupported mount type "{value}"'
        if key == "sharing" and value.lower() not in _SHARING:
            return f'unsupported sharing value "{value}"'
        if key == "from" and "$" in value[:-1]:
            return "'from' doesn't support variable expansion, define alias stage instead"
        if kind not in _ONLY.get(key, _KINDS):
            return f"unexpected key '{key}' for mount type '{kind}'"
    return _together(_mount(text))


def _together(mount: Mount) -> str:
    """What is wrong with keys that do not go together."""
    if mount.kind == "secret":
        if mount.source_of:
            return "secret mount should not have a from"
        if not (mount.source or mount.target or mount.name):
            return "invalid secret mount. one of source, target required"
        if mount.source and mount.name:
            return "both source and id can't be set"
    return ""
